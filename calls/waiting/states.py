"""What people are shown of a line: the member their place and an honest estimate, the expert who waits."""

from datetime import timedelta
from statistics import median

from django.db.models import Count, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from calls.contacts import services as contacts
from calls.metering.moments import to_ms
from calls.rooms.models import Call
from calls.waiting import line
from calls.waiting.models import Waiting
from marketplace.accounts.models import User
from marketplace.experts import services as experts
from marketplace.prepared import Place, Prepared, number

CALLS_LOOKED_AT, CALLS_NEEDED = 20, 5
SHORTEST = timedelta(seconds=10)  # of a call that says something of the next


def waiting_state(*, member: User) -> dict:
    """The lines in which `member` waits, and how many wait for them: of the `rings` message (signalling/PROTOCOL.md)."""
    found = _lines.ask(member=member.pk)
    entries = [entry for entry in found if entry.member_id == member.pk]
    told = {"waiting": [], "awaited": len(found) - len(entries)}
    if entries:
        seen = contacts.seen_by(person=member, expert_ids=[entry.expert_id for entry in entries])
        told["waiting"] = [_entry(entry, seen[entry.expert_id]) for entry in entries]
    return told


@Prepared
def _lines() -> QuerySet[Waiting]:
    """In which a member waits, or somebody for them."""
    member = number("member")
    return _with_places(Waiting.objects.filter(Q(member=member) | Q(expert=member), _seen_by(member))).order_by("id")


def _seen_by(person: User | Place) -> Q:
    """Their own entries, and as the expert nobody where one blocked the other."""
    return Q(member=person) | (~Q(line.blocked()) & ~Q(line.turned_away()))


def _with_places(entries: QuerySet[Waiting]) -> QuerySet[Waiting]:
    """Who was blocked stands in nobody's way, and finds a place all the same."""
    before = Waiting.objects.filter(~line.blocked(), expert=OuterRef("expert"), pk__lt=OuterRef("pk"))
    counted = before.order_by().values("expert").annotate(number=Count("pk")).values("number")
    return entries.select_related("expert__profile").annotate(before=Coalesce(Subquery(counted), 0))


def _entry(entry: Waiting, seen: experts.Seen) -> dict:
    expert = entry.expert
    return {
        "expert": {"id": expert.pk, "name": expert.name, "slug": expert.profile.slug},
        "line": entry.line,
        "place": entry.before + 1,
        "state": seen.state,
        "back_at": to_ms(seen.back_at) if seen.back_at else None,
        "estimate": _estimate(expert) if seen.state != "away" and entry.may_have_turn else None,
        "turn_until": to_ms(entry.turn_until) if entry.turn_until else None,
    }


def _estimate(expert: User) -> dict | None:
    """How long one call lasts as a rule, and since when one goes on. The page counts from there by itself. None: too few calls
    to say anything."""
    talked = Call.objects.filter(expert=expert, state=Call.State.ENDED, ended_at__gt=F("started_at") + SHORTEST)
    lengths = [
        ended - began
        for began, ended in talked.order_by("-rang_at").values_list("started_at", "ended_at")[:CALLS_LOOKED_AT]
    ]
    if len(lengths) < CALLS_NEEDED:
        return None
    now_open = Call.objects.filter(Q(caller=expert) | Q(expert=expert), state__in=Call.OPEN).first()
    since = now_open and (now_open.started_at or now_open.rang_at)
    each = median(length.total_seconds() for length in lengths)
    return {"each_ms": round(each * 1000), "since": to_ms(since) if since else None}


def waiting_for(*, expert: User) -> list[Waiting]:
    """Who waits, the first first, with `is_here`: a page of theirs is open. Nobody where one blocked the other."""
    return list(line.of(expert.pk).filter(~line.blocked(), ~line.turned_away()))


def lines_of(*, member: User) -> list[Waiting]:
    """Where `member` waits, with `before`: how many others come first."""
    return list(_with_places(Waiting.objects.filter(member=member)).order_by("id"))


def entry_of(*, member: User, expert: User) -> Waiting | None:
    """As the expert sees it, with `is_here`."""
    return next((entry for entry in waiting_for(expert=expert) if entry.member_id == member.pk), None)
