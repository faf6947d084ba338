"""Time that was bought and not used: kept for the same two people for 30 days, used in later calls, then given back."""

import re
from datetime import timedelta

import pytest

from calls.metering import services as metering
from calls.metering.models import PaidPeriod, StoredTime
from payouts.earnings import services as earnings
from payouts.money import Money
from payouts.outbox.models import OutboxRow
from payouts.wallet import services as wallet
from payouts.wallet.models import Hold
from tests import cast
from tests.calls.metering.world import Story, give_credit

AFTER_30_DAYS = timedelta(days=30)


def refused(code: str):
    return pytest.raises(metering.OfferRefused, match=f"^{code}$")


@pytest.fixture
def story(db) -> Story:
    """12 of 30 min are used, 18 are stored, and alice calls bob again a day later."""
    story = Story(credit=3_000)
    story.go_act().after(720)
    story.hang_up()
    story.after(24 * 3_600).call_again()
    return story


@pytest.fixture(autouse=True)
def books_stay_clean(story):
    yield
    assert story.faults() == []


def give_back_expired(story: Story, after: timedelta = AFTER_30_DAYS) -> int:
    at = story.now + after
    return metering.give_back_expired(today=at, now=at)


def shown(story: Story, viewer) -> list[dict]:
    return metering.stored_state(payer=story.alice, expert=story.bob, viewer=viewer, now=story.now)


class OfferTests:
    def test_both_are_told_what_is_left(self, story):
        for viewer in (story.alice, story.bob):
            (left,) = shown(story, viewer)
            assert (left["label"], left["length_ms"]) == ("Half an hour on your tax return", 1_080_000)
            assert left["text"] == "18 min left, until 1 Apr 2026"

    def test_the_card_says_that_nothing_more_is_paid(self, story):
        story.offer_stored()
        card = story.card()
        assert card["text"] == [
            "Bob Leroy asks to go on with your stored time.",
            "Half an hour on your tax return: 18 min of it are left. Nothing more is paid.",
            "Only the time that is used is taken from it; the rest stays stored until 1 Apr 2026.",
            "By accepting I ask to start now; I cannot withdraw from time already given.",
        ]
        assert (card["price_minor"], card["can_accept"], card["needs_credit"]) == (0, True, False)
        assert card["cap"]["proposed_minor"] == 0

    def test_the_payer_can_ask_for_it_too(self, story):
        story.offer_stored(story.alice)
        assert story.card()["text"][0] == "Use your stored time with Bob Leroy."
        assert story.card(story.bob)["text"][0] == "Alice Martin asks to use stored time."
        story.accept(0)
        assert story.period.kind == "stored_time"

    def test_what_the_payer_asked_for_and_refused_makes_no_expert_wait(self, story):
        for _ in range(2):
            story.offer_stored(story.alice)
            metering.refuse_offer(offer_id=story.offer.pk, payer=story.alice, now=story.now)
        story.offer_rate()

    def test_it_needs_no_credit(self, story):
        story.go_paid(cap=500).after(600).sweep()
        assert story.balances()["credit"] == 0
        story.go_stored()
        assert story.meter()["state"] == "running"

    def test_nothing_is_held(self, story):
        story.go_stored()
        assert not Hold.objects.filter(is_open=True).exists()
        assert story.meter()["cost_minor"] == 0

    def test_a_stranger_uses_nothing(self, story):
        with refused("not_the_expert"):
            story.offer_stored(cast.eve())

    def test_nor_does_another_pair(self, story):
        other = Story(credit=0, caller=story.alice, expert=cast.expert("Carla Novak"))
        with refused("not_found"):
            metering.offer_stored(
                call=other.call, member=story.alice, stored_id=StoredTime.objects.get().pk, now=other.now
            )

    def test_it_is_no_cap_that_is_held(self, story):
        story.offer_stored()
        with refused("cap_above_credit"):
            story.accept(100)

    def test_what_went_back_meanwhile_is_not_accepted(self, story):
        story.offer_stored()
        give_back_expired(story)
        with refused("closed"):
            story.accept(0)

    def test_what_the_expert_gave_back_is_not_stored_any_more(self, story):
        earnings.give_back(
            reference=StoredTime.objects.get().reference, amount=Money(500, "EUR"), key="refund:1", now=story.now
        )
        story.go_stored().after(2_000).sweep()
        assert (story.period.amount_minor, story.period.billable_ms) == (1_000, 720_000)
        assert story.stored() == (0, 0)

    def test_what_was_given_back_whole_cannot_be_asked_for(self, story):
        earnings.give_back(
            reference=StoredTime.objects.get().reference, amount=Money(1_500, "EUR"), key="refund:1", now=story.now
        )
        with refused("not_found"):
            story.offer_stored()


class UseTests:
    def test_what_is_used_is_earned_and_the_rest_stays(self, story):
        story.go_stored().after(360)
        story.back_to_free()
        assert (story.period.amount_minor, story.period.commission_minor) == (500, 150)
        assert story.stored() == (1_000, 720_000)
        assert story.meter()["last"]["text"] == "6 min of stored time used. Back to free was pressed."

    def test_no_cent_leaves_or_comes(self, story):
        before = story.balances()
        story.go_stored().after(360)
        story.hang_up()
        assert story.balances() == before

    def test_it_ends_when_it_is_used_up(self, story):
        story.go_stored().after(1_079.999).sweep()
        assert story.period.state == "running"
        story.after(1).sweep()
        assert (story.period.end_reason, story.period.amount_minor) == ("act_done", 1_500)
        assert story.stored() == (0, 0)
        assert shown(story, story.alice) == []

    def test_each_part_is_released_from_its_own_end(self, story):
        story.go_stored().after(360)
        story.hang_up()
        assert story.period.release_at == story.now + timedelta(days=30)
        earnings.release_due(now=story.now + timedelta(days=29, hours=12))
        assert earnings.summary(expert=story.bob).available == Money(700, "EUR")
        earnings.release_due(now=story.now + timedelta(days=31))
        assert earnings.summary(expert=story.bob).available == Money(1_050, "EUR")

    def test_back_to_free_in_the_countdown_uses_nothing(self, story):
        story.offer_stored()
        story.accept(0)
        story.after(1)
        story.back_to_free()
        assert (story.period.amount_minor, story.stored()) == (0, (1_500, 1_080_000))

    def test_there_is_nothing_to_cancel(self, story):
        story.go_stored().after(10)
        assert not story.meter()["can_cancel_act"]
        with pytest.raises(metering.MeterRefused, match="^not_now$"):
            story.cancel_act()

    def test_its_cap_is_not_raised(self, story):
        story.go_stored()
        with pytest.raises(metering.MeterRefused, match="^not_now$"):
            story.raise_cap(100)

    def test_it_blocks_other_paid_periods_while_it_runs(self, story):
        story.go_stored()
        with refused("period_running"):
            story.offer_rate()


class LateWitnessTests:
    def test_an_act_that_was_shorter_stores_more(self, story):
        act = PaidPeriod.objects.get()
        metering.silence(
            period_id=act.pk, side="payer", last_good_at=act.ended_at - timedelta(seconds=60), now=story.now
        )
        act.refresh_from_db()
        assert (act.billable_ms, act.amount_minor - act.given_back_minor) == (660_000, 2_500 * 660 // 1_800)
        assert story.stored() == (2_500 - 2_500 * 660 // 1_800, 1_140_000)

    def test_stored_time_that_was_used_less_is_stored_again(self, story):
        story.go_stored().after(360)
        story.back_to_free()
        story.after(5).lose("payer", silent_for=65)
        period = story.period
        assert (period.billable_ms, period.amount_minor - period.given_back_minor) == (300_000, 416)
        assert story.stored() == (1_500 - 416, 780_000)

    def test_what_the_expert_gave_back_of_it_meanwhile_is_not_stored_again(self, story):
        story.go_stored().after(360)
        story.back_to_free()
        used, before = f"period:{story.period.pk}", story.stored()
        left = earnings.left(reference=used)
        earnings.give_back(reference=used, amount=left - Money(42, "EUR"), key="most of it", now=story.now)
        story.after(5).lose("payer", silent_for=65)
        assert story.period.billable_ms == 300_000
        assert earnings.left(reference=used).minor == 0
        assert story.stored() == (before[0] + 42, before[1] + 60_000 * 42 // 84)

    def test_even_after_it_had_gone_back(self, story):
        story.go_stored().after(360)
        story.back_to_free()
        give_back_expired(story, timedelta(days=40))
        story.after(5).lose("payer", silent_for=65)
        assert give_back_expired(story, timedelta(days=80)) == 1
        assert StoredTime.objects.get().returned_minor == 1_500 - 416


class ExpiryTests:
    def test_a_day_too_early_nothing_happens(self, story):
        assert give_back_expired(story, timedelta(days=28)) == 0

    def test_what_nobody_used_is_credit_again(self, story):
        assert give_back_expired(story) == 1
        assert story.balances() == {"credit": 2_000, "held": 0, "earned": 700, "commission": 300}
        assert give_back_expired(story) == 0

    def test_what_is_used_meanwhile_waits_for_its_end(self, story):
        story.go_stored().after(60)
        assert give_back_expired(story) == 0
        story.back_to_free()
        assert give_back_expired(story) == 1
        assert story.balances()["credit"] == 500 + 1_500 - 83

    def test_the_payer_is_told(self, story):
        give_back_expired(story)
        mail = OutboxRow.objects.get(action="mail.member")
        assert (mail.payload["member"], mail.payload["template"]) == (story.alice.pk, "stored_returned")


class DisputeTests:
    """The bank disputes the payment that the act was bought with."""

    @pytest.fixture
    def disputed(self, story):
        left = StoredTime.objects.get()
        wallet.block_payments(member=story.alice, reason="dispute:1", now=story.now)
        earnings.wait(reference=left.reference, reason="dispute:1", now=story.now)
        return left

    def test_meanwhile_it_cannot_be_used_whoever_asks(self, story, disputed):
        with refused("payments_blocked"):
            story.offer_stored(story.alice)
        story.offer_stored()
        with refused("payments_blocked"):
            story.accept(0)
        assert not PaidPeriod.objects.living().exists()

    def test_what_was_offered_before_cannot_be_accepted(self, story):
        story.offer_stored(story.alice)
        wallet.block_payments(member=story.alice, reason="dispute:1", now=story.now)
        with refused("payments_blocked"):
            story.accept(0)

    def test_the_payers_page_says_so(self, story, signed_in):
        said = "it can neither be used nor go back"
        alice = signed_in(story.alice)
        assert said not in alice.get("/me/").content.decode()
        wallet.block_payments(member=story.alice, reason="dispute:1", now=story.now)
        assert said in alice.get("/me/").content.decode()
        assert said not in signed_in(story.bob).get("/me/").content.decode()

    def test_what_runs_already_goes_on_to_its_end(self, story):
        story.go_stored().after(60)
        wallet.block_payments(member=story.alice, reason="dispute:1", now=story.now)
        story.after(60).back_to_free()
        assert story.period.billable_ms == 120_000

    def test_won_it_can_be_used_again(self, story, disputed):
        wallet.unblock_payments(reason="dispute:1", now=story.now)
        story.go_stored()
        assert PaidPeriod.objects.living().exists()

    def test_it_does_not_go_back_before_the_end_of_the_dispute(self, story, disputed):
        assert give_back_expired(story) == 0
        earnings.let_go(reference=disputed.reference, reason="dispute:1")
        assert give_back_expired(story) == 1
        assert story.balances()["credit"] == 2_000

    def test_nor_before_the_end_of_a_claim_or_a_review_and_it_holds_up_no_other(self, story, monkeypatch):
        monkeypatch.setattr("calls.metering.stored.AT_ONCE", 1)
        earnings.wait(reference=StoredTime.objects.get().reference, reason="claim", now=story.now)
        give_credit(story.alice, 2_500)
        story.go_act().after(720)
        story.hang_up()
        assert give_back_expired(story, timedelta(days=32)) == 1
        assert [row.price_minor for row in StoredTime.objects.order_by("pk")] == [1_500, 0]


class KeptPastItsDateTests:
    """A claim, a dispute or a review is still open when the 30 days are over: nothing says that it goes back on a day past."""

    @pytest.fixture
    def kept(self, story, monkeypatch) -> StoredTime:
        left = StoredTime.objects.get()
        story.hang_up()
        earnings.wait(reference=left.reference, reason="claim", now=story.now)
        story.after(30 * 24 * 3_600)
        monkeypatch.setattr("django.utils.timezone.now", lambda: story.now)
        assert metering.give_back_expired(today=story.now, now=story.now) == 0
        return left

    def test_before_its_date_it_is_stored_until_then(self, story):
        earnings.wait(reference=StoredTime.objects.get().reference, reason="claim", now=story.now)
        assert shown(story, story.alice)[0]["text"] == "18 min left, until 1 Apr 2026"

    def test_both_read_so_on_their_own_pages_and_on_the_receipt(self, story, kept, signed_in):
        for member in (story.alice, story.bob):
            for address in ("/me/", f"/calls/{kept.period.call_id}/"):
                text = re.sub("<[^>]*>", "", signed_in(member).get(address).content.decode())
                assert "18 min, kept past 1 Apr 2026, until what is open about it is settled" in text
                assert "until 1 Apr 2026" not in text

    def test_in_the_call_and_on_the_card_too(self, story, kept):
        story.call_again()
        assert shown(story, story.alice)[0]["text"] == (
            "18 min left, kept past 1 Apr 2026 until what is open about it is settled"
        )
        story.offer_stored()
        assert (
            "Only the time that is used is taken from it; the rest stays stored until what is open is settled."
            in story.card()["text"]
        )

    def test_once_it_is_settled_it_goes_back(self, story, kept):
        earnings.let_go(reference=kept.reference, reason="claim")
        assert metering.kept_past_date([kept], now=story.now) == set()
        assert metering.give_back_expired(today=story.now, now=story.now) == 1


class GiveBackTests:
    def test_the_expert_gives_stored_time_back_on_the_receipt(self, story, signed_in):
        story.hang_up()
        left = StoredTime.objects.get()
        receipt = f"/calls/{left.period.call_id}/"
        alice, bob = signed_in(story.alice), signed_in(story.bob)
        assert "Give the stored time back" in bob.get(receipt).content.decode()
        assert "Give the stored time back" not in alice.get(receipt).content.decode()
        bob.post(f"{receipt}give-back/{left.reference}/", {"what": "sum", "amount": "5", "note": "", "token": "a" * 20})
        assert story.balances()["credit"] == 1_000
        assert StoredTime.objects.get().length_ms == 720_000
        assert "€5.00 Given back by the expert" in alice.get(receipt).content.decode()

    def test_nobody_else_does_and_nobody_contests_what_goes_back_by_itself(self, story, signed_in, eve):
        story.hang_up()
        left = StoredTime.objects.get()
        form = {"what": "all", "note": "", "token": "a" * 20, "reason": "x"}
        for member in (story.alice, eve):
            for act in ("give-back", "contest"):
                address = f"/calls/{left.period.call_id}/{act}/{left.reference}/"
                assert signed_in(member).post(address, form).status_code == 404
        assert story.balances()["credit"] == 500


class ReceiptTests:
    def test_the_act_says_what_is_stored(self, story):
        (row,) = metering.receipt(call=PaidPeriod.objects.get().call).periods
        assert (str(row.given_back), row.unused_ms, str(row.paid)) == ("€15.00", 1_080_000, "€10.00")
        assert row.stored == StoredTime.objects.get()

    def test_its_use_says_that_it_was_paid_before(self, story):
        act = PaidPeriod.objects.get()
        story.go_stored().after(360)
        story.hang_up()
        (row,) = metering.receipt(call=story.call).periods
        assert (row.is_stored, row.paid_in, str(row.paid), row.price_text) == (
            *(True, act.call_id, "€5.00"),
            "18 min of stored time",
        )
