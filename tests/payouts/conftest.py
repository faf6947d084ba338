import pytest
from django.db import connection

from payouts.ledger.models import Entry
from payouts.sandbox import pay_out
from payouts.verify import CHECKS
from tests.cast import NOW
from tests.payouts.purse import write_papers


@pytest.fixture
def books():
    """What is checked after each test."""
    return CHECKS


@pytest.fixture(autouse=True)
def refused_money_returns_at_once(monkeypatch):
    """What the demo makes people wait for: a test that is about it sets its own."""
    monkeypatch.setattr(pay_out, "RETURN_S", 0)


@pytest.fixture
def plants_an_error():
    """For a test that itself breaks the books."""


@pytest.fixture(autouse=True)
def books_stay_clean(request, books):
    """Whatever a test of the money did, every check holds afterwards, and its statements say what the ledger says."""
    yield
    has_tables = request.node.get_closest_marker("django_db") is not None
    if has_tables and "plants_an_error" not in request.fixturenames:
        # It takes its time after each test: on PostgreSQL it is asked where money moved, and without the papers; the random
        # lives ask for all of it there.
        is_sqlite, has_moved = connection.vendor == "sqlite", Entry.objects.exists()
        if books is CHECKS and is_sqlite and has_moved:
            write_papers(NOW)
        if is_sqlite or has_moved:
            assert [fault for verify in books for fault in verify()] == []
