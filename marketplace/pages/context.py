"""What every template may ask for: who is here, their credit, and what page.js must know."""

from django.conf import settings
from django.utils.functional import SimpleLazyObject

from marketplace.pages import words


def site(request) -> dict:
    member = request.user if hasattr(request, "user") and request.user.is_authenticated else None
    return {
        "expert_profile": SimpleLazyObject(lambda: getattr(member, "profile", None)),
        "credit": SimpleLazyObject(lambda: _credit(member)),
        "page_data": {"member": member and member.pk, "words": words.for_page_js()},
        "demo": settings.DEMO,
    }


def _credit(member):
    try:
        from payouts.wallet import services as wallet  # noqa: PLC0415

        return wallet.credit(member=member) if member else None
    except (ImportError, AttributeError):
        return None
