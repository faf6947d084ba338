"""New experts get a fair share of places, however many they are."""

from collections import Counter
from datetime import timedelta

import pytest
from django.db.models import F

from marketplace.accounts.models import User
from marketplace.experts.models import Category, Profile
from marketplace.search import ordering
from marketplace.search import services as search
from marketplace.search.asking import Question
from marketplace.search.draw import LOT, Draw
from marketplace.search.models import Entry
from marketplace.search.statements import rows
from tests import cast

pytestmark = pytest.mark.django_db
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
LONG = "Plain words. " * 20


def publish(*ages: timedelta, text: str = "Plain words.") -> list[int]:
    """Profiles of so many experts, by how long ago each published. In bulk: here they are many."""
    shelf, _ = Category.objects.get_or_create(slug="money", defaults={"name": "Money"})
    first = User.objects.count()
    users = [User(email=f"{first + at}@example.test", name=f"Expert {first + at}") for at in range(len(ages))]
    profiles = [
        Profile(
            user=user,
            slug=user.email.split("@")[0],
            headline="Tax letters",
            bio=text,
            category=shelf,
            languages=["en"],
            published_at=cast.NOW - age,
        )
        for user, age in zip(User.objects.bulk_create(users), ages, strict=True)
    ]
    ids = [profile.pk for profile in Profile.objects.bulk_create(profiles)]
    search.refresh(ids)
    return ids


@pytest.fixture
def old(db) -> list[int]:
    """Better than who is new: without the draw no new expert would be on the first page."""
    return publish(*[100 * DAY] * 30, text=LONG)


@pytest.fixture
def new(db) -> list[int]:
    """Of the day before. Twenty who published within twenty minutes are the newest of them."""
    burst = [10 * HOUR + number * MINUTE for number in range(20)]
    return publish(*burst, *(11 * HOUR + number * 20 * MINUTE for number in range(40)))


@pytest.fixture(params=["all who fit", "more than are looked through", "of a category", "of words"])
def asked(request, monkeypatch) -> Question:
    """Each is answered in its own way."""
    if request.param == "more than are looked through":
        monkeypatch.setattr(ordering, "FEW", 0)
        monkeypatch.setattr(ordering, "MANY", 0)
    return {
        "all who fit": Question(language="en"),
        "more than are looked through": Question(language="en"),
        "of a category": Question(category="money"),
        "of words": Question("plain"),
    }[request.param]


def answer(asked: Question, *, upto: int = 24, day: int = 0) -> list[int]:
    return ordering.answer(asked, sort="", upto=upto, now=cast.NOW + day * DAY)[1]


class ShareTests:
    def test_every_fifth_place_belongs_to_somebody_new(self, asked, old, new):
        found = answer(asked, upto=60)
        assert [place for place, pk in enumerate(found[:35], 1) if pk in new] == [5, 10, 15, 20, 25, 30, 35]
        assert found[0] == max(old)

    def test_over_the_days_each_of_them_has_it_about_as_often(self, asked, old, new):
        had, days = Counter(), 600
        for day in range(days):
            had.update(set(answer(asked, day=day)) & set(new))
            if day % 28 == 27:
                Entry.objects.update(published_at=F("published_at") + 28 * DAY)
        assert had.total() == 4 * days
        share = had.total() / len(new)
        assert all(share / 3 < had[pk] < 2 * share for pk in new), had

    def test_all_day_it_is_the_same_and_the_next_day_another(self, asked, old, new):
        later = ordering.answer(asked, sort="", upto=24, now=cast.NOW + timedelta(hours=9))[1]
        assert answer(asked) == later
        assert len({tuple(answer(asked, day=day)) for day in range(5)}) > 1

    def test_who_published_30_days_ago_is_new_no_more(self, asked, old):
        latest, _ = publish(30 * DAY - MINUTE, 30 * DAY)
        assert [pk for pk in answer(asked) if pk not in old] == [latest]

    def test_whoever_has_a_place_already_has_no_second_one(self, asked, old):
        (best,) = publish(DAY, text=LONG)
        found = answer(asked, upto=60)
        assert (found.index(best), len(found), len(set(found))) == (0, 31, 31)

    def test_on_all_pages_together_everybody_comes_once(self, asked, old, new):
        whole = answer(asked, upto=100)
        assert sorted(whole) == sorted([*old, *new])
        for upto in (7, 24, 48, 72, 89):
            assert answer(asked, upto=upto) == whole[:upto]


class LotTests:
    def test_the_database_says_the_same(self):
        ids = [1, 2, 60, 5_000, 1_000_000, 2**31 - 1, 2**31, 2**40 + 12_345]
        for day in range(20):
            draw = Draw(cast.NOW + day * DAY)
            for pk in ids:
                one = "(SELECT CAST(%s AS bigint) AS profile_id) AS one"
                assert rows(f"SELECT {LOT} FROM {one}", (*draw.values, str(pk))) == [(draw.lot(pk),)]


class CostTests:
    def test_where_it_starts_is_looked_for_once_a_day(self, old, new, django_assert_num_queries):
        search.find(now=cast.NOW)
        with django_assert_num_queries(7):
            search.find(now=cast.NOW + timedelta(hours=9))
        with django_assert_num_queries(8):
            search.find(now=cast.NOW + DAY)
