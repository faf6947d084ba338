"""*Highest rate* of an expert, as staff set it."""

import pytest

from marketplace.experts.models import Profile
from tests import cast
from tests.payouts.purse import connect_bank

pytestmark = pytest.mark.django_db


def page(bob) -> str:
    return f"/staff/members/{bob.pk}/rate/"


class AllowRateTests:
    def test_only_staff_with_a_second_factor_find_it(self, client, signed_in, alice, bob):
        assert client.get(page(bob)).status_code == 302
        assert signed_in(alice).get(page(bob)).status_code == 404
        ann = cast.member("Ann", is_staff=True)
        assert signed_in(ann).get(page(bob))["Location"] == "/accounts/2fa/"

    def test_an_expert_of_whom_it_is_set_may_ask_for_it(self, signed_in, bob, sam):
        connect_bank(bob)
        answer = signed_in(sam).post(page(bob), {"highest": "45.00", "reason": "A known surgeon"})
        assert answer["Location"] == f"/staff/members/{bob.pk}/money/"
        assert Profile.objects.get(user=bob).rate_minor_max == 4_500
        assert page(bob) in signed_in(sam).get(answer["Location"]).content.decode()

    @pytest.mark.parametrize(
        ("highest", "reason", "told"),
        [
            ("45.00", "why", "Stripe has not checked this expert"),
            ("100.01", "why", "Choose an amount from €10.00 to €100.00."),
            ("-5", "why", "Type an amount such as 2.50."),
            ("20.00", "", "This field is required."),
        ],
    )
    def test_what_may_not_be_is_told_and_changes_nothing(self, signed_in, bob, sam, highest, reason, told):
        answer = signed_in(sam).post(page(bob), {"highest": highest, "reason": reason})
        assert told in answer.content.decode()
        assert Profile.objects.get(user=bob).rate_minor_max is None

    def test_nobody_sets_their_own(self, signed_in, bob):
        bob.is_staff = True
        bob.save()
        cast.second_factor(bob)
        connect_bank(bob)
        answer = signed_in(bob).post(page(bob), {"highest": "45.00", "reason": "I am worth it"})
        assert answer.status_code == 404
        assert Profile.objects.get(user=bob).rate_minor_max is None

    def test_a_caller_has_none(self, signed_in, alice, sam):
        assert signed_in(sam).get(page(alice)).status_code == 404
        assert "Highest rate" not in signed_in(sam).get(f"/staff/members/{alice.pk}/money/").content.decode()
