"""What was found to be fraud is not spent a second time: whoever gives it back, it goes on to the cards that it came from."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from payouts.earnings.models import Earning
from payouts.money import Money
from payouts.office import services as office
from payouts.outbox import services as outbox
from payouts.refunds import services as refunds
from payouts.safety.models import Review
from payouts.wallet import lots
from payouts.wallet import services as wallet

TO_CARD = "earnings.to_card"


def task_key(reference: str) -> str:
    """Of the task that a verdict of fraud opened."""
    return f"{reference}:fraud"


def paid_from(*, references: Iterable[str]) -> QuerySet[Earning]:
    """Every earning that credit spent on these became, the parts that are earnings of their own included."""
    spent = list(references)
    return Earning.objects.filter(Q(spent_as="", reference__in=spent) | Q(spent_as__in=spent))


def purchase_of(earning: Earning) -> QuerySet[Earning]:
    """The charge that the credit paid, in all its parts."""
    return paid_from(references=[earning.spent_reference])


def is_fraud(earning: Earning) -> bool:
    """A verdict is about the purchase, whichever part of it staff looked at."""
    parts = purchase_of(earning).values("reference")
    return Review.objects.filter(reference__in=parts, verdict=Review.Verdict.FRAUD).exists()


def last_use(earning: Earning) -> int | None:
    """To be asked for before something of a price comes back, for `send_on` afterwards. None: it is no fraud."""
    return lots.last_use(reference=earning.spent_reference) if is_fraud(earning) else None


def send_on(earning: Earning, *, since: int | None, key: str, now: datetime) -> None:
    """Once the entry `key` is posted and its lots are restored: what came back `since` (see `last_use`) goes on."""
    if since is not None:
        _send(earning, since, key, now)
        settle_if_gone(earning, now=now)


def send_what_came_back_before(earning: Earning, *, key: str, now: datetime) -> None:
    """Found to be fraud only now: who heard that staff were looking may have given some of it back already."""
    _send(earning, 0, key, now)


def _send(earning: Earning, since: int, key: str, now: datetime) -> None:
    """Until it has gone the payer pays nothing: they may know the moment, and have a second expert wait for it."""
    if parts := lots.came_back(reference=earning.spent_reference, since=since):
        block = f"fraud:{earning.spent_reference}:{since}"
        wallet.block_payments(member=earning.payer, reason=block, now=now)
        payload = {
            "block": block,
            "payer": earning.payer_id,
            "expert": earning.expert_id,
            "currency": earning.currency,
            "parts": parts,
            "of": earning.reference,
        }
        outbox.enqueue(action=TO_CARD, key=f"{key}:card", payload=payload, now=now)


def left(purchase: Iterable[Earning]) -> list[Earning]:
    """The parts of which something can still be given back: nothing is taken from what was released."""
    return [part for part in purchase if part.price and not part.released_at]


def settle_if_gone(earning: Earning, *, now: datetime) -> None:
    """Whoever it went to: with nothing left staff have nothing to give back."""
    purchase = list(purchase_of(earning))
    if not left(purchase):
        for part in purchase:
            office.settle_task(key=task_key(part.reference), note=_("Nothing of it is left here."), now=now)


def send_to_card(payload: dict[str, Any], *, key: str) -> Callable[[datetime], object]:
    """The outbox's handler of TO_CARD: in its own time, for a refund locks the payer before anything else."""
    payer, currency = get_user_model().objects.get(pk=payload["payer"]), payload["currency"]
    parts = {int(lot_id): minor for lot_id, minor in payload["parts"].items()}  # JSON knows no other keys than text

    def finish(now: datetime) -> None:
        sent = Money(0, currency)
        with suppress(refunds.NotEnough):
            made = refunds.request(member=payer, amount=None, key=key, now=now, of=parts, cause="fraud")
            sent = sum((refund.amount for refund in made), sent)
        wallet.unblock_payments(reason=payload["block"], now=now)
        missing = Money(sum(parts.values()), currency) - sent
        if missing:  # it had left the credit before the verdict, or the card's bank disputes the payment
            text = _(
                "{sum} of what was given back is not in the payer's credit any more: it was spent, disputed, or is on its way "
                "to the card by a refund of their own. Look there before anything is sent."
            ).format(sum=missing)
            key_of, parties = f"{key}:missing", (payer.pk, payload["expert"])
            office.open_task(kind="fraud", key=key_of, reference=payload["of"], text=text, now=now, parties=parties)

    return finish
