import pytest

from tests.calls.metering.world import Story


@pytest.fixture
def story(db) -> Story:
    """Alice with 18.40 in a live call with bob, who asks 2.00 per minute."""
    return Story()
