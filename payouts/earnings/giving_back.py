"""What goes back to the payer of a captured price: from what is pending, or, when the expert chooses so, from later money."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from payouts.commission import Split
from payouts.earnings import debts, taxing, to_cards
from payouts.earnings.models import Earning
from payouts.earnings.waiting import AlreadyReleased
from payouts.ledger import accounts
from payouts.ledger import services as ledger
from payouts.money import BadAmount, Money
from payouts.wallet import services as wallet


@dataclass(frozen=True, slots=True)
class Part:
    """What a give-back takes from each: from the expert's earning, and from the platform's commission."""

    expert_minor: int
    platform_minor: int


def give_back(*, reference: str, amount: Money, key: str, now: datetime, even_if_released: bool = False) -> Money:
    """`amount` of a captured price becomes the payer's credit again; expert and platform each return their share of it.

    The platform returns commission(price) - commission(price - given back so far), so that several give-backs end where
    one would have. `even_if_released`: by the expert's own choice, from what is available; what that lacks becomes a debt
    that the next earnings pay first, and until then the payer's credit rests on it (wallet/advances.py). Raises BadAmount above
    what is left of the price, AlreadyReleased, ledger's KeyReused.
    """
    with transaction.atomic():
        earning = Earning.objects.select_for_update(no_key=True).get(reference=reference)
        if posted := ledger.posted(key=key):
            if posted != amount:
                raise ledger.KeyReused(key)
            return amount
        if (
            not 0 < amount.minor <= earning.price_minor - earning.given_back_minor
            or amount.currency != earning.currency
        ):
            raise BadAmount(f"{amount.minor} {amount.currency} cannot be given back of {reference}")
        if earning.released_at and not even_if_released:
            raise AlreadyReleased(reference)
        before, taxed = earning.shares, earning.tax_left_minor
        earning.given_back_minor += amount.minor
        earning.save(update_fields=["given_back_minor"])
        part, since = _part(before, earning.shares), to_cards.last_use(earning)
        back_to = _restore(earning, amount, now)
        lines = _lines(earning, part, back_to)
        _advance(earning, lines, key, now)
        ledger.post(key=key, kind="give_back", lines=lines, reference=reference, now=now)
        _tax_too(earning, taxed, key, now)
        to_cards.send_on(earning, since=since, key=key, now=now)
    return amount


def take_back(*, reference: str, amount: Money, into: accounts.AccountRef, key: str, now: datetime) -> Money:
    """`amount` of a captured price goes to `into` and not to the payer: the expert took part in a fraud. As `give_back`, from
    pending, from available, and as a debt. Raises BadAmount, ledger's KeyReused.
    """
    with transaction.atomic():
        earning = Earning.objects.select_for_update(no_key=True).get(reference=reference)
        if posted := ledger.posted(key=key):
            return posted
        if not 0 < amount.minor <= earning.price.minor or amount.currency != earning.currency:
            raise BadAmount(f"{amount.minor} {amount.currency} cannot be taken back of {reference}")
        before, taxed = earning.shares, earning.tax_left_minor
        earning.given_back_minor += amount.minor
        earning.save(update_fields=["given_back_minor"])
        lines = _lines(earning, _part(before, earning.shares), [wallet.Part(into, amount)])
        ledger.post(key=key, kind="take_back", lines=lines, reference=reference, now=now)
        _tax_too(earning, taxed, key, now)
        to_cards.settle_if_gone(earning, now=now)
    return amount


def waive_commission(*, reference: str, key: str, now: datetime) -> Money:
    """The platform's whole share becomes the payer's credit, and the expert keeps theirs: staff did not decide in time.

    From then on the earning has no commission, so that what is given back later is the expert's alone. Once.
    """
    with transaction.atomic():
        earning = Earning.objects.select_for_update(no_key=True).get(reference=reference)
        if posted := ledger.posted(key=key):
            return posted
        amount = Money(earning.shares.commission_minor, earning.currency)
        taxed = earning.tax_left_minor
        if amount:
            earning.given_back_minor += amount.minor
            earning.commission_percent = 0
            earning.save(update_fields=["given_back_minor", "commission_percent"])
            since = to_cards.last_use(earning)
            back_to = _restore(earning, amount, now)
            lines = wallet.spread([wallet.Part(accounts.commission(), amount)], back_to, earning.group)
            ledger.post(key=key, kind="waive_commission", lines=lines, reference=reference, now=now)
            _tax_too(earning, taxed, key, now)
            to_cards.send_on(earning, since=since, key=key, now=now)
    return amount


def _part(before: Split, after: Split) -> Part:
    return Part(before.earning_minor - after.earning_minor, before.commission_minor - after.commission_minor)


def _advance(earning: Earning, lines: list[ledger.Line], key: str, now: datetime) -> None:
    """What the payer gets although the expert has it no longer."""
    owed = [line for line in lines if line.debit == accounts.expert_debt(earning.expert_id)]
    paid_credit = [line for line in owed if line.credit == accounts.caller_credit(earning.payer_id)]
    amount, of_paid = (sum((line.amount for line in some), Money(0, earning.currency)) for some in (owed, paid_credit))
    if amount:
        people = {"payer": earning.payer, "expert": earning.expert}
        wallet.advance(**people, amount=amount, paid_credit=of_paid, reference=earning.reference, key=key, now=now)


def _tax_too(earning: Earning, before: int, key: str, now: datetime) -> None:
    change, words = earning.tax_left_minor - before, {"group": earning.group, "reference": earning.reference}
    taxing.post(change=change, currency=earning.currency, key=key, now=now, **words)


def _restore(earning: Earning, amount: Money, now: datetime) -> Sequence[wallet.Part]:
    source = wallet.funding_source()
    return source.restore(payer_id=earning.payer_id, reference=earning.spent_reference, amount=amount, now=now)


def _lines(earning: Earning, part: Part, back_to: Sequence[wallet.Part]) -> list[ledger.Line]:
    expert = earning.expert_id
    if earning.released_at is None:
        sources = [(accounts.expert_pending(expert), part.expert_minor)]
    else:
        there, _ = debts.lock(expert, earning.currency)
        taken = min(there.minor, part.expert_minor)
        sources = [
            (accounts.expert_available(expert), taken),
            (accounts.expert_debt(expert), part.expert_minor - taken),
        ]
    sources.append((accounts.commission(), part.platform_minor))
    parts = [wallet.Part(account, Money(minor, earning.currency)) for account, minor in sources]
    return wallet.spread(parts, back_to, earning.group)
