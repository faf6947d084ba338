"""Verified is whom Stripe has checked: on the profile, on cards, in the directory's filter, for as long as it is so."""

import pytest
from django.test import Client
from django.utils import timezone

from marketplace.experts import drafts
from marketplace.experts.models import Category, Profile
from marketplace.search import services as search
from payouts.sandbox import operator
from payouts.withdrawals.models import BankConnection
from tests import cast
from tests.payouts.purse import connect_bank
from tests.payouts.stripe.story import connect, work_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def connected_bob(bob):
    connect(bob, now=timezone.now())
    return bob


def found_verified() -> list[str]:
    return [profile.user.name for profile in search.find(verified=True).profiles]


def put(state: str) -> None:
    operator.put_account(account_id=BankConnection.objects.get().stripe_account, state=state)
    work_for(4)


class VerifiedTests:
    def test_nobody_is_until_stripe_pays_out_to_them(self, bob):
        assert found_verified() == []
        assert "Verified" not in Client().get("/experts/bob-leroy/").content.decode()

    def test_whom_stripe_has_checked_is_found_and_says_so(self, connected_bob):
        cast.expert("Zoe Blanc")
        assert found_verified() == ["Bob Leroy"]
        found = search.find()
        assert (found.total, found.facets.verified.number) == (2, 1)
        page = Client().get("/?verified=on").content.decode()
        assert "Bob Leroy" in page
        assert "Zoe Blanc" not in page
        assert "checked by Stripe" in Client().get("/experts/bob-leroy/").content.decode()

    @pytest.mark.parametrize("state", ["needs_document", "restricted", "rejected"])
    def test_it_ends_when_stripe_says_so_and_comes_back(self, connected_bob, state):
        put(state)
        assert found_verified() == []
        if state != "rejected":
            put("verified")
            assert found_verified() == ["Bob Leroy"]

    def test_who_connected_a_bank_before_they_had_a_page_is_from_its_first_day(self, alice):
        connect_bank(alice)
        shelf = Category.objects.create(slug="money", name="Money")
        drafts.keep(member=alice, headline="Taxes", category=shelf)
        assert Profile.objects.get(user=alice).verified
