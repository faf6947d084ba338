"""What every test may ask for: the cast, a signed-in browser, the moment. See cast.py for what these people have."""

import gc
import os
from collections.abc import Callable
from datetime import datetime
from random import randrange

import pytest
from django.core.management.commands import flush
from django.db import connection
from django.db.backends.base.operations import BaseDatabaseOperations
from django.test import Client

from marketplace.accounts.models import User
from marketplace.search import draw, facets
from payouts.ledger import accounts
from tests import cast
from tests.flush import flush_append_only_tables
from tests.payouts.stripe.fixtures import *  # noqa: F403

PROOF_SEED = "PROOF_SEED"  # of the random lives in tests/payouts/life; named, they are lived again
DATABASE_FIXTURES = {"db", "transactional_db", "django_db_setup"}
# The sockets, and what needs several processes. Marked `again_in_prove` is what is first asked of SQLite though it lies
# elsewhere: it tries the same rules for long, or reads what is written for people.
FIRST_ON_POSTGRESQL = (
    "tests/calls/rooms/",
    "tests/calls/signalling/",
    "tests/payouts/reconciliation/",
)
# Rules, one answer after the other, and what is written for people. Where two reach for the same thing at once the test is marked
# `postgres`, and asks that wherever it lies.
FIRST_ON_SQLITE = (
    "tests/attacks/",
    "tests/calls/asking/",
    "tests/calls/contacts/",
    "tests/calls/echo/",
    "tests/calls/metering/",
    "tests/calls/orders/",
    "tests/calls/waiting/",
    "tests/marketplace/accounts/",
    "tests/marketplace/closing/",
    "tests/marketplace/experts/",
    "tests/marketplace/listings/",
    "tests/marketplace/management/",
    "tests/marketplace/pages/",
    "tests/marketplace/reviews/",
    "tests/marketplace/sponsors/",
    "tests/payouts/cards/",
    "tests/payouts/claims/",
    "tests/payouts/disputes/",
    "tests/payouts/earnings/",
    "tests/payouts/refunds/",
    "tests/payouts/safety/",
    "tests/payouts/sandbox/",
    "tests/payouts/staff/",
    "tests/payouts/statements/",
    "tests/payouts/stripe/",
    "tests/payouts/wallet/",
    "tests/payouts/withdrawals/",
)


def pytest_configure() -> None:
    os.environ.setdefault(PROOF_SEED, str(randrange(2**32)))  # before the workers of this run begin: they inherit it


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if "not prove" not in str(terminalreporter.config.option.markexpr):
        terminalreporter.write_line(f"seed of the random proofs: {PROOF_SEED}={os.environ[PROOF_SEED]}")


@pytest.hookimpl(tryfirst=True)  # before `-m` chooses
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """`make test` asks most questions of both databases, and each of the others of one: `make prove` asks it of the other.
    A test that asks no database has the same answer on every one: it is run on SQLite."""
    on_sqlite = connection.vendor == "sqlite"
    asks = {item: item.get_closest_marker("django_db") or DATABASE_FIXTURES & set(item.fixturenames) for item in items}
    for item in items:
        needs_postgresql = any(item.get_closest_marker(name) for name in ("postgres", "redis"))
        first_on_sqlite = item.get_closest_marker("again_in_prove") is not None or (
            item.nodeid.startswith(FIRST_ON_SQLITE) and not needs_postgresql
        )
        first_on_postgresql = item.nodeid.startswith(FIRST_ON_POSTGRESQL) and not first_on_sqlite and asks[item]
        if first_on_postgresql if on_sqlite else first_on_sqlite:
            item.add_marker("prove")
    if not on_sqlite:
        config.hook.pytest_deselected(items=[item for item in items if not asks[item]])
        items[:] = [item for item in items if asks[item]]


def pytest_collection_finish() -> None:
    """What is loaded stays until the end: looking through it for garbage again and again took a twentieth of the time."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 50, 50)


@pytest.fixture(scope="session", autouse=True)
def append_only_tables_can_be_emptied_between_tests():
    """The triggers that refuse to change history refuse Django's flush after a transactional test too. What that flush
    would fill again afterwards it keeps."""
    with pytest.MonkeyPatch.context() as patch:
        plain = BaseDatabaseOperations.execute_sql_flush
        patch.setattr(BaseDatabaseOperations, "execute_sql_flush", flush_append_only_tables(plain))
        patch.setattr(flush, "emit_post_migrate_signal", lambda *_words, **_more: None)
        yield


@pytest.fixture(autouse=True)
def nothing_is_remembered():
    """A process remembers the ids of accounts, which are never deleted, what it counted among many, and where the day's draw
    starts; but tests roll back and flush."""
    accounts.forget()
    draw.forget()
    facets.forget()


@pytest.fixture
def alice(db) -> User:
    """The caller."""
    return cast.alice()


@pytest.fixture
def bob(db) -> User:
    """The expert: 2.00 per minute, or 30 min for 25.00."""
    return cast.bob()


@pytest.fixture
def eve(db) -> User:
    """A stranger to everything."""
    return cast.eve()


@pytest.fixture
def carla(db) -> User:
    """A guest: a name in a session, and no account."""
    return cast.carla()


@pytest.fixture
def sam(db) -> User:
    """Staff."""
    return cast.sam()


@pytest.fixture
def ada(db) -> User:
    """She runs the site."""
    return cast.ada()


@pytest.fixture
def now() -> datetime:
    return cast.NOW


@pytest.fixture
def signed_in() -> Callable[[User], Client]:
    """`signed_in(alice)` is a Client with alice's session."""

    def client_of(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
        return client

    return client_of


@pytest.fixture
def proven(signed_in) -> Callable[[User], Client]:
    """`proven(bob)` is a Client of bob, who has a second factor and has just typed his password once more."""

    def client_of(user: User) -> Client:
        cast.second_factor(user)
        client = signed_in(user)
        cast.has_just_typed_the_password(client, user)
        return client

    return client_of
