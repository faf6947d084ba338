"""What the metering refuses, by code (for programs, PROTOCOL.md section 6) and in words (for the person who pressed)."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Refused(Exception):
    """Nothing was changed. `code` is one of this class's `TEXTS`; `text` says it to a person in the active language."""

    TEXTS: dict[str, str | Promise] = {}

    def __init__(self, code: str, text: str | Promise | None = None) -> None:
        self.code = code
        self._text = self.TEXTS[code] if text is None else text
        super().__init__(code)

    @property
    def text(self) -> str:
        return str(self._text)


class OfferRefused(Refused):
    """An offer that cannot be sent, withdrawn, refused or accepted."""

    TEXTS = {
        "not_the_expert": _("Only the expert of this call can ask to switch to paid."),
        "not_live": _("Both of you must be in the call first."),
        "offer_open": _("You have already sent an offer. Withdraw it first, or wait for the answer."),
        "period_running": _("There is a paid part running already. Go back to free first."),
        "rate_above_listing": _("The rate can be your listing's or lower, never higher."),
        "above_asked": _("This call was asked for at a lower rate. Offer that, or less."),
        "rate_out_of_range": _("This price is outside the limits of the site."),
        "calls_free": _("This person always calls you free. Take them off that list on your page first."),
        "free_only": _("Nothing new is sold in your category, so nobody can be asked to pay. My page says why."),
        "wait_after_refusals": _("Two offers were refused. Please wait a few minutes before the next one."),
        "bad_estimate": _("The estimate must be whole minutes, the lower number first."),
        "not_found": _("There is no such offer or listing."),
        "not_yours": _("This offer is not yours."),
        "closed": _("This offer is no longer open."),
        "expired": _("This offer has expired."),
        "too_soon": _("Please read the offer first."),
        "insufficient_credit": _("There is not enough credit. Add credit first."),
        "cap_too_low": _("This limit is too low: it must pay for at least two minutes."),
        "cap_above_credit": _("The limit cannot be above your credit."),
        "cap_above_limit": _("This is more than your monthly limit leaves."),
        "monthly_limit": _("Your monthly limit does not allow it. Raising it in your wallet takes 24 hours."),
        "payments_blocked": _("Your payments are paused. Your wallet says why."),
        "guest": _("Make an account first. The call goes on meanwhile."),
        "already_paying": _("You have another paid call running. End it first."),
    }
    # Of above_asked, as it is said to the expert.
    ASKED_AT_MOST = _("This call was asked for at no more than {rate}. Offer that, or less.")
    # Of calls_free, to the caller.
    YOU_CALL_FREE = _("Your calls with this expert are always free.")
    # Of already_paying, where it is the other's.
    EXPERT_IS_PAID_ELSEWHERE = _("The expert has another paid call running. Ask again once it has ended.")


class TermsChanged(Exception):
    """What the caller agreed to is not what they would be shown now. Nothing was changed."""


class MeterRefused(Refused):
    """A button of the meter that does nothing now."""

    TEXTS = {
        "not_yours": _("This is not your call."),
        "over": _("This paid part has ended."),
        "not_now": _("This is not possible right now."),
        "cap_too_low": _("The new limit must be above the present one."),
        "insufficient_credit": _("There is not enough credit for this limit. Add credit first."),
        "monthly_limit": _("Your monthly limit does not allow it. Raising it in your wallet takes 24 hours."),
        "payments_blocked": _("Your payments are paused. Your wallet says why."),
        "captured": _("The act has begun; it can no longer be cancelled."),
    }
