"""Whose turn it is once the expert is free. A turn is TURN_S in which nobody else rings the expert."""

import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Case, Exists, OuterRef, Q, When

from calls.contacts import services as contacts
from calls.rooms import admission
from calls.waiting import line
from calls.waiting.models import Waiting
from marketplace.accounts.models import User
from marketplace.experts.models import Presence
from payouts.mail import services as mail

AT_ONCE = 50

log = logging.getLogger(__name__)


def whose_turn(*, expert: User, now: datetime) -> int | None:
    """The member whose turn it is now, after what is due: a turn that is over is passed on, one of a free expert begins.

    The caller holds the expert's lock. Repeatable: nothing changes twice.
    """
    # Their rows too: whoever leaves meanwhile does not ask for the lock.
    entries = list(line.of(expert.pk).select_for_update(of=("self",), no_key=True))
    before = [_seen(entry) for entry in entries]
    turn = _turn(entries, expert, now) if line.is_free(expert) else _nobodys(entries)
    if before != [_seen(entry) for entry in entries]:
        line.tell(expert.pk, entries)
    return turn


def _seen(entry: Waiting) -> tuple:
    return entry.pk, entry.turn_until


def _nobodys(entries: list[Waiting]) -> None:
    """The expert is not free: who had a turn keeps their place, and everybody waits for the next time."""
    for entry in entries:
        if entry.turn_until or not entry.may_have_turn:
            entry.turn_until, entry.may_have_turn = None, True
            entry.save(update_fields=["turn_until", "may_have_turn"])


def _turn(entries: list[Waiting], expert: User, now: datetime) -> int | None:
    for entry in entries:
        if entry.turn_until:
            if _may_call(entry) and entry.is_here and entry.turn_until > now:
                return entry.member_id
            _end_turn(entry, now)
    for entry in entries:
        if entry.pk and entry.may_have_turn and _may_call(entry) and _begin_turn(entry, expert, now):
            return entry.member_id
    return None


def _may_call(entry: Waiting) -> bool:
    """Whoever talks with somebody else is passed over, and keeps their place."""
    return not entry.blocked and not entry.in_call


def _end_turn(entry: Waiting, now: datetime) -> None:
    """Who let it pass, or is not there any more, is told by mail and keeps their place; who lets one pass after that is out:
    an open page before which nobody sits would else hold up the others each time that the expert is free.

    Whoever stays has had their turn of this time that the expert is free: going away and coming back, or ringing somebody
    else for a second, would else hold the expert for as long as one likes.
    """
    if _may_call(entry) and entry.is_here and entry.told_at:
        _tell_out(entry, "turn", now)
        entry.delete()
        return
    if _may_call(entry):
        _tell_by_mail(entry, "turn_passed" if entry.is_here else "waiting_free", now)
    entry.turn_until, entry.may_have_turn = None, False
    entry.save(update_fields=["turn_until", "may_have_turn"])


def _begin_turn(entry: Waiting, expert: User, now: datetime) -> bool:
    """False: it passes at once to the next. Who may not ring any more (their credit is spent) leaves the line."""
    if code := admission.refusal(caller=entry.member, expert=expert):
        _tell_out(entry, code, now)
        entry.delete()
        return False
    if not entry.is_here:
        _tell_by_mail(entry, "waiting_free", now)
        return False
    entry.turn_until = now + timedelta(seconds=settings.TURN_S)
    entry.save(update_fields=["turn_until"])
    return True


def _tell_by_mail(entry: Waiting, template: str, now: datetime) -> None:
    """That the expert is free, or was: once."""
    if entry.told_at:
        return
    entry.told_at = now
    entry.save(update_fields=["told_at"])
    _mail(entry, template, {}, now)


def _tell_out(entry: Waiting, why: str, now: datetime) -> None:
    """The member waits no longer, and it was not by a press of theirs. `why`: turn, day, gone, or admission's refusal."""
    _mail(entry, "waiting_over", {"why": why, "hours": settings.WAIT_HOURS}, now)


def _mail(entry: Waiting, template: str, facts: dict, now: datetime) -> None:
    """For the same two at most one an hour, however often the member begins to wait."""
    slug = contacts.shown_to(entry.member).filter(user=entry.expert_id).values_list("slug", flat=True).first() or ""
    key = f"{template}:{entry.expert_id}:{entry.member_id}:{now:%Y-%m-%dT%H}"
    facts = {"name": entry.expert.shown_name, "slug": slug, **facts}
    mail.enqueue(member=entry.member, template=template, facts=facts, key=key, now=now)


def sweep(*, now: datetime) -> int:
    """Lets go of entries that nothing can come of, and looks at each line in which something is due.

    To be called about once a second, by any number of workers. One line that fails is logged and holds up no other.
    """
    done = _let_go(now)
    for expert_id in _due(now):
        try:
            with transaction.atomic():
                (expert,) = line.lock(expert_id)
                whose_turn(expert=expert, now=now)
            done += 1
        except Exception:
            log.exception("A line could not move on and will be tried again")
    return done


def _let_go(now: datetime) -> int:
    """Of those who waited for a day, or whose expert is gone for them, and tells them; of those whose account is gone, or who
    blocked the expert."""
    published = contacts.shown_to(OuterRef("member")).filter(user=OuterRef("expert"))
    found = Waiting.objects.annotate(
        by_themself=Case(When(Q(member__is_active=False) | line.turned_away(), then=True), default=False),
        is_gone=~Exists(published),
    )
    void = Q(since__lte=now - timedelta(hours=settings.WAIT_HOURS)) | Q(by_themself=True) | Q(is_gone=True)
    entries = found.filter(void).select_related("member", "expert").order_by("id")[:AT_ONCE]
    return sum(_out(entry, now) for entry in entries)


@transaction.atomic
def _out(entry: Waiting, now: datetime) -> bool:
    if not take_out(entry):
        return False
    if not entry.by_themself:
        _tell_out(entry, "gone" if entry.is_gone else "day", now)
    return True


@transaction.atomic
def take_out(entry: Waiting) -> bool:
    """Whoever comes behind is told. False: it was out already."""
    if not Waiting.objects.filter(pk=entry.pk).delete()[0]:
        return False
    line.tell(entry.expert_id, [entry, *Waiting.objects.filter(expert=entry.expert_id, pk__gt=entry.pk)])
    return True


def _due(now: datetime) -> list[int]:
    """The experts in whose line something has to change."""
    turns = Waiting.objects.filter(expert=OuterRef("expert"), turn_until__isnull=False)
    found = Waiting.objects.annotate(
        expert_is_free=Exists(Presence.objects.filter(user=OuterRef("expert"), state=Presence.State.FREE)),
        expert_in_call=line.in_call("expert"),
        is_here=line.is_here(),
        in_call=line.in_call("member"),
        blocked=line.blocked(),
        turn_runs=Exists(turns),
    )
    free = Q(expert_is_free=True, expert_in_call=False)
    to_end = Q(turn_until__isnull=False) & (
        Q(turn_until__lte=now) | Q(is_here=False) | Q(in_call=True) | Q(blocked=True)
    )
    to_begin = Q(may_have_turn=True, turn_runs=False, in_call=False, blocked=False)
    to_begin &= Q(is_here=True) | Q(told_at=None)
    to_wait = Q(turn_until__isnull=False) | Q(may_have_turn=False)
    due = found.filter((free & (to_end | to_begin)) | (~free & to_wait))
    return list(due.order_by("expert").values_list("expert", flat=True).distinct()[:AT_ONCE])
