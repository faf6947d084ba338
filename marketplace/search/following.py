"""What is saved is found: profiles, listings and members, by whomever they are saved. Loaded once, when the site starts.

A signal and not a call, because who saves lies below search and must not know of it.
"""

from datetime import datetime

from django.db.models import Q
from django.db.models.signals import post_delete, post_save, pre_save
from django.dispatch import receiver

from marketplace.accounts.models import User
from marketplace.experts import services as experts
from marketplace.experts.models import Category, Profile
from marketplace.listings.models import Listing
from marketplace.reviews.models import Rating
from marketplace.search.index import refresh, refresh_rating
from marketplace.search.models import Entry

OF_A_MEMBER, OF_A_CATEGORY = {"name", "is_active"}, ("name", "name_fr", "parent_id", "kind")  # what search knows
IS_NEWS = "_is_news_to_search"  # between the two signals of one save


@receiver([post_save, post_delete], sender=Profile)
def profile_changed(instance: Profile, **_told) -> None:
    refresh([instance.pk])


@receiver([post_save, post_delete], sender=Listing)
def listing_changed(instance: Listing, **_told) -> None:
    refresh([instance.profile_id])


@receiver(post_save, sender=User)
def member_changed(instance: User, created: bool, update_fields: frozenset[str] | None = None, **_told) -> None:
    if not created and (update_fields is None or OF_A_MEMBER & update_fields):
        refresh(Profile.objects.filter(user=instance).values_list("pk", flat=True))


@receiver(post_save, sender=Rating)
def rating_changed(instance: Rating, **_told) -> None:
    refresh_rating(instance)


@receiver(pre_save, sender=Category)
def category_changes(instance: Category, **_told) -> None:
    """A category may hold half of all experts: most of what is said of one concerns no entry."""
    before = Category.objects.filter(pk=instance.pk).values_list(*OF_A_CATEGORY).first()
    vars(instance)[IS_NEWS] = before and before != tuple(getattr(instance, name) for name in OF_A_CATEGORY)


@receiver(post_save, sender=Category)
def category_changed(instance: Category, **_told) -> None:
    if vars(instance).pop(IS_NEWS):
        below = Profile.objects.filter(Q(category=instance) | Q(category__parent=instance))
        refresh(list(below.values_list("pk", flat=True)))


@receiver(experts.next_free_changed)
def next_free_changed(user_id: int, next_free_at: datetime | None, **_told) -> None:
    Entry.objects.filter(user=user_id).update(next_free_at=next_free_at)
