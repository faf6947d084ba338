"""What every template may ask for: who is here, what others see of them, their credit, and what page.js must know."""

from datetime import datetime
from typing import NamedTuple

from django.conf import settings
from django.templatetags.static import static
from django.utils.functional import SimpleLazyObject

from marketplace.accounts.models import User
from marketplace.experts.models import Presence, Profile
from marketplace.pages import language, words
from payouts.wallet import services as wallet

OF_PRESENCE = ("user_id", "state", "chosen", "is_quiet", "next_free_at")


def site(request) -> dict:
    member = request.user if hasattr(request, "user") and request.user.is_authenticated else None
    profile = SimpleLazyObject(lambda: _own(member) if member else None)
    return {
        "expert_profile": profile,
        "own_presence": SimpleLazyObject(lambda: profile and profile.presence),
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


class _Own(NamedTuple):
    """What the header shows of a member's own profile. `presence`: nobody sees that of who has no public page."""

    published_at: datetime | None
    presence: Presence | None


def _own(member: User) -> _Own | None:
    """Values, and no whole rows, for every page asks."""
    of_presence = [f"user__presence__{name}" for name in OF_PRESENCE]
    for published_at, *values in Profile.objects.filter(user=member).values_list("published_at", *of_presence):
        there = dict(zip(OF_PRESENCE, values, strict=True))
        presence = Presence(**there) if published_at and there["user_id"] else None
        return _Own(published_at, presence)
    return None
