"""An expert's public page: who is this, can I talk now, what will it cost."""

from collections.abc import Sequence
from datetime import datetime

from django.conf import settings
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from calls.contacts import services as contacts
from calls.metering import services as metering
from calls.rooms import services as rooms
from calls.rooms.words import for_consent_card
from marketplace.accounts import guests
from marketplace.accounts.models import User
from marketplace.experts import languages, photos, pictures
from marketplace.experts.models import Profile, Visibility, WhoMayRing
from marketplace.listings import services as listings
from marketplace.listings.models import Listing
from marketplace.pages import structured
from marketplace.pages.hours import Coming, coming
from marketplace.pages.reviews import section
from marketplace.search import services as search
from payouts.money import Money, price_of_time
from payouts.wallet import services as wallet

EXAMPLE_MINUTES = (5, 10, 30)


@require_safe
def profile(request, slug: str):
    caller = guests.person_of(request)
    profiles = search.for_cards(contacts.shown_to(caller)).select_related("user__weekly_hours")
    shown = get_object_or_404(profiles, slug=slug)
    blockers = contacts.blockers_of(caller)
    alike = search.alike(profile=shown, caller=caller, not_there=blockers)
    return page_of(request, search.complete(shown, blockers), caller=caller, alike=alike)


def page_of(
    request, shown: Profile, *, caller: User | None = None, is_preview: bool = False, alike: Sequence[Profile] = ()
):
    """`shown` as search completes it; a preview is its owner's, before it is public."""
    guest = caller if caller and caller.is_guest else None
    offered = list(listings.for_sale().filter(profile=shown).order_by("kind", "length_minutes", "price_minor"))
    rates = [listing for listing in offered if listing.kind == Listing.Kind.PER_MINUTE]
    closed_door, told, now = _closed_door(caller, shown), section(request, shown.user), timezone.now()
    return render(
        request,
        "marketplace/profile.html",
        {
            "profile": shown,
            "is_preview": is_preview,
            "sells": listings.sells(shown),
            "languages": [languages.name(code) for code in shown.languages],
            "acts": [(act, Money(act.price_minor, act.currency)) for act in offered if act not in rates],
            "examples": [(minutes, _cost(shown.rate, minutes)) for minutes in EXAMPLE_MINUTES] if shown.rate else [],
            "free_ms": listings.free_ms(rates[0]) if rates else 0,
            "own": request.user.is_authenticated and request.user.pk == shown.user_id,
            "guest": guest,
            "may_ring": request.user.is_authenticated or shown.who_may_ring == WhoMayRing.ANYONE,
            "open_room": _open_room(caller, shown),
            "calls_free": _calls_free(request.user, shown),
            "closed_door": closed_door,
            "consent_words": for_consent_card() if not closed_door and _may_agree(request.user, shown) else None,
            "hours": _hours(shown, now),
            "record": None if is_preview else metering.track_record(expert=shown.user, now=now),
            "ten_minutes": _cost(shown.rate, 10) if shown.rate else None,
            "reviews": told,
            "alike": alike,
            "address": structured.address_of(shown),
            "link_picture": None if is_preview or shown.visibility == Visibility.PRIVATE else _picture_address(shown),
            "linked_data": None if is_preview else structured.linked_data(shown, offered=offered, rating=told.rating),
        },
    )


def _hours(shown: Profile, now: datetime) -> Coming | None:
    kept, presence = getattr(shown.user, "weekly_hours", None), getattr(shown.user, "presence", None)
    return coming(kept and kept.week, presence and presence.quiet_hours, now=now)


def _calls_free(member, shown: Profile) -> bool:
    return member.is_authenticated and contacts.calls_free(expert_id=shown.user_id, caller_id=member.pk)


def _closed_door(caller: User | None, shown: Profile) -> str:
    """Why `caller` may not ring this expert, said before they press."""
    if caller is None or caller.pk == shown.user_id:
        return ""
    return rooms.refusal(caller=caller, expert=shown.user)


def _may_agree(member, shown: Profile) -> bool:
    """Whether *Call at the listed rate* is there: for who can pay an expert with a rate."""
    if not member.is_authenticated or member.pk == shown.user_id:
        return False
    return shown.rate is not None and not _calls_free(member, shown) and not wallet.is_blocked(member=member)


def _open_room(caller: User | None, shown: Profile) -> str | None:
    """The code of the room where `caller` has an answered call with this expert: closing its window did not end it."""
    if caller is None:
        return None
    here = caller.calls_made.filter(expert=shown.user_id, state__in=["answered", "live"])
    return here.values_list("room__code", flat=True).first()


def _cost(rate: Money, minutes: int) -> Money:
    return Money(price_of_time(rate_minor_per_minute=rate.minor, billable_ms=minutes * 60_000), rate.currency)


@require_safe
def similar(request, slug: str):
    """A part of a page: experts who are free now, for a caller who got no answer."""
    person = guests.person_of(request)
    asked = get_object_or_404(contacts.shown_to(person), slug=slug)
    found = search.similar(profile=asked, caller=person, not_there=contacts.blockers_of(person))
    return render(request, "marketplace/_similar.html", {"profiles": found})


@require_safe
def photo(request, slug: str, side: int):
    """Uploads are served by us, never by their own name; the address changes with the photo, so it may be kept."""
    seen = get_object_or_404(seen_or_own(request), slug=slug)
    if not seen.photo or side not in photos.SIZES:
        raise Http404
    try:
        content = photos.path_of(seen.photo, side).read_bytes()
    except FileNotFoundError as missing:
        raise Http404 from missing
    response = HttpResponse(content, content_type="image/webp")
    if seen.visibility != Visibility.LISTED:
        response["X-Robots-Tag"] = "noindex"
    if seen.published_at is None or seen.visibility == Visibility.PRIVATE:
        response["Cache-Control"] = "private, no-store"
    else:
        is_for_good = request.GET.get("v")
        response["Cache-Control"] = f"public, max-age={'31536000, immutable' if is_for_good else '300'}"
    return response


def seen_or_own(request) -> QuerySet[Profile]:
    """Those that who asks may see, and their own draft: for what belongs to a profile and has an address of its own."""
    return contacts.shown_to(guests.person_of(request)) | _own(request.user)


def link_picture_of(shown: Profile) -> pictures.Shown:
    """Of a profile as search completes it: what stands beside a link to it."""
    return pictures.Shown(
        profile=shown.pk,
        name=shown.user.name,
        headline=shown.headline,
        price=_("{rate} per minute").format(rate=shown.rate) if shown.rate else "",
        portrait=photos.path_of(shown.photo, max(photos.SIZES)) if shown.photo else None,
        language=get_language() or settings.LANGUAGE_CODE,
    )


def _picture_address(shown: Profile) -> str:
    path = reverse("profile_link_picture", args=[shown.slug])
    return structured.absolute(f"{path}?v={link_picture_of(shown).key}")


@require_safe
def link_picture(request, slug: str):
    """For whoever shows a link to the page; of a private one nobody does. The address changes with what it shows."""
    shown = search.complete(get_object_or_404(search.for_cards(contacts.shown_to(None)), slug=slug))
    try:
        response = HttpResponse(pictures.picture(link_picture_of(shown)), content_type="image/jpeg")
    except pictures.TooBusy:
        return HttpResponse(status=503, headers={"Retry-After": "10"})
    if shown.visibility != Visibility.LISTED:
        response["X-Robots-Tag"] = "noindex"
    response["Cache-Control"] = f"public, max-age={86400 if request.GET.get('v') else 300}"
    return response


def _own(visitor) -> QuerySet[Profile]:
    """Drafts too."""
    return Profile.objects.filter(user=visitor.pk)
