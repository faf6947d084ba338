"""Afterwards: every second, every reason, every sum; and the mail that says so."""

from datetime import timedelta

import pytest
from django.core import mail

from calls.metering import services as metering
from payouts.outbox import services as outbox
from payouts.outbox.models import OutboxRow
from tests import cast
from tests.calls.metering.world import Story


def line(story: Story) -> list[tuple[str, str, float]]:
    stretches = metering.receipt(call=story.call).stretches
    for before, after in zip(stretches, stretches[1:], strict=False):
        assert before.ended_at == after.started_at
    assert stretches[0].started_at == story.call.started_at
    return [(one.kind, one.text, one.ms / 1_000) for one in stretches]


def deliver(story: Story) -> list:
    outbox.work(handlers={"mail.receipt": metering.send_receipt}, now=story.now)
    return mail.outbox


class LineOfTimeTests:
    def test_every_second_has_its_reason(self, story):
        story.after(20).go_paid().after(50)
        story.pause(story.bob)
        story.after(15).ready()
        story.resume()
        story.after(20).lose("payer", silent_for=5)
        story.after(20).hear("payer")
        story.resume()
        story.after(3).sweep()
        story.after(10).back_to_free()
        story.after(30).hang_up()
        assert line(story) == [
            ("free", "Free call", 22),
            ("free", "Countdown", 3),
            ("free", "Free time", 30),
            ("paid", "€2.00 per minute", 20),
            ("stopped", "Paused by the expert", 15),
            ("paid", "€2.00 per minute", 15),
            ("stopped", "The caller could not hear the expert", 25),
            ("stopped", "Countdown", 3),
            ("paid", "€2.00 per minute", 10),
            ("free", "Free call", 30),
        ]

    def test_a_free_call_is_free(self, story):
        story.after(60).hang_up()
        assert line(story) == [("free", "Free call", 60)]

    def test_an_act_cancelled_in_time_is_not_drawn_as_paid(self, db):
        story = Story(credit=5_000)
        story.go_act().after(30)
        metering.cancel_act(period_id=story.period.pk, member=story.alice, now=story.now)
        story.hang_up()
        assert {kind for kind, _text, _seconds in line(story)} == {"free"}

    def test_a_call_that_was_never_live_has_no_receipt(self, story):
        story.call.started_at = None
        assert metering.receipt(call=story.call) is None

    def test_a_dead_server_is_named(self, story):
        story.go_paid().after(60).kill(beat=10)
        story.after(110).sweep()
        story.hang_up("lost")
        assert line(story)[-1] == ("stopped", "The server was interrupted", 120)

    def test_a_part_that_a_late_witness_took_back_is_a_stop(self, story):
        story.go_paid().after(60)
        story.back_to_free()
        story.after(5).kill(beat=15)
        assert ("stopped", "The connection was lost", 10) in line(story)

    def test_several_periods_with_free_stretches_between(self, story):
        for _ in range(2):
            story.go_paid(cap=400).after(60)
            story.back_to_free()
            story.after(10)
        story.hang_up()
        kinds = [kind for kind, _, _ in line(story)]
        assert kinds == ["free", "free", "free", "paid", "free", "free", "paid", "free"]

    def test_while_the_call_lives_what_is_settled_is_on_it(self, story):
        story.go_paid(cap=400).after(60)
        story.back_to_free()
        story.after(5).go_paid(cap=400)
        assert len(metering.receipt(call=story.call).periods) == 1


class FigureTests:
    def test_a_row_has_all_its_figures(self, story):
        story.offer_rate(estimate=(5, 8))
        story.accept(1_600)
        story.count_down().after(277)
        story.back_to_free()
        story.hang_up()
        receipt = metering.receipt(call=story.call)
        row = receipt.periods[0]
        assert (row.label, row.price_text, row.billed_ms, row.free_ms) == (
            "Talk to me",
            "€2.00 per minute",
            277_000,
            30_000,
        )
        assert (row.price.minor, row.commission.minor, row.earning.minor, row.cap.minor) == (823, 247, 576, 1_600)
        assert row.estimate == "About 5 to 8 min (at most €10.00 to €16.00)."
        assert row.end_text == "Back to free was pressed."
        assert row.release_at == story.now + timedelta(days=30)
        assert (receipt.paid.minor, receipt.earning.minor, receipt.commission.minor) == (823, 576, 247)
        assert receipt.billed_ms == 277_000

    def test_stops_have_their_reasons_and_moments(self, story):
        story.go_paid().after(40).pause(story.alice)
        paused_at = story.now
        story.after(20).resume()
        story.after(10).back_to_free()
        stop = metering.receipt(call=story.call).periods[0].stops[0]
        assert (stop.text, stop.started_at, stop.ms) == ("Paused by the caller", paused_at, 20_000)

    def test_an_act_shows_its_unused_part(self, db):
        story = Story(credit=5_000)
        story.go_act().after(720)
        story.back_to_free()
        row = metering.receipt(call=story.call).periods[0]
        assert (row.price.minor, row.given_back.minor, row.paid.minor) == (2_500, 1_500, 1_000)
        assert (row.earning.minor, row.commission.minor) == (700, 300)


class MailTests:
    def test_both_get_it_once(self, story):
        story.go_paid().after(90)
        story.back_to_free()
        mails = deliver(story)
        assert sorted(one.to[0] for one in mails) == ["alice@example.test", "bob@example.test"]
        deliver(story)
        assert len(mails) == 2

    def test_the_payers_has_the_frozen_terms(self, story):
        story.go_paid().after(90)
        story.back_to_free()
        story.offer.refresh_from_db()
        (to_alice,) = [one for one in deliver(story) if one.to == ["alice@example.test"]]
        assert to_alice.subject == "Your call with Bob Leroy: €2.00"
        for text in story.offer.terms_text.split("\n"):
            assert text in to_alice.body
        assert "Time billed: 1 min 30 s (30 s of it free)" in to_alice.body
        assert f"/calls/{story.call.pk}/" in to_alice.body

    def test_the_experts_has_the_earning_and_never_the_payers_credit(self, story):
        story.go_paid().after(90)
        story.back_to_free()
        (to_bob,) = [one for one in deliver(story) if one.to == ["bob@example.test"]]
        assert "You earn: €1.40" in to_bob.body
        assert "Available from: 1 Apr 2026" in to_bob.body
        assert "18.40" not in to_bob.body + str(to_bob.alternatives)

    def test_what_people_type_is_no_markup_in_it(self, story):
        story.bob.name = "<b>Bob</b>\nBcc: eve@example.test"
        story.bob.save()
        story.go_paid().after(90)
        story.back_to_free()
        (to_alice,) = [one for one in deliver(story) if one.to == ["alice@example.test"]]
        assert "\n" not in to_alice.subject
        assert "<b>Bob" not in str(to_alice.alternatives[0])

    def test_going_back_in_the_countdown_is_no_purchase(self, story):
        story.offer_rate()
        story.accept(1_000)
        story.after(1).back_to_free()
        assert not OutboxRow.objects.exists()

    def test_a_correction_is_mailed_in_its_place(self, story):
        story.go_paid().after(90)
        story.back_to_free()
        story.after(5).kill(beat=11)
        bodies = [one.body for one in deliver(story) if one.to == ["alice@example.test"]]
        assert len(bodies) == 1
        assert "Back as credit: €0.20" in bodies[0]

    def test_a_correction_after_the_mail_is_a_second_one(self, story):
        story.go_paid().after(90)
        story.back_to_free()
        deliver(story)
        story.after(5).kill(beat=11)
        assert len(deliver(story)) == 4


@pytest.mark.parametrize("who", ["alice", "bob"])
def test_times_are_in_the_readers_time_zone(story, who):
    person = getattr(cast, who)()
    person.time_zone = "Asia/Tokyo"
    person.save()
    story.go_paid().after(90)
    story.back_to_free()
    (to_them,) = [one for one in deliver(story) if one.to == [person.email]]
    assert "18:00:05" in to_them.body
