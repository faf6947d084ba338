"""What a network shows beside a link to a profile."""

import re

import pytest
from django.db import connection

from marketplace.experts import pictures
from marketplace.experts import services as experts
from marketplace.listings.models import Listing

pytestmark = pytest.mark.django_db
PAGE, PICTURE = "/experts/bob-leroy/", "/experts/bob-leroy/picture.jpg"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT, settings.SITE_URL = tmp_path, "https://ringwise.example"
    return tmp_path


def tags(client) -> dict[str, str]:
    return dict(re.findall(r'<meta property="og:([\w:]+)" content="([^"]*)">', client.get(PAGE).content.decode()))


class TagTests:
    def test_say_who_and_what(self, client, bob):
        told = tags(client)
        assert told["title"] == "Bob Leroy: Helps with taxes"
        assert told["url"] == "https://ringwise.example/experts/bob-leroy/"
        assert told["image"].startswith("https://ringwise.example/experts/bob-leroy/picture.jpg?v=")

    def test_the_address_of_the_picture_changes_with_what_it_shows(self, client, bob):
        before = tags(client)["image"]
        assert tags(client)["image"] == before
        Listing.objects.filter(kind="per_minute").update(rate_minor=300)
        assert tags(client)["image"] != before

    def test_what_was_typed_is_text(self, client, bob):
        bob.profile.headline = bob.profile.bio = '"><script>alert(1)</script>'
        bob.profile.save()
        assert "<script>alert" not in client.get(PAGE).content.decode()

    def test_a_private_page_has_none_but_its_language(self, signed_in, bob):
        experts.choose_visibility(member=bob, visibility="private")
        assert {name.split(":")[0] for name in tags(signed_in(bob))} == {"locale"}


class PictureTests:
    def test_is_a_picture_that_may_be_kept_under_the_address_of_what_it_shows(self, client, bob):
        answer = client.get(f"{PICTURE}?v=1")
        assert answer.headers["Content-Type"] == "image/jpeg"
        assert answer.headers["Cache-Control"] == "public, max-age=86400"
        assert "X-Robots-Tag" not in answer.headers

    def test_takes_one_query(self, client, bob, django_assert_num_queries):
        with django_assert_num_queries(1):
            client.get(PICTURE)

    def test_in_french_its_price_is_french_and_neither_throws_the_other_out(self, client, bob, media):
        for _ in range(2):
            assert client.get(PICTURE).status_code == client.get(f"/fr{PICTURE}").status_code == 200
        assert len(list(media.rglob("*.jpg"))) == 2

    def test_of_an_unlisted_one_it_is_shown_and_not_indexed(self, client, bob):
        experts.choose_visibility(member=bob, visibility="unlisted")
        assert client.get(PICTURE).headers["X-Robots-Tag"] == "noindex"

    def test_of_a_private_one_there_is_none_not_even_for_its_owner(
        self, client, signed_in, bob, media, django_capture_on_commit_callbacks
    ):
        client.get(PICTURE)
        with django_capture_on_commit_callbacks(execute=True):
            experts.choose_visibility(member=bob, visibility="private")
        assert not list(media.rglob("*.jpg"))
        for browser in (client, signed_in(bob)):
            assert browser.get(PICTURE).status_code == 404

    def test_while_others_are_drawn_it_can_be_asked_for_again(self, client, bob, monkeypatch):
        def busy(_shown):
            raise pictures.TooBusy

        monkeypatch.setattr(pictures, "picture", busy)
        answer = client.get(PICTURE)
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "10")


class ConnectionTests:
    """Whoever draws, or waits for it, keeps no connection to the database from others."""

    @pytest.fixture
    def closed(self, monkeypatch) -> list[bool]:
        """Of each picture that was drawn: whether the connection was closed by then."""
        seen, close = [], connection.close
        closings = []

        def closing():
            closings.append(True)
            close()

        draw = pictures._draw

        def noted(shown):
            seen.append(bool(closings))
            return draw(shown)

        monkeypatch.setattr(connection, "close", closing)
        monkeypatch.setattr(pictures, "_draw", noted)
        return seen

    @pytest.mark.django_db(transaction=True)
    def test_it_is_given_back_before_drawing(self, client, bob, closed):
        assert client.get(PICTURE).status_code == 200
        assert closed == [True]

    def test_but_in_a_transaction_which_would_be_lost(self, client, bob, closed):
        assert client.get(PICTURE).status_code == 200
        assert closed == [False]
        assert experts.state(bob)
