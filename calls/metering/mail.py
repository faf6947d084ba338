"""The receipt by mail, to both people of a paid period: queued by the settlement, sent by the outbox's worker."""

from collections.abc import Callable
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from calls.metering import receipts, texts
from calls.metering.models import PaidPeriod
from payouts.outbox import services as outbox

ACTION = "mail.receipt"


def enqueue_receipts(period: PaidPeriod, *, now: datetime) -> None:
    """One mail a person. None where nothing was billed: accepting and going back to free at once is no purchase."""
    if not period.billable_ms and not period.amount_minor:
        return
    for side in ("payer", "expert"):
        # A correction changes the billable time, so it is a mail of its own.
        key = f"period:{period.pk}:receipt:{side}:{period.billable_ms}"
        payload = {"period": period.pk, "side": side, "billable_ms": period.billable_ms}
        outbox.enqueue(action=ACTION, key=key, payload=payload, now=now)


def send_receipt(payload: dict[str, Any], *, key: str) -> Callable[[datetime], object] | None:
    """The outbox's handler of ACTION. A mail that a correction has overtaken is not sent: the newer one is queued too."""
    period = PaidPeriod.objects.select_related("offer", "payer", "expert", "call").get(pk=payload["period"])
    if period.billable_ms != payload["billable_ms"]:
        return None
    is_payer = payload["side"] == "payer"
    reader, other = (period.payer, period.expert) if is_payer else (period.expert, period.payer)
    with override(reader.language), timezone.override(ZoneInfo(reader.time_zone)):
        context = {
            "reader": reader,
            "other": other,
            "is_payer": is_payer,
            "row": receipts.row_of(period),
            # The payer's text names their credit, which the expert is never told.
            "terms": period.offer.terms_text.split("\n") if is_payer else texts.terms_lines(period.offer),
            "address": settings.SITE_URL + reverse("receipt", args=[period.call_id]),
        }
        subject = " ".join(render_to_string("emails/receipt_subject.txt", context).split())
        mail = EmailMultiAlternatives(subject, render_to_string("emails/receipt.txt", context), to=[reader.email or ""])
        mail.attach_alternative(render_to_string("emails/receipt.html", context), "text/html")
        mail.send()
    return None
