import pytest

from payouts.ledger.verify import verify


@pytest.fixture
def books():
    """These tests post by hand, below the wallet: only the ledger can be clean."""
    return [verify]
