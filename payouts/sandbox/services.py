"""What the sandbox does by itself, and what its hosted pages and its operator do. (Requests of ours come in by `api`.)"""

import re
from collections.abc import Callable
from datetime import datetime

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _

from payouts import clock
from payouts.sandbox import (
    account_states,
    banks,
    books,
    cards,
    deliveries,
    disputes,
    events,
    intents,
    pay_in,
    pay_out,
    refunds,
    store,
)
from payouts.sandbox.models import SandboxDelivery, SandboxObject
from payouts.sandbox.store import Object

GOOD_CARD, SETTLED_CARD = cards.GOOD_CARD, cards.SETTLED_CARD
DECLINED_CARDS = tuple(number for number, card in cards.KNOWN.items() if card.declines)
BANKS = banks.KNOWN
OUTCOMES = ("verified", "needs_document", "rejected", "due_soon", "checking")


class Declined(Exception):
    """The card was refused; the message is for the person, who may try another."""


class NotOpen(Exception):
    """The payment page or the onboarding link (or whatever was named) is used up, expired, or was never there."""


def work(*, now: datetime) -> int:
    """One round of the worker: payouts go on, old payment pages close, money settles, deadlines pass, events are sent.

    How much was done.
    """
    if not settings.STRIPE_SANDBOX:
        return 0
    calendar = _old_sessions_close() + _money_settles() + account_states.restrict_late_ones()
    done = calendar + _payouts_go_on(now) + _promises_are_kept() + _refunds_go_on()
    return done + deliveries.send_due(now=now)


def _payouts_go_on(now: datetime) -> int:
    moving = SandboxObject.objects.filter(kind="payout", data__status__in=["pending", "in_transit"])
    due = [row.id for row in moving.order_by("serial") if pay_out.is_due(row.data, now)]
    for payout_id in due:
        with store.one_at_a_time():
            pay_out.go_on(SandboxObject.objects.get(id=payout_id).data, now=now)
    return len(due)


def _promises_are_kept() -> int:
    """What the card of a test value does by itself, a moment after what it was used for."""
    promised = list(SandboxObject.objects.filter(kind="promise").order_by("serial"))
    for row in promised:
        with store.one_at_a_time():
            if not SandboxObject.objects.filter(id=row.id).exists():
                continue  # another worker's
            if row.data["what"] == cards.REFUND_FAILS:
                refunds.fail(store.find("refund", row.data["about"]))
            else:
                disputes.open_(store.find("charge", row.data["about"]), is_inquiry=row.data["what"] == cards.INQUIRY)
            store.remove(row.data)
    return len(promised)


def _refunds_go_on() -> int:
    waiting = [row.id for row in SandboxObject.objects.filter(kind="refund", data__status="pending").order_by("serial")]
    gone_on = 0
    for refund_id in waiting:
        with store.one_at_a_time():
            gone_on += refunds.go_on(store.find("refund", refund_id))
    return gone_on


def _money_settles() -> int:
    with store.one_at_a_time():
        settled = books.newly_settled()
        for account in settled:
            events.tell("balance.available", books.balance_of(account), account=account)
    return len(settled)


def _old_sessions_close() -> int:
    sessions = SandboxObject.objects.filter(kind="checkout.session", data__status="open")
    late = sessions.filter(data__expires_at__lt=books.stamp(clock.now()))
    closing = [row.id for row in late]
    for session_id in closing:
        with store.one_at_a_time():
            pay_in.expire(store.find("checkout.session", session_id))
    return len(closing)


# --- The payment page -----------------------------------------------------------------------------------------


def open_session(session_id: str) -> Object:
    row = SandboxObject.objects.filter(id=session_id, kind="checkout.session").first()
    if row is None or row.data["status"] != "open" or row.data["expires_at"] < books.stamp(clock.now()):
        raise NotOpen(session_id)
    return row.data


def pay_with_card(*, session_id: str, number: str, save: bool = False, wallet: str = "") -> str:
    """Pays the session; the address to go to then: back to the site, or where the card's owner passes 3-D Secure.

    `wallet`: "apple_pay" or the like, when the number came out of a telephone. Raises Declined (the session stays open) or
    NotOpen.
    """
    card = re.sub(r"[\s-]", "", number)
    if card not in cards.KNOWN:
        open_session(session_id)
        raise Declined(_("Your card number is incorrect."))
    with store.one_at_a_time():
        session = open_session(session_id)
        intent = pay_in.pay(session, cards.make(card, wallet=wallet), save=save)
    return _next_page(session, intent)


def _next_page(session: Object, intent: Object) -> str:
    if intent["status"] == "requires_action":
        return f"{settings.SITE_URL}/sandbox/stripe/3ds/{intent['id']}"
    if intent["status"] != "succeeded":
        raise Declined(intent["last_payment_error"]["message"])
    return (session["success_url"] or session["return_url"]).replace("{CHECKOUT_SESSION_ID}", session["id"])


def asking_intent(intent_id: str) -> Object:
    """The payment whose card's owner is asked for just now."""
    row = SandboxObject.objects.filter(id=intent_id, kind="payment_intent", data__status="requires_action").first()
    if row is None:
        raise NotOpen(intent_id)
    return row.data


def prove(*, intent_id: str, succeeds: bool) -> str:
    """The owner passed 3-D Secure, or did not; the address to go to then. Raises NotOpen."""
    with store.one_at_a_time():
        intent = asking_intent(intent_id)
        method = store.find("payment_method", intent["payment_method"])
        session = open_session(intent["_"]["session"]) if intent["_"]["session"] else None
        if not succeeds:
            intents.fail_proof(intent, method)
        elif session:
            intent = pay_in.pay(session, method, is_proved=True)
        else:
            intents.attempt(intent, method, is_proved=True)
    if session is None:
        return intents.way_back(intent)
    return _next_page(session, intent) if succeeds else session["url"]


# --- Onboarding -----------------------------------------------------------------------------------------------


def open_link(*, account_id: str, token: str) -> tuple[Object, Object]:
    """(link, account) while the link is unused and fresh, else NotOpen: then the person is sent to `refresh_url`."""
    link = SandboxObject.objects.filter(id=token, kind="v2.core.account_link").first() if token.isprintable() else None
    if link is None or link.data["account"] != account_id:
        raise NotOpen(token)
    if link.data["_"]["used"] or link.data["_"]["expires"] < books.stamp(clock.now()):
        raise NotOpen(link.data["use_case"]["account_onboarding"]["refresh_url"])
    return link.data, store.find("v2.core.account", account_id)


def finish_onboarding(
    *, account_id: str, token: str, name: str, country: str, number: str, outcome: str = "verified"
) -> str:
    """The address to go back to. `outcome`: one of OUTCOMES, what Stripe makes of what the person gave."""
    with store.one_at_a_time():
        link, account = open_link(account_id=account_id, token=token)
        account["display_name"] = name
        account["identity"] = {"country": country.lower()}
        banks.replace_all(account_id, name=name, country=country, number=number)
        account_states.change(account, outcome)
        link["_"]["used"] = True
        store.save(link)
    onboarding = link["use_case"]["account_onboarding"]
    return onboarding.get("return_url") or onboarding["refresh_url"]


# --- The operator (see also operator.py) ----------------------------------------------------------------------


def all_payouts() -> list[Object]:
    """Newest first."""
    return [row.data for row in SandboxObject.objects.filter(kind="payout").order_by("-serial")[:100]]


def payout_now(*, payout_id: str, fails: bool) -> None:
    """The bank's answer now, without waiting for it: a failure is possible even after *paid*."""
    with store.one_at_a_time():
        row = SandboxObject.objects.filter(id=payout_id, kind="payout").first()
        if row is None:
            raise NotOpen(payout_id)
        (pay_out.fail if fails else pay_out.arrive)(row.data)


def latest(kind: str) -> list[Object]:
    """Charges, refunds or disputes of the platform's, newest first."""
    return [row.data for row in SandboxObject.objects.filter(kind=kind, account="").order_by("-serial")[:100]]


DEEDS: dict[str, tuple[str, Callable[[Object], object]]] = {
    "refund": ("charge", lambda charge: refunds.refund(charge, amount=charge["amount"] - charge["amount_refunded"])),
    "dispute": ("charge", disputes.open_),
    "inquire": ("charge", lambda charge: disputes.open_(charge, is_inquiry=True)),
    "warn": ("charge", disputes.warn),
    "fail_refund": ("refund", refunds.fail),
    "escalate": ("dispute", disputes.escalate),
    "win": ("dispute", lambda dispute: disputes.decide(dispute, won=True)),
    "lose": ("dispute", lambda dispute: disputes.decide(dispute, won=False)),
    "appeal": ("dispute", disputes.appeal),
}


def do(*, deed: str, about: str) -> None:
    """What a bank, a card's owner or somebody at Stripe's dashboard does. Raises NotOpen where it makes no sense (any more)."""
    kind, act = DEEDS.get(deed, ("", disputes.warn))
    with store.one_at_a_time():
        row = SandboxObject.objects.filter(id=about, kind=kind, account="").first()
        if row is None or (kind == "charge" and not is_whole(row.data)):
            raise NotOpen(about)
        act(row.data)


def is_whole(charge: Object) -> bool:
    """Whether something of it can still be refunded or disputed."""
    return charge["paid"] and not charge["disputed"] and not charge["refunded"]


def send_again(*, delivery_id: int) -> None:
    """The same event once more, as Stripe may do by itself."""
    sent = SandboxDelivery.objects.filter(pk=delivery_id).first()
    if sent is None:
        raise NotOpen(str(delivery_id))
    SandboxDelivery.objects.create(event=sent.event, endpoint=sent.endpoint, body=sent.body, due_at=timezone.now())


def latest_deliveries() -> list[SandboxDelivery]:
    return list(SandboxDelivery.objects.order_by("-id")[:50])
