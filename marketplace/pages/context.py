"""What every template may ask for: who is here, their credit, and what page.js must know."""

from django.conf import settings
from django.utils.functional import SimpleLazyObject

from marketplace.pages import words
from payouts.wallet import services as wallet


def site(request) -> dict:
    member = request.user if hasattr(request, "user") and request.user.is_authenticated else None
    return {
        "expert_profile": SimpleLazyObject(lambda: getattr(member, "profile", None)),
        "credit": SimpleLazyObject(lambda: member and wallet.credit(member=member)),
        "page_data": {"member": member and member.pk, "words": words.for_page_js()},
        "demo": settings.DEMO,
    }
