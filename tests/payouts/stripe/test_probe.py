"""The same walk against the sandbox and, when STRIPE_TEST_KEY is set, against Stripe: the only proof of *behaviour*."""

import os
from uuid import uuid4

import pytest

from payouts.money import Money
from payouts.stripe import gateway
from payouts.stripe.answers import Refused
from tests.payouts.stripe.probe import ask_for_money_and_a_bank

pytestmark = pytest.mark.django_db
REAL_KEY = os.environ.get("STRIPE_TEST_KEY", "")


@pytest.fixture(params=["the sandbox", "Stripe"] if REAL_KEY else ["the sandbox"])
def side(request, settings) -> str:
    if request.param == "Stripe":
        assert REAL_KEY.startswith(("sk_test_", "rk_test_")), "STRIPE_TEST_KEY must be a test key"
        settings.STRIPE_SECRET_KEY, settings.STRIPE_SANDBOX = REAL_KEY, False
    return request.param


class ProbeTests:
    def test_up_to_where_a_person_is_needed(self, side):
        walk = ask_for_money_and_a_bank(f"probe:{uuid4()}")
        assert walk.session.url.startswith("http")
        assert (walk.session.status, walk.session.is_paid, walk.session.top_up_id) == ("open", False, 7)
        assert walk.link.startswith("http")
        assert walk.before_onboarding.transfers_status != "active"
        asked = gateway.retrieve_checkout_session(walk.session.id)
        assert (asked.amount_minor, asked.currency, asked.fee) == (2_000, "EUR", None)
        with pytest.raises(Refused):
            gateway.create_transfer(
                amount=Money(100, "EUR"), destination=walk.account, withdrawal_id=1, key=f"probe:{uuid4()}"
            )

    def test_the_same_key_is_the_same_customer(self, side):
        key = f"probe:{uuid4()}"
        ids = {gateway.create_customer(email="a@example.test", name="A", key=key) for _ in range(2)}
        assert len(ids) == 1
