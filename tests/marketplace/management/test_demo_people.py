"""The demo's experts are worth looking at: as many as promised, each within what the site's own forms allow."""

import re
from collections import Counter
from itertools import pairwise

import pytest
from django.utils.text import slugify

from marketplace.experts.forms import AboutForm, WhatForm
from marketplace.experts.models import Category
from marketplace.management.demo_data import people
from marketplace.management.demo_data.person import Expert, prose
from marketplace.management.demo_data.portraits import details, hair, portrait
from marketplace.places import services as places

ROBOTS = [person for person in people.EXPERTS if person.robot]
HUMANS = [person for person in people.EXPERTS if not person.robot]
FRENCH = re.compile(r"\b(le|la|les|une?|des|vous|je|et|pour|est|que|du)\b", re.IGNORECASE)
ENGLISH = re.compile(r"\b(the|an?|you|i|and|for|is|that|of|to)\b", re.IGNORECASE)

each = pytest.mark.parametrize("person", people.EXPERTS, ids=lambda person: person.name)


def is_french(person: Expert) -> bool:
    return len(FRENCH.findall(person.bio)) > len(ENGLISH.findall(person.bio))


class TogetherTests:
    def test_sixty_people_share_twelve_trades_evenly_and_two_are_robots(self):
        assert Counter(person.category for person in HUMANS) == dict.fromkeys(
            people.CATEGORIES.keys() - {"practice"}, 5
        )
        assert len(HUMANS) == 60
        assert [person.category for person in ROBOTS] == ["practice", "practice"]

    def test_about_half_of_them_write_in_french(self):
        assert 25 <= sum(map(is_french, HUMANS)) <= 35
        assert all("fr" in person.languages for person in HUMANS if is_french(person))

    def test_no_two_share_a_name_an_address_a_headline_or_a_face(self):
        for shared in (
            [slugify(person.name) for person in people.EXPERTS],
            [person.headline for person in people.EXPERTS],
            [person.look for person in people.EXPERTS],
        ):
            assert [value for value, times in Counter(shared).items() if times > 1] == []

    def test_they_live_in_many_countries_and_a_trade_has_many_prices(self):
        assert len({places.resolve(person.place).country for person in HUMANS}) >= 15
        for category in people.CATEGORIES.keys() - {"practice"}:
            assert len({person.rate_minor for person in HUMANS if person.category == category}) >= 4

    def test_neighbours_in_the_directory_do_different_things(self):
        assert not [one.name for one, next_ in pairwise(HUMANS) if one.category == next_.category]

    def test_some_sell_acts_of_time_some_acts_of_work_and_some_have_free_minutes_of_their_own(self):
        assert sum(bool(person.acts) for person in HUMANS) >= 30
        assert sum(bool(person.works) for person in HUMANS) >= 10
        assert sum(bool(person.free_minutes) for person in HUMANS) >= 8


class EachTests:
    @each
    def test_could_have_typed_it_into_the_forms(self, person, db):
        category = Category.objects.create(slug=person.category, name="A trade")
        what = {"category": category.pk, "headline": person.headline, "skills": ", ".join(person.skills)}
        about = {"bio": prose(person.bio), "languages": person.languages, "place": person.place}
        assert WhatForm(what).errors == AboutForm(about).errors == {}
        assert 3 <= len(person.skills) <= 8

    @pytest.mark.parametrize("person", HUMANS, ids=lambda person: person.name)
    def test_says_enough_and_not_too_much_from_a_place_on_the_map(self, person):
        assert 60 <= len(re.findall(r"\w+(?:['’]\w+)*", prose(person.bio))) <= 120
        assert places.resolve(person.place)

    @each
    def test_has_a_face(self, person):
        assert person.look.head in hair.NAMES | {"robot"}
        assert set(person.look.more.split()) <= details.NAMES
        assert portrait(person.look).size == (512, 512)


class ProseTests:
    def test_a_paragraph_or_item_is_one_line_however_it_is_broken_in_the_source(self):
        text = """
            Two lines
            of one paragraph.

            - An item
              that goes on
            - and another

            The end.
        """
        assert prose(text) == "Two lines of one paragraph.\n\n- An item that goes on\n- and another\n\nThe end."
