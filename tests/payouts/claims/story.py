"""Alice paid bob and contests it: what each story about claims begins with."""

from datetime import datetime, timedelta

from payouts.claims import services as claims
from payouts.claims.models import Claim
from payouts.earnings import services as earnings
from payouts.ledger import accounts
from payouts.ledger import services as ledger
from payouts.wallet import services as wallet
from payouts.withdrawals import services as withdrawals
from tests import cast
from tests.payouts.purse import charge, connect_bank, eur, give_credit

EVIDENCE = [{"title": "Terms", "rows": [["€2.00 per minute"]]}]


def paid(price: int = 1_000, *, reference: str = "period:1", now=cast.NOW) -> None:
    give_credit(cast.alice(), price, now)
    charge(cast.alice(), cast.bob(), price, now, reference=reference)


def contest(*, reference: str = "period:1", payer=None, reason: str = "Bob was not there.", now=cast.NOW) -> Claim:
    return claims.open_claim(
        payer=payer or cast.alice(), reference=reference, reason=reason, evidence=EVIDENCE, now=now
    )


def contest_held(price: int = 1_000, *, reference: str = "order:1", now=cast.NOW) -> Claim:
    """Held, and contested before it was captured."""
    alice, bob = cast.alice(), cast.bob()
    give_credit(alice, price, now)
    wallet.hold(payer=alice, amount=eur(price), key=f"{reference}:hold", reference=reference, now=now)
    words = {"label": "A letter", "link": "/orders/1/", "group": "", "reason": "Half is missing.", "evidence": EVIDENCE}
    terms = {"price": eur(price), "commission_percent": 30, "reference": reference}
    return claims.contest_held(payer=alice, expert=bob, now=now, **terms, **words)


def withdrawn_then_given_back(*prices: int) -> datetime:
    """Alice paid bob (30.00, unless it says otherwise), who took his 70 % to the bank and then gives all of each back, the
    first first. Answers when."""
    bob, later = cast.bob(), cast.NOW + days(31)
    charges = {f"period:{number}": price for number, price in enumerate(prices or (3_000,), start=1)}
    for reference, price in charges.items():
        paid(price, reference=reference)
    earnings.release_due(now=later)
    connect_bank(bob)
    withdrawals.request(expert=bob, amount=earnings.summary(expert=bob).available, key="all-of-it", now=later)
    for reference, price in charges.items():
        refund(price, reference=reference, key=f"back-{reference}", now=later)
    return later


def answered(price: int = 1_000) -> Claim:
    """Contested and answered on the same day: staff have until seven days from now."""
    paid(price)
    claim = contest()
    return claims.answer(claim_id=claim.pk, expert=cast.bob(), text="I was there all the time.", now=cast.NOW)


def refund(minor: int, *, expert=None, reference: str = "period:1", key: str = "form-1", now=cast.NOW, **words):
    return claims.refund(expert=expert or cast.bob(), reference=reference, amount=eur(minor), key=key, now=now, **words)


def decide(claim: Claim, minor: int, *, staff=None, reason: str = "The line of time shows it.", now=cast.NOW) -> Claim:
    return claims.decide(claim_id=claim.pk, staff=staff or cast.sam(), refund=eur(minor), reason=reason, now=now)


def days(count: float):
    return timedelta(days=count)


def commission_kept() -> int:
    return ledger.balance(accounts.commission(), "EUR").minor


def sue():
    """Another of the staff."""
    return cast.staff("Sue Staff")
