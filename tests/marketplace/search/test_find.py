from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from marketplace.experts import presence
from marketplace.experts import services as experts
from marketplace.experts.models import Category, Presence, Profile
from marketplace.listings import services as listings
from marketplace.listings.models import Listing
from marketplace.places import services as places
from marketplace.reviews.models import Review
from marketplace.reviews.rating import recount
from marketplace.search import facets, ordering
from marketplace.search import services as search
from tests import cast


def publish(
    name, headline, category="money", *, rate_minor=200, languages=("en",), state="away", age=0, **more
) -> Profile:
    shelf, _ = Category.objects.get_or_create(slug=category, defaults={"name": category.title()})
    profile = experts.write_profile(
        member=cast.member(name),
        headline=headline,
        bio=more.get("bio", "Plain words."),
        category=shelf,
        languages=languages,
        skills=more.get("skills", ()),
        place=more.get("place", ""),
        now=cast.NOW - timedelta(days=age),
    )
    listings.set_rate(profile=profile, rate_minor=rate_minor)
    Presence.objects.filter(user=profile.user).update(state=state)
    return profile


def names(**asked) -> list[str]:
    return [profile.user.name for profile in search.find(**asked).profiles]


@pytest.fixture
def people(db):
    publish("Ana Duarte", "Déclarations d'impôts", languages=["fr", "en"], state="away", age=3, skills=["TVA"])
    publish("Bo Lund", "Plumbing at home", "home", rate_minor=90, state="busy", age=2, languages=["sv"])
    publish("Cy Park", "Freelance taxes", rate_minor=500, state="free", age=5, place="Montréal")
    publish("Di Weiss", "Garden plans", "home", rate_minor=120, state="free", age=1)


def test_a_text_is_found_by_its_words_and_shown_without_its_marks(client, db):
    publish("Di Weiss", "Gardens", bio="I prune *roses* and write [about them](https://example.org/compost).")
    assert names(text="roses") == ["Di Weiss"]
    assert names(text="compost") == []
    page = client.get("/?q=roses").content.decode()
    assert "I prune <mark>roses</mark> and write about them." in page


@pytest.mark.usefixtures("people")
class FindTests:
    def test_who_can_answer_now_comes_first(self):
        assert names() == ["Di Weiss", "Cy Park", "Bo Lund", "Ana Duarte"]

    @pytest.mark.parametrize("typed", ["IMPÔTS", "impots", "declaration", "tva", "duarte", "impots ana", "  ana\x00 "])
    def test_words_are_found_whatever_their_accents_and_capitals(self, typed):
        assert names(text=typed)[0] == "Ana Duarte"

    def test_words_for_the_same_thing_are_found_behind_the_very_words(self):
        assert names(text="impots") == ["Ana Duarte", "Cy Park"]
        assert names(text="taxes") == ["Cy Park", "Ana Duarte"]
        assert names(text='"impots"') == names(text='"impots" ana') == ["Ana Duarte"]

    def test_every_word_must_be_there_if_anybody_has_them_all(self):
        assert names(text="freelance taxes") == ["Cy Park"]
        assert names(text="taxes plumbing") == ["Bo Lund", "Cy Park", "Ana Duarte"]  # the rarer word leads
        assert search.find(text="taxes plumbing").understood.partly

    def test_words_are_found_from_their_beginning(self):
        assert names(text="elance") == []
        assert names(text="free") == ["Cy Park"]

    @pytest.mark.parametrize("typed", ["%", "_", "lang:fr", "'; drop table", "💸"])
    def test_what_means_something_to_a_database_means_nothing_here(self, typed):
        assert len(names(text=typed)) in (0, 4)

    def test_filters_narrow_together(self):
        assert names(category="home") == ["Di Weiss", "Bo Lund"]
        assert names(category="home", online=True) == ["Di Weiss"]
        assert names(max_rate_minor=120) == ["Di Weiss", "Bo Lund"]
        assert names(language="fr") == ["Ana Duarte"]
        assert names(category="home", language="fr") == []

    def test_sorts_as_asked(self):
        assert names(sort="rate") == ["Bo Lund", "Di Weiss", "Ana Duarte", "Cy Park"]
        assert names(sort="name") == ["Ana Duarte", "Bo Lund", "Cy Park", "Di Weiss"]
        assert names(sort="new") == ["Di Weiss", "Bo Lund", "Ana Duarte", "Cy Park"]
        assert names(sort="nonsense") == names()

    @pytest.mark.parametrize(("asked", "given"), [(-3, 1), (0, 1), (2, 2), (99, 2)])
    def test_a_page_that_is_not_there_gives_the_nearest(self, asked, given):
        page = search.find(page=asked, per_page=3)
        assert (page.number, page.pages, page.total) == (given, 2, 4)

    def test_shows_neither_unpublished_nor_closed_accounts(self):
        Profile.objects.filter(user__name="Di Weiss").update(published_at=None)
        closed = cast.member("Cy Park")
        closed.is_active = False
        closed.save()
        assert names() == ["Bo Lund", "Ana Duarte"]

    def test_an_expert_without_a_rate_is_shown_last_by_rate(self):
        listings.take_off(act=Profile.objects.get(user__name="Bo Lund").listings.get())
        assert names(sort="rate")[-1] == "Bo Lund"
        assert len(names()) == 4

    def test_who_takes_no_money_is_the_cheapest(self):
        home = Category.objects.get(slug="home")
        home.kind = Category.Kind.FREE_ONLY
        home.save()
        Listing.objects.filter(profile__user__name="Cy Park").update(active=False)
        search.rebuild()
        assert set(names(sort="rate")[:2]) == {"Bo Lund", "Di Weiss"}
        assert names(sort="rate")[2:] == ["Ana Duarte", "Cy Park"]
        assert set(names(max_rate_minor=20)) == {"Bo Lund", "Di Weiss"}
        assert set(names(max_rate_minor=200)) == {"Ana Duarte", "Bo Lund", "Di Weiss"}
        assert [str(count) for count in search.find().facets.rates.values()] == ["2", "3", "3", "3", "3"]

    @pytest.mark.parametrize(("text", "number"), [("", 7), ("taxes", 6), ("garden taxes", 14)])
    def test_takes_few_queries(self, django_assert_num_queries, text, number):
        search.find(text=text)  # where the draw starts is looked for once a day
        with django_assert_num_queries(number):
            [(each.user.name, each.presence_state, each.rate) for each in search.find(text=text).profiles]


@pytest.mark.usefixtures("people")
class SimilarTests:
    def test_are_others_of_the_category_who_are_free_now(self):
        ana = Profile.objects.get(user__name="Ana Duarte")
        assert [each.user.name for each in search.similar(profile=ana)] == ["Cy Park"]
        cy = Profile.objects.get(user__name="Cy Park")
        assert search.similar(profile=cy) == []


class AlikeTests:
    @pytest.fixture
    def gardener(self, db):
        return publish("Al Green", "Plans gardens", "home", skills=["hedges", "apple trees"])

    def names(self, gardener, **how) -> list[str]:
        return [each.user.name for each in search.alike(profile=gardener, **how)]

    def test_who_is_free_comes_first_then_who_knows_the_same_things(self, gardener):
        publish("Be Wall", "Builds walls", "home", skills=["bricks"])
        publish("Ce Tree", "Cuts trees", "home", skills=["apple trees"])
        cast.online(publish("De Roof", "Mends roofs", "home", skills=["tiles"]).user)
        publish("Ef Tax", "Files apple taxes", "money", skills=["hedges"])
        assert self.names(gardener) == ["De Roof", "Ce Tree", "Be Wall"]

    def test_without_skills_its_headline_says_what_it_is_about(self, db):
        gardener = publish("Al Green", "Plans gardens", "home", skills=[])
        publish("Be Wall", "Builds walls", "home", skills=[])
        publish("Ce Plan", "Draws gardens", "home", skills=[])
        publish("De Roof", "Mends roofs", "home", skills=[])
        assert self.names(gardener)[0] == "Ce Plan"

    def test_there_are_at_most_six_and_the_like_minded_are_among_them_however_many_are_better(self, gardener):
        for number in range(20):
            better = publish(f"Wall{number} Test", "Builds walls", "home", skills=["bricks"])
            better.photo = "photos/1"
            better.save()
        publish("Ce Tree", "Cuts trees", "home", skills=["apple trees"])
        names = self.names(gardener)
        assert (len(names), names[0]) == (6, "Ce Tree")

    def test_neither_unlisted_nor_private_ones_nor_who_looks(self, gardener):
        for name, visibility in [("Be Link", "unlisted"), ("Ce Own", "private"), ("De Here", "listed")]:
            experts.choose_visibility(member=publish(name, "Cuts trees", "home").user, visibility=visibility)
        assert self.names(gardener) == ["De Here"]
        assert self.names(gardener, caller=Profile.objects.get(user__name="De Here").user) == []

    def test_whoever_looks_away_to_the_visitor_does_not_come_first(self, gardener):
        hidden = cast.online(publish("Be Free", "Mends roofs", "home", skills=["tiles"]).user)
        publish("Ce Tree", "Cuts trees", "home", skills=["apple trees"])
        assert self.names(gardener) == ["Be Free", "Ce Tree"]
        assert self.names(gardener, not_there={hidden.pk}) == ["Ce Tree", "Be Free"]

    @pytest.mark.parametrize(
        "skills", [["-hedges", '"apple'], ["' OR 1=1 --", "*", ":*&|!()"], ["\U0001f333", "NEAR(a b)"]]
    )
    def test_of_whatever_was_typed_there_is_an_answer(self, db, skills):
        publish("Be Wall", "Builds walls", "home")
        assert self.names(publish("Al Green", "*", "home", skills=skills)) == ["Be Wall"]

    def test_takes_two_queries_and_one_where_nobody_is(self, gardener, django_assert_num_queries):
        with django_assert_num_queries(1):
            self.names(gardener)
        publish("Be Wall", "Builds walls", "home")
        with django_assert_num_queries(2):
            self.names(gardener)


class RatingTests:
    @pytest.fixture
    def rated(self, db):
        for name, stars in [("Al Five", [5]), ("Be Many", [5, 5, 5, 5, 4] * 8), ("Ce Three", [3, 3]), ("De None", [])]:
            expert = publish(name, "Plans gardens", "home").user
            for number, given in enumerate(stars):
                writer = cast.member(f"w{number}.{name}")
                Review.objects.create(writer=writer, expert=expert, stars=given, text="", written_at=cast.NOW)
            recount(expert_id=expert.pk)

    def test_a_single_five_does_not_beat_many_that_are_nearly_as_good(self, rated):
        assert names(sort="rating") == ["Be Many", "Al Five", "De None", "Ce Three"]
        assert names(text="garden") == ["Be Many", "Al Five", "De None", "Ce Three"]

    def test_so_many_stars_and_more(self, rated):
        assert set(names(stars_tenths=45)) == {"Al Five", "Be Many"}
        assert set(names(stars_tenths=30)) == {"Al Five", "Be Many", "Ce Three"}


@pytest.fixture
def around_lyon(db):
    for name, place in [
        ("Li On", "Lyon"),
        ("Vi Leur", "Villeurbanne, France"),
        ("Gre Noble", "Grenoble"),
        ("No Where", ""),
    ]:
        publish(name, "Plans gardens", "home", place=place)
    publish("Bru Xel", "Plans gardens", "home", place="Bruxelles")


@pytest.mark.usefixtures("around_lyon")
class NearTests:
    def test_finds_who_is_within_so_many_kilometres_the_nearest_first_if_asked(self):
        lyon = places.resolve("Lyon")
        assert set(names(near=lyon)) == {"Li On", "Vi Leur"}
        assert names(near=lyon, km=200, sort="near") == ["Li On", "Vi Leur", "Gre Noble"]
        assert names(near=lyon, km=1) == ["Li On"]

    def test_over_the_date_line_it_is_not_once_around_the_earth(self):
        """Of Taveuni, in Fiji, a part lies beyond it."""
        beyond, far = cast.expert("Bey Ond"), cast.expert("Fa Raway")
        self.put(beyond, -16.8, -179.9)
        self.put(far, -16.8, -170.0)
        here = places.Place(1, "FJ", "", -16.8, 179.95, 0, "Taveuni", {})
        assert names(near=here, km=50) == ["Bey Ond"]
        assert names(near=here, km=50, sort="near") == ["Bey Ond"]
        there = replace(here, longitude=-179.95)
        self.put(far, -16.8, 179.9)
        assert set(names(near=there, km=50)) == {"Bey Ond", "Fa Raway"}

    def put(self, expert, latitude: float, longitude: float) -> None:
        profile = expert.profile
        profile.place_id, profile.latitude, profile.longitude = 1, latitude, longitude
        profile.save()

    def test_without_a_place_nearest_is_best(self):
        assert names(sort="near") == names()

    @pytest.mark.parametrize("written", ["Bruxelles", "Brussel", "brussels", "BRUXELLES"])
    def test_a_place_is_found_by_each_of_its_names(self, written):
        assert names(near=places.resolve(written)) == ["Bru Xel"]
        assert names(text=written) == ["Bru Xel"]
        assert names(text=f"garden {written}") == ["Bru Xel"]

    @pytest.mark.parametrize("written", ["Belgique", "Belgium", "Bruxelles-Capitale"])
    def test_a_place_is_found_by_its_country_and_its_region(self, written):
        assert names(text=written) == ["Bru Xel"]


@pytest.mark.usefixtures("weekdays")
class NextFreeTests:
    """Who said when they are back: found by it, counted, and in order of it."""

    @pytest.fixture
    def weekdays(self, db):
        """Away until Tuesday, Thursday and the Wednesday after; away without a word; free; busy for two hours."""
        for name, days in {"Tue": 1, "Thu": 3, "Late": 9}.items():
            until = cast.NOW + timedelta(days=days, hours=-1)
            presence.choose(user=cast.expert(f"{name} Away"), chosen="away", until=until, now=cast.NOW)
        presence.choose(user=cast.expert("Mute Away"), chosen="away", now=cast.NOW)
        cast.online(cast.expert("Free Here"))
        busy = cast.expert("Busy Here")
        cast.online(busy)
        presence.choose(user=busy, chosen="busy", until=cast.NOW + timedelta(hours=2), now=cast.NOW)

    def found(self, **asked) -> list[str]:
        return [profile.user.name.split()[0] for profile in search.find(now=cast.NOW, **asked).profiles]

    def test_who_can_answer_now_comes_first_then_who_can_soonest(self, monkeypatch):
        order = ["Free", "Busy", "Tue", "Thu", "Late", "Mute"]
        for few in (ordering.FEW, 0):
            monkeypatch.setattr(ordering, "FEW", few)
            monkeypatch.setattr(ordering, "MANY", few)
            for asked in ({}, {"sort": "online"}, {"text": "taxes"}, {"category": "money"}):
                assert self.found(**asked) == order, (few, asked)

    @pytest.mark.parametrize(
        ("free", "names"),
        [("now", ["Free"]), ("day", ["Free", "Busy", "Tue"]), ("week", ["Free", "Busy", "Tue", "Thu"])],
    )
    def test_within_so_long_finds_those_and_counts_them(self, monkeypatch, free, names):
        assert search.find(now=cast.NOW).facets.free[free].number == len(names)
        for few in (ordering.FEW, 0):
            monkeypatch.setattr(ordering, "FEW", few)
            monkeypatch.setattr(ordering, "MANY", few)
            page = search.find(now=cast.NOW, free=free)
            assert [profile.user.name.split()[0] for profile in page.profiles] == names
            assert self.found(free=free, text="taxes") == names
            assert page.total == len(names)
            assert {name: count.number for name, count in page.facets.free.items()} == {"now": 1, "day": 3, "week": 4}

    def test_who_is_away_to_whoever_looks_said_nothing_to_them(self, monkeypatch):
        hidden = [Profile.objects.get(user__name=name).user_id for name in ("Free Here", "Tue Away")]
        for few in (ordering.FEW, 0):
            monkeypatch.setattr(ordering, "FEW", few)
            monkeypatch.setattr(ordering, "MANY", few)
            names = self.found(not_there=hidden)
            assert names[:3] == ["Busy", "Thu", "Late"]
            assert set(names[3:]) == {"Free", "Tue", "Mute"}
            assert self.found(not_there=hidden, free="day") == ["Busy"]
            assert search.find(now=cast.NOW, not_there=hidden).facets.free["day"].number == 1

    def test_the_directory_is_asked_for_it_by_its_address(self, client):
        page = client.get("/?free=week").content.decode()
        assert 'name="free" value="week" id="free-week" checked' in page
        assert client.get("/?free=yesterday").status_code == 200

    def test_a_question_without_it_takes_no_query_more(self, django_assert_num_queries):
        search.find()
        with django_assert_num_queries(7):
            search.find()
        with django_assert_num_queries(7):  # one run less, and the counts without it
            search.find(free="week")


class KeptCountsTests:
    """Beyond the cap counts are of some among many."""

    @pytest.fixture(autouse=True)
    def clock(self, monkeypatch, people):
        clock = SimpleNamespace(now=1_000.0)
        monkeypatch.setattr(facets, "time", SimpleNamespace(monotonic=lambda: clock.now))
        return clock

    @pytest.fixture
    def many(self, monkeypatch):
        """More than are counted."""
        monkeypatch.setattr(facets, "CAP", 3)

    def counted(self, **asked):
        with CaptureQueriesContext(connection) as queries:
            page = search.find(**asked)
        return any("GROUP BY" in query["sql"] for query in queries), page

    def test_they_are_kept_for_a_while(self, many, clock):
        assert self.counted()[0]
        clock.now += facets.KEPT_S - 1
        is_new, page = self.counted()
        assert not is_new
        assert str(page.facets.total) == "3+"
        clock.now += 1
        assert self.counted()[0]

    def test_of_each_question_by_itself(self, many):
        monthly = {"text": "plain"}
        assert [self.counted(**asked)[0] for asked in ({}, monthly, {"sort": "name"}, monthly)] == [
            True,
            True,
            False,
            False,
        ]

    def test_the_people_found_are_those_of_now(self, many):
        search.find()
        publish("Ed Moss", "Tax letters", state="free")
        assert "Ed Moss" in [profile.user.name for profile in self.counted()[1].profiles]

    def test_up_to_the_cap_everything_is_counted_anew(self):
        assert self.counted()[1].total == 4
        publish("Ed Moss", "Tax letters")
        assert self.counted()[1].total == 5

    def test_nor_is_it_kept_from_whom_somebody_is_hidden(self, many):
        hidden = [Profile.objects.get(user__name="Di Weiss").user_id]
        free = search.find().facets.online
        for _ in range(2):
            is_new, page = self.counted(not_there=hidden)
            assert is_new
            assert page.facets.online != free

    def test_only_so_many_questions_are_kept(self, many, monkeypatch):
        monkeypatch.setattr(facets, "KEPT_MOST", 2)
        for text in ("", "plain", "words", "here"):
            search.find(text=text)
            assert len(facets._kept) <= 2
