"""Anybody signed in reports a review or the reply to it; staff leave it as it is, or take it down (removing.py), and say why."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from marketplace.accounts.models import User
from marketplace.reviews.errors import ReviewRefused
from marketplace.reviews.models import Review, ReviewReport
from marketplace.reviews.rows import locked, locked_words, readable
from payouts.in_english import in_english
from payouts.mail import services as mail
from payouts.office import services as office


@transaction.atomic
def report(*, review_id: int, part: str, reporter: User, words: str, now: datetime) -> None:
    """Once for each wording: again changes nothing, and once it is decided, is refused. Raises Review.DoesNotExist for what is
    not shown, ReviewRefused."""
    words = readable(words)
    review = locked(review_id)
    said = locked_words(review, part)
    if review.removed_at or said.removed_at:
        raise Review.DoesNotExist
    if review.author_of(part) == reporter:
        raise ReviewRefused("own")
    is_first = not review.reports.filter(part=part, decided_at=None).exists()
    made, is_new = ReviewReport.objects.get_or_create(
        review=review,
        part=part,
        version=said.version,
        reporter=reporter,
        defaults={"text": said.text, "words": words, "reported_at": now},
    )
    if made.decided_at:
        raise ReviewRefused("decided")
    if is_new and is_first:
        office.open_task(
            kind="review_report",
            key=_task_of(made),
            reference=review.reference,
            text=_what_to_do(review),
            parties=[review.writer_id, review.expert_id],
            now=now,
        )


@transaction.atomic
def leave(*, review_id: int, part: str, staff: User, reason: str, seen: int, now: datetime) -> None:
    """It stays as it is; whoever reported it reads why. Raises Review.DoesNotExist, ReviewRefused, office's PartyToIt."""
    reason = readable(reason)
    review = locked(review_id)
    office.check_no_party(staff=staff, parties=[review.writer_id, review.expert_id])
    said = review.words_of(part)
    if said and said.version != seen:
        raise ReviewRefused("changed")
    if not settle_reports(review, part, outcome="left", reason=reason, staff=staff, now=now):
        raise ReviewRefused("decided")
    office.record(staff=staff, act="expert_review.leave", reference=review.reference, reason=reason, now=now)


def settle_reports(review: Review, part: str, *, outcome: str, reason: str, staff: User, now: datetime) -> int:
    """Everybody who reported it hears what was decided. How many reports that were. Needs the review's lock."""
    settled = list(review.reports.filter(part=part, decided_at=None).select_related("reporter"))
    for made in settled:
        made.decided_at = now
        made.save(update_fields=["decided_at"])
        office.settle_task(key=_task_of(made), note=reason, staff=staff, now=now)
        if made.reporter.is_active:
            facts: dict[str, mail.Fact] = {"expert": review.expert.name, "outcome": outcome, "reason": reason}
            key = f"review_report:{made.pk}:decided"
            mail.enqueue(member=made.reporter, template="review_report", facts=facts | {"part": part}, key=key, now=now)
    return len(settled)


def _task_of(made: ReviewReport) -> str:
    """Of the first open report of a part: those that follow are decided with it."""
    return f"review_report:{made.pk}"


@in_english
def _what_to_do(review: Review) -> str:
    text = _(
        "A review of {expert}, or the reply to it, was reported. Read both: take it down or leave it, with a reason."
    )
    return text.format(expert=review.expert.name)
