"""What is asked of the line of one expert. The verbs are in services.py and turns.py."""

from django.db.models import Exists, OuterRef, Q, QuerySet

from calls.contacts.models import Block
from calls.notices import services as notices
from calls.rooms.models import Call
from calls.waiting.models import Waiting
from marketplace.accounts.models import User
from marketplace.experts import services as experts
from marketplace.experts.models import Connection, Presence


def blocked() -> Exists:
    """The expert blocked the member."""
    return Exists(Block.objects.filter(blocker=OuterRef("expert"), blocked=OuterRef("member")))


def turned_away() -> Exists:
    """The member blocked the expert."""
    return Exists(Block.objects.filter(blocker=OuterRef("member"), blocked=OuterRef("expert")))


def is_here() -> Exists:
    """The member has a page open, and did not ask to be left in peace there."""
    undisturbed = Q(user__presence__chosen=Presence.Choice.NOT_DISTURBED)
    return Exists(Connection.objects.filter(user=OuterRef("member")).exclude(undisturbed))


def in_call(who: str) -> Exists:
    """`who`, member or expert, talks, rings or is rung."""
    theirs = Q(caller=OuterRef(who)) | Q(expert=OuterRef(who))
    return Exists(Call.objects.filter(theirs, state__in=Call.OPEN))


def of(expert_id: int) -> QuerySet[Waiting]:
    """Everybody in the line, the blocked too, the first first."""
    line = Waiting.objects.filter(expert=expert_id).select_related("member", "expert").order_by("id")
    return line.annotate(blocked=blocked(), is_here=is_here(), in_call=in_call("member"))


def is_free(expert: User) -> bool:
    """Seen free, and nobody rings."""
    open_calls = Call.objects.filter(Q(caller=expert) | Q(expert=expert), state__in=Call.OPEN)
    return experts.state(expert) == "free" and not open_calls.exists()


def lock(*people: int) -> list[User]:
    """What changes a line locks its expert first, as whoever rings does, in the same order (rooms/ringing.py)."""
    return list(User.objects.select_for_update(no_key=True).filter(id__in=people).order_by("id"))


def tell(expert_id: int, entries: list[Waiting]) -> None:
    """The places of these, or their turn, changed; and the expert is shown who waits."""
    for user_id in (expert_id, *(entry.member_id for entry in entries)):
        notices.tell_member(user_id=user_id)
