from unittest.mock import patch

import pytest

from payouts.wallet.models import TopUp
from tests.payouts.purse import session_of

STRIPE_PAGE = "https://checkout.stripe.com/c/pay/cs_test_1"


@pytest.fixture
def stripe():
    """Stripe opens its page; what was asked of it is in `stripe.call_args`."""
    with (
        patch("payouts.stripe.gateway.create_customer", return_value="cus_1"),
        patch("payouts.stripe.gateway.create_checkout_session") as opened,
    ):
        opened.side_effect = lambda *, top_up_id, **asked: session_of(
            TopUp.objects.get(pk=top_up_id), status="open", payment_status="unpaid", url=STRIPE_PAGE
        )
        yield opened
