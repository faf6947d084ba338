"""How a profile begins: what was typed is kept step by step, on one row that nobody else sees until it is published."""

from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction

from marketplace.accounts.models import User
from marketplace.experts import services as experts
from marketplace.experts.models import Category, Profile
from marketplace.experts.presence import refresh


class CategoryClosed(ValueError):
    """Nobody is published in it. Nothing was changed."""


class Unfinished(ValueError):
    """The draft lacks what a page must have. Nothing was changed."""


def keep(*, member: User, **said: Any) -> Profile:
    """Some of the member's page, by its fields: of a draft, or at once of the public page. The first time with a headline and a
    category. Raises CategoryClosed."""
    category = said.get("category")
    if category and category.kind_in_force == Category.Kind.CLOSED:
        raise CategoryClosed
    try:
        return _keep(member, said)
    except IntegrityError:  # begun at this moment in another window: now there is one
        return _keep(member, said)


@transaction.atomic
def _keep(member: User, said: dict[str, Any]) -> Profile:
    profile = _locked(member) or Profile(user=member)
    for name, value in said.items():
        setattr(profile, name, value)
    if "place" in said:
        experts.put_on_map(profile, said["place"])
    experts.save_profile(profile, fields={*said, *(experts.OF_A_PLACE if "place" in said else ())})
    return profile


@transaction.atomic
def publish(*, member: User, now: datetime) -> Profile:
    """From now on the page is public; pressed twice it is published once. Raises Profile.DoesNotExist, Unfinished,
    CategoryClosed."""
    profile = _locked(member)
    if profile is None:
        raise Profile.DoesNotExist
    if profile.published_at:
        return profile
    if not (profile.headline and profile.bio and profile.languages):
        raise Unfinished
    if profile.category.kind_in_force == Category.Kind.CLOSED:
        raise CategoryClosed
    profile.published_at = now
    profile.save(update_fields=["published_at"])
    refresh(user=member)  # whose page is open is free at once
    return profile


def _locked(member: User) -> Profile | None:
    found = Profile.objects.select_for_update(of=("self",)).select_related("user", "category__parent")
    return found.filter(user=member).first()
