"""Staff take a review or a reply down, for a reason that everybody reads; its author contests that once, and staff decide."""

import re
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from marketplace.accounts.models import User
from marketplace.reviews.errors import ReviewRefused
from marketplace.reviews.models import Part, Removal, Review, Words
from marketplace.reviews.rating import recount
from marketplace.reviews.reporting import settle_reports
from marketplace.reviews.rows import locked, locked_words, readable
from payouts.in_english import in_english
from payouts.mail import services as mail
from payouts.office import services as office


@transaction.atomic
def remove(*, review_id: int, part: str, staff: User, reason: str, seen: int, now: datetime) -> Removal:
    """What staff read as version `seen` is shown no more, and counted no more. Its author is told, and so is who reported it.

    Raises Review.DoesNotExist, ReviewRefused, office's PartyToIt.
    """
    review = locked(review_id)
    office.check_no_party(staff=staff, parties=[review.writer_id, review.expert_id])
    said = locked_words(review, part)
    reason = _fit_to_be_read(reason, review)
    if said.removed_at:
        raise ReviewRefused("decided")
    if said.version != seen:
        raise ReviewRefused("changed")
    removal = Removal.objects.create(review=review, part=part, reason=reason, removed_by=staff, removed_at=now)
    _show(review, said, part, removed_at=now)
    settle_reports(review, part, outcome="removed", reason=reason, staff=staff, now=now)
    office.record(staff=staff, act="expert_review.remove", reference=review.reference, reason=reason, now=now)
    _tell_author(removal, "review_removed", {"reason": reason}, now)
    return removal


@transaction.atomic
def contest(*, review_id: int, part: str, author: User, words: str, now: datetime) -> None:
    """Raises Review.DoesNotExist for everybody else and where nothing is removed, ReviewRefused."""
    words = readable(words)
    review = locked(review_id)
    removal = standing(review, part)
    if removal is None or review.author_of(part) != author:
        raise Review.DoesNotExist
    if removal.contested_at:
        raise ReviewRefused("contested")
    removal.contest, removal.contested_at = words, now
    removal.save(update_fields=["contest", "contested_at"])
    office.open_task(
        kind="review_contest",
        key=_task_of(removal),
        reference=review.reference,
        text=_what_to_do(review),
        parties=[review.writer_id, review.expert_id],
        now=now,
    )


@transaction.atomic
def decide(*, removal_id: int, staff: User, restore: bool, reason: str, now: datetime) -> None:
    """Of what is contested: it is shown again, or stays down. Raises Removal.DoesNotExist, ReviewRefused, office's PartyToIt."""
    review = locked(Removal.objects.get(pk=removal_id).review_id)
    office.check_no_party(staff=staff, parties=[review.writer_id, review.expert_id])
    removal = Removal.objects.get(pk=removal_id)
    said = locked_words(review, removal.part)
    reason = _fit_to_be_read(reason, review)
    if removal.contested_at is None or removal.decided_at:
        raise ReviewRefused("decided")
    removal.review = review
    removal.restored, removal.verdict, removal.decided_by, removal.decided_at = restore, reason, staff, now
    removal.save()
    if restore:
        _show(review, said, removal.part, removed_at=None)
    act = "expert_review.restore" if restore else "expert_review.uphold"
    office.record(staff=staff, act=act, reference=review.reference, reason=reason, now=now)
    office.settle_task(key=_task_of(removal), note=reason, staff=staff, now=now)
    _tell_author(removal, "review_decided", {"reason": reason, "restored": restore}, now)


def standing(review: Review, part: str) -> Removal | None:
    """The removal because of which this part is not shown."""
    return review.removals.filter(part=part, restored=False).first()


def _show(review: Review, said: Words, part: str, *, removed_at: datetime | None) -> None:
    said.removed_at = removed_at
    said.save(update_fields=["removed_at"])
    if part == Part.REVIEW:
        recount(expert_id=review.expert_id)


def _fit_to_be_read(reason: str, review: Review) -> str:
    """The public log does not name the writer. Raises ReviewRefused."""
    reason = readable(reason)
    if re.search(rf"\b{re.escape(review.writer.name)}\b", reason):
        raise ReviewRefused("names")
    return reason


def _tell_author(removal: Removal, template: str, facts: dict[str, mail.Fact], now: datetime) -> None:
    review, part = removal.review, removal.part
    if review.author_of(part).is_active:
        told = facts | {"expert": review.expert.name, "part": part, "link": f"/reviews/{review.pk}/{part}/contest/"}
        key = f"review_removal:{removal.pk}:{template}"
        mail.enqueue(member=review.author_of(part), template=template, facts=told, key=key, now=now)


def _task_of(removal: Removal) -> str:
    return f"review_removal:{removal.pk}"


@in_english
def _what_to_do(review: Review) -> str:
    text = _("The author contests that we took down a review of {expert}, or the reply to it. Decide, with a reason.")
    return text.format(expert=review.expert.name)
