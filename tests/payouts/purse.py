"""Money for tests: alice's credit, bob's earnings, bob's bank; and every balance checked on the way.

They go through the real services; only Stripe's answers are made up here.
"""

from datetime import datetime, timedelta
from itertools import count
from unittest.mock import patch

from marketplace.accounts.models import User
from payouts.earnings import services as earnings
from payouts.money import Money
from payouts.statements import services as statements
from payouts.stripe.answers import CheckoutSession
from payouts.wallet import services as wallet
from payouts.wallet.models import CreditLot, Customer, TopUp
from payouts.withdrawals.models import BankConnection
from tests import cast

_numbers = count(1)


def eur(minor: int) -> Money:
    return Money(minor, "EUR")


def customer_of(member: User) -> str:
    """The member as Stripe knows them."""
    return Customer.objects.get_or_create(member=member, defaults={"stripe_id": f"cus_{member.pk}"})[0].stripe_id


def session_of(top_up: TopUp, **changes) -> CheckoutSession:
    """What Stripe answers about a top-up that was paid."""
    answer = {
        "customer": changes.get("customer") or customer_of(top_up.member),
        "id": f"cs_test_{top_up.pk}",
        "url": f"https://checkout.stripe.com/c/pay/cs_test_{top_up.pk}",
        "status": "complete",
        "payment_status": "paid",
        "amount_minor": top_up.amount_minor,
        "currency": top_up.currency,
        "top_up_id": top_up.pk,
        "payment_intent": f"pi_{top_up.pk}",
        "fee": None,
    }
    return CheckoutSession(**{**answer, **changes})


def stripe_says(session: CheckoutSession):
    return patch("payouts.stripe.gateway.retrieve_checkout_session", return_value=session)


def give_credit(member: User, minor: int, now: datetime) -> TopUp:
    """A paid top-up, whatever its size: limits of the form have tests of their own."""
    top_up = TopUp.objects.create(member=member, amount_minor=minor, currency="EUR", made_at=now)
    with stripe_says(session_of(top_up)):
        return wallet.confirm_top_up(stripe_session=f"cs_test_{top_up.pk}", now=now)


def give_promo(
    member: User, minor: int, now: datetime, *, expires_at: datetime | None = None, key: str = ""
) -> CreditLot:
    """Promotional credit, as sam grants it."""
    return wallet.grant(
        staff=cast.sam(),
        member=member,
        amount=eur(minor),
        reason="sorry for the outage",
        expires_at=expires_at,
        key=key or f"promo:{next(_numbers)}",
        now=now,
    )


def charge(payer: User, expert: User, price: int, now: datetime, *, held: int | None = None, reference: str = ""):
    """A paid period from hold to capture; the reference is new unless given."""
    reference = reference or f"period:{next(_numbers) + 10_000}"
    wallet.hold(payer=payer, amount=eur(held or price), key=f"{reference}:hold:1", reference=reference, now=now)
    return capture(payer, expert, price, now, reference=reference)


def capture(payer: User, expert: User, price: int, now: datetime, *, reference: str, **changes):
    words = {
        "commission_percent": 30,
        "key": f"{reference}:capture",
        "group": "listing:5",
        "label": "Call with Alice",
        "link": "/calls/1/",
        "release_from": now,
    }
    return earnings.capture(
        reference=reference, payer=payer, expert=expert, price=eur(price), now=now, **{**words, **changes}
    )


def make_available(expert: User, minor: int, now: datetime, *, payer: User) -> None:
    """`minor` or a cent more of available earnings, from one charge that has matured."""
    price = -(-minor * 100 // 70)
    give_credit(payer, price, now)
    charge(payer, expert, price, now)
    earnings.release_due(now=now + timedelta(days=31))


def connect_bank(expert: User, **changes) -> BankConnection:
    ready = {"stripe_account": f"acct_{expert.pk}", "transfers_status": "active", "payouts_status": "active"}
    return BankConnection.objects.create(
        expert=expert, **{**ready, "bank_name": "TEST BANK", "bank_last4": "6789", **changes}
    )


def write_papers(now: datetime) -> None:
    """What the worker does all the time: statements and numbered papers of all that was posted."""
    while statements.follow(now=now) or statements.number_papers(now=now):
        pass


def purse(member: User) -> dict[str, str]:
    """The member's own balances, as text: for stories."""
    summary = earnings.summary(expert=member)
    return {
        "credit": f"{wallet.credit(member=member).minor / 100:.2f}",
        "held": f"{wallet.held(member=member).minor / 100:.2f}",
        "pending": f"{summary.pending.minor / 100:.2f}",
        "available": f"{summary.available.minor / 100:.2f}",
    }
