"""Attacks on claims and refunds, each also against a twin without the rule, in which it succeeds."""

from unittest.mock import patch

import pytest

from payouts.claims import claiming
from payouts.claims.models import Claim, HeldCharge
from payouts.earnings import services as earnings
from payouts.earnings.models import Earning
from payouts.office import services as office
from payouts.refunds import services as refunds
from payouts.safety.models import Review
from payouts.wallet import services as wallet
from payouts.wallet.models import Advance
from tests import cast
from tests.payouts.claims.story import (
    answered,
    contest,
    contest_held,
    days,
    decide,
    paid,
    refund,
    withdrawn_then_given_back,
)
from tests.payouts.purse import charge, eur, purse

pytestmark = pytest.mark.django_db


def charged(payer, expert, now) -> None:
    charge(payer, expert, 2_000, now, reference="period:2")


def tipped(payer, expert, now) -> None:
    words = {"about": "call:2", "key": "tip-2", "group": "", "label": "Tip", "link": "/calls/2/"}
    earnings.tip(payer=payer, expert=expert, amount=eur(2_000), now=now, **words)


def anybodys(reference: str, **people) -> Earning:
    """The twin: the owner's filter is off."""
    return Earning.objects.select_for_update(no_key=True).get(reference=reference)


class AnothersMoneyTests:
    """The payer gives herself back what the expert earned."""

    def test_it_fails(self, alice, bob):
        paid()
        with pytest.raises(Earning.DoesNotExist):
            refund(1_000, expert=alice)
        assert purse(alice)["credit"] == "0.00"

    def test_without_the_owners_filter_it_succeeds(self, alice, bob):
        paid()
        with patch.object(claiming, "locked_earning", anybodys):
            refund(1_000, expert=alice)
        assert purse(alice)["credit"] == "10.00"


class BlockingAnothersEarningsTests:
    """A stranger contests charges, so that nobody's earnings are ever released."""

    def test_it_fails(self, alice, bob, eve, now):
        paid()
        with pytest.raises(Earning.DoesNotExist):
            contest(payer=eve)
        earnings.release_due(now=now + days(30))
        assert purse(bob)["available"] == "7.00"

    def test_without_the_owners_filter_it_succeeds(self, alice, bob, eve, now):
        paid()
        with patch.object(claiming, "locked_earning", anybodys):
            contest(payer=eve)
        earnings.release_due(now=now + days(30))
        assert purse(bob)["available"] == "0.00"


class JudgeInTheirOwnCaseTests:
    """One of the staff pays for a call and decides their own claim."""

    @pytest.fixture
    def claim(self, alice) -> Claim:
        claim = answered()
        alice.is_staff = True
        alice.save()
        return claim

    def test_it_fails(self, claim, alice):
        with pytest.raises(office.PartyToIt):
            decide(claim, 1_000, staff=cast.alice())
        assert purse(alice)["credit"] == "0.00"

    def test_without_the_rule_it_succeeds(self, claim, alice):
        with patch.object(office, "check_no_party"):
            decide(claim, 1_000, staff=cast.alice())
        assert purse(alice)["credit"] == "10.00"


class LateEverWinsTests:
    """After the release date an old charge is contested, to pull money back that the expert has withdrawn."""

    def test_it_fails(self, alice, bob, now):
        paid()
        with pytest.raises(claiming.TooLate):
            contest(now=now + days(31))

    def test_without_the_date_it_succeeds(self, alice, bob, now):
        paid()
        with patch.object(claiming, "is_contestable", return_value=True):
            contest(now=now + days(31))
        assert Claim.objects.count() == 1


class TakenOutTwiceTests:
    """Bob takes his 70 % to the bank, then gives the whole charge back to alice, who is in it with him."""

    def asks_for_it(self, alice, now) -> None:
        refunds.request(member=alice, amount=eur(3_000), key="form-of-alice", now=now)

    def test_she_cannot_have_his_part_on_her_card(self, alice, bob):
        now = withdrawn_then_given_back()
        assert (purse(alice)["credit"], earnings.owed(expert=bob)) == ("30.00", eur(2_100))
        with pytest.raises(refunds.NotEnough):
            self.asks_for_it(alice, now)
        (refund,) = refunds.request(member=alice, amount=None, key="what-there-is", now=now)
        assert (refund.amount, purse(alice)["credit"]) == (eur(900), "21.00")

    def test_where_nobody_asks_what_rests_on_a_debt_she_can(self, alice, bob):
        now = withdrawn_then_given_back()
        with patch.object(wallet, "kept_from_cards", return_value=eur(0)):
            self.asks_for_it(alice, now)
        assert (purse(alice)["credit"], earnings.owed(expert=bob)) == ("0.00", eur(2_100))

    @pytest.mark.parametrize("pays", [charged, tipped])
    def test_a_third_of_them_does_not_get_it_before_staff_looked(self, alice, bob, eve, pays):
        now = withdrawn_then_given_back()
        pays(alice, eve, now)
        earnings.release_due(now=now + days(31))
        assert purse(eve)["available"] == "0.00"
        assert Review.objects.get().reasons == ["on_debt"]

    @pytest.mark.parametrize("pays", [charged, tipped])
    def test_where_nobody_asks_what_rests_on_a_debt_the_third_gets_it(self, alice, bob, eve, pays):
        now = withdrawn_then_given_back()
        with patch.object(wallet, "rests_on_debt", return_value=False):
            pays(alice, eve, now)
        earnings.release_due(now=now + days(31))
        assert purse(eve)["available"] in ("14.00", "20.00")

    def test_nor_does_it_become_clean_by_the_third_giving_it_back(self, alice, bob, eve):
        now = withdrawn_then_given_back()
        charge(alice, eve, 3_000, now, reference="period:2")
        refund(3_000, expert=eve, reference="period:2", key="of-eve", now=now)
        with pytest.raises(refunds.NotEnough):
            self.asks_for_it(alice, now)

    def test_where_spending_freed_it_that_would_be_clean(self, alice, bob, eve):
        now = withdrawn_then_given_back()
        charge(alice, eve, 3_000, now, reference="period:2")
        wallet.let_advance_go(advance_id=Advance.objects.get().pk, staff=cast.sam(), reason="Spent.", now=now)
        refund(3_000, expert=eve, reference="period:2", key="of-eve", now=now)
        self.asks_for_it(alice, now)
        assert purse(alice)["credit"] == "0.00"


class FreedTwiceTests:
    """The same press of *Give money back*, repeated after it has captured the rest, takes the sum from that rest as well."""

    def press(self) -> None:
        refund(400, reference="order:1")

    def test_it_fails(self, alice, bob):
        contest_held()
        for _ in range(2):
            self.press()
        assert (purse(alice)["credit"], purse(bob)["pending"]) == ("4.00", "4.20")

    def test_without_the_memory_of_the_form_it_succeeds(self, alice, bob):
        contest_held()
        self.press()
        HeldCharge.objects.update(freed_key="")
        self.press()
        assert (purse(alice)["credit"], purse(bob)["pending"]) == ("8.00", "1.40")
