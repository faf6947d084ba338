"""What the panel of *Ask now* offers."""

from django import template
from django.conf import settings
from django.template import Context

from marketplace.accounts import guests
from marketplace.search.services import RATES_MINOR
from payouts.money import Money

register = template.Library()


@register.simple_tag(takes_context=True)
def ask_now(context: Context) -> dict:
    """`{% ask_now as ask %}`: the highest rates to choose from, and whether nobody knows who asks yet."""
    return {
        "rates": tuple(Money(minor, settings.CURRENCY) for minor in RATES_MINOR if minor <= settings.RATE_MINOR_MAX),
        "is_visitor": guests.person_of(context["request"]) is None,
    }
