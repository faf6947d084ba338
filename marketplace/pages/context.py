"""What every template may ask for: who is here, what others see of them, their credit, and what page.js must know."""

from django.conf import settings
from django.templatetags.static import static
from django.utils.functional import SimpleLazyObject

from marketplace.accounts.models import User
from marketplace.experts.models import Presence, Profile
from marketplace.pages import language, words
from payouts.wallet import services as wallet


def site(request) -> dict:
    member = request.user if hasattr(request, "user") and request.user.is_authenticated else None
    profile = SimpleLazyObject(lambda: _profile_of(member))
    return {
        "expert_profile": profile,
        "own_presence": SimpleLazyObject(lambda: profile and _presence_of(profile)),
        "presence_choices": [(one, one.label, words.OF_CHOICES[one]) for one in Presence.Choice],
        "credit": SimpleLazyObject(lambda: member and wallet.credit(member=member)),
        "page_data": {
            "member": member and member.pk,
            "room_style": static("calls/room/room.css"),
            "words": words.for_page_js(),
        },
        **language.of_page(request),
        "demo": settings.DEMO,
    }


def _profile_of(member: User | None) -> Profile | None:
    return Profile.objects.filter(user=member).select_related("user__presence").first() if member else None


def _presence_of(profile: Profile) -> Presence | None:
    """Of an expert with a public page: nobody sees that of others."""
    return getattr(profile.user, "presence", None) if profile.published_at else None
