"""What is saved is found: profiles, listings and members, by whomever they are saved. Loaded once, when the site starts.

A signal and not a call, because who saves lies below search and must not know of it.
"""

from datetime import datetime

from django.db.models import Q
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver

from marketplace.accounts.models import User
from marketplace.experts import services as experts
from marketplace.experts.models import Category, Profile
from marketplace.listings.models import Listing
from marketplace.reviews.models import Rating
from marketplace.search.index import refresh, refresh_rating
from marketplace.search.models import Entry

OF_A_MEMBER = {"name", "is_active"}  # what search knows


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


@receiver(post_save, sender=Category)
def category_changed(instance: Category, created: bool, **_told) -> None:
    if not created:
        below = Profile.objects.filter(Q(category=instance) | Q(category__parent=instance))
        refresh(list(below.values_list("pk", flat=True)))


@receiver(experts.next_free_changed)
def next_free_changed(user_id: int, next_free_at: datetime | None, **_told) -> None:
    Entry.objects.filter(user=user_id).update(next_free_at=next_free_at)
