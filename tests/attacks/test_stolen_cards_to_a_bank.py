"""A stolen card pays somebody who is the same person: whichever door the money takes, staff look before it comes out."""

from datetime import timedelta
from unittest.mock import patch

import pytest
from django.utils import timezone

from payouts.earnings import services as earnings
from payouts.refunds.models import Refund
from payouts.safety import services as safety
from payouts.safety.models import Review, Sighting
from payouts.sandbox import services as sandbox
from payouts.wallet import services as wallet
from tests.payouts.cards.wallet_cards import save_card
from tests.payouts.purse import charge, eur, give_credit, purse
from tests.payouts.stripe.story import open_top_up, pay

pytestmark = pytest.mark.django_db
TIP = {"about": "call:1", "key": "token-1", "group": "listing:5", "label": "Tip", "link": "/calls/1/"}


@pytest.fixture
def one_person(alice, bob, now):
    """Alice and Bob, on one device."""
    for member in (alice, bob):
        safety.saw(member=member, now=now, device="a-device")


def a_month_later(now) -> None:
    earnings.release_due(now=now + timedelta(days=31))


class CardTests:
    """One number behind two accounts."""

    def add_credit(self, member, now) -> None:
        top_up = open_top_up(member, 2_000, now=now)
        pay(top_up, card=sandbox.GOOD_CARD)
        for _ in range(2):
            wallet.confirm_top_up(stripe_session=top_up.stripe_session, now=now)

    def test_the_number_is_remembered_with_the_payment(self, alice, bob):
        now = timezone.now()
        for member in (alice, bob):
            self.add_credit(member, now)
        charge(alice, bob, 500, now)
        assert Review.objects.get().reasons == ["same_card"]

    def test_saved_by_one_and_paid_with_by_the_other(self, alice, bob):
        now = timezone.now()
        save_card(bob, now=now)
        self.add_credit(alice, now)
        charge(alice, bob, 500, now)
        assert Review.objects.get().reasons == ["same_card"]

    def test_where_it_is_not_remembered_nobody_looks(self, alice, bob):
        """The broken twin."""
        now = timezone.now()
        with patch("payouts.wallet.booking.safety.saw"):
            for member in (alice, bob):
                self.add_credit(member, now)
        charge(alice, bob, 500, now)
        assert not Sighting.objects.exists()
        assert not Review.objects.exists()


class TipTests:
    def tip(self, alice, bob, now) -> None:
        give_credit(alice, 2_000, now)
        earnings.tip(payer=alice, expert=bob, amount=eur(2_000), now=now, **TIP)
        a_month_later(now)

    def test_a_tip_waits_too(self, alice, bob, now, one_person):
        self.tip(alice, bob, now)
        assert (purse(bob)["pending"], purse(bob)["available"]) == ("20.00", "0.00")

    def test_unseen_it_comes_out(self, alice, bob, now, one_person):
        """The broken twin."""
        with patch("payouts.earnings.tips.hold_if_suspicious"):
            self.tip(alice, bob, now)
        assert purse(bob)["available"] == "20.00"


class StoredTimeTests:
    """An act is bought, stored, and used: what is used is an earning of its own."""

    def move(self, alice, bob, now) -> None:
        """A purchase of 25.00, of which 15.00 are stored and 5.00 of those used."""
        give_credit(alice, 2_500, now)
        charge(alice, bob, 2_500, now, reference="period:1")
        words = {"label": "Act", "link": "/calls/1/", "release_from": now, "now": now}
        earnings.move_part(reference="period:1", to="stored:1", amount=eur(1_500), key="stored", keep_days=30, **words)
        earnings.move_part(reference="stored:1", to="period:2", amount=eur(500), key="used", **words)
        a_month_later(now)

    def test_what_was_used_of_it_waits_with_the_rest(self, alice, bob, now, one_person):
        self.move(alice, bob, now)
        assert sorted(Review.objects.values_list("reference", flat=True)) == ["period:1", "period:2"]
        assert purse(bob)["available"] == "0.00"

    def test_looked_at_only_as_a_whole_a_part_comes_out(self, alice, bob, now, one_person):
        """The broken twin."""
        with patch("payouts.earnings.parts.hold_part"):
            self.move(alice, bob, now)
        assert purse(bob)["available"] == "3.50"


class SessionTests:
    """A session left open in a café sends nobody's credit away."""

    def test_it_is_asked_who_it_is(self, alice, now, signed_in):
        give_credit(alice, 2_000, now)
        answer = signed_in(alice).post("/wallet/refund/", {"token": "form-token-of-a-page"})
        assert answer.url.startswith("/accounts/reauthenticate/")
        assert not Refund.objects.exists()

    def test_who_is_believed_without_it_sends_it(self, alice, now, signed_in):
        """The broken twin."""
        give_credit(alice, 2_000, now)
        with patch("allauth.account.internal.flows.reauthentication.did_recently_reauthenticate", return_value=True):
            signed_in(alice).post("/wallet/refund/", {"token": "form-token-of-a-page"})
        assert Refund.objects.exists()
