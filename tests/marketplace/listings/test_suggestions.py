"""What others ask: quartiles of public rates per minute, where enough people have one."""

import pytest

from marketplace.experts.models import Category, Profile
from marketplace.listings import suggestions
from marketplace.listings.models import Listing
from payouts.money import Money
from tests import cast


@pytest.fixture
def law(db) -> Category:
    return Category.objects.create(slug="law", name="Law")


def asking(category: Category, *rates: int) -> None:
    for number, rate in enumerate(rates, start=Profile.objects.count()):
        user = cast.expert(f"Expert{number} Others", rate_minor=rate)
        Profile.objects.filter(user=user).update(category=category)


def sums(found: suggestions.Suggestion) -> tuple[int, int, int]:
    return found.low.minor, found.middle.minor, found.high.minor


class SuggestTests:
    def test_are_the_quartiles_of_the_category(self, law):
        asking(law, 80, 80, 80, 100, 120, 160, 160, 200)
        found = suggestions.suggest(category=law)
        assert (sums(found), found.in_category) == ((80, 110, 160), True)

    def test_of_fewer_than_eight_those_of_the_whole_site_are_told(self, law):
        asking(law, *[900] * 7)
        asking(Category.objects.get(slug="money"), 100)
        found = suggestions.suggest(category=law)
        assert (found.high.minor, found.in_category) == (900, False)

    def test_where_few_have_a_rate_at_all_nothing_is_told(self, law):
        asking(law, *[200] * 7)
        assert suggestions.suggest(category=law) is None

    def test_are_whole_sums_as_people_ask_them(self, law):
        asking(law, *[101, 102, 103, 104, 111, 112, 113, 114])
        assert all(minor % 5 == 0 for minor in sums(suggestions.suggest(category=law)))

    def test_stay_within_what_may_be_asked(self, law):
        asking(law, *[9_000] * 8)  # whom staff allowed it
        found = suggestions.suggest(category=law)
        assert found.sums == [Money(1_000, "EUR")]

    @pytest.mark.parametrize(
        "hide",
        [
            lambda: Profile.objects.update(published_at=None),
            lambda: Listing.objects.update(active=False),
            lambda: Listing.objects.update(currency="USD"),
            lambda: Category.objects.update(kind="free_only"),
            lambda: Category.objects.update(kind="closed"),
            lambda: Listing.objects.filter(kind="per_minute").delete(),
        ],
        ids=["drafts", "taken off", "another currency", "free only", "closed", "acts alone"],
    )
    def test_leave_out_what_nobody_can_agree_to(self, law, hide):
        asking(law, *[200] * 8)
        hide()
        assert suggestions.suggest(category=law) is None

    def test_take_one_query_or_two_and_look_at_no_more_than_a_sample(self, law, monkeypatch, django_assert_num_queries):
        asking(law, *[200] * 9)
        monkeypatch.setattr(suggestions, "SAMPLE_MAX", 8)
        with django_assert_num_queries(1) as asked:
            suggestions.suggest(category=law)
        assert "LIMIT 8" in asked[0]["sql"]
        empty = Category.objects.create(slug="empty", name="Empty")
        with django_assert_num_queries(2):
            suggestions.suggest(category=empty)
