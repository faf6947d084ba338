"""Who sees an expert (Profile.visibility): the one rule, for whatever shows an expert, tells of them or rings them.

Listed and unlisted ones are seen by everybody; these differ in where they can be found (Profile.objects.listed). A private one
is seen by themself and by their contacts: whom they have talked with, whoever rang, and whom they let call free. To all others
they are not there, staff included, who have the back office.

Numbers can be counted through, links cannot: who asks after an unlisted one by their number, to ring them, to wait for them or to
look on, is answered if they know the link, or have come upon them before (`come_upon`). To others there is no such expert.

Blocking is another matter: whom an expert blocked is not told,
so goes on seeing the page, and the expert away.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping

from django.db.models import Exists, OuterRef, Q, QuerySet

from calls.contacts.models import FreeCaller
from calls.rooms.models import Call, Room
from marketplace.accounts.models import User
from marketplace.experts.models import Profile, Visibility
from marketplace.prepared import Place, Prepared, number


def talked(one: User | OuterRef | Place, other: User | OuterRef) -> QuerySet[Call]:
    """The calls in which these two spoke."""
    between = Q(caller=one, expert=other) | Q(caller=other, expert=one)
    return Call.objects.filter(between, started_at__isnull=False)


def shown_to(person: User | OuterRef | Place | None) -> QuerySet[Profile]:
    """The profiles that `person` (None: a visitor) sees once they know where; in a subquery also of a row's."""
    return Profile.objects.shown().filter(_seen_by(person))


def _seen_by(person: User | OuterRef | Place | None) -> Q:
    open_to_all = ~Q(visibility=Visibility.PRIVATE)
    if person is None:
        return open_to_all
    further_in = OuterRef(person) if isinstance(person, OuterRef) else person
    let_free = FreeCaller.objects.filter(expert=OuterRef("user"), caller=further_in)
    return open_to_all | Q(user=person) | Exists(talked(further_in, OuterRef("user"))) | Exists(let_free)


@Prepared
def _slug() -> QuerySet[Profile]:
    return shown_to(number("person")).filter(user=number("expert")).values_list("slug", flat=True)


def slug_shown_to(*, person: User, expert_id: int) -> str | None:
    """Of the profile of `expert_id`, if `person` sees it."""
    return _slug.first(person=person.pk, expert=expert_id)


def may_see(*, person: User | None, expert: User) -> bool:
    """Whether `expert` is an expert to `person` at all."""
    return shown_to(person).filter(user=expert).exists()


def come_upon(*, person: User | None, expert_ids: Iterable[int], slug: str = "") -> set[int]:
    """Of these numbers those after which `person` (None: a visitor) may ask: of experts whom they see and who are no secret to
    them, and their own. Of unlisted experts that is whose page they have open, as its `slug` shows, and with whom they have a
    room, whom they wait for, or who lets them call free."""
    ids = set(expert_ids)
    known = ~Q(visibility=Visibility.UNLISTED) | Q(slug=slug)
    if person is not None:
        rooms = Room.objects.filter(
            Q(caller=person, expert=OuterRef("user")) | Q(caller=OuterRef("user"), expert=person)
        )
        known |= Exists(rooms) | Q(user__in=person.waits_for.values("expert"))
        known |= Exists(FreeCaller.objects.filter(expert=OuterRef("user"), caller=person))
    found = shown_to(person).filter(known, user__in=ids).values_list("user", flat=True)
    return {*found, *({person.pk} & ids if person else ())}


def who_see(private_ids: Iterable[int]) -> Mapping[int, set[int]]:
    """Of private experts, by their ids: the ids of all who see them."""
    ids, seen = list(private_ids), defaultdict[int, set[int]](set)
    if not ids:
        return seen
    calls = Call.objects.filter(started_at__isnull=False)
    pairs = [
        calls.filter(expert__in=ids).values_list("expert", "caller"),
        calls.filter(caller__in=ids).values_list("caller", "expert"),
        FreeCaller.objects.filter(expert__in=ids).values_list("expert", "caller"),
    ]
    for expert in ids:
        seen[expert].add(expert)
    for found in pairs:
        for expert, contact in found.distinct():
            seen[expert].add(contact)
    return seen
