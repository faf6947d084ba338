"""Alice has 50.00; bob asks 40.00 for a letter."""

import pytest

from calls.orders.models import WorkOrder
from marketplace.listings import services as listings
from tests.calls.metering.world import Story
from tests.calls.orders.world import PRICE, accept, offer


@pytest.fixture
def story(db) -> Story:
    return Story(credit=5_000)


@pytest.fixture
def work(story):
    return listings.add_work(
        profile=story.bob.profile, title="A letter", description="To the office.", delivery_days=5, price_minor=PRICE
    )


@pytest.fixture
def order(story, work) -> WorkOrder:
    offer(story, work)
    return accept(story)
