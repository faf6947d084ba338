"""Attacks on claims and refunds, each also against a twin without the rule, in which it succeeds."""

from unittest.mock import patch

import pytest

from payouts.claims import claiming
from payouts.claims.models import Claim, HeldCharge
from payouts.earnings import services as earnings
from payouts.earnings.models import Earning
from payouts.office import services as office
from tests import cast
from tests.payouts.claims.story import answered, contest, contest_held, days, decide, paid, refund
from tests.payouts.purse import purse

pytestmark = pytest.mark.django_db


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
