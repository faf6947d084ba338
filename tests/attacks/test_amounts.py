"""Amounts that are none: negative, zero, huge, fractional, not a number, in other digits. At no door do they change anything.

Doors are here the forms of the pages; the room's socket and the services have tests of their own.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from itertools import cycle

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.forms import IntegerField
from django.test import Client

from payouts.ledger import accounts
from payouts.money import Money
from payouts.wallet.forms import WholeNumberField
from tests.attacks.world import World, everything

pytestmark = pytest.mark.django_db
TOKEN = "a-token-of-the-form-1"
ARABIC, FULL_WIDTH = "٠", "０"


def in_other_digits(good: str, zero: str) -> str:
    return good.translate({ord("0") + digit: chr(ord(zero) + digit) for digit in range(10)})


def no_amounts(good: str, zero: str) -> dict[str, str]:
    """Made from an amount that would be taken: what is wrong with it is all that is wrong."""
    return {
        "negative": f"-{good}",
        "zero": "0",
        "huge": "999999999",
        "a fraction of a cent": f"{good}.001",
        "not a number": "NaN",
        "other digits": in_other_digits(good, zero),
    }


@dataclass
class Door:
    """`good` is an amount that this door takes; `fields` what the rest of its form says."""

    who: str
    path: str
    name: str
    good: str
    fields: Callable[[World], dict] = lambda _world: {}
    zero_is_bad: bool = True


def act(_world: World) -> dict:
    return {"title": "An hour", "length_minutes": "60"}


def work(_world: World) -> dict:
    return {"title": "A letter", "description": "To the office.", "delivery_days": "5"}


def grant(_world: World) -> dict:
    return {"email": "eve@example.test", "reason": "Sorry.", "last_day": "", "token": TOKEN}


TOKENED = {"fields": lambda _world: {"token": TOKEN}}
GIVES_BACK = "/calls/{call}/give-back/period:{period}/"
DOORS = {
    "top-up": Door("alice", "/wallet/top-up/", "amount", "30"),
    "top-up, beside a ticked sum": Door("alice", "/wallet/top-up/", "amount", "30", lambda _world: {"choice": "2000"}),
    "the first monthly limit": Door("eve", "/wallet/top-up/", "monthly_limit", "100", lambda _world: {"amount": "30"}),
    "monthly limit": Door("alice", "/wallet/limit/", "limit", "100"),
    "automatic top-up, when": Door(
        "alice", "/wallet/automatic/", "below", "10", lambda world: {"amount": "20", "card": world.card.pk}
    ),
    "automatic top-up, how much": Door(
        "alice", "/wallet/automatic/", "amount", "20", lambda world: {"below": "10", "card": world.card.pk}
    ),
    "refund of credit": Door("alice", "/wallet/refund/", "amount", "20", **TOKENED),
    "withdrawal": Door("bob", "/earnings/withdraw/", "amount", "20", **TOKENED),
    "tip": Door("alice", "/calls/{call}/tip/", "amount", "5", **TOKENED),
    "give back a sum": Door("bob", GIVES_BACK, "amount", "5", lambda _w: {"token": TOKEN, "what": "sum", "note": ""}),
    "give back minutes": Door(
        "bob", GIVES_BACK, "minutes", "2", lambda _w: {"token": TOKEN, "what": "time", "note": ""}
    ),
    "decision of a claim": Door(
        "sam", "/staff/claims/{claim}/", "refund", "5", lambda _w: {"reason": "So."}, zero_is_bad=False
    ),
    "promotional credit": Door("sam", "/staff/promotional/", "amount", "5", grant),
    "rate": Door("bob", "/become-an-expert/3/", "rate", "3"),
    "price of an act": Door("bob", "/me/acts/add/", "price", "30", act),
    "price of a work": Door("bob", "/me/works/add/", "price", "30", work),
}


def knock(door: Door, world: World, client: Client, typed: str) -> None:
    client.post(world.path(door.path), {**door.fields(world), door.name: typed})


def any_number(text: str, currency: str) -> Money:
    """The broken reader of sums: whatever Python takes for a number, to the cent."""
    return Money(int(Decimal(text) * 100), currency)


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside did not; no transaction of its own, for in one nobody speaks to Stripe."""
    here = transaction.savepoint()
    yield
    transaction.savepoint_rollback(here)
    accounts.forget()


class PageTests:
    @pytest.mark.prove
    def test_no_form_takes_what_is_no_amount(self, world, clients):
        before = everything()
        for (name, door), zero in zip(DOORS.items(), cycle([ARABIC, FULL_WIDTH]), strict=False):
            for wrong, typed in no_amounts(door.good, zero).items():
                if door.zero_is_bad or wrong != "zero":
                    knock(door, world, clients[door.who], typed)
            assert everything() == before, name

    def test_with_readers_that_take_any_number_other_digits_count(self, world, clients, monkeypatch):
        """The broken twin."""
        for module in ("payouts.wallet.forms", "marketplace.listings.forms"):
            monkeypatch.setattr(f"{module}.read_money", any_number)
        monkeypatch.setattr(WholeNumberField, "to_python", IntegerField.to_python)
        before = everything()
        for name, door in DOORS.items():
            with undone():
                knock(door, world, clients[door.who], in_other_digits(door.good, ARABIC))
                assert everything() != before, name


class ReaderTests:
    """What all forms read by; sums: tests/payouts/test_money.py."""

    @pytest.mark.parametrize("typed", ["+2", "-2", "2.0", "2_0", "2e1", "٢", "２", "²", "NaN", "2 2"])
    def test_a_whole_number_is_plain_digits(self, typed):
        with pytest.raises(ValidationError):
            WholeNumberField().clean(typed)

    def test_and_those_are_read(self):
        assert [WholeNumberField(required=False).clean(typed) for typed in ("2", " 20 ", "")] == [2, 20, None]
