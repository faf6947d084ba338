import pytest

from payouts.earnings.verify import verify as verify_earnings
from payouts.ledger.verify import verify as verify_ledger
from payouts.wallet.verify import verify as verify_wallet
from payouts.withdrawals.verify import verify as verify_withdrawals


@pytest.fixture
def books():
    """What is checked after each test."""
    return [verify_ledger, verify_wallet, verify_earnings, verify_withdrawals]


@pytest.fixture
def plants_an_error():
    """For a test that itself breaks the books."""


@pytest.fixture(autouse=True)
def books_stay_clean(request, books):
    """Whatever a test of the money did, every check holds afterwards."""
    yield
    has_tables = request.node.get_closest_marker("django_db") is not None
    if has_tables and "plants_an_error" not in request.fixturenames:
        assert [fault for verify in books for fault in verify()] == []
