"""Which experts an ask rings.

Reachable is who is listed and free to this caller: seen free, in no call and not being rung, who lets this caller ring, and
whose rate is within the limit (or who has none). Of more than ASKED_MAX: who was rung by an ask longest ago comes first, who
never was before all others, and among equals it falls by lot. So it is everybody's turn before it is anybody's again, whatever
their rating, their rate and their age on the site.
"""

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Random

from calls.contacts import services as contacts
from calls.rooms import admission
from calls.rooms.models import Call
from marketplace.accounts.models import User
from marketplace.experts.models import Category, Presence, Profile
from marketplace.listings import services as listings
from marketplace.listings.models import Listing

SPARE = 2  # times as many as are rung: one may be taken, or be owed to somebody who waits, by the time they are


def reachable(*, caller: User, category: Category, max_rate_minor: int | None) -> list[User]:
    """The first to be rung first; more than are. Who of them can be rung must be looked at again under their lock."""
    asked = Call.objects.filter(expert=OuterRef("user"), ask__isnull=False).order_by("-rang_at")
    in_call = Call.objects.filter(Q(caller=OuterRef("user")) | Q(expert=OuterRef("user")), state__in=Call.OPEN)
    in_it = Q(category=category) | Q(category__parent=category)
    free = Profile.objects.listed().filter(in_it, user__presence__state=Presence.State.FREE)
    free = free.exclude(user=caller).exclude(user__in=contacts.blockers_of(caller)).exclude(Exists(in_call))
    free = with_rates(free).filter(admission.letting_in(caller))
    if max_rate_minor is not None:
        free = free.filter(Q(rate_minor__lte=max_rate_minor) | Q(rate_minor=None))
    fairly = free.annotate(asked_at=Subquery(asked.values("rang_at")[:1])).select_related("user")
    chosen = fairly.order_by(F("asked_at").asc(nulls_first=True), Random())
    return [profile.user for profile in chosen[: SPARE * settings.ASKED_MAX]]


def with_rates(profiles: QuerySet[Profile]) -> QuerySet[Profile]:
    """`rate_minor`: null where there is no rate per minute, and where nothing is sold."""
    rates = listings.for_sale().filter(profile=OuterRef("pk"), kind=Listing.Kind.PER_MINUTE)
    return profiles.annotate(rate_minor=Subquery(rates.values("rate_minor")[:1]))
