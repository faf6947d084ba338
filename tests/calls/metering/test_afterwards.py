"""After the call, on the receipt: contest, give back by line, tip. By the right one of the two, and by nobody else."""

import json
import re
from datetime import timedelta
from unittest.mock import ANY

import pytest
from django.utils import timezone, translation

from calls.metering.evidence import evidence
from calls.metering.models import PaidPeriod
from payouts.claims import services as claims
from payouts.claims.models import Claim, GiveBack
from payouts.earnings import services as earnings
from payouts.earnings.models import Tip
from payouts.wallet import services as wallet
from tests.calls.metering.world import Story, give_credit
from tests.marketplace.local_times import days_for_everybody_alike
from tests.payouts.purse import eur

pytestmark = pytest.mark.django_db
TOKEN = "a-token-of-the-form-1"
CLAIM = r"<p[^>]*claim-to-answer.*?</p>"  # on the page of earnings, where the chart counts days in UTC


@pytest.fixture
def story(db, monkeypatch) -> Story:
    """Alice talked for two minutes at 2.00, 30 s of it free, paused for 15 s; then hung up. It is the same day."""
    story = Story().go_paid().after(60)
    story.pause(story.alice)
    story.after(15).resume()
    story.after(60).back_to_free()
    story.after(5).hang_up()
    monkeypatch.setattr(timezone, "now", lambda: story.now)
    return story


def page(client, story: Story) -> str:
    return client.get(f"/calls/{story.call.id}/").content.decode()


def contest(client, story: Story, reason: str = "He was not listening.", **more):
    return client.post(line(story), {"reason": reason, **more}, follow=True)


def line(story: Story, reference: str = "") -> str:
    return f"/calls/{story.call.id}/contest/{reference or f'period:{story.period_id}'}/"


def give_back(client, story: Story, *, reference: str = "", token: str = TOKEN, **typed):
    address = f"/calls/{story.call.id}/give-back/{reference or f'period:{story.period_id}'}/"
    return client.post(address, {"token": token, "note": "", **typed}, follow=True)


def tip(client, story: Story, amount: str, token: str = TOKEN):
    return client.post(f"/calls/{story.call.id}/tip/", {"amount": amount, "token": token}, follow=True)


class ContestTests:
    def test_the_payer_contests_and_both_read_it(self, story, signed_in):
        alice = signed_in(story.alice)
        assert "Contest this charge" in page(alice, story)
        answer = contest(alice, story).content.decode()
        assert "has 3 days to give money back or to answer" in answer
        for client in (alice, signed_in(story.bob)):
            assert "He was not listening." in page(client, story)
        assert ">Contest this charge<" not in page(alice, story)

    def test_the_evidence_is_the_receipts_and_frozen(self, story, signed_in):
        contest(signed_in(story.alice), story)
        tables = {table["title"]: table["rows"] for table in Claim.objects.get().evidence}
        assert tables["Terms as accepted"][0] == [
            "€2.00 per minute, billed by the second, taxes included. The first 30 seconds are free."
        ]
        assert ["2026-03-02 09:01:05.000", "Paused by the caller", "15.000 s"] in tables["When the meter stood still"]
        seconds = [(kind, text, length) for _at, kind, text, length in tables["Every second"]]
        assert seconds == [
            ("Free", "Countdown", "3.000 s"),
            ("Free", "Free time", "30.000 s"),
            ("Paid", "€2.00 per minute", "30.000 s"),
            ("Stopped", "Paused by the caller", "15.000 s"),
            ("Paid", "€2.00 per minute", "60.000 s"),
        ]
        assert ["Price", "€3.00"] in tables["The paid period"]
        assert len(tables["When each heard the other, as the servers saw it"]) == 2

    def test_the_evidence_is_in_english_whatever_language_the_payer_reads(self, story):
        period = PaidPeriod.objects.get()
        english = evidence(period)
        with translation.override("fr"):
            assert evidence(period) == english

    def test_the_evidence_never_tells_the_payers_credit(self, story, signed_in):
        contest(signed_in(story.alice), story)
        assert "You have" not in json.dumps(Claim.objects.get().evidence)

    @pytest.mark.parametrize("reason", ["", "   ", "x" * 2_001, "a\0b"])
    def test_without_a_reason_nothing_happens(self, story, signed_in, reason):
        answer = contest(signed_in(story.alice), story, reason)
        assert answer.status_code == 422
        assert "Please check this form" in answer.content.decode()
        assert Claim.objects.count() == 0

    def test_twice_is_once(self, story, signed_in):
        alice = signed_in(story.alice)
        contest(alice, story)
        assert "You have contested this charge before" in contest(alice, story).content.decode()

    def test_after_the_release_date_there_is_no_button(self, story, signed_in):
        story.now += timedelta(days=30)
        alice = signed_in(story.alice)
        assert "Contest this charge" not in page(alice, story)
        assert "can no longer be contested" in contest(alice, story).content.decode()
        assert Claim.objects.count() == 0

    def test_it_is_nobody_elses(self, story, signed_in, eve, sam):
        for somebody in (story.bob, eve, sam):
            assert contest(signed_in(somebody), story).status_code == 404
        assert Claim.objects.count() == 0

    def test_a_period_of_another_call_is_not_found(self, story, signed_in):
        address = f"/calls/{story.call.id + 1}/contest/period:{story.period_id}/"
        assert signed_in(story.alice).post(address, {"reason": "So."}).status_code == 404

    def test_words_stay_words(self, story, signed_in):
        contest(signed_in(story.alice), story, "<script>alert(1)</script>")
        assert "<script>alert(1)" not in page(signed_in(story.bob), story)


class AnswerTests:
    def test_the_expert_answers_on_the_receipt(self, story, signed_in):
        contest(signed_in(story.alice), story)
        bob = signed_in(story.bob)
        assert "contests €3.00" in bob.get("/earnings/").content.decode()
        claim = Claim.objects.get()
        bob.post(f"/claims/{claim.pk}/answer/", {"text": "I was listening all the time."})
        assert "I was listening all the time." in page(signed_in(story.alice), story)
        assert "contests €3.00" not in bob.get("/earnings/").content.decode()

    @pytest.mark.parametrize("text", ["", "x" * 2_001])
    def test_an_empty_answer_is_none(self, story, signed_in, text):
        contest(signed_in(story.alice), story)
        answer = signed_in(story.bob).post(f"/claims/{Claim.objects.get().pk}/answer/", {"text": text}, follow=True)
        assert "Nothing was sent" in answer.content.decode()
        assert Claim.objects.get().state == "asked"

    def test_nobody_else_answers_or_takes_back(self, story, signed_in, eve, sam):
        contest(signed_in(story.alice), story)
        claim = Claim.objects.get()
        for somebody in (story.alice, eve, sam):
            assert signed_in(somebody).post(f"/claims/{claim.pk}/answer/", {"text": "No."}).status_code == 404
        for somebody in (story.bob, eve, sam):
            assert signed_in(somebody).post(f"/claims/{claim.pk}/take-back/").status_code == 404
        assert Claim.objects.get().state == "asked"

    def test_the_payer_takes_it_back(self, story, signed_in):
        alice = signed_in(story.alice)
        contest(alice, story)
        alice.post(f"/claims/{Claim.objects.get().pk}/take-back/")
        assert "the claim was taken back" in page(alice, story)


class GiveBackTests:
    def test_some_seconds(self, story, signed_in):
        give_back(signed_in(story.bob), story, what="time", minutes="0", seconds="31", note="The line was bad.")
        assert [(made.amount_minor, made.line) for made in GiveBack.objects.all()] == [(104, "31 s")]
        receipt = page(signed_in(story.alice), story)
        assert "−€1.04" in receipt
        assert "The line was bad." in receipt
        assert ">€1.96<" in receipt

    def test_all_of_it(self, story, signed_in):
        give_back(signed_in(story.bob), story, what="all")
        assert story.balances()["credit"] == 1_840

    def test_a_sum(self, story, signed_in):
        give_back(signed_in(story.bob), story, what="sum", amount="1.20")
        assert (story.balances()["credit"], story.balances()["commission"]) == (1_660, 54)

    def test_an_act_has_no_seconds_but_a_part_of_its_price(self, db, signed_in):
        story = Story(credit=5_000)
        story.go_act().after(30 * 60)
        story.sweep()
        story.hang_up()
        bob = signed_in(story.bob)
        form = bob.get(f"/calls/{story.call.id}/give-back/period:{story.period_id}/").content.decode()
        assert "Minutes" not in form
        give_back(bob, story, what="time", minutes="5")
        assert GiveBack.objects.count() == 0
        give_back(bob, story, what="sum", amount="5")
        assert story.balances()["credit"] == 3_000

    def test_a_tip(self, story, signed_in):
        tip(signed_in(story.alice), story, "5")
        give_back(signed_in(story.bob), story, reference=f"tip:{Tip.objects.get().pk}", what="all")
        assert story.balances()["credit"] == 1_540

    @pytest.mark.parametrize(
        "typed",
        [
            {},
            {"what": "everything"},
            {"what": "time"},
            {"what": "time", "minutes": "-1"},
            {"what": "time", "minutes": "2", "seconds": "0"},
            {"what": "sum"},
            {"what": "sum", "amount": "0"},
            {"what": "sum", "amount": "-1"},
            {"what": "sum", "amount": "3.01"},
            {"what": "sum", "amount": "1e1"},
            {"what": "sum", "amount": "١"},
            {"what": "all", "token": "short"},
        ],
    )
    def test_what_makes_no_sense_changes_nothing(self, story, signed_in, typed):
        answer = give_back(signed_in(story.bob), story, **typed)
        assert answer.status_code == 422
        assert story.balances()["credit"] == 1_540

    def test_pressed_twice_it_goes_back_once(self, story, signed_in):
        for _ in range(2):
            give_back(signed_in(story.bob), story, what="sum", amount="1")
        assert story.balances()["credit"] == 1_640

    def test_sent_twice_it_says_the_same_truth_whatever_is_left(self, story, signed_in):
        bob = signed_in(story.bob)
        for _ in range(2):
            assert "You gave €3.00 back." in give_back(bob, story, what="all").content.decode()
        assert (story.balances()["credit"], GiveBack.objects.count()) == (1_840, 1)

    def test_of_more_than_half_too(self, story, signed_in):
        bob = signed_in(story.bob)
        for _ in range(2):
            assert "You gave €2.00 back." in give_back(bob, story, what="sum", amount="2").content.decode()
        assert GiveBack.objects.count() == 1

    def test_nobody_else_gives_it_back(self, story, signed_in, eve, sam):
        for somebody in (story.alice, eve, sam):
            assert give_back(signed_in(somebody), story, what="all").status_code == 404
        assert story.balances()["credit"] == 1_540

    def test_an_expert_reaches_only_lines_of_that_receipt(self, story, signed_in):
        bob = signed_in(story.bob)
        for reference in ("period:999999", "tip:1", "withdrawal:1", "period:", "x"):
            assert give_back(bob, story, reference=reference, what="all").status_code == 404

    def test_an_act_that_a_late_witness_shortens_after_all_came_back_gives_back_nothing_more(self, db):
        story = Story().go_paid().after(60)
        story.back_to_free()
        claims.refund(
            expert=story.bob, reference=f"period:{story.period_id}", amount=eur(100), key=TOKEN, now=story.now
        )
        story.after(5).kill(beat=15)
        assert story.balances()["credit"] == 1_840
        assert story.faults() == []


class TipTests:
    def test_it_is_on_both_receipts(self, story, signed_in):
        alice = signed_in(story.alice)
        assert "Send a tip" in page(alice, story)
        assert "All of it is theirs" in tip(alice, story, "5").content.decode()
        assert (story.balances()["credit"], story.balances()["earned"]) == (1_040, 710)
        for client in (alice, signed_in(story.bob)):
            assert "€5.00" in page(client, story)

    @pytest.mark.parametrize(
        ("amount", "said"),
        [("0.99", "too little"), ("20.01", "€20.00 more"), ("18", "You have"), ("", "such as 5"), ("-5", "such as 5")],
    )
    def test_what_is_no_tip_is_refused_in_words(self, story, signed_in, amount, said):
        assert said in tip(signed_in(story.alice), story, amount).content.decode()
        assert (Tip.objects.count(), story.balances()["credit"]) == (0, 1_540)

    def test_not_above_the_monthly_limit(self, story, signed_in):
        wallet.set_monthly_limit(member=story.alice, limit=eur(1_000), now=story.now)
        assert "monthly limit leaves €7.00" in tip(signed_in(story.alice), story, "7.01").content.decode()
        assert Tip.objects.count() == 0
        tip(signed_in(story.alice), story, "7", token="a-token-of-the-form-2")
        assert Tip.objects.count() == 1

    def test_once_20_are_sent_it_is_not_offered_again(self, story, signed_in):
        give_credit(story.alice, 5_000)
        alice = signed_in(story.alice)
        tip(alice, story, "20")
        assert "Send a tip" not in page(alice, story)

    def test_it_is_contested_with_the_charge_each_a_claim_of_its_own(self, story, signed_in):
        alice, bob = signed_in(story.alice), signed_in(story.bob)
        tip(alice, story, "5")
        reference = Tip.objects.get().reference
        assert "The tip of €5.00" in alice.get(line(story)).content.decode()
        contest(alice, story, also=[reference])
        opened = Claim.objects.order_by("pk")
        assert [claim.charge.reference for claim in opened] == [f"period:{story.period_id}", reference]
        assert opened[1].evidence[0] == {
            "title": "The tip",
            "rows": [["Tip", "€5.00"], ["Sent", ANY], ["Given back before", "€0.00"]],
        }
        give_back(bob, story, reference=reference, what="all")
        assert [claim.state for claim in Claim.objects.order_by("pk")] == ["asked", "closed"]
        assert story.balances()["credit"] == 1_540
        assert page(alice, story).count('data-testid="claim"') == 2

    def test_it_is_contested_alone(self, story, signed_in):
        alice = signed_in(story.alice)
        tip(alice, story, "5")
        address = line(story, Tip.objects.get().reference)
        assert address in page(alice, story)
        alice.post(address, {"reason": "I pressed by mistake."})
        assert Claim.objects.get().charge.price == eur(500)
        assert address not in page(alice, story)
        claims.meet_deadlines(now=story.now + timedelta(days=3))
        assert story.balances()["credit"] == 1_540

    def test_contested_before_it_is_not_contested_with_the_charge(self, story, signed_in):
        """All of the lines or none."""
        alice = signed_in(story.alice)
        tip(alice, story, "5")
        reference = Tip.objects.get().reference
        alice.post(line(story, reference), {"reason": "I pressed by mistake."})
        assert contest(alice, story, also=[reference]).status_code == 200
        assert Claim.objects.count() == 2

    def test_no_line_of_another_receipt_is_contested_with_it(self, story, signed_in):
        alice = signed_in(story.alice)
        tip(alice, story, "5")
        assert contest(alice, story, also=["period:999"]).status_code == 422
        assert Claim.objects.count() == 0

    def test_under_review_it_waits_for_both(self, story, signed_in, settings):
        settings.SUSPICIOUS_MINOR = 1
        for member in (story.alice, story.bob):
            member.date_joined = story.now
            member.save()
        alice = signed_in(story.alice)
        tip(alice, story, "5")
        alice.post(line(story, Tip.objects.get().reference), {"reason": "I pressed by mistake."})
        claim = Claim.objects.get()
        assert claim.earning.waits == 2
        claims.take_back(claim_id=claim.pk, payer=story.alice, now=story.now)
        assert list(claim.earning.reasons_to_wait.values_list("reason", flat=True)) == ["review"]

    def test_nobody_else_contests_it(self, story, signed_in, eve, sam):
        tip(signed_in(story.alice), story, "5")
        address = line(story, Tip.objects.get().reference)
        for somebody in (story.bob, eve, sam):
            assert signed_in(somebody).post(address, {"reason": "x"}).status_code == 404
        assert Claim.objects.count() == 0

    def test_nobody_else_tips(self, story, signed_in, eve, sam):
        for somebody in (story.bob, eve, sam):
            give_credit(somebody, 1_000)
            assert tip(signed_in(somebody), story, "5").status_code == 404
        assert Tip.objects.count() == 0

    def test_where_nothing_was_paid_nothing_is_tipped(self, db, signed_in):
        story = Story()
        story.after(60).hang_up()
        assert tip(signed_in(story.alice), story, "5").status_code == 404
        assert "Send a tip" not in page(signed_in(story.alice), story)

    def test_the_wallet_calls_it_a_tip(self, story, signed_in):
        alice = signed_in(story.alice)
        tip(alice, story, "5")
        assert re.search(r"<strong>Tip</strong>.*?€5\.00", alice.get("/wallet/").content.decode(), re.DOTALL)


class ReceiptAfterAClaimTests:
    def test_every_deadline_is_in_the_readers_own_time(self, story, signed_in):
        alice, bob = signed_in(story.alice), signed_in(story.bob)
        tip(alice, story, "2.50")
        pages = [page(alice, story), page(bob, story)]  # until when a charge can be contested, when a tip is available
        contest(alice, story)
        pages += [page(alice, story), page(bob, story), re.search(CLAIM, bob.get("/earnings/").content.decode())[0]]
        bob.post(f"/claims/{Claim.objects.get().pk}/answer/", {"text": "We heard each other."})
        for text in [*pages, page(alice, story), page(bob, story)]:
            assert days_for_everybody_alike(text) == []

    def test_the_list_of_calls_says_what_it_cost_in_the_end(self, story, signed_in):
        alice = signed_in(story.alice)
        assert "€3.00" in alice.get("/me/").content.decode()
        give_back(signed_in(story.bob), story, what="sum", amount="1.20")
        assert "€1.80" in alice.get("/me/").content.decode()

    def test_it_adds_up_when_staff_were_late(self, story, signed_in):
        contest(signed_in(story.alice), story)
        claim = Claim.objects.get()
        claims.answer(claim_id=claim.pk, expert=story.bob, text="No.", now=story.now)
        story.now += timedelta(days=7)
        claims.meet_deadlines(now=story.now)
        receipt = page(signed_in(story.bob), story)
        assert "Our commission, because we did not decide in time" in receipt
        assert "−€0.90" in receipt
        assert ">€2.10<" in receipt
        assert earnings.summary(expert=story.bob).pending.minor == 210

    def test_visitors_are_asked_to_sign_in(self, story, client):
        for address in ("tip/", f"contest/period:{story.period_id}/", f"give-back/period:{story.period_id}/"):
            assert client.post(f"/calls/{story.call.id}/{address}").status_code == 302
