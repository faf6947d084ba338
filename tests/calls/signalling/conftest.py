import pytest
from django.utils import timezone

from calls.notices import hub
from tests.calls.signalling.wires import open_wires


@pytest.fixture(autouse=True)
async def the_process_stops_after_each_test():
    yield
    if running := hub.current():
        await running.goodbye()
    open_wires.clear()


@pytest.fixture
def now():
    """Sockets read the real clock."""
    return timezone.now()
