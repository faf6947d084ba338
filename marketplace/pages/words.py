"""The words that page.js shows by itself: translated here, handed over as JSON, put together there ({name} is filled in)."""

from django.utils.translation import gettext as _

from marketplace.experts.models import Presence


def for_page_js() -> dict[str, str | dict[str, str]]:
    return {
        "presence": {state: str(label) for state, label in Presence.State.choices},
        "is_calling": _("{name} is calling"),
        "speaks": _("Speaks {language}"),
        "first_call": _("your first call together"),
        "past_calls_one": _("1 call together before"),
        "past_calls": _("{count} calls together before"),
        "has_credit": _("has credit for 10 minutes"),
        "little_credit": _("has credit for less than 10 minutes"),
        "rings_for": _("Rings for {seconds} s more"),
        "ringing_title": _("Ringing"),
        "elsewhere": _("Answered in another window."),
        "ring_over": _("{name} is not calling any more."),
        "ringing": _("Ringing {name}"),
        "answered": _("{name} answered. Opening the call."),
        "answered_elsewhere": _("{name} answered in another window of yours."),
        "declined": _("{name} cannot talk right now."),
        "missed": _("{name} did not answer."),
        "cancelled": _("You cancelled the call."),
        "busy": _("{name} is in another call."),
        "away": _("{name} just left."),
        "back_at": _("Probably again from {moment}."),
        "offline": _("No connection to the site. Trying again."),
        "cost_nothing": _("Nothing was charged."),
    }
