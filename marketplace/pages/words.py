"""The words that page.js shows by itself: translated here, handed over as JSON, put together there ({name} is filled in).
And what an expert's choice of presence means."""

from functools import cache

from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from marketplace.experts.models import Presence

OF_CHOICES = {
    Presence.Choice.FREE: gettext_lazy("You can be called while a page of Ringwise is open."),
    Presence.Choice.BUSY: gettext_lazy("Others see you busy. Nobody can call you; they can wait in line."),
    Presence.Choice.NOT_DISTURBED: gettext_lazy(
        "Others see you busy. Nothing rings here, nor a call that you wait for."
    ),
    Presence.Choice.AWAY: gettext_lazy("Others see you away. Nobody can call you."),
    Presence.Choice.INVISIBLE: gettext_lazy("Others see you away, though you are here. You can call them."),
}


def for_page_js() -> dict[str, str | dict[str, str]]:
    return _for_page_js(get_language())


@cache
def _for_page_js(_language: str | None) -> dict[str, str | dict[str, str]]:
    return {
        "presence": {state: str(label) for state, label in Presence.State.choices},
        "is_calling": _("{name} is calling"),
        "guest_is_calling": _("{name} (guest) is calling"),
        "speaks": _("Speaks {language}"),
        "first_call": _("your first call together"),
        "past_calls_one": _("1 call together before"),
        "past_calls": _("{count} calls together before"),
        "has_credit": _("has credit for 10 minutes"),
        "little_credit": _("has credit for less than 10 minutes"),
        "at_most": _("pays at most {rate}"),
        "agreed": _("Agreed to {rate}: paid time starts once both of you are in the call."),
        "you_agreed": _("You agreed to {rate}. Nothing is charged while it rings."),
        "rings_for": _("Rings for {seconds} s more"),
        "ringing_title": _("Ringing"),
        "elsewhere": _("Answered in another window."),
        "ring_over": _("{name} is not calling any more."),
        "ringing": _("Ringing {name}"),
        "answered": _("{name} answered. Opening the call."),
        "answered_waits": _("{name} answered and waits for you."),
        "answered_elsewhere": _("{name} answered in another window of yours."),
        "declined": _("{name} cannot talk right now."),
        "missed": _("{name} did not answer."),
        "cancelled": _("You cancelled the call."),
        "busy": _("{name} is busy."),
        "away": _("{name} just left."),
        "back_at": _("Probably again from {moment}."),
        "stale_page": _("That did not work. Load this page again, then try once more."),
        "offline": _("No connection to the site. Trying again."),
        "not_loaded": _("The list could not be loaded. Check your connection, then try again."),
        "cost_nothing": _("Nothing was charged."),
        "rings_at_others": _("rings at other experts too: the first to answer has the call"),
        "taken": _("Another expert answered {name} first."),
        **_waiting(),
        **_asking(),
    }


def _asking() -> dict[str, str]:
    return {
        "asking_one": _("It rings at 1 expert of {category}."),
        "asking": _("It rings at {count} experts of {category}."),
        "asking_left_one": _("1 of them still rings, for {seconds} s more."),
        "asking_left": _("{count} of them still ring, for {seconds} s more."),
        "ask_answered": _("{name} answered. Opening the call."),
        "ask_answered_elsewhere": _("{name} answered in another window of yours."),
        "ask_cancelled": _("You cancelled. Nothing was charged."),
        "ask_missed": _(
            "Nobody answered. Nothing was charged. You can wait in line for one of them, or leave a message:"
        ),
        "ask_missed_here": _("Nobody answered. Nothing was charged."),
    }


def _waiting() -> dict[str, str]:
    return {
        "calls_back": _("{name} calls you back"),
        "you_waited": _("You waited for this."),
        "free_now": _("{name} is free now"),
        "turn_left": _("You waited, so it is your turn for {seconds} s more. Until then nobody else can call {name}."),
        "turn_kept": _("{name} is not free any more. You keep your place in line."),
        "turn_passed": _("Your turn to call {name} is over. You keep your place in line."),
        "turn_over": _("Your turn to call {name} is over. You do not wait any more."),
        "waits_no_more": _("You do not wait for {name} any more."),
        # The endings of a number that counts a place: English needs four, other languages fewer.
        "in_line_one": _("You are {place}st in line."),
        "in_line_two": _("You are {place}nd in line."),
        "in_line_few": _("You are {place}rd in line."),
        "in_line_other": _("You are {place}th in line."),
        "any_moment": _("It can be any moment."),
        "about_two_minutes": _("About two minutes."),
        "about_minutes": _("About {number} minutes."),
        "about_an_hour": _("About an hour."),
        "about_hours": _("About {number} hours."),
        "no_estimate": _("How long it takes cannot be said: {name} has had too few calls."),
        "can_call_back": _("{name} sees that you wait, and can call you back."),
        "back_from": _("{name} is probably back from {back}. You will be told."),
        "back_unknown": _("You will be told when {name} is free."),
    }
