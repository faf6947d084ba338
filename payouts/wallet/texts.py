"""What people are told when credit cannot be added: what happened, that nothing was charged, what to do."""

from django.conf import settings
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from payouts.money import Money
from payouts.wallet.services import CreditLimit, DayLimit, TooOften


def limit_text(limit: CreditLimit) -> str:
    if isinstance(limit, DayLimit):
        return _day_text(limit.room)
    most = Money(settings.CREDIT_MINOR_MAX, settings.CURRENCY)
    if not limit.room:
        return _("You have as much credit as one can hold here ({most}). Nothing was charged.").format(most=most)
    return _("You can add {room} at most: nobody holds more than {most}.").format(room=limit.room, most=most)


def _day_text(room: Money) -> str:
    most = Money(settings.TOP_UP_MINOR_DAY_MAX, settings.CURRENCY)
    if room.minor < settings.TOP_UP_MINOR_MIN:
        return _("You have paid in {most}, the most in 24 hours. Nothing was charged. Try again tomorrow.").format(
            most=most
        )
    text = _("You can add {room} at most now: nobody pays in more than {most} in 24 hours. Nothing was charged.")
    return text.format(room=room, most=most)


def too_often_text(wait: TooOften) -> str:
    at = date_format(timezone.localtime(wait.until), "j M H:i")
    text = _("Too many payments were started or declined. Nothing was charged. You can add credit again from {at}.")
    return text.format(at=at)


def blocked_text(by: str) -> str:
    """`by`: as wallet.blocked_by says."""
    if by == "closing":
        return _("You are closing your account, so nothing can be added. Nothing was charged.")
    if by == "fraud":
        return _(
            "A payment of yours is just being given back. Nothing was charged. You can pay again once it has gone."
        )
    return _("Your payments are paused while your bank disputes one. Nothing was charged.")
