"""Synthetic experts become rows, thousands at once, on PostgreSQL by a process for each core.

Nobody's page is open, so those who are free or busy stay so for as long as nothing happens to them: there is no `Connection`
of theirs that a server process could lose.
"""

from collections.abc import Callable
from contextlib import nullcontext
from datetime import datetime, timedelta
from functools import cache, partial

from django.conf import settings
from django.db import connection, models, transaction
from django.utils.text import slugify
from django.utils.translation import gettext as _

from marketplace.accounts.models import User
from marketplace.experts.models import Category, Presence, Profile
from marketplace.listings.models import Listing
from marketplace.management.demo_data.synthetic.person import Maker, Person
from marketplace.management.processes import spread
from marketplace.search import services as search
from marketplace.search.batches import batches
from marketplace.search.bulk import insert

DOMAIN = "synthetic.example"  # and not that of the demo's people, all of whom its doors show
AT_ONCE = 10_000
NO_PASSWORD = "!synthetic"  # nobody signs in


def experts() -> models.QuerySet[User]:
    return User.objects.filter(email__endswith=f"@{DOMAIN}")


def fill(*, count: int, seed: int, now: datetime, tell: Callable[[int], None]) -> None:
    """So many experts as if they had always been there. What is there of them already stays; an interrupted filling goes on."""
    there = _numbers_there()
    made = len(there)
    shares = list(batches((number for number in range(count) if number not in there), AT_ONCE))
    is_most = count - made > Profile.objects.count()
    with search.indexed_afterwards() if is_most else nullcontext():
        for number in spread(partial(_make, seed=seed, now=now), shares):
            made += number
            tell(made)
        while search.take_in(AT_ONCE):
            pass
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")  # else the first searches are planned for an empty site


def _numbers_there() -> set[int]:
    emails = experts().values_list("email", flat=True).iterator(chunk_size=10_000)
    return {int(email.partition("@")[0].removeprefix("expert-")) for email in emails}


_maker = cache(Maker)


def _make(numbers: list[int], *, seed: int, now: datetime) -> int:
    """How many they were."""
    maker, categories = _maker(seed), {one.slug: one for one in Category.objects.all()}
    with transaction.atomic():
        _write([(number, maker.person(number)) for number in numbers], categories, now)
    return len(numbers)


def _write(numbered: list[tuple[int, Person]], categories: dict[str, Category], now: datetime) -> None:
    users = [
        _user(number, person, pk, now)
        for (number, person), pk in zip(numbered, _free_ids(User, len(numbered)), strict=True)
    ]
    profiles = [
        _profile(number, person, user, categories[person.category], pk, now)
        for (number, person), user, pk in zip(numbered, users, _free_ids(Profile, len(numbered)), strict=True)
    ]
    listings = [
        _listing(person, profile, pk)
        for (_number, person), profile, pk in zip(numbered, profiles, _free_ids(Listing, len(numbered)), strict=True)
    ]
    presences = [_presence(person, user) for (_number, person), user in zip(numbered, users, strict=True)]
    for rows in (users, profiles, listings, presences):
        insert(rows)
    search.add(profiles)


def _user(number: int, person: Person, pk: int, now: datetime) -> User:
    return User(
        pk=pk,
        email=f"expert-{number}@{DOMAIN}",
        password=NO_PASSWORD,
        name=person.name,
        language=person.language,
        date_joined=now - person.age - timedelta(hours=1),
    )


def _profile(number: int, person: Person, user: User, category: Category, pk: int, now: datetime) -> Profile:
    where = person.where
    return Profile(
        pk=pk,
        user=user,
        slug=f"{slugify(person.name)[:60]}-{number}",
        headline=person.headline,
        bio=person.bio,
        category=category,
        languages=person.languages,
        skills=person.skills,
        place=person.place,
        place_id=where and where.id,
        latitude=where and where.latitude,
        longitude=where and where.longitude,
        who_may_ring=person.who_may_ring,
        published_at=now - person.age,
    )


def _listing(person: Person, profile: Profile, pk: int) -> Listing:
    return Listing(
        pk=pk,
        profile=profile,
        kind=Listing.Kind.PER_MINUTE,
        title=_("Conversation"),
        currency=settings.CURRENCY,
        rate_minor=person.rate_minor,
        free_minutes=person.free_minutes,
    )


def _presence(person: Person, user: User) -> Presence:
    return Presence(user=user, state=person.state, in_call=person.state == Presence.State.BUSY)


def _free_ids(model: type[models.Model], count: int) -> list[int]:
    """Ids that nobody else will be given, whoever else writes meanwhile."""
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(
                "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)", [table, count]
            )
            return [row[0] for row in cursor.fetchall()]
        cursor.execute(
            f"SELECT coalesce(max(id), 0) FROM {connection.ops.quote_name(table)}"
        )  # whoever writes is alone
        last = cursor.fetchone()[0]
    return list(range(last + 1, last + count + 1))
