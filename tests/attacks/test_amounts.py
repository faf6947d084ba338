"""Amounts that are none: negative, zero, huge, fractional, not a number, in other digits. At no door do they change anything.

Doors are the forms of the pages and the services behind them; the room's socket has test_amounts_by_socket.py.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from itertools import cycle

import pytest
from django.apps import apps
from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.forms import IntegerField
from django.test import Client
from django.utils import timezone

from marketplace.accounts.models import User
from marketplace.experts.models import Category
from marketplace.listings import services as listings
from payouts.cards import services as cards
from payouts.cards.models import SavedCard
from payouts.claims import services as claims
from payouts.claims.models import Claim
from payouts.earnings import services as earnings
from payouts.ledger import accounts
from payouts.ledger import services as ledger
from payouts.money import BadAmount, Money
from payouts.office.models import AuditRecord
from payouts.refunds import services as refunds
from payouts.wallet import services as wallet
from payouts.wallet.forms import WholeNumberField
from payouts.wallet.models import TopUp
from payouts.withdrawals import services as withdrawals
from tests import cast
from tests.calls.metering.world import Story
from tests.payouts.cards.wallet_cards import save_card
from tests.payouts.purse import connect_bank, eur, give_credit, make_available, purse

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
class World:
    """Alice paid Bob for a call that is over and contests it; both have money to move, and staff may decide."""

    story: Story
    card: SavedCard
    claim: Claim

    def path(self, door: str) -> str:
        names = {"call": self.story.call.pk, "period": self.story.period_id, "claim": self.claim.pk}
        return door.format(**names)


@pytest.fixture
def world(alice, bob, eve, sam, monkeypatch) -> World:
    make_available(bob, 5_000, cast.NOW - timedelta(days=60), payer=eve)
    connect_bank(bob)
    story = Story(credit=10_000)
    story.limit(20_000)
    story.go_paid().after(330)
    story.back_to_free()
    story.after(5).hang_up()
    monkeypatch.setattr(timezone, "now", lambda: story.now)
    words = {"reason": "He was not listening.", "evidence": [], "now": story.now}
    claim = claims.open_claim(payer=alice, reference=f"period:{story.period_id}", **words)
    claims.answer(claim_id=claim.pk, expert=bob, text="I was.", now=story.now)
    return World(story, save_card(alice, now=story.now), claim)


@pytest.fixture
def clients(alice, bob, eve, sam, signed_in) -> dict[str, Client]:
    """Everybody's, with a second factor, and the password just typed once more."""
    made = {}
    for name, member in {"alice": alice, "bob": bob, "eve": eve, "sam": sam}.items():
        if member != sam:
            cast.second_factor(member)
        made[name] = signed_in(member)
        cast.has_just_typed_the_password(made[name], member)
    return made


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


def profile(_world: World) -> dict:
    about = {"headline": "Helps", "bio": "I do.", "languages": ["en"], "skills": "", "place": ""}
    return about | {"category": Category.objects.get().pk}


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
    "promotional credit": Door("sam", "/admin/payouts/creditlot/give/", "amount", "5", grant),
    "rate": Door("bob", "/become-an-expert/", "rate", "3", profile),
    "price of an act": Door("bob", "/me/acts/add/", "price", "30", act),
    "price of a work": Door("bob", "/me/works/add/", "price", "30", work),
}
UNCHECKED = [("payouts_posting", "posting_above_zero"), ("payouts_topup", "payouts_topup_amount_minor_check")]


def knock(door: Door, world: World, client: Client, typed: str) -> None:
    client.post(world.path(door.path), {**door.fields(world), door.name: typed})


def everything() -> dict:
    """Every row of the site, but for what staff looked at."""
    models = [model for app in ("payouts", "calls", "marketplace") for model in apps.get_app_config(app).get_models()]
    return {one: list(one.objects.order_by("pk").values()) for one in models if one is not AuditRecord}


def any_number(text: str, currency: str) -> Money:
    """The broken reader of sums: whatever Python takes for a number, to the cent."""
    return Money(int(Decimal(text) * 100), currency)


@pytest.fixture
def without_checks_of_tables(db):
    """A database that does not look at amounts either."""

    def off() -> None:
        with connection.cursor() as cursor:
            if connection.vendor == "sqlite":
                cursor.execute("PRAGMA ignore_check_constraints = ON")
                return
            for table, name in UNCHECKED:
                cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {name}")

    yield off
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA ignore_check_constraints = OFF")


@contextmanager
def undone() -> Iterator[None]:
    """What happens inside did not; no transaction of its own, for in one nobody speaks to Stripe."""
    here = transaction.savepoint()
    yield
    transaction.savepoint_rollback(here)
    accounts.forget()


class PageTests:
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


def services(world: World) -> dict[str, Callable[[Money], object]]:
    """Each service that is told an amount, as its page or socket would call it."""
    alice, bob, sam, now = world.story.alice, world.story.bob, cast.sam(), world.story.now
    member, once = {"member": alice, "now": now}, {"key": TOKEN, "now": now}
    sent = {"about": "call:1", "group": "listing:5", "label": "Tip", "link": "/calls/1/"}
    charge = f"period:{world.story.period_id}"
    ten = eur(1_000)
    return {
        "top-up": lambda sum: wallet.start_top_up(**member, amount=sum, return_path="/wallet/"),
        "card": lambda sum: cards.order(**member, card_id=world.card.pk, amount=sum, token=TOKEN, return_path="/"),
        "monthly limit": lambda sum: wallet.set_monthly_limit(**member, limit=sum),
        "when to top up": lambda sum: cards.switch_on(**member, card_id=world.card.pk, below=sum, amount=ten),
        "how much to top up": lambda sum: cards.switch_on(**member, card_id=world.card.pk, below=ten, amount=sum),
        "refund of credit": lambda sum: refunds.request(member=alice, amount=sum, **once),
        "hold": lambda sum: wallet.hold(payer=alice, amount=sum, reference="period:99", **once),
        "tip": lambda sum: earnings.tip(payer=alice, expert=bob, amount=sum, **sent, **once),
        "withdrawal": lambda sum: withdrawals.request(expert=bob, amount=sum, **once),
        "give back": lambda sum: claims.refund(expert=bob, reference=charge, amount=sum, **once),
        "promotional credit": lambda sum: wallet.grant(
            staff=sam, member=alice, amount=sum, reason="So.", expires_at=None, **once
        ),
    }


REFUSALS = (
    BadAmount,
    earnings.TipLimit,
    refunds.NotEnough,
    wallet.CreditLimit,
    wallet.AboveMonthlyLimit,
    wallet.InsufficientCredit,
    withdrawals.NotEnough,
    withdrawals.TooLittle,
)


class ServiceTests:
    def test_no_service_takes_what_is_no_amount(self, world):
        before = everything()
        for name, serve in services(world).items():
            for minor in (0, -1, -2_000, 10**12):
                with pytest.raises(REFUSALS):
                    pytest.fail(f"{name} took {minor}: {serve(eur(minor))}")
        assert everything() == before

    def test_each_takes_one(self, world):
        for name, serve in services(world).items():
            before = everything()
            serve(eur({"withdrawal": 2_000, "monthly limit": 30_000}.get(name, 500)))
            assert everything() != before, name

    @pytest.mark.parametrize("minor", [20.5, 2_000.0, "2000", True, Decimal(2_000), float("nan"), None])
    def test_what_is_no_whole_number_is_not_even_money(self, minor):
        with pytest.raises(BadAmount):
            Money(minor, "EUR")

    def test_where_money_may_be_anything_a_fraction_is_taken(self, alice, now, monkeypatch):
        """The broken twin."""
        monkeypatch.setattr(Money, "__post_init__", lambda _self: None)
        wallet.start_top_up(member=alice, amount=eur(1_000.9), return_path="/wallet/", now=now)
        assert TopUp.objects.get().amount_minor == 1_000

    @pytest.mark.parametrize("minor", [0, -2_000])
    def test_without_its_lower_limit_a_top_up_of_nothing_is_made(
        self, alice, now, settings, without_checks_of_tables, minor
    ):
        """The broken twin: and of less than nothing, were it not for the table."""
        settings.TOP_UP_MINOR_MIN = -10_000
        if minor < 0:
            without_checks_of_tables()
        wallet.start_top_up(member=alice, amount=eur(minor), return_path="/wallet/", now=now)
        assert TopUp.objects.get().amount_minor == minor


class LedgerTests:
    """What all of them end in."""

    def steal(self, eve: User, alice: User, now) -> None:
        """Eve gives Alice less than nothing."""
        line = ledger.Line(accounts.caller_credit(eve.pk), accounts.caller_credit(alice.pk), eur(-500))
        ledger.post(key="gift", kind="test", lines=[line], now=now)

    def test_less_than_nothing_does_not_move(self, alice, eve, now):
        give_credit(alice, 1_000, now)
        with pytest.raises(BadAmount):
            self.steal(eve, alice, now)
        assert purse(alice)["credit"] == "10.00"

    def test_where_nobody_looks_it_takes_from_who_is_given_to(
        self, alice, eve, now, monkeypatch, without_checks_of_tables
    ):
        """The broken twin."""
        without_checks_of_tables()
        give_credit(alice, 1_000, now)
        give_credit(eve, 1_000, now)
        monkeypatch.setattr(ledger, "_checked_currency", lambda _lines: "EUR")
        self.steal(eve, alice, now)
        assert (purse(alice)["credit"], purse(eve)["credit"]) == ("5.00", "15.00")


class ListingTests:
    @pytest.mark.parametrize("minor", [0, -1, 19, 1_001, 10**12])
    def test_no_rate_outside_its_limits(self, bob, minor):
        with pytest.raises(listings.BadPrice):
            listings.set_rate(profile=bob.profile, rate_minor=minor)
        assert cast.rate_of(bob).rate_minor == 200

    def test_without_the_limits_an_expert_asks_ten_billion(self, bob, monkeypatch):
        """The broken twin."""
        monkeypatch.setattr(listings, "_check", lambda *_limits: None)
        listings.set_rate(profile=bob.profile, rate_minor=2**31 - 1)
        assert cast.rate_of(bob).rate_minor == 2**31 - 1
