import pytest
from asgiref.sync import sync_to_async
from django.db import connections
from django.utils import timezone

from calls.notices import hub
from tests.calls.signalling.wires import open_wires


@pytest.fixture
def the_database_first(request):
    """So that it is emptied last, after the sockets' process stopped."""
    if request.node.get_closest_marker("django_db"):
        request.getfixturevalue("transactional_db")


@pytest.fixture(autouse=True)
async def the_process_stops_after_each_test(the_database_first):
    yield
    if running := hub.current():
        await running.goodbye()
    open_wires.clear()
    # The sockets' thread lives on; a connection of its own would keep PostgreSQL from dropping the test's database.
    await sync_to_async(connections.close_all)()


@pytest.fixture
def now():
    """Sockets read the real clock."""
    return timezone.now()
