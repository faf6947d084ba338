"""A greeting that is a page, an archive or a program to somebody's browser, or that is put where it does not belong."""

from unittest.mock import patch

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from marketplace.experts import containers, greetings
from marketplace.experts.models import Profile
from tests.marketplace.experts.recordings import mp4, webm

FORM, FILE = "/me/greeting/", "/experts/bob-leroy/greeting"
PAGE = b"<!doctype html><script>alert(1)</script>"
pytestmark = pytest.mark.django_db
REFUSED = "This file is not a video or sound in MP4 or WebM that browsers play."


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path / "uploads"
    return tmp_path


def send(client, content: bytes, *, name="me.mp4", kind="video/mp4", **more) -> str:
    typed = {"words": "Hello.", "file": SimpleUploadedFile(name, content, kind)}
    return client.post(FORM, typed | more).content.decode()


def kept(media) -> list[str]:
    return [str(path.relative_to(media)) for path in media.rglob("*") if path.is_file()]


class ContentTests:
    """What it is called and said to be is no more than that."""

    @pytest.mark.parametrize(
        "content",
        [
            PAGE,
            b"\0\0\0\x18ftypisom" + PAGE,
            mp4() + b"PK\3\4 an archive",
            mp4() + PAGE,
            webm() + PAGE,
            b"GIF89a" + mp4(),
            b"%PDF-1.7\n" + mp4(),
            b"#!/bin/sh\n" + mp4(),
            mp4()[:-10],
        ],
        ids=["page", "half", "zip", "page-after", "page-after-webm", "gif", "pdf", "script", "cut"],
    )
    def test_a_file_that_is_something_else_too_is_refused(self, signed_in, bob, media, content):
        assert REFUSED in send(signed_in(bob), content)
        assert kept(media) == []

    def test_more_than_20_mb_or_a_minute_is_refused(self, signed_in, bob, media):
        assert "larger than 20 MB" in send(signed_in(bob), mp4() + bytes(greetings.BYTES_MAX))
        assert "longer than 60 seconds" in send(signed_in(bob), mp4(seconds=63))
        assert "longer than 60 seconds" in send(signed_in(bob), webm(seconds=63))
        assert kept(media) == []

    def test_whatever_is_hidden_in_it_browsers_are_told_what_it_is_and_believe_it(self, client, signed_in, bob):
        send(signed_in(bob), mp4(), name="me.html", kind="text/html")
        answer = client.get(FILE)
        assert answer["Content-Type"] == "video/mp4"
        assert answer["X-Content-Type-Options"] == "nosniff"
        assert answer["Content-Disposition"] == 'inline; filename="greeting.mp4"'
        assert "default-src 'none'" in answer["Content-Security-Policy"]

    def test_where_only_its_name_is_looked_at_a_page_is_kept(self, signed_in, bob, media):
        """The broken twin."""
        believed = containers.Media(is_video=True, container="mp4", seconds=1, content=PAGE)
        with patch.object(containers, "read", return_value=believed):
            send(signed_in(bob), PAGE)
        (path,) = kept(media)
        assert (media / path).read_bytes() == PAGE


class PlaceTests:
    """Eve would have it in another place, or in another's."""

    @pytest.mark.parametrize("name", ["../../me.mp4", "/etc/me.mp4", "..\\me.mp4", "a\0.mp4", "me.php", "x" * 300])
    def test_it_is_kept_under_a_name_of_our_own(self, signed_in, bob, media, name):
        send(signed_in(bob), mp4(), name=name)
        (path,) = kept(media)
        assert path == f"uploads/{Profile.objects.get(user=bob).greeting}"
        assert path.startswith(f"uploads/greetings/{bob.profile.pk}-")

    @pytest.mark.parametrize(
        "path", ["../bob-leroy/greeting", "..%2f..%2fetc%2fpasswd/greeting", "bob-leroy/greeting/../x"]
    )
    def test_no_other_file_is_read(self, client, signed_in, bob, path):
        send(signed_in(bob), mp4())
        assert client.get(f"/experts/{path}").status_code == 404

    def test_who_is_no_expert_has_none_and_nobody_changes_anothers(self, client, signed_in, bob, eve, media):
        send(signed_in(bob), mp4())
        before = kept(media)
        typed = {"profile": bob.profile.pk, "user": bob.pk, "slug": "bob-leroy"}
        for browser in (signed_in(eve), client):
            send(browser, webm(), **typed)
            assert browser.post(f"{FORM}delete/", typed).status_code in (302, 404)
        assert kept(media) == before
        assert Profile.objects.get(user=bob).greeting_words == "Hello."

    def test_of_a_draft_only_its_owner_plays_it(self, client, signed_in, bob, eve):
        send(signed_in(bob), mp4())
        Profile.objects.filter(user=bob).update(published_at=None)
        assert [who.get(FILE).status_code for who in (client, signed_in(eve))] == [404, 404]
        answer = signed_in(bob).get(FILE)
        assert (answer.status_code, answer["Cache-Control"]) == (200, "private, no-store")

    def test_where_nobody_asks_whose_page_it_is_she_plays_it(self, signed_in, bob, eve):
        """The broken twin."""
        send(signed_in(bob), mp4())
        Profile.objects.filter(user=bob).update(published_at=None)
        with patch("marketplace.experts.models.ProfileQuerySet.shown", lambda profiles: profiles.all()):
            assert signed_in(eve).get(FILE).status_code == 200
