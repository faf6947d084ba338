import pytest

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
