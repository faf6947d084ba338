"""A mail to a member, written with the rows that cause it and sent by the worker: `emails/<template>_subject.txt` and `.txt`."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import override

from payouts.money import Money
from payouts.outbox import services as outbox

ACTION = "mail.member"
Fact = str | int | Money | datetime


def enqueue(
    *,
    member: AbstractBaseUser,
    template: str,
    facts: Mapping[str, Fact],
    key: str,
    now: datetime,
    address: str = "",
) -> None:
    """To be called inside the transaction of the cause; the same key twice is one mail.

    `facts` is what the template may name, besides `reader` and `site`. `address`: where it goes, when not to the member's
    own (a notice of a changed address goes to the old one).
    """
    kept = {name: _kept(fact) for name, fact in facts.items()}
    payload = {"member": member.pk, "template": template, "facts": kept, "address": address}
    outbox.enqueue(action=ACTION, key=key, payload=payload, now=now)


def amend(*, keys: Iterable[str], facts: Mapping[str, Fact]) -> None:
    """These facts of the mails with these keys, sent or not, are told otherwise from now on: of somebody who is forgotten."""
    kept = {name: _kept(fact) for name, fact in facts.items()}
    outbox.amend(keys=keys, change=lambda payload: payload | {"facts": payload["facts"] | kept})


def send(payload: dict[str, Any], *, key: str) -> None:
    """The outbox's handler of ACTION. In the reader's language and time zone."""
    reader: Any = get_user_model().objects.get(pk=payload["member"])
    context = {name: _fact(kept) for name, kept in payload["facts"].items()}
    context |= {"reader": reader, "site": settings.SITE_URL}
    with override(reader.language), timezone.override(ZoneInfo(reader.time_zone)):
        subject = " ".join(render_to_string(f"emails/{payload['template']}_subject.txt", context).split())
        text = render_to_string(f"emails/{payload['template']}.txt", context)
    EmailMessage(subject, text, to=[payload["address"] or reader.email]).send()


def _kept(fact: Fact) -> object:
    """As JSON holds it. Sums and moments stay what they are, so that each mail writes them in its reader's language."""
    if isinstance(fact, Money):
        return {"minor": fact.minor, "currency": fact.currency}
    if isinstance(fact, datetime):
        return {"at": fact.isoformat()}
    return fact


def _fact(kept: Any) -> Fact:
    if isinstance(kept, dict):
        return datetime.fromisoformat(kept["at"]) if "at" in kept else Money(kept["minor"], kept["currency"])
    return kept
