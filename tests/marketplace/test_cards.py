"""What was drawn once is shown again only while nothing that it shows has changed."""

from datetime import timedelta
from urllib.parse import urlencode

import pytest
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import override

from marketplace.experts.models import Category, Presence, Profile
from marketplace.listings.models import Listing
from marketplace.pages.directory import Choice
from marketplace.pages.forms import DirectoryForm
from marketplace.reviews.models import Rating
from marketplace.search import services as search
from marketplace.templatetags.cards import drawn, expert_card
from marketplace.templatetags.ringwise import drawn_once, settled_field
from tests import cast


def card(**how) -> str:
    (bob,) = search.cards(search.shown_profiles().values_list("pk", flat=True))
    return expert_card(bob, 2, **how)


def rename(bob):
    bob.name = "Robert Leroy"
    bob.save()


def change_the_rate(bob):
    Listing.objects.filter(profile=bob.profile, kind=Listing.Kind.PER_MINUTE).update(rate_minor=345)


def be_rated(bob):
    Rating.objects.create(expert=bob, number=2, total=9, fours=1, fives=1)


def say_when(bob):
    until = timezone.now() + timedelta(hours=3)
    Presence.objects.update_or_create(user=bob, defaults={"state": Presence.State.AWAY, "next_free_at": until})


CHANGES = {
    "Robert Leroy": rename,
    "free now": cast.online,
    "Probably again from": say_when,
    "€3.45": change_the_rate,
    "4.5": be_rated,
    "Free only": lambda bob: Category.objects.update(kind="free_only"),
    "Helps with rents": lambda bob: Profile.objects.update(headline="Helps with rents"),
    "a-new-address": lambda bob: Profile.objects.update(slug="a-new-address"),
    "a new skill": lambda bob: Profile.objects.update(skills=["a new skill"]),
    "12345678": lambda bob: Profile.objects.update(photo="photos/12345678"),
    "Verified": lambda bob: Profile.objects.update(verified=True),
}


class CardTests:
    @pytest.mark.parametrize("shown", CHANGES)
    def test_shows_what_has_just_changed(self, bob, shown):
        assert shown not in card()
        CHANGES[shown](bob)
        assert shown in card()

    def test_is_drawn_in_the_language_of_the_page(self, bob):
        assert "per minute" in card()
        with override("fr"):
            assert "par minute" in card()

    def test_is_drawn_once_while_nothing_changes(self, bob):
        first = card()
        before = drawn.cache_info().hits
        assert card() == first
        assert drawn.cache_info().hits == before + 1


class SettledFieldTests:
    def test_has_the_value_that_was_asked_for(self):
        for rate in ("", "5", "", "7"):
            form = DirectoryForm(_asked(max_rate=rate))
            assert (f'value="{rate}"' in settled_field(form["max_rate"])) == bool(rate)

    def test_tells_what_is_wrong_with_it_and_only_then(self):
        wrong, right = DirectoryForm(_asked(near="Nowhere at all")), DirectoryForm(_asked(near=""))
        for form, is_wrong in ((wrong, True), (right, False), (wrong, True)):
            assert ("We do not know this place" in settled_field(form["near"])) == is_wrong


class DrawnOnceTests:
    """A filter of the directory: what was drawn for one page is not shown on another whose counts or language differ."""

    @pytest.fixture
    def shown(self):
        def draw(number: int) -> str:
            choices = (Choice("fr", "French", search.Count(number), is_set=False, is_more=True),)
            return drawn_once("marketplace/directory/_choices.html", name="lang", legend="Language", choices=choices)

        return draw

    def test_shows_what_has_just_changed(self, shown):
        for number in (2, 3, 2):
            assert f'<span class="facet-count">{number}</span>' in shown(number)

    def test_is_drawn_in_the_language_of_the_page(self, shown):
        assert "More" in shown(2)
        with override("fr"):
            assert "More" not in shown(2)

    def test_is_drawn_once_while_nothing_changes(self, shown):
        assert shown(4) is shown(4)


def _asked(**values: str) -> QueryDict:
    return QueryDict(urlencode(values))
