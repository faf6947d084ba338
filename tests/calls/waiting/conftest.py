import pytest

from tests import cast


@pytest.fixture
def bob(bob):
    """His page is open."""
    return cast.online(bob)


@pytest.fixture
def carol(db):
    """She waits. Her page is open, as alice's is when she waits."""
    return cast.here(cast.member("Carol Waiter"))
