"""The index: kept in step with what is saved, and made anew as a whole.

Whoever saves a profile, a listing or a member need not know of it: `following` listens.
"""

from collections.abc import Callable, Iterable, Sequence
from contextlib import nullcontext
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet, Subquery, prefetch_related_objects

from marketplace.experts import languages
from marketplace.experts import services as experts
from marketplace.experts.folding import fold
from marketplace.experts.models import Presence, Profile
from marketplace.listings import services as listings
from marketplace.listings.models import Listing
from marketplace.reviews import services as reviews
from marketplace.reviews.models import Rating
from marketplace.search import here, spellings, words
from marketplace.search.batches import batches
from marketplace.search.bulk import insert
from marketplace.search.models import Entry
from marketplace.search.ranking import quality
from marketplace.search.texts import Text, text_of

AT_ONCE, RENEWED_AT_ONCE = 2_000, 500
BIT_OF_LANGUAGE = {code: 1 << at for at, code in enumerate(languages.CODES)}
WRITTEN = "name category rate_minor verified languages latitude longitude published_at stars_tenths rating quality words".split()  # noqa: SIM905


def listed() -> QuerySet[Profile]:
    """Whom search may find."""
    return Profile.objects.listed()


def refresh(profile_ids: Iterable[int]) -> None:
    """The entries of these profiles are as the profiles are now; who is not listed has none."""
    for batch in batches(profile_ids, AT_ONCE):
        with transaction.atomic():
            _write(sorted(batch))


def add(profiles: Sequence[Profile]) -> None:
    """Entries of new profiles, which are listed and have none. To be called in the transaction that writes them."""
    prefetch_related_objects(profiles, "user__rating", "user__presence", "category__parent", "listings")
    texts = {profile.pk: text_of(profile) for profile in profiles}
    insert([_entry(profile, texts[profile.pk]) for profile in profiles])
    words.store([], texts)
    spellings.count(before=[], now=[text.spellings() for text in texts.values()])


Spread = Callable[[Callable[[list[int]], None], list[list[int]]], Iterable[None]]


def rebuild(spread: Spread = map) -> int:
    """All entries anew, a batch at a time: who searches meanwhile finds the old or the new. How many there are.

    `spread` is a `map` that may do many of its calls at once, in other processes."""
    refresh(list(left_over().values_list("pk", flat=True)))
    shares = list(batches(listed().order_by("pk").values_list("pk", flat=True).iterator(chunk_size=10_000), AT_ONCE))
    with nullcontext() if Entry.objects.exists() else words.indexed_afterwards():
        for _ in spread(refresh, shares):
            pass
        while here.take_in(AT_ONCE) == AT_ONCE:  # those who come and go meanwhile are the worker's
            pass
    words.ensure_index()
    return Entry.objects.count()


def left_over() -> QuerySet[Entry]:
    """Of profiles that are not listed any more. No `exclude(profile__in=...)`: PostgreSQL would look through all that are listed
    for each entry, where they are many."""
    return Entry.objects.filter(~Exists(listed().filter(pk=OuterRef("profile"))))


def catch_up() -> int:
    """Entries for listed profiles that have none: of a site that had no index yet, or that was filled past it. At most AT_ONCE
    of them; how many there were."""
    missed = list(listed().filter(entry=None).order_by("pk").values_list("pk", flat=True)[:AT_ONCE])
    refresh(missed)
    return len(missed)


def renew_next_free(*, now: datetime) -> list[int]:
    """Hours that have begun without their expert: when these are next there. At most RENEWED_AT_ONCE, the most overdue first; the
    ids of their members."""
    passed = Presence.objects.filter(next_free_at__lte=now).order_by(
        "next_free_at", "pk"
    )  # who is not listed has no entry
    user_ids = list(passed.values_list("user", flat=True)[:RENEWED_AT_ONCE])
    if not user_ids:
        return []
    with transaction.atomic():
        experts.renew_next_free(user_ids=user_ids, now=now)
        theirs = Presence.objects.filter(user=OuterRef("user")).values("next_free_at")
        entries = Entry.objects.filter(user__in=user_ids)
        # In the order of `_write`, which may be at them too.
        list(entries.select_for_update().order_by("pk").values_list("pk"))
        entries.update(next_free_at=Subquery(theirs))
    return user_ids


def _write(profile_ids: Sequence[int]) -> None:
    wanted = (
        listed()
        .filter(pk__in=profile_ids)
        .select_related("user__rating", "user__presence", "category__parent")
        .prefetch_related("listings")
    )
    # Two who write the same entry wait for each other here, not with half of it written.
    profiles = list(wanted.select_for_update(of=("self",), no_key=True).order_by("pk"))
    texts = {profile.pk: text_of(profile) for profile in profiles}
    before = words.stored(profile_ids)
    gone = sorted(set(profile_ids) - texts.keys())
    here.entries_change(profile_ids, gone)
    Entry.objects.filter(pk__in=gone).delete()
    Entry.objects.bulk_create(
        [_entry(profile, texts[profile.pk]) for profile in profiles],
        update_conflicts=True,
        unique_fields=["profile"],
        update_fields=WRITTEN,
    )
    here.entries_changed(profile_ids)
    words.store(profile_ids, texts)
    spellings.count(before=before, now=[text.spellings() for text in texts.values()])


@transaction.atomic
def refresh_rating(rating: Rating) -> None:
    """What depends on it alone: a review must not wait until the words of a profile are written anew."""
    entry = (
        Entry.objects.select_for_update(of=("self",)).select_related("profile").filter(user=rating.expert_id).first()
    )
    if entry is None:
        return
    _rate(entry, rating)
    entry.save(update_fields=["stars_tenths", "rating", "quality"])
    here.entries_changed([entry.pk])


def _rate(entry: Entry, rating: Rating) -> None:
    entry.stars_tenths = rating.average and int(10 * rating.average)
    entry.rating = rating.order_value
    entry.quality = quality(entry.profile, rate_minor=entry.rate_minor, rating=rating.order_value)


def _entry(profile: Profile, text: Text) -> Entry:
    entry = Entry(
        profile=profile,
        user_id=profile.user_id,
        name=fold(profile.user.name)[:80],
        category_id=profile.category_id,
        rate_minor=_rate_minor(profile),
        verified=profile.verified,
        languages=mask_of(profile.languages),
        latitude=profile.latitude,
        longitude=profile.longitude,
        published_at=profile.published_at,
        next_free_at=_next_free_at(profile),
        words=words.in_entry(text),
    )
    _rate(entry, reviews.rating_of(profile.user))
    return entry


def _next_free_at(profile: Profile) -> datetime | None:
    """For an entry that is new; afterwards it follows presence, which changes without the profile, and is not in WRITTEN."""
    presence = getattr(profile.user, "presence", None)
    return presence and presence.next_free_at


def _rate_minor(profile: Profile) -> int | None:
    """Whoever takes no money is the cheapest; who just asks no rate is not."""
    if not listings.sells(profile):
        return 0
    rates = (one.rate_minor for one in profile.listings.all() if one.active and one.kind == Listing.Kind.PER_MINUTE)
    return next(rates, None)


def mask_of(codes: Iterable[str]) -> int:
    """The bits of languages, as `Entry.languages` has them. An unknown code has none."""
    return sum({BIT_OF_LANGUAGE.get(code, 0) for code in codes})
