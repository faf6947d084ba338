"""What a profile tells programs that read pages."""

import json
import re

import pytest

from marketplace.experts import services as experts
from marketplace.listings.models import Listing
from tests import cast
from tests.marketplace.reviews.world import write

pytestmark = pytest.mark.django_db
PAGE = "/experts/bob-leroy/"
BLOCK = re.compile(r'<script type="application/ld\+json">(.*?)</script>', re.DOTALL)


def told(client) -> dict[str, dict]:
    """By type."""
    (text,) = BLOCK.findall(client.get(PAGE).content.decode())
    data = json.loads(text)
    assert data["@context"] == "https://schema.org"
    return {part["@type"]: part for part in data["@graph"]}


class LinkedDataTests:
    def test_names_the_person_and_what_they_offer(self, client, bob, settings):
        settings.SITE_URL = "https://ringwise.example"
        bob.profile.skills, bob.profile.place = ["VAT", "tax returns"], "Lyon"
        bob.profile.save()
        data = told(client)
        person, service = data["Person"], data["Service"]
        assert person["name"] == "Bob Leroy"
        assert person["url"] == "https://ringwise.example/experts/bob-leroy/"
        assert person["knowsAbout"] == ["VAT", "tax returns"]
        assert person["homeLocation"]["name"] == "Lyon"
        assert service["provider"] == {"@id": person["@id"]}
        assert service["serviceType"] == "Money and taxes"

    def test_has_an_offer_for_each_listing_that_is_sold(self, client, bob):
        act, rate = told(client)["Service"]["offers"]
        assert (act["price"], act["priceCurrency"], act["name"]) == ("25.00", "EUR", "Half an hour on your tax return")
        assert (rate["price"], rate["priceSpecification"]["unitCode"]) == ("2.00", "MIN")
        Listing.objects.update(active=False)
        assert "offers" not in told(client)["Service"]

    def test_has_a_rating_only_where_there_are_reviews(self, client, bob, alice, eve):
        assert "aggregateRating" not in told(client)["Service"]
        write(alice, bob, stars=5)
        write(eve, bob, stars=4)
        rating = told(client)["Service"]["aggregateRating"]
        assert (rating["ratingValue"], rating["ratingCount"], rating["bestRating"]) == ("4.5", 2, 5)

    @pytest.mark.parametrize("typed", ["</script><script>alert(1)</script>", "<!-- <script>", "]]> & \u2028 \\ \" '"])
    def test_what_was_typed_cannot_end_it(self, client, bob, typed):
        bob.profile.headline = typed
        bob.profile.save()
        assert told(client)["Person"]["description"] == typed
        assert "<script>" not in client.get(PAGE).content.decode()

    def test_is_not_there_for_a_private_page(self, signed_in, bob):
        experts.choose_visibility(member=bob, visibility="private")
        assert not BLOCK.findall(signed_in(bob).get(PAGE).content.decode())

    def test_without_a_price_where_nothing_is_sold(self, client, bob):
        bob.profile.category.kind = "free_only"
        bob.profile.category.save()
        assert "offers" not in told(client)["Service"]
        assert cast.rate_of(bob)
