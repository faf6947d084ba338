"""What people read about a freeze."""

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from payouts.safety.freezes import Frozen
from payouts.safety.models import Freeze


def frozen_text(frozen: Frozen) -> str:
    """Why withdrawals wait, and until when."""
    why = {
        Freeze.Reason.BANK: _("Your bank account was changed."),
        Freeze.Reason.EMAIL: _("Your e-mail address was changed."),
        Freeze.Reason.FACTOR: _("Your second factor was changed."),
        Freeze.Reason.REVIEW: _(
            "Withdrawals are stopped while a payment to you is in question. Our staff decide about it."
        ),
    }[Freeze.Reason(frozen.reason)]
    if frozen.until is None:
        return why
    until = date_format(timezone.localtime(frozen.until), "j M Y, H:i e")
    return why + " " + _("To keep your money safe, withdrawals wait until {until}.").format(until=until)


def reason_text(code: str) -> str:
    """What a rule of rules.py noticed, for staff."""
    return {
        "same_card": _("Both were seen with the same card."),
        "same_bank": _("Both were seen with the same bank account."),
        "same_device": _("Both signed in on the same device."),
        "same_address": _("Both signed in from the same internet address."),
        "new_with_new": _("Both accounts were less than a week old, and much money moved between them in it."),
        "on_debt": _(
            "The payer's credit came back from another expert, who had withdrawn it and has not paid it since."
        ),
    }.get(code, code)
