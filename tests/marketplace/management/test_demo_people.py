"""The demo's experts are worth looking at: as many as promised, each within what the site's own forms allow."""

import re
from collections import Counter
from io import BytesIO
from itertools import pairwise

import pytest
from django.utils.text import slugify

from marketplace.experts import greetings
from marketplace.experts.forms import AboutForm, GreetingForm, WhatForm
from marketplace.experts.models import Category
from marketplace.management.demo_data import people, tunes
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

    def test_every_trade_but_the_robots_stands_on_one_shelf(self):
        below = [slug for _name, _name_fr, slugs in people.SHELVES.values() for slug in slugs]
        assert sorted([*below, "practice"]) == sorted(people.CATEGORIES)
        assert len(people.SHELVES) == 4

    def test_two_greet_and_no_two_alike(self):
        assert len({person.greeting.tune for person in HUMANS if person.greeting}) == 2

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
        assert places.resolve(person.place).country in people.ZONES

    @each
    def test_has_a_face(self, person):
        assert person.look.head in hair.NAMES | {"robot"}
        assert set(person.look.more.split()) <= details.NAMES
        assert portrait(person.look).size == (512, 512)


class GreetingTests:
    @pytest.mark.parametrize("person", [person for person in HUMANS if person.greeting], ids=lambda person: person.name)
    def test_it_is_what_the_form_would_take(self, person):
        sound = tunes.recorded(person.greeting.tune)
        media = greetings.read_greeting(BytesIO(sound), size=len(sound))
        assert not media.is_video
        assert abs(media.seconds - person.greeting.tune.seconds) < 0.2
        assert GreetingForm({"words": person.greeting.words}, is_there=True).errors == {}

    def test_it_sounds_and_never_clips(self):
        samples = tunes.play(tunes.Tune(beat_s=0.1, decay=0.99, notes=((69, 0), (57, 1))))
        assert max(map(abs, samples)) == pytest.approx(tunes.LOUDEST)
        assert samples[-1] == pytest.approx(0, abs=0.01)

    def test_without_its_library_nobody_greets(self, monkeypatch):
        monkeypatch.setattr(tunes, "av", None)
        assert tunes.recorded(tunes.WALTZ) is None


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
