"""What the consent card, the meter and the receipt say. Every function answers in the active language.

The consent card's words are PRODUCT.md, section 2, *Switch to paid*; the payer agrees to exactly these lines, so they
are made in the payer's language and frozen on the offer.
"""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from calls.metering.billing import cap_ms
from calls.metering.models import Offer, PaidPeriod, Stop, StoredTime
from calls.metering.terms import is_act, is_stored, is_work, lowest_cap, terms_of, unused_minor
from marketplace.accounts.models import User
from payouts.earnings import services as earnings
from payouts.money import Money
from payouts.wallet.services import Monthly


def duration(ms: int) -> str:
    """Whole milliseconds as "9 min 42 s", rounded down."""
    seconds = max(0, ms) // 1_000
    minutes, seconds = divmod(seconds, 60)
    if minutes and seconds:
        return _("{minutes} min {seconds} s").format(minutes=minutes, seconds=seconds)
    return _("{minutes} min").format(minutes=minutes) if minutes else _("{seconds} s").format(seconds=seconds)


def price_of(row: Offer | PaidPeriod) -> str:
    """ "€2.00 per minute", or "€25.00 for 30 min"."""
    if is_stored(row):
        return _("{length} of stored time").format(length=duration(row.length_ms or 0))
    if is_work(row):
        return str(Money(row.price_minor or 0, row.currency))
    if is_act(row):
        price = Money(row.price_minor or 0, row.currency)
        return _("{price} for {length}").format(price=price, length=duration(row.length_ms or 0))
    return per_minute(Money(row.rate_minor or 0, row.currency))


def per_minute(rate: Money) -> str:
    return _("{rate} per minute").format(rate=rate)


# --- The consent card -----------------------------------------------------------------------------------------------


def terms_lines(offer: Offer) -> list[str]:
    """What is asked for, without who asks and without the payer's credit: both people may read it."""
    if is_stored(offer):
        return _stored_lines(offer)
    if is_work(offer):
        lines = _work_lines(offer)
    else:
        lines = _act_lines(offer) if is_act(offer) else _per_minute_lines(offer)
    return [lines[0], discount(offer), *lines[1:]] if offer.list_minor else lines


def list_price_of(offer: Offer) -> str:
    """What is struck through beside a lower price; empty without a discount."""
    if not offer.list_minor:
        return ""
    listed = Money(offer.list_minor, offer.currency)
    return str(listed) if is_act(offer) else _("{rate} per minute").format(rate=listed)


def discount(offer: Offer) -> str:
    listed = offer.list_minor or 0
    asked = offer.price_minor if is_act(offer) else offer.rate_minor
    percent = (listed - (asked or 0)) * 100 // listed
    price = list_price_of(offer)
    if percent:
        return _("{percent} % less than the list price of {price}.").format(percent=percent, price=price)
    return _("Less than the list price of {price}.").format(price=price)


def _stored_lines(offer: Offer) -> list[str]:
    length = duration(offer.length_ms or 0)
    kept = offer.stored
    rest = _("Only the time that is used is taken from it; the rest stays stored until {day}.")
    if kept and earnings.kept_past_date(references=[kept.reference], now=offer.sent_at):
        rest = _("Only the time that is used is taken from it; the rest stays stored until what is open is settled.")
    return [
        _("{label}: {length} of it are left. Nothing more is paid.").format(label=offer.label, length=length),
        rest.format(day=_day(kept.expires_at, offer.payer) if kept else ""),
    ]


def _day(at: datetime | None, reader: User) -> str:
    return date_format(localtime(at, ZoneInfo(reader.time_zone)), "j M Y") if at else ""


def _work_lines(offer: Offer) -> list[str]:
    days, hours, late = offer.delivery_days or 0, settings.WORK_OBJECT_HOURS, settings.WORK_LATE_DAYS
    return [
        _("{label}: {price}, taxes included.").format(label=offer.label, price=price_of(offer)),
        *([offer.description] if offer.description else []),
        ngettext(
            "Delivered within {days} day after you accept.", "Delivered within {days} days after you accept.", days
        ).format(days=days),
        _(
            "The price is held now, and paid when you confirm the delivery or {hours} hours after it, unless you say"
            " that it is not as described. Not delivered {late} days after its date, it is freed by itself."
        ).format(hours=hours, late=late),
        _("The call stays free."),
    ]


def _act_lines(offer: Offer) -> list[str]:
    seconds = settings.ACT_CAPTURE_S
    return [
        _("{label}: {price}, taxes included.").format(label=offer.label, price=price_of(offer)),
        ngettext(
            "Cancelling is free until {seconds} second after the start.",
            "Cancelling is free until {seconds} seconds after the start.",
            seconds,
        ).format(seconds=seconds),
        ngettext(
            "Time that is not used stays yours with this expert for {days} day; what is then left comes back as credit.",
            "Time that is not used stays yours with this expert for {days} days; what is then left comes back as credit.",
            settings.STORED_DAYS,
        ).format(days=settings.STORED_DAYS),
    ]


def _per_minute_lines(offer: Offer) -> list[str]:
    price = _("{price}, billed by the second, taxes included.").format(price=price_of(offer))
    if offer.free_ms:
        price += " " + _free(offer.free_ms)
    if offer.by_payer:
        return [price, _begins_by_itself()]
    low, high = offer.estimate_low_minutes, offer.estimate_high_minutes
    return [price] if low is None or high is None else [price, estimate(offer, low, high)]


def _begins_by_itself() -> str:
    return _(
        "Nothing is held or charged while it rings. Paid time starts once both of you are in the call, after a countdown of"
        " {seconds} seconds; Back to free ends it at any time."
    ).format(seconds=settings.COUNTDOWN_S)


def _free(free_ms: int) -> str:
    if free_ms % 60_000 == 0:
        minutes = free_ms // 60_000
        return ngettext("The first minute is free.", "The first {minutes} minutes are free.", minutes).format(
            minutes=minutes
        )
    seconds = free_ms // 1_000
    return ngettext("The first {seconds} second is free.", "The first {seconds} seconds are free.", seconds).format(
        seconds=seconds
    )


def estimate(row: Offer | PaidPeriod, low: int, high: int) -> str:
    """ "About 10 to 15 min (at most €20.00 to €30.00)." The free time is not taken off: it makes it less, never more."""
    at_least, at_most = (Money((row.rate_minor or 0) * minutes, row.currency) for minutes in (low, high))
    if low == high:
        return _("About {high} min (at most {at_most}).").format(high=high, at_most=at_most)
    return _("About {low} to {high} min (at most {at_least} to {at_most}).").format(
        low=low, high=high, at_least=at_least, at_most=at_most
    )


def freeze(offer: Offer) -> str:
    """The card's lines as they are sent, in the payer's language; the last one is the consent itself."""
    with override(offer.payer.language):
        asks = _asks(offer).format(expert=offer.expert.name)
        lines = [asks, *terms_lines(offer), _consent_to_work() if is_work(offer) else _consent()]
    # A name or a title of several lines must not say anything in a line of its own.
    return "\n".join(" ".join(line.splitlines()) for line in lines)


def _asks(offer: Offer) -> str:
    if offer.by_payer:
        return _("Use your stored time with {expert}.") if is_stored(offer) else _("Call {expert} at the listed rate.")
    if is_work(offer):
        return _("{expert} offers you an act of work.")
    if is_stored(offer):
        return _("{expert} asks to go on with your stored time.")
    return _("{expert} asks to switch this call to paid.")


def _consent_to_work() -> str:
    return _("By accepting I ask to start now; I cannot withdraw from work that is delivered.")


def _consent() -> str:
    return _("By accepting I ask to start now; I cannot withdraw from time already given.")


def card_lines(offer: Offer, credit: Money, monthly: Monthly | None) -> list[str]:
    """The frozen lines with the payer's credit among them, as the payer reads them before accepting.

    The monthly limit is named where it leaves less than the credit does.
    """
    *terms, consent = offer.terms_text.split("\n")
    if is_stored(offer):
        return [*terms, consent]
    with override(offer.payer.language):
        limit = [_your_limit(offer, monthly)] if monthly and monthly.left < credit else []
        return [*terms, _you_have(offer, credit), *limit, consent]


def accepted_text(offer: Offer, credit: Money, monthly: Monthly | None, cap: Money) -> str:
    """All that the payer was shown and chose when they accepted: kept on the offer, and mailed with the receipt."""
    *lines, consent = card_lines(offer, credit, monthly)
    if not is_act(offer):
        with override(offer.payer.language):
            lines.append(_("Stop automatically at {cap}, then back to free.").format(cap=cap))
    return "\n".join([*lines, consent])


def _you_have(offer: Offer, credit: Money) -> str:
    if offer.payer.is_guest:
        return _("To pay you need an account: a name, an e-mail address and a password.")
    if is_act(offer) or not credit:
        return _("You have {credit}.").format(credit=credit)
    time = duration(cap_ms(terms_of(offer), credit.minor))
    return _("You have {credit}: {time}.").format(credit=credit, time=time)


def _your_limit(offer: Offer, monthly: Monthly) -> str:
    text = _("Your monthly limit of {limit} leaves {left} until the month ends.").format(
        limit=monthly.limit, left=monthly.left
    )
    if monthly.left.minor < lowest_cap(offer):
        text += " " + _("That is too little for this. You can raise it in your wallet; that takes 24 hours.")
    return text


def sent_lines(offer: Offer) -> list[str]:
    """What the expert reads of their own offer. Never how much credit the payer has."""
    asked = _("You asked {payer} to switch this call to paid.")
    if is_work(offer):
        asked = _("You offered {payer} an act of work.")
    if is_stored(offer):
        asked = _("{payer} asks to use stored time.") if offer.by_payer else _("You asked {payer} to use stored time.")
    return [asked.format(payer=offer.payer.name), *terms_lines(offer)]


def agreed_lines(offer: Offer, reader: User) -> list[str]:
    """Of what was agreed to before ringing, until both are there. The cap would tell the expert of the payer's credit."""
    if reader.pk == offer.payer_id:
        text = _("You agreed to {rate}, up to {cap}. Paid time starts once both of you are here.")
        return [text.format(rate=price_of(offer), cap=Money(offer.agreed_cap_minor or 0, offer.currency))]
    text = _("{payer} agreed to {rate}. Paid time starts once both of you are here.")
    return [text.format(payer=offer.payer.name, rate=price_of(offer))]


def failed_lines(offer: Offer, reader: User) -> list[str]:
    """Why what was agreed to did not begin. That it did not is all that the expert is told."""
    if reader.pk == offer.payer_id:
        return [_("Paid time did not start: the call is free. {reason}").format(reason=offer.failed_because)]
    text = _("What {payer} agreed to could not start: the call is free. Go paid asks again.")
    return [text.format(payer=offer.payer.name)]


def you_will_get(share: Money, *, per_minute: bool) -> str:
    """Of a price that the expert has not asked for yet."""
    if per_minute:
        return _("You will get {share} per minute.").format(share=share)
    return _("You will get {share}.").format(share=share)


def stored_line(stored: StoredTime, reader: User, *, is_kept: bool = False) -> str:
    """ "18 min left, until 26 Dec 2026"; `is_kept`: past that day."""
    left = _("{length} left, until {day}")
    if is_kept:
        left = _("{length} left, kept past {day} until what is open about it is settled")
    return left.format(length=duration(stored.length_ms), day=_day(stored.expires_at, reader))


# --- The meter and the receipt --------------------------------------------------------------------------------------


def end_reason(period: PaidPeriod) -> str:
    return {
        "back_to_free": _("Back to free was pressed."),
        "cap": _("The limit was reached."),
        "hung_up": _("The call was hung up."),
        "left": _("Somebody left the call."),
        "loss": _("The connection was lost for too long."),
        "pause": _("The pause lasted too long."),
        "act_done": _("The stored time was used up.") if is_stored(period) else _("The time of the act was over."),
        "act_cancelled": _("The act was cancelled in time."),
        "server": _("The server was interrupted for too long."),
        "silent": _("Nobody spoke, and nobody said that they were still there."),
    }.get(period.end_reason, "")


def stop_reason(reason: str, side: str) -> str:
    """Why the meter stood still, and because of whom where that is known."""
    by_payer = side == "payer"
    if reason == Stop.Reason.PAUSE:
        return _("Paused by the caller") if by_payer else _("Paused by the expert")
    if reason == Stop.Reason.COUNTDOWN:
        return _("Countdown")
    if reason == Stop.Reason.SERVER:
        return _("The server was interrupted")
    if side:
        return _("The caller could not hear the expert") if by_payer else _("The expert could not hear the caller")
    return _("The connection was lost")


def summary(period: PaidPeriod) -> str:
    """What both screens say once a paid period has ended: "€3.20 for 1 min 36 s. The limit was reached."."""
    time, reason = duration(period.billable_ms), end_reason(period)
    if is_stored(period):
        return _("{time} of stored time used. {reason}").format(time=time, reason=reason)
    if unused_minor(period):
        unused = duration((period.length_ms or 0) - period.billable_ms)
        text = _("{price}: {time} used. {reason} {unused} stay stored for {days} days.")
        return text.format(price=price_of(period), time=time, reason=reason, unused=unused, days=settings.STORED_DAYS)
    cost = Money(period.amount_minor - period.given_back_minor, period.currency)
    return _("{cost} for {time}. {reason}").format(cost=cost, time=time, reason=reason)


def with_earlier(total: Money) -> str:
    """Below the summary of the last paid period of a call, where others came before it."""
    return _("All of this call: {total}.").format(total=total)
