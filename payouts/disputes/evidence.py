"""What staff send to a card's bank: the record of what was paid from the disputed top-up, in words that they may change."""

from datetime import UTC, datetime

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils.translation import gettext as _

from payouts.disputes.models import Dispute
from payouts.disputes.parts import paid_with, parties
from payouts.in_english import in_english
from payouts.money import Money
from payouts.office import services as office
from payouts.outbox import services as outbox


class NotAnswerable(Exception):
    """The dispute does not wait for us (any more), or still runs. Nothing was sent."""


@in_english
def gathered(dispute: Dispute) -> str:
    """From receipts alone: who paid, when, for what, how much of this top-up went into it, and where the receipt is."""
    top_up = dispute.lot.top_up
    paid_at = top_up and (top_up.paid_at or top_up.made_at)
    added = _("{member} ({email}) added {sum} of credit by card.")
    if paid_at:
        added = _("{member} ({email}) added {sum} of credit on {moment}, by card.")
    lines = [
        added.format(
            member=dispute.member,
            email=dispute.member.email,
            sum=Money(dispute.lot.amount_minor, dispute.currency),
            moment=_at(paid_at) if paid_at else "",
        ),
        _(
            "Credit is spent only on calls: the payer accepts the price on the screen before anything is charged, "
            "and the charged time is the time in which both sides demonstrably heard each other."
        ),
    ]
    for earning, part in paid_with(dispute):
        line = _("{moment}: {label}, {part} of this payment.")
        line = "- " + line.format(moment=_at(earning.captured_at), label=earning.label, part=part)
        if earning.link:
            line += " " + _("Receipt: {address}").format(address=f"{settings.SITE_URL}{earning.link}")
        lines.append(line)
    return "\n".join(lines)


def _at(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


@transaction.atomic
def send_evidence(*, dispute_id: int, staff: AbstractBaseUser, text: str, now: datetime) -> None:
    """To the bank, by the worker. It can be sent once for each time that the bank asks.

    Raises NotAnswerable, office's PartyToIt.
    """
    dispute, key = _answerable(dispute_id, staff, "evidence")
    if not text.strip():
        raise NotAnswerable("empty")
    office.record(staff=staff, act="dispute.send_evidence", reference=dispute.reference, reason=text, now=now)
    payload = {"dispute": dispute.pk, "text": text}
    outbox.enqueue(action="stripe.evidence", key=key, payload=payload, now=now)


@transaction.atomic
def accept(*, dispute_id: int, staff: AbstractBaseUser, reason: str, now: datetime) -> None:
    """We let it go, which loses it. Raises as `send_evidence`."""
    dispute, key = _answerable(dispute_id, staff, "accept")
    if not reason.strip():
        raise NotAnswerable("no reason")
    office.record(staff=staff, act="dispute.accept", reference=dispute.reference, reason=reason, now=now)
    payload = {"dispute": dispute.pk}
    outbox.enqueue(action="stripe.accept_dispute", key=key, payload=payload, now=now)


def _answerable(dispute_id: int, staff: AbstractBaseUser, answer: str) -> tuple[Dispute, str]:
    """The dispute, locked, and the key of this answer, which is given once for each time that the bank asks."""
    dispute = Dispute.objects.select_for_update(no_key=True).get(pk=dispute_id)
    office.check_no_party(staff=staff, parties=parties(dispute))
    key = f"{dispute.reference}:{answer}:{dispute.status}"
    if not dispute.is_answerable or outbox.is_known(key=key):
        raise NotAnswerable(dispute.status)
    return dispute, key
