from pathlib import Path
from unittest.mock import patch

import pytest
from asgiref.sync import async_to_sync
from django.core.files.uploadedfile import SimpleUploadedFile

from marketplace.closing import services as closing
from marketplace.experts import services as experts
from marketplace.experts.models import Profile
from marketplace.pages import greeting as page
from tests import cast
from tests.marketplace.experts.recordings import mp4, webm

FORM, PAGE, FILE = "/me/greeting/", "/experts/bob-leroy/", "/experts/bob-leroy/greeting"


@pytest.fixture(autouse=True)
def media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


def send(client, content: bytes | None = None, *, words="Hello, I am Bob.", name="me.mp4"):
    typed = {"words": words}
    if content is not None:
        typed["file"] = SimpleUploadedFile(name, content, "video/mp4")
    return client.post(FORM, typed)


def kept(media) -> list[str]:
    return sorted(path.name for path in media.rglob("*") if path.is_file())


def pieces_of(answer) -> list[bytes]:
    async def all_of_them():
        return [piece async for piece in answer.streaming_content]

    return async_to_sync(all_of_them)()


def served(answer) -> bytes:
    return b"".join(pieces_of(answer)) if answer.streaming else answer.content


class ExpertTests:
    def test_it_stands_on_the_page_with_its_words(self, client, signed_in, bob):
        assert send(signed_in(bob), mp4()).url == FORM
        page = client.get(PAGE).content.decode()
        assert '<video controls playsinline preload="metadata"' in page
        assert "<p>Hello, I am Bob.</p>" in page
        assert 'aria-label="Greeting of Bob Leroy"' in page

    def test_sound_alone_has_no_picture(self, client, signed_in, bob):
        send(signed_in(bob), webm(picture=False))
        assert "<audio controls" in client.get(PAGE).content.decode()
        assert client.get(FILE)["Content-Type"] == "audio/webm"

    def test_without_words_or_without_a_file_it_is_not_kept(self, signed_in, bob, media):
        assert "This field is required" in send(signed_in(bob), mp4(), words=" ").content.decode()
        assert "This field is required" in send(signed_in(bob)).content.decode()
        assert kept(media) == []

    def test_words_alone_are_changed(self, signed_in, bob, media):
        send(signed_in(bob), mp4())
        before = kept(media)
        send(signed_in(bob), words="I am Bob Leroy.")
        assert kept(media) == before
        assert Profile.objects.get(user=bob).greeting_words == "I am Bob Leroy."

    def test_another_takes_its_place(self, signed_in, bob, media, django_capture_on_commit_callbacks):
        send(signed_in(bob), mp4())
        (before,) = kept(media)
        with django_capture_on_commit_callbacks(execute=True):
            send(signed_in(bob), webm())
        (after,) = kept(media)
        assert before.endswith(".mp4")
        assert after.endswith(".webm")

    def test_deleted_it_is_gone(self, client, signed_in, bob, media, django_capture_on_commit_callbacks):
        send(signed_in(bob), mp4())
        with django_capture_on_commit_callbacks(execute=True):
            assert signed_in(bob).post(f"{FORM}delete/").url == FORM
        assert kept(media) == []
        assert client.get(FILE).status_code == 404
        assert "<video" not in client.get(PAGE).content.decode()

    def test_with_the_account_it_goes(self, signed_in, bob, media, django_capture_on_commit_callbacks):
        send(signed_in(bob), mp4())
        with django_capture_on_commit_callbacks(execute=True):
            experts.retire(member=bob)
        profile = Profile.objects.get(user=bob)
        assert (profile.greeting, profile.greeting_words, kept(media)) == ("", "", [])

    def test_nothing_is_added_while_the_account_is_being_closed(self, signed_in, bob, media):
        closing.ask(member=bob, now=cast.NOW)
        assert send(signed_in(bob), mp4()).url == "/me/close/"
        assert kept(media) == []

    def test_the_form_takes_the_queries_it_takes(self, signed_in, bob, django_assert_max_num_queries):
        browser = signed_in(bob)
        with django_assert_max_num_queries(8):
            browser.get(FORM)

    def test_it_adds_no_query_to_the_page(self, client, signed_in, bob, django_assert_num_queries):
        send(signed_in(bob), mp4())
        with django_assert_num_queries(5):
            client.get(PAGE)


class PlayTests:
    @pytest.fixture
    def content(self, signed_in, bob, media) -> bytes:
        send(signed_in(bob), mp4())
        return next(path for path in media.rglob("*.mp4")).read_bytes()

    def test_the_whole(self, client, content):
        answer = client.get(FILE)
        assert (answer.status_code, answer["Accept-Ranges"], served(answer)) == (200, "bytes", content)
        assert answer["Content-Length"] == str(len(content))

    def test_only_how_long_it_is(self, client, content):
        answer = client.head(FILE)
        assert (answer.status_code, answer["Content-Length"], served(answer)) == (200, str(len(content)), b"")

    def test_is_read_piece_by_piece_as_it_is_sent(self, client, content, monkeypatch):
        """20 MB in memory for each who listens would be much."""
        monkeypatch.setattr(page, "PIECE", 1000)
        for how, wanted in (({}, content), ({"headers": {"Range": "bytes=10-2509"}}, content[10:2510])):
            answer = client.get(FILE, **how)
            assert answer.streaming
            pieces = pieces_of(answer)
            assert b"".join(pieces) == wanted
            assert max(map(len, pieces)) == 1000

    def test_the_file_is_closed_though_nobody_read_it(self, client, content):
        opened = []
        path_open = Path.open
        with patch.object(Path, "open", lambda path, *how: opened.append(path_open(path, *how)) or opened[-1]):
            client.get(FILE).close()
        assert [file.closed for file in opened] == [True]

    @pytest.mark.parametrize(
        ("asked", "start", "stop"),
        [("bytes=0-1", 0, 2), ("bytes=10-", 10, None), ("bytes=-5", -5, None), ("bytes=3-999999999", 3, None)],
    )
    def test_a_part(self, client, content, asked, start, stop):
        answer = client.get(FILE, headers={"Range": asked})
        part = content[start:stop]
        first = start % len(content)
        assert (answer.status_code, served(answer)) == (206, part)
        assert answer["Content-Range"] == f"bytes {first}-{first + len(part) - 1}/{len(content)}"
        assert answer["Content-Length"] == str(len(part))

    @pytest.mark.parametrize("asked", ["bytes=999999999-", "bytes=-0", "bytes=999999998-999999999"])
    def test_nothing_where_there_is_nothing(self, client, content, asked):
        answer = client.get(FILE, headers={"Range": asked})
        assert (answer.status_code, served(answer)) == (416, b"")
        assert answer["Content-Range"] == f"bytes */{len(content)}"

    @pytest.mark.parametrize(
        "asked", ["bytes=5-2", "bytes=-", "bytes=a-b", "lines=1-2", "bytes=0-1,4-5", f"bytes={'9' * 99}-"]
    )
    def test_the_whole_where_it_is_not_understood(self, client, content, asked):
        assert client.get(FILE, headers={"Range": asked}).status_code == 200

    def test_a_file_that_is_lost_is_not_found(self, client, content, media):
        for path in media.rglob("*.mp4"):
            path.unlink()
        assert client.get(FILE).status_code == 404
