"""What a browser is told of the offer and the meter: two parts of the `state` message (PROTOCOL.md, section 4).

Nothing here raises or writes: a page that asks while a deadline is being met is told what the tables say.
"""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Sum

from calls.metering import caps, meter, stored, texts, witness
from calls.metering.billing import price
from calls.metering.models import Offer, PaidPeriod, Stop
from calls.metering.moments import to_ms
from calls.metering.offers import wait_until
from calls.metering.terms import is_stored, limit_ms, lowest_cap, terms_of
from calls.rooms.models import Call
from marketplace.accounts.models import User
from payouts.money import Money
from payouts.wallet import services as wallet

State = PaidPeriod.State


def there_is() -> dict[str, Exists]:
    """For a query of calls: `has_offers`, `has_periods`, and `has_stored` of its two people. Where there is nothing, as in most
    calls, nothing more is asked."""
    return {
        "has_offers": Exists(Offer.objects.filter(call=OuterRef("pk"))),
        "has_periods": Exists(PaidPeriod.objects.filter(call=OuterRef("pk"))),
        "has_stored": stored.has_stored(),
    }


def latest_offer(*, call: Call) -> Offer | None:
    """The offer that the `state` message is about."""
    return call.offers.select_related("call", "payer", "expert").order_by("-pk").first()


def latest_period(*, call: Call) -> PaidPeriod | None:
    """The period that the `state` message is about: the living one, else the last."""
    return call.periods.select_related("call").order_by("-pk").first()


# --- Offer ----------------------------------------------------------------------------------------------------------


def offer_state(offer: Offer | None, viewer: User, now: datetime) -> dict[str, Any] | None:
    """None when there is nothing to show: no offer, an accepted one, or one that is not the viewer's. Of what was agreed to
    before a ring that came to nothing, the ring itself tells."""
    if offer is None or offer.state == Offer.State.ACCEPTED or viewer.pk not in (offer.payer_id, offer.expert_id):
        return None
    if offer.agreed_cap_minor is not None and offer.state == Offer.State.EXPIRED:
        return None
    state = _offer_word(offer, now)
    common = {
        "id": offer.pk,
        "state": state,
        "kind": offer.kind,
        "rate_minor": offer.rate_minor,
        "price_minor": 0 if is_stored(offer) else offer.price_minor,
        "rate_text": texts.price_of(offer),
        "list_text": texts.list_price_of(offer) or None,
        "by_payer": offer.by_payer,
        "expires_at": _ms(offer.deadline_at or offer.closed_at),
        "inert_until": to_ms(offer.sent_at + timedelta(seconds=settings.ACCEPT_INERT_S)),
    }
    if offer.agreed_cap_minor is not None:
        return common | _of_agreed(offer, viewer)
    is_open = state in ("open", "adding_credit", "making_account")
    return common | (_for_payer(offer, is_open, now) if viewer.pk == offer.payer_id else _for_expert(offer, now))


def _offer_word(offer: Offer, now: datetime) -> str:
    if offer.state != Offer.State.OPEN:
        return str(offer.state)
    if offer.deadline_at and offer.deadline_at <= now:
        return "expired"
    if offer.adding_credit_at is None:
        return "open"
    return "making_account" if offer.payer.is_guest else "adding_credit"


def _for_payer(offer: Offer, is_open: bool, now: datetime) -> dict[str, Any]:
    """More credit helps nobody whose monthly limit is used up: then the card says so, and asks for none."""
    credit, monthly = wallet.credit(member=offer.payer), wallet.monthly(member=offer.payer, now=now)
    is_enough = credit.minor >= lowest_cap(offer)
    is_within = monthly is None or monthly.left.minor >= lowest_cap(offer)
    return {
        "text": texts.card_lines(offer, credit, monthly),
        "can_accept": is_open and is_enough and is_within,
        "needs_credit": is_open and not is_enough and is_within,
        "cap": _cap_part(offer, credit, monthly),
        "wait_until": None,
    }


def _cap_part(offer: Offer, credit: Money, monthly: wallet.Monthly | None) -> dict[str, Any]:
    left_minor = monthly.left.minor if monthly else None
    proposal = caps.caps_for(offer, credit_minor=credit.minor, left_minor=left_minor)
    return {
        "proposed_minor": proposal.proposed,
        "max_minor": proposal.highest,
        "clipped_by": proposal.clipped_by,
        "choices": [
            {"minor": minor, "text": str(Money(minor, offer.currency)), "time_ms": caps.time_ms(offer, minor)}
            for minor in proposal.choices
        ],
    }


def _of_agreed(offer: Offer, viewer: User) -> dict[str, Any]:
    lines = texts.failed_lines if offer.state == Offer.State.FAILED else texts.agreed_lines
    nothing_to_press = {"can_accept": False, "needs_credit": False, "cap": None, "wait_until": None}
    return {"text": lines(offer, viewer), **nothing_to_press}


def _for_expert(offer: Offer, now: datetime) -> dict[str, Any]:
    """Never how much credit there is, nor whether it is enough: that the payer adds some is all the expert reads."""
    wait = wait_until(offer.call)
    return {
        "text": texts.sent_lines(offer),
        "can_accept": False,
        "needs_credit": False,
        "cap": None,
        "wait_until": _ms(wait) if wait and now < wait else None,
    }


def stored_state(*, payer: User, expert: User, viewer: User, now: datetime) -> list[dict[str, Any]]:
    """The time that these two can use without paying anew."""
    rows = list(stored.of_pair(payer_id=payer.pk, expert_id=expert.pk))
    kept = stored.kept_past_date(rows, now=now)
    return [
        {
            "id": row.pk,
            "label": row.label,
            "length_ms": row.length_ms,
            "expires_at": _ms(row.expires_at),
            "text": texts.stored_line(row, viewer, is_kept=row.pk in kept),
        }
        for row in rows
    ]


# --- Meter ----------------------------------------------------------------------------------------------------------


def meter_state(period: PaidPeriod | None, viewer: User, now: datetime) -> dict[str, Any]:
    """The same meter for both people, but for `needs`: what this viewer can do about a standstill."""
    if period is None or period.state == State.ENDED:
        return _free(period, now)
    standing = witness.open_stop(period)
    billable_ms = min(witness.billable_ms(period, until=now), limit_ms(period))
    cost = Money(0 if is_stored(period) else price(terms_of(period), billable_ms), period.currency)
    is_count_down = period.state == State.COUNTDOWN
    return {
        "period": period.pk,
        "state": str(period.state),
        "reason": _reason(period, standing),
        "by": (standing.side or None) if standing and not is_count_down else None,
        **_terms_part(period),
        "billable_ms": billable_ms,
        "as_of": to_ms(now),
        "counts_from": _ms(period.deadline_at if is_count_down else period.counts_from),
        "cost_minor": cost.minor,
        "cost_text": str(cost),
        "needs": _needs(period, standing, viewer),
        "resume_by": _ms(period.deadline_at) if period.state in (State.PAUSED, State.STOPPED) else None,
        "can_cancel_act": period.kind == Offer.Kind.ACT_OF_TIME and period.captured_at is None,
        "muted": period.state in (State.PAUSED, State.STOPPED),
        "question": _question(period, viewer),
        "last": None,
    }


def _free(last: PaidPeriod | None, now: datetime) -> dict[str, Any]:
    currency = last.currency if last else settings.CURRENCY
    nothing = dict.fromkeys(
        (
            *("reason", "by", "kind", "rate_minor", "price_minor", "length_ms", "free_ms", "cap_minor", "cap_ms"),
            *("counts_from", "needs", "resume_by"),
        )
    )
    return nothing | {
        "period": None,
        "state": "free",
        "billable_ms": 0,
        "as_of": to_ms(now),
        "cost_minor": 0,
        "cost_text": str(Money(0, currency)),
        "currency": currency,
        "can_cancel_act": False,
        "muted": False,
        "question": None,
        "last": _last(last) if last else None,
    }


def _last(period: PaidPeriod) -> dict[str, Any]:
    cost = period.amount_minor - period.given_back_minor
    others = PaidPeriod.objects.filter(call_id=period.call_id).exclude(pk=period.pk)
    earlier = others.aggregate(minor=Sum(F("amount_minor") - F("given_back_minor")))["minor"] or 0
    return {
        "end_reason": period.end_reason,
        "cost_text": str(Money(cost, period.currency)),
        "billable_ms": period.billable_ms,
        "text": texts.summary(period),
        "with_earlier_text": texts.with_earlier(Money(earlier + cost, period.currency)) if earlier else None,
    }


def _terms_part(period: PaidPeriod) -> dict[str, Any]:
    return {
        "kind": period.kind,
        "rate_minor": period.rate_minor,
        "price_minor": 0 if is_stored(period) else period.price_minor,
        "length_ms": period.length_ms,
        "free_ms": period.free_ms,
        "cap_minor": period.cap_minor,
        "cap_ms": limit_ms(period),
        "currency": period.currency,
    }


def _reason(period: PaidPeriod, standing: Stop | None) -> str | None:
    if period.state == State.COUNTDOWN:
        return "countdown"
    if standing is None:
        return None
    return "loss" if standing.reason == Stop.Reason.SERVER else str(standing.reason)


def _needs(period: PaidPeriod, standing: Stop | None, viewer: User) -> str | None:
    """`resume`: the payer can press it now. `ready`: the expert paused and must say so first. `wait`: neither."""
    if standing is None or period.state not in (State.PAUSED, State.STOPPED):
        return None
    if meter.side_of(period, viewer) == witness.PAYER:
        return "resume" if meter.can_resume(period) else "wait"
    is_mine = standing.reason == Stop.Reason.PAUSE and standing.side == witness.EXPERT and standing.ready_at is None
    return "ready" if is_mine else "wait"


def _question(period: PaidPeriod, viewer: User) -> dict[str, Any] | None:
    if period.asked_at is None:
        return None
    answered = meter.side_of(period, viewer) == witness.EXPERT and period.expert_there_at is not None
    return {"until": _ms(meter.question_until(period)), "answered": answered}


def _ms(moment: datetime | None) -> int | None:
    return to_ms(moment) if moment else None
