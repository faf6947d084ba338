"""A payer contests a charge; the expert gives back, answers, or stays silent."""

import pytest

from payouts.claims import services as claims
from payouts.claims.models import Claim, GiveBack
from payouts.earnings import services as earnings
from payouts.earnings.models import Earning
from payouts.ledger.services import KeyReused
from payouts.money import BadAmount
from payouts.outbox.models import OutboxRow
from payouts.wallet import services as wallet
from tests import cast
from tests.payouts.claims.story import EVIDENCE, answered, commission_kept, contest, days, paid, refund
from tests.payouts.purse import capture, eur, give_credit, purse

pytestmark = pytest.mark.django_db


def mails_about(event: str) -> set[str]:
    rows = OutboxRow.objects.filter(action="mail.member")
    return {row.payload["facts"]["side"] for row in rows if row.payload["template"] == event}


class ContestTests:
    def test_the_charge_waits_with_the_evidence_and_nothing_moves(self, alice, bob, now):
        paid()
        claim = contest()
        assert (claim.state, claim.evidence, claim.deadline_at) == ("asked", EVIDENCE, now + days(3))
        earnings.release_due(now=now + days(60))
        assert (purse(alice)["credit"], purse(bob)["pending"]) == ("0.00", "7.00")
        assert mails_about("claim_opened") == {"payer", "expert"}

    def test_only_that_charge_waits(self, alice, bob, now):
        paid()
        paid(reference="period:2")
        contest()
        earnings.release_due(now=now + days(60))
        assert (purse(bob)["pending"], purse(bob)["available"]) == ("7.00", "7.00")

    def test_until_the_release_date(self, alice, bob, now):
        paid()
        contest(now=now + days(30) - days(0.001))

    @pytest.mark.parametrize("later", [30, 31])
    def test_not_from_the_release_date_on_be_the_worker_late_or_not(self, alice, bob, now, later):
        paid()
        if later == 31:
            earnings.release_due(now=now + days(30))
        with pytest.raises(claims.TooLate):
            contest(now=now + days(later))
        assert Claim.objects.count() == 0

    def test_once(self, alice, bob, now):
        paid()
        claims.take_back(claim_id=contest().pk, payer=alice, now=now)
        with pytest.raises(claims.AlreadyContested):
            contest()

    def test_nothing_is_left_to_contest_of_what_came_back(self, alice, bob, now):
        paid()
        refund(1_000)
        with pytest.raises(claims.NothingLeft):
            contest()

    def test_a_tip_as_any_charge(self, alice, bob, now):
        give_credit(alice, 500, now)
        words = {"about": "call:1", "key": "form-1", "group": "", "label": "Tip", "link": "/calls/1/"}
        sent = earnings.tip(payer=alice, expert=bob, amount=eur(500), now=now, **words)
        contest(reference=sent.reference)
        claims.meet_deadlines(now=now + days(3))
        assert (purse(alice)["credit"], purse(bob)["pending"]) == ("5.00", "0.00")

    def test_only_by_who_paid(self, alice, bob, eve, now):
        paid()
        for somebody in (bob, eve):
            with pytest.raises(Earning.DoesNotExist):
                contest(payer=somebody)
        assert Claim.objects.count() == 0


class AnswerTests:
    def test_then_staff_have_seven_days(self, now):
        claim = answered()
        assert (claim.state, claim.answer, claim.deadline_at) == (
            "answered",
            "I was there all the time.",
            now + days(7),
        )
        assert mails_about("claim_answered") == {"payer", "expert"}

    def test_only_by_the_expert_of_it(self, alice, bob, eve, now):
        paid()
        claim = contest()
        for somebody in (alice, eve):
            with pytest.raises(Claim.DoesNotExist):
                claims.answer(claim_id=claim.pk, expert=somebody, text="No.", now=now)

    def test_once(self, bob, now):
        claim = answered()
        with pytest.raises(claims.NotNow):
            claims.answer(claim_id=claim.pk, expert=bob, text="And besides.", now=now)

    def test_not_after_three_days_be_the_worker_late_or_not(self, bob, now):
        paid()
        claim = contest()
        with pytest.raises(claims.TooLate):
            claims.answer(claim_id=claim.pk, expert=bob, text="Sorry, I was ill.", now=now + days(3))


class SilenceTests:
    def test_a_silent_expert_means_a_full_refund(self, alice, bob, now):
        paid()
        contest()
        assert claims.meet_deadlines(now=now + days(3) - days(0.001)) == 0
        assert claims.meet_deadlines(now=now + days(3)) == 1
        assert (purse(alice)["credit"], purse(bob)["pending"], commission_kept()) == ("10.00", "0.00", 0)
        assert Claim.objects.get().outcome == "silence"
        assert mails_about("claim_silence") == {"payer", "expert"}

    def test_it_acts_once(self, alice, now):
        paid()
        contest()
        for _ in range(2):
            claims.meet_deadlines(now=now + days(4))
        assert purse(alice)["credit"] == "10.00"

    def test_who_gave_back_a_part_was_not_silent(self, alice, bob, now):
        paid()
        contest()
        refund(300, note="You are right about the pause.")
        assert claims.meet_deadlines(now=now + days(3)) == 0
        claim = Claim.objects.get()
        assert (claim.state, claim.answer) == ("answered", "You are right about the pause.")

    def test_a_part_given_back_too_late_is_no_answer(self, alice, now):
        paid()
        contest()
        refund(300, now=now + days(3))
        claims.meet_deadlines(now=now + days(3))
        assert purse(alice)["credit"] == "10.00"


class TakeBackTests:
    def test_the_earning_is_released_on_its_date(self, alice, bob, now):
        paid()
        claims.take_back(claim_id=contest().pk, payer=alice, now=now)
        earnings.release_due(now=now + days(30))
        assert purse(bob)["available"] == "7.00"

    def test_only_by_who_contested_and_once(self, alice, bob, eve, now):
        paid()
        claim = contest()
        for somebody in (bob, eve):
            with pytest.raises(Claim.DoesNotExist):
                claims.take_back(claim_id=claim.pk, payer=somebody, now=now)
        claims.take_back(claim_id=claim.pk, payer=alice, now=now)
        with pytest.raises(claims.NotNow):
            claims.take_back(claim_id=claim.pk, payer=alice, now=now)


class RefundTests:
    def test_without_a_claim_as_a_discount(self, alice, bob, now):
        paid()
        assert refund(250, line="1 min 15 s", note="The line was bad.") == eur(250)
        made = GiveBack.objects.get()
        assert (made.cause, made.line, made.claim) == ("expert", "1 min 15 s", None)
        assert (purse(alice)["credit"], purse(bob)["pending"], commission_kept()) == ("2.50", "5.25", 225)
        assert mails_about("refund") == {"payer", "expert"}

    def test_all_of_it_closes_the_claim(self, alice, bob, now):
        paid()
        contest()
        refund(1_000)
        claim = Claim.objects.get()
        assert (claim.state, claim.outcome) == ("closed", "refunded")
        assert purse(alice)["credit"] == "10.00"

    def test_after_the_release_what_was_withdrawn_is_owed(self, alice, bob, now):
        paid()
        earnings.release_due(now=now + days(30))
        refund(1_000, now=now + days(31))
        assert (purse(alice)["credit"], purse(bob)["available"]) == ("10.00", "0.00")

    def test_a_tip(self, alice, bob, now):
        give_credit(alice, 500, now)
        words = {"about": "call:1", "key": "form-1", "group": "", "label": "Tip", "link": "/calls/1/"}
        sent = earnings.tip(payer=alice, expert=bob, amount=eur(500), now=now, **words)
        refund(500, reference=sent.reference, line="Tip")
        assert (purse(alice)["credit"], purse(bob)["pending"]) == ("5.00", "0.00")

    def test_the_same_form_twice_gives_back_once(self, alice, bob, now):
        paid()
        for _ in range(2):
            refund(250)
        assert purse(alice)["credit"] == "2.50"
        with pytest.raises(KeyReused):
            refund(251)

    @pytest.mark.parametrize("minor", [0, -1, 1_001])
    def test_only_within_the_charge(self, alice, bob, now, minor):
        paid()
        contest()
        with pytest.raises(BadAmount):
            refund(minor)
        assert (purse(alice)["credit"], Claim.objects.get().state) == ("0.00", "asked")

    def test_only_by_the_expert_of_it(self, alice, bob, eve, now):
        """Alice would pay herself from bob's earnings, eve whomever she likes."""
        paid()
        for somebody in (alice, eve):
            with pytest.raises(Earning.DoesNotExist):
                refund(1_000, expert=somebody)
        assert purse(alice)["credit"] == "0.00"

    def test_the_key_of_one_expert_is_not_anothers(self, alice, bob, now):
        paid()
        refund(100)
        dora = another_expert(alice, now)
        refund(100, expert=dora, reference="period:2")
        assert purse(alice)["credit"] == "2.00"


def another_expert(alice, now):
    dora = cast.expert("Dora Klein")
    give_credit(alice, 500, now)
    wallet.hold(payer=alice, amount=eur(500), key="period:2:hold:1", reference="period:2", now=now)
    capture(alice, dora, 500, now, reference="period:2")
    return dora
