"""Staff decide within seven days, two of them above a limit; and what happens when they are late."""

import pytest

from marketplace.accounts.models import User
from payouts.claims import services as claims
from payouts.claims.models import Claim, Vote
from payouts.earnings import services as earnings
from payouts.money import BadAmount, Money
from payouts.office import services as office
from payouts.office.models import AuditRecord
from tests import cast
from tests.payouts.claims.story import answered, commission_kept, contest, days, decide, paid, refund, sue
from tests.payouts.purse import charge, give_credit, purse

pytestmark = pytest.mark.django_db


class DecideTests:
    @pytest.mark.parametrize(
        ("minor", "credit", "pending", "commission"),
        [(0, "0.00", "7.00", 300), (400, "4.00", "4.20", 180), (1_000, "10.00", "0.00", 0)],
    )
    def test_nothing_a_part_or_all_goes_back(self, alice, bob, now, minor, credit, pending, commission):
        claim = decide(answered(), minor)
        assert (claim.state, claim.outcome, claim.verdict) == ("closed", "decided", "The line of time shows it.")
        assert (purse(alice)["credit"], purse(bob)["pending"], commission_kept()) == (credit, pending, commission)

    def test_what_is_left_is_released_on_its_date(self, bob, now):
        decide(answered(), 400)
        earnings.release_due(now=now + days(30))
        assert purse(bob)["available"] == "4.20"

    def test_it_is_in_the_audit_trail(self, sam, now):
        claim = decide(answered(), 400)
        record = AuditRecord.objects.get(act="claim.decide")
        assert (record.staff, record.reference) == (sam, f"claim:{claim.pk}")
        assert "The line of time shows it." in record.reason

    def test_within_what_is_left_after_a_part_came_back(self, alice, now):
        claim = answered()
        refund(300)
        with pytest.raises(BadAmount):
            decide(claim, 701)
        decide(claim, 700)
        assert purse(alice)["credit"] == "10.00"

    @pytest.mark.parametrize("refund", [Money(-1, "EUR"), Money(1_001, "EUR"), Money(100, "USD")])
    def test_no_other_sum(self, sam, alice, now, refund):
        claim = answered()
        with pytest.raises(BadAmount):
            claims.decide(claim_id=claim.pk, staff=sam, refund=refund, reason="So.", now=now)
        assert (purse(alice)["credit"], Vote.objects.count()) == ("0.00", 0)

    def test_not_before_the_expert_had_their_say(self, now):
        paid()
        with pytest.raises(claims.NotNow):
            decide(contest(), 400)

    def test_once(self, now):
        claim = decide(answered(), 400)
        with pytest.raises(claims.NotNow):
            decide(claim, 600)

    def test_not_after_the_deadline_be_the_worker_late_or_not(self, now):
        with pytest.raises(claims.TooLate):
            decide(answered(), 400, now=now + days(7))

    def test_not_by_members(self, alice, bob, eve, now):
        claim = answered()
        for somebody in (alice, bob, eve):
            with pytest.raises(Claim.DoesNotExist):
                decide(claim, 1_000, staff=somebody)
        assert purse(alice)["credit"] == "0.00"


class SelfDealingTests:
    @pytest.mark.parametrize("name", ["Alice Martin", "Bob Leroy"])
    def test_staff_who_paid_or_earned_do_not_decide(self, now, name):
        claim = answered()
        party = cast.member(name)
        party.is_staff = True
        party.save()
        with pytest.raises(office.PartyToIt):
            decide(claim, 1_000, staff=party)

    def test_above_the_limit_a_vote_counts_only_while_one_is_staff(self, alice, now):
        claim = answered(20_000)
        decide(claim, 5_000, staff=sue())
        User.objects.filter(name="Sue Staff").update(is_staff=False)
        assert decide(claim, 5_000).state == "answered"


class TwoOfTheStaffTests:
    def test_above_the_limit_one_is_not_enough(self, alice, now):
        claim = decide(answered(10_001), 5_000)
        assert (claim.state, purse(alice)["credit"]) == ("answered", "0.00")

    def test_at_the_limit_one_is(self, alice, now):
        assert decide(answered(10_000), 5_000).state == "closed"

    def test_another_who_says_the_same_decides(self, alice, now):
        claim = answered(20_000)
        decide(claim, 5_000)
        decide(claim, 5_000, staff=sue())
        assert (Claim.objects.get().state, purse(alice)["credit"]) == ("closed", "50.00")

    def test_the_same_one_twice_does_not(self, alice, now):
        claim = answered(20_000)
        for _ in range(2):
            decide(claim, 5_000)
        assert (Claim.objects.get().state, purse(alice)["credit"]) == ("answered", "0.00")

    def test_two_who_differ_do_not_until_one_comes_round(self, alice, now):
        claim = answered(20_000)
        decide(claim, 5_000)
        decide(claim, 0, staff=sue())
        assert Claim.objects.get().state == "answered"
        decide(claim, 0)
        assert (Claim.objects.get().state, purse(alice)["credit"]) == ("closed", "0.00")

    def test_what_the_expert_gave_back_meanwhile_is_taken_off_what_one_said(self, alice, now):
        """Who said 50.00 of 200.00 wants 10.00 more once 40.00 is given back, not 50.00 of what is left."""
        claim = answered(20_000)
        decide(claim, 5_000)
        refund(4_000)
        decide(claim, 5_000, staff=sue())
        assert (Claim.objects.get().state, purse(alice)["credit"]) == ("answered", "40.00")
        decide(claim, 1_000, staff=sue())
        assert (Claim.objects.get().state, purse(alice)["credit"]) == ("closed", "50.00")

    def test_a_cent_given_back_before_the_deadline_makes_no_vote_late(self, alice, now):
        claim = answered(20_000)
        decide(claim, 20_000)
        refund(1)
        decide(claim, 19_999, staff=sue())
        assert (Claim.objects.get().outcome, purse(alice)["credit"]) == ("decided", "200.00")

    def test_two_who_want_the_same_by_then_are_not_late(self, alice, now):
        """One wanted 30.00, the other 50.00, and the expert gave 50.00 back: neither wants more."""
        claim = answered(20_000)
        decide(claim, 3_000)
        decide(claim, 5_000, staff=sue())
        refund(5_000)
        claims.meet_deadlines(now=now + days(8))
        assert (Claim.objects.get().outcome, purse(alice)["credit"]) == ("decided", "50.00")

    def test_one_is_not_late_where_so_little_is_left_that_one_is_enough(self, alice, now):
        claim = answered(20_000)
        decide(claim, 16_000)
        refund(15_500)
        claims.meet_deadlines(now=now + days(8))
        assert (Claim.objects.get().outcome, purse(alice)["credit"]) == ("decided", "160.00")

    def test_refusing_a_large_claim_takes_two_as_well(self, now):
        assert decide(answered(20_000), 0).state == "answered"


class LateStaffTests:
    def test_the_commission_goes_to_the_payer_and_the_earning_waits_no_longer(self, alice, bob, now):
        answered()
        assert claims.meet_deadlines(now=now + days(7)) == 1
        assert (purse(alice)["credit"], purse(bob)["pending"], commission_kept()) == ("3.00", "7.00", 0)
        earnings.release_due(now=now + days(30))
        assert purse(bob)["available"] == "7.00"
        assert Claim.objects.get().outcome == "late"

    def test_one_vote_of_two_is_late_too(self, alice, now):
        decide(answered(20_000), 20_000)
        claims.meet_deadlines(now=now + days(7))
        assert purse(alice)["credit"] == "60.00"

    def test_one_that_fails_holds_up_no_other(self, alice, bob, now, monkeypatch):
        answered()
        give_credit(alice, 1_000, now)
        charge(alice, bob, 1_000, now, reference="period:2")
        contest(reference="period:2")
        waive = earnings.waive_commission

        def fails(**given):
            raise RuntimeError("the database went away")

        monkeypatch.setattr(earnings, "waive_commission", fails)
        assert claims.meet_deadlines(now=now + days(7)) == 1
        monkeypatch.setattr(earnings, "waive_commission", waive)
        assert claims.meet_deadlines(now=now + days(7)) == 1
        assert purse(alice)["credit"] == "13.00"
