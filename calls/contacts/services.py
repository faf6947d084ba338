"""Who reaches whom, and who talks free: blocking for good, reporting, the list of free callers. What is refused because of it
stands where people ring, write and ask for money."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from calls.contacts.models import Block, FreeCaller, Report
from calls.contacts.seeing import come_upon, may_see, shown_to, slug_shown_to, talked, who_see
from calls.notices import services as notices
from marketplace.accounts.models import User
from marketplace.experts import services as experts
from marketplace.prepared import Prepared, number
from payouts.in_english import in_english
from payouts.office import services as office

__all__ = [
    "BadWords",
    "NotReported",
    "awaits_staff",
    "block",
    "blockers_of",
    "blocks_by",
    "blocks_of",
    "calls_free",
    "charge_again",
    "come_upon",
    "explain",
    "forget",
    "free_callers_of",
    "has_blocked",
    "is_free",
    "let_call_free",
    "may_see",
    "report",
    "reported",
    "seen_by",
    "shown_to",
    "slug_shown_to",
    "talked",
    "unblock",
    "who_see",
]

HIDDEN = experts.NOT_THERE._replace(is_private=True)
LONGEST = 2000
WORDS = ":words"  # of the task with what the reporter wrote


class NotReported(LookupError):
    """There is no such report of this member's."""


class BadWords(ValueError):
    """`code`: empty, too_long, unreadable, said (a report's words are said once)."""

    def __init__(self, code: str) -> None:
        self.code = code
        super().__init__(code)


def block(*, member: User, other: User, now: datetime) -> None:
    """Once; again changes nothing. `other` is not told, and sees `member` away from now on. Raises ValueError for oneself."""
    if member.pk == other.pk:
        raise ValueError("nobody blocks themself")
    Block.objects.get_or_create(blocker=member, blocked=other, defaults={"blocked_at": now})
    notices.tell_watchers(user_id=member.pk)


def unblock(*, member: User, other_id: int) -> None:
    Block.objects.filter(blocker=member, blocked=other_id).delete()
    notices.tell_watchers(user_id=member.pk)


def blocks_of(member: User) -> list[Block]:
    """The newest first, with the people."""
    return list(Block.objects.filter(blocker=member).select_related("blocked").order_by("-blocked_at", "-pk"))


def has_blocked(*, member: User, other: User) -> bool:
    return Block.objects.filter(blocker=member, blocked=other).exists()


def blocks_by(*, member_ids: Iterable[int]) -> list[tuple[int, int]]:
    """Who of these looks away to whom, by their ids."""
    return list(Block.objects.filter(blocker__in=member_ids).values_list("blocker", "blocked"))


def blockers_of(person: User | None) -> set[int]:
    """The ids of those who look away to `person` (None: a visitor), wherever presence is shown."""
    return set(_blockers.ask(person=person.pk)) if person else set()


@Prepared
def _blockers() -> QuerySet[Block]:
    return Block.objects.filter(blocked=number("person")).values_list("blocker", flat=True)


def seen_by(*, person: User | None, expert_ids: Iterable[int]) -> dict[int, experts.Seen]:
    """What `person` (None: a visitor) sees of each. Whoever blocked them, or does not show themself to them, is away, and says
    nothing of coming back; `is_private` is true of the latter alone."""
    seen = experts.seen(expert_ids)
    for expert, people in who_see(expert for expert, one in seen.items() if one.is_private).items():
        sees = person is not None and person.pk in people
        seen[expert] = seen[expert]._replace(is_private=False) if sees else HIDDEN
    blockers = blockers_of(person) & seen.keys()
    return seen | {expert: experts.NOT_THERE for expert in blockers if seen[expert] is not HIDDEN}


def let_call_free(*, expert: User, caller: User, now: datetime) -> None:
    """Once; again changes nothing. Raises ValueError for oneself."""
    if expert.pk == caller.pk:
        raise ValueError("nobody calls themself")
    FreeCaller.objects.get_or_create(expert=expert, caller=caller, defaults={"since": now})


def charge_again(*, expert: User, caller_id: int) -> None:
    FreeCaller.objects.filter(expert=expert, caller=caller_id).delete()


def free_callers_of(expert: User) -> list[FreeCaller]:
    """The newest first, with the people."""
    return list(FreeCaller.objects.filter(expert=expert).select_related("caller").order_by("-since", "-pk"))


def calls_free(*, expert_id: int, caller_id: int) -> bool:
    return FreeCaller.objects.filter(expert=expert_id, caller=caller_id).exists()


def is_free() -> Exists:
    """The same of each row of a query that has an `expert` and a `caller`."""
    return Exists(FreeCaller.objects.filter(expert=OuterRef("expert"), caller=OuterRef("caller")))


@transaction.atomic
def report(*, reporter: User, about: User, call_id: int, now: datetime) -> Report:
    """Staff look at it, and `about` is blocked. Once for a call; again changes nothing."""
    made, is_new = Report.objects.get_or_create(
        reporter=reporter, call_id=call_id, defaults={"about": about, "reported_at": now}
    )
    if is_new:
        block(member=reporter, other=about, now=now)
        _open_task(made, "", _said(made), now)
    return made


@transaction.atomic
def explain(*, reporter: User, call_id: int, words: str, now: datetime) -> None:
    """What happened, in the reporter's words, once. Raises NotReported, BadWords."""
    made = Report.objects.select_for_update(no_key=True).filter(reporter=reporter, call_id=call_id).first()
    if made is None:
        raise NotReported
    words = words.strip()
    if not words:
        raise BadWords("empty")
    if len(words) > LONGEST:
        raise BadWords("too_long")
    if "\0" in words:
        raise BadWords("unreadable")
    if made.words:
        raise BadWords("said")
    made.words = words
    made.save(update_fields=["words"])
    _open_task(made, WORDS, _written(made), now)


def reported(*, reporter: User, call_id: int) -> Report | None:
    return Report.objects.filter(reporter=reporter, call_id=call_id).first()


def awaits_staff(*, person: User) -> bool:
    """Whether a report by them or about them is still open: until it is closed its words are needed."""
    keys = set(office.open_keys(kind="report"))
    theirs = Report.objects.filter(Q(reporter=person) | Q(about=person))
    return any(keys & {_key(made), _key(made, WORDS)} for made in theirs)


def forget(*, person: User) -> None:
    """The words of their reports and of those about them; who reported whom, and in which call, stays."""
    Report.objects.filter(Q(reporter=person) | Q(about=person)).update(words="")


@in_english
def _said(made: Report) -> str:
    text = _("{reporter} left call {call} and reported {about}. What they write about it follows, if they do.")
    return text.format(reporter=_named(made.reporter), call=made.call_id, about=_named(made.about))


@in_english
def _written(made: Report) -> str:
    """A closed task stays as it is for ever: so nothing that a guest said, or that was said of one, is in it."""
    if made.reporter.is_guest or made.about.is_guest:
        text = _(
            "{reporter} writes about call {call}. It is in the back office under Reports, number {number}, while we may keep it."
        )
    else:
        text = _("{reporter} writes about call {call}: {words}")
    return text.format(reporter=_named(made.reporter), call=made.call_id, number=made.pk, words=made.words)


def _named(person: User) -> str:
    return _("Guest") if person.is_guest else str(person)


def _key(made: Report, step: str = "") -> str:
    return f"report:{made.pk}{step}"


def _open_task(made: Report, step: str, text: str, now: datetime) -> None:
    office.open_task(
        kind="report",
        key=_key(made, step),
        reference=f"call:{made.call_id}",
        text=text,
        now=now,
        parties=[made.reporter_id, made.about_id],
    )
