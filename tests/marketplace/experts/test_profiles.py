from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps
from django.db import IntegrityError

from marketplace import migrations
from marketplace.experts import services as experts
from marketplace.experts.models import Category, Presence, Profile
from tests import cast


@pytest.fixture
def money(db) -> Category:
    return Category.objects.create(slug="money", name="Money")


def written(member, category, **changes) -> Profile:
    said = {
        "headline": "Taxes made plain",
        "bio": "Twenty years of practice.",
        "category": category,
        "languages": ["en"],
        "skills": ["VAT"],
        "place": "Lyon",
    }
    return experts.write_profile(member=member, now=cast.NOW, **(said | changes))


class WriteProfileTests:
    def test_makes_the_member_an_expert_who_is_away(self, alice, money):
        profile = written(alice, money)
        assert (profile.slug, profile.published_at) == ("alice-martin", cast.NOW)
        assert Presence.objects.get(user=alice).state == Presence.State.AWAY

    def test_changes_what_is_there_and_keeps_the_address(self, alice, money):
        before = written(alice, money)
        after = written(alice, money, headline="Something else")
        assert (after.pk, after.slug, after.headline) == (before.pk, before.slug, "Something else")

    def test_gives_two_people_of_one_name_two_addresses(self, alice, eve, money):
        eve.name = alice.name
        eve.save()
        assert written(alice, money).slug != written(eve, money).slug

    def test_gives_an_address_to_a_name_without_latin_letters(self, eve, money):
        eve.name = "王芳"
        eve.save()
        assert written(eve, money).slug == "expert"


class PlaceTests:
    def test_where_a_place_is_stands_beside_what_they_wrote(self, alice, money):
        profile = written(alice, money, place="Bruxelles")
        assert (profile.place, profile.place_id) == ("Bruxelles", 2800866)
        assert (profile.latitude, profile.longitude) == (50.85, 4.35)

    @pytest.mark.parametrize("place", ["", "on the road", "Brussels, Texas"])
    def test_a_place_that_is_on_no_map_is_kept_as_text_alone(self, alice, money, place):
        written(alice, money, place="Lyon")
        profile = written(alice, money, place=place)
        profile.refresh_from_db()
        assert (profile.place, profile.place_id, profile.latitude, profile.longitude) == (place, None, None, None)

    def test_who_closed_their_account_is_nowhere(self, alice, money):
        written(alice, money)
        experts.retire(member=alice)
        assert Profile.objects.get(user=alice).latitude is None

    def test_half_a_place_is_refused_by_the_table(self, alice, money):
        profile = written(alice, money)
        profile.latitude = None
        with pytest.raises(IntegrityError):
            profile.save()

    def test_profiles_from_before_are_put_on_the_map(self, alice, eve, money):
        for member, place in ((alice, "Lyon, France"), (eve, "on the road")):
            written(member, money, place=place)
        Profile.objects.update(place_id=None, latitude=None, longitude=None)
        (name,) = (file.stem for file in Path(migrations.__path__[0]).glob("*_where_profiles_are.py"))
        import_module(f"marketplace.migrations.{name}").put_on_map(apps, None)
        assert list(Profile.objects.order_by("pk").values_list("place_id", flat=True)) == [2996944, None]
