"""Two who are seen with the same card at the same moment, neither of them before the other: with real threads, so PostgreSQL."""

import pytest

from payouts.safety import services as safety
from payouts.safety.models import Review
from tests.payouts.ledger.test_races import at_once
from tests.payouts.safety.test_suspicion import pays, work_outbox

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("round_", range(3))
def test_what_is_pending_between_them_waits_all_the_same(alice, bob, now, round_):
    pays(alice, bob, 1_000, now, reference="period:1")
    people = [alice, bob]
    assert at_once(2, lambda number: safety.saw(member=people[number], now=now, card="fp_card")) == {"done": 2}
    work_outbox(now)
    assert Review.objects.get().reasons == ["same_card"]
