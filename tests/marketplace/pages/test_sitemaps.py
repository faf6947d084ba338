"""What search engines are told of the site."""

import re
from xml.etree import ElementTree as ET

import pytest

from marketplace.experts import services as experts
from marketplace.experts.models import Category
from marketplace.pages import sitemaps
from tests import cast

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def site(settings):
    settings.SITE_URL = "https://ringwise.example"


@pytest.fixture
def three(monkeypatch):
    """Experts, where a map has as many addresses as the first of them has in its number: each in a map of their own."""
    monkeypatch.setattr(sitemaps, "ADDRESSES_MAX", 1)
    return [cast.expert(f"Expert{number} Test") for number in range(3)]


def addresses(client, path: str) -> list[str]:
    answer = client.get(path)
    assert answer.headers["Content-Type"] == "application/xml"
    root = ET.fromstring(answer.content)
    found = [one.text for one in root.iter(f"{{{sitemaps.SCHEMA}}}loc")]
    assert all(one.startswith("https://ringwise.example/") for one in found)
    return [one.removeprefix("https://ringwise.example") for one in found]


class RobotsTests:
    def test_names_the_map_and_keeps_robots_out_of_what_is_somebodys_own(self, client):
        text = client.get("/robots.txt").content.decode()
        assert "Sitemap: https://ringwise.example/sitemap.xml" in text
        for path in ("/me/", "/wallet/", "/r/"):
            assert f"Disallow: {path}\n" in text

    def test_lets_them_read_profiles_so_that_these_can_say_they_are_not_to_be_indexed(self, client):
        closed = re.findall(r"Disallow: (\S+)", client.get("/robots.txt").content.decode())
        assert not any("/experts/bob-leroy/".startswith(path) for path in closed)


class MapTests:
    def test_the_index_leads_to_each_listed_profile_once(self, client, three):
        maps = addresses(client, "/sitemap.xml")
        assert maps[0] == "/sitemap/pages.xml"
        assert [addresses(client, path) for path in maps[1:]] == [[f"/experts/expert{n}-test/"] for n in range(3)]

    @pytest.mark.parametrize("visibility", ["unlisted", "private"])
    def test_whoever_is_not_listed_is_in_no_map(self, client, three, visibility):
        number = three[1].profile.pk
        experts.choose_visibility(member=three[1], visibility=visibility)
        assert len(addresses(client, "/sitemap.xml")) == 3
        assert client.get(f"/sitemap/experts-{number}.xml").status_code == 404

    def test_the_pages_of_the_site_are_those_of_its_open_categories(self, client, bob):
        Category.objects.create(slug="closed", name="Closed", kind="closed")
        assert addresses(client, "/sitemap/pages.xml") == ["/", "/ranking/", "/?category=money"]

    def test_a_map_is_one_query_and_the_index_one_for_each_and_one_more(self, client, three, django_assert_num_queries):
        with django_assert_num_queries(1) as asked:
            client.get(f"/sitemap/experts-{three[0].profile.pk}.xml")
        with django_assert_num_queries(len(three) + 1) as more:
            client.get("/sitemap.xml")
        for query in [*asked.captured_queries, *more.captured_queries]:
            assert "OFFSET" not in query["sql"]
            assert "COUNT" not in query["sql"]

    def test_a_gap_in_the_numbers_is_stepped_over(self, client, bob, monkeypatch, django_assert_num_queries):
        monkeypatch.setattr(sitemaps, "ADDRESSES_MAX", 1)
        bob.profile.__class__.objects.filter(pk=bob.profile.pk).update(visibility="unlisted")
        with django_assert_num_queries(1):
            assert addresses(client, "/sitemap.xml") == ["/sitemap/pages.xml"]

    @pytest.mark.parametrize("number", ["7", "99999999999999999999999999"])
    def test_of_a_range_where_nobody_is_there_is_none(self, client, bob, number):
        assert client.get(f"/sitemap/experts-{number}.xml").status_code == 404

    def test_on_a_site_without_experts_there_is_that_of_its_pages(self, client):
        assert addresses(client, "/sitemap.xml") == ["/sitemap/pages.xml"]

    def test_may_be_kept_for_an_hour(self, client, bob):
        assert client.get("/sitemap.xml").headers["Cache-Control"] == "public, max-age=3600"
