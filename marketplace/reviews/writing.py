"""A review is written, and changed, by its writer; the reply to it by the expert."""

from datetime import datetime

from django.db import transaction

from marketplace.accounts.models import User
from marketplace.reviews.errors import ReviewRefused
from marketplace.reviews.models import SCALE, Reply, Review
from marketplace.reviews.rating import recount
from marketplace.reviews.rows import locked, readable, rewrite
from payouts.mail import services as mail

Facts = dict[str, mail.Fact]


@transaction.atomic
def write(*, writer: User, expert: User, stars: int, text: str, seen: int, now: datetime) -> Review:
    """The writer's one review of this expert, new or changed. Whether they may is asked where it is known what they paid.

    `seen`: the version that the writer had before them; 0: there was none. Raises ReviewRefused.
    """
    if writer.pk == expert.pk:
        raise ReviewRefused("self")
    if stars not in SCALE:
        raise ReviewRefused("stars")
    typed = {"stars": stars, "text": readable(text)}
    mine = Review.objects.select_for_update(no_key=True)
    review, is_new = mine.get_or_create(writer=writer, expert=expert, defaults=typed | {"written_at": now})
    if is_new or rewrite(review, seen=seen, now=now, **typed):
        recount(expert_id=expert.pk)
        _tell(expert, "review", review, {"name": writer.name, "is_new": is_new}, now)
    return review


@transaction.atomic
def reply(*, review_id: int, expert: User, text: str, seen: int, now: datetime) -> Reply:
    """The expert's one reply, new or changed; `seen` as in `write`. Raises Review.DoesNotExist for others, ReviewRefused."""
    text = readable(text)
    review = locked(review_id, expert=expert)
    if review.removed_at:
        raise ReviewRefused("removed")
    known = getattr(review, "reply", None)
    made = known or Reply.objects.create(review=review, text=text, written_at=now)
    if known is None or rewrite(known, seen=seen, now=now, text=text):
        link = f"/experts/{review.expert.profile.slug}/#reviews"
        facts: Facts = {"name": review.expert.name, "is_new": known is None, "link": link}
        _tell(review.writer, "review_reply", review, facts, now)
    return made


def _tell(reader: User, template: str, review: Review, facts: Facts, now: datetime) -> None:
    """Once a day at most: who changes a comma ten times writes no ten mails. What was written stands on the page alone."""
    if reader.is_active:
        key = f"{review.reference}:{template}:{now:%Y-%m-%d}"
        mail.enqueue(member=reader, template=template, facts=facts, key=key, now=now)
