"""A profile before it is public: kept field by field, published once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from marketplace.experts import drafts
from marketplace.experts import services as experts
from marketplace.experts.models import Category, Presence, Profile
from tests import cast


@pytest.fixture
def money(db) -> Category:
    return Category.objects.create(slug="money", name="Money")


def begun(member, category, **more) -> Profile:
    return drafts.keep(member=member, headline="Taxes made plain", category=category, **more)


def whole(member, category) -> Profile:
    return begun(member, category, bio="Twenty years of practice.", languages=["en"])


class KeepTests:
    def test_what_is_kept_is_not_public(self, alice, money):
        profile = begun(alice, money)
        assert (profile.slug, profile.published_at) == ("alice-martin", None)
        assert not Profile.objects.shown().exists()
        cast.here(alice)
        assert experts.state(alice) == Presence.State.AWAY

    def test_a_field_that_is_not_named_stays(self, alice, money):
        begun(alice, money)
        drafts.keep(member=alice, bio="Twenty years.", languages=["en"])
        profile = Profile.objects.get(user=alice)
        assert (profile.headline, profile.bio) == ("Taxes made plain", "Twenty years.")

    def test_a_photo_that_came_meanwhile_stays(self, alice, money):
        begun(alice, money)
        Profile.objects.update(photo="photos/1")
        drafts.keep(member=alice, bio="Twenty years.")
        assert Profile.objects.get().photo == "photos/1"

    def test_in_a_closed_category_nothing_is_kept(self, alice, money):
        money.kind = Category.Kind.CLOSED
        with pytest.raises(drafts.CategoryClosed):
            begun(alice, money)
        assert not Profile.objects.exists()


class PublishTests:
    def test_makes_it_public(self, alice, money, now):
        whole(alice, money)
        assert drafts.publish(member=alice, now=now).published_at == now
        assert Profile.objects.shown().get().user == alice

    def test_twice_is_once(self, alice, money, now):
        whole(alice, money)
        drafts.publish(member=alice, now=now)
        assert drafts.publish(member=alice, now=cast.JOINED).published_at == now

    @pytest.mark.parametrize("missing", [{"headline": ""}, {"bio": ""}, {"languages": []}])
    def test_needs_what_a_page_must_have(self, alice, money, now, missing):
        whole(alice, money)
        Profile.objects.update(**missing)
        with pytest.raises(drafts.Unfinished):
            drafts.publish(member=alice, now=now)
        assert Profile.objects.get().published_at is None

    def test_not_into_a_category_that_closed_meanwhile(self, alice, money, now):
        whole(alice, money)
        Category.objects.update(kind="closed")
        with pytest.raises(drafts.CategoryClosed):
            drafts.publish(member=alice, now=now)

    def test_without_a_draft_there_is_nothing_to_publish(self, alice, now):
        with pytest.raises(Profile.DoesNotExist):
            drafts.publish(member=alice, now=now)

    def test_who_closes_the_account_takes_a_draft_along(self, alice, money):
        whole(alice, money)
        experts.retire(member=alice)
        profile = Profile.objects.get()
        assert (profile.headline, profile.bio, profile.published_at) == ("", "", None)


def at_once(*acts: Callable[[], object]) -> list[object]:
    start = Barrier(len(acts))

    def run(act: Callable[[], object]) -> object:
        start.wait()
        try:
            return act()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(acts)) as threads:
        return list(threads.map(run, acts))


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
class RaceTests:
    def test_begun_in_many_windows_it_is_one(self, alice, money):
        made = at_once(*[lambda: begun(cast.alice(), money).pk] * 6)
        assert len(set(made)) == Profile.objects.count() == 1

    def test_published_in_many_windows_it_is_published_once(self, alice, money, now):
        whole(alice, money)
        moments = at_once(*[lambda: drafts.publish(member=cast.alice(), now=now).published_at] * 6)
        assert set(moments) == {now}
        assert Presence.objects.count() == 1

    def test_changed_in_two_windows_neither_loses_the_others_field(self, alice, money):
        begun(alice, money)
        at_once(
            lambda: drafts.keep(member=cast.alice(), bio="Twenty years."),
            lambda: drafts.keep(member=cast.alice(), place="Lyon"),
        )
        profile = Profile.objects.get()
        assert (profile.bio, profile.place) == ("Twenty years.", "Lyon")
