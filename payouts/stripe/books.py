"""Stripe's own books, read by the same door as gateway.py: balances, balance transactions, events for who missed some."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from typing import Any

from payouts.money import Money
from payouts.stripe.answers import Balance, Event, Movement
from payouts.stripe.client import asking

PAGE = 100
# What a rule of reconciliation reads of the object that moved; the rest of it (names, cards) is not ours to keep.
KEPT = (
    "metadata",
    "transfer",
    "source_transfer",
    "source_transfer_reversal",
    "charge",
    "payment_intent",
    "status",
    "reason",
)


def _for(account: str) -> dict[str, Any]:
    return {"stripe_account": account} if account else {}


def balance(*, account: str, currency: str) -> Balance:
    """`account`: empty for the platform's own."""
    with asking() as ask:
        found = ask.v1.balance.retrieve({}, _for(account))
    return Balance(
        available=_sum(found.available, currency),
        pending=_sum(found.pending, currency),
        at_once=_sum(getattr(found, "instant_available", None) or [], currency),
    )


def _sum(parts: list[Any], currency: str) -> Money:
    return Money(sum(part.amount for part in parts if part.currency.upper() == currency), currency)


def movements(*, account: str, since: datetime | None) -> Iterator[Movement]:
    """Newest first. Each page is one request, made when it is needed."""
    wanted: dict[str, Any] = {"expand": ["data.source"]}
    if since:
        wanted["created"] = {"gte": int(since.timestamp())}
    yield from map(movement_of, pages(lambda ask: ask.v1.balance_transactions.list, wanted, account))


def pages(operation: Callable[[Any], Any], wanted: dict[str, Any], account: str = "") -> Iterator[Any]:
    """Everything that a list holds, newest first. Each page is one request, made when it is needed."""
    after: dict[str, Any] = {}
    while True:
        with asking() as ask:
            page = operation(ask)({**wanted, **after, "limit": PAGE}, _for(account))
        yield from page.data
        if not page.has_more or not page.data:
            return
        after = {"starting_after": page.data[-1].id}


def movement_of(found: Any) -> Movement:
    """A balance transaction in our words."""
    source, currency = found.source, found.currency.upper()
    about = source.to_dict() if source and not isinstance(source, str) else {}
    return Movement(
        id=found.id,
        type=found.type,
        source=about.get("id", "") or source or "",
        about={name: _plain(about[name]) for name in KEPT if about.get(name)},
        amount=Money(found.amount, currency),
        fee=Money(found.fee, currency),
        made_at=datetime.fromtimestamp(found.created, UTC),
        available_at=datetime.fromtimestamp(found.available_on, UTC),
    )


def _plain(value: Any) -> Any:
    """An object inside the source is named by its id alone."""
    return value["id"] if isinstance(value, dict) and "id" in value else value


def events(*, account: str, since: datetime) -> Iterator[Event]:
    """Snapshot events, newest first; Stripe keeps them for 30 days."""
    wanted = {"created": {"gte": int(since.timestamp())}}
    for found in pages(lambda ask: ask.v1.events.list, wanted, account):
        payload = found.to_dict()
        yield Event(id=found.id, type=found.type, account=account, payload=payload)
