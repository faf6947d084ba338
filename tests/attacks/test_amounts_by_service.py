"""Amounts that are none, told to the services behind every form and message."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connection

from marketplace.accounts.models import User
from marketplace.listings import services as listings
from payouts.cards import services as cards
from payouts.claims import services as claims
from payouts.earnings import services as earnings
from payouts.ledger import accounts
from payouts.ledger import services as ledger
from payouts.money import BadAmount, Money
from payouts.refunds import services as refunds
from payouts.wallet import services as wallet
from payouts.wallet.models import TopUp
from payouts.withdrawals import services as withdrawals
from tests import cast
from tests.attacks.world import World, everything
from tests.payouts.purse import eur, give_credit, purse

pytestmark = pytest.mark.django_db
TOKEN = "a-token-of-the-form-1"
UNCHECKED = [("payouts_posting", "posting_above_zero"), ("payouts_topup", "payouts_topup_amount_minor_check")]


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
