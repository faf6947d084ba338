"""Pages are compressed on their way, and nothing but pages."""

import gzip

import pytest

from marketplace.experts import containers, greetings, photos
from marketplace.management.demo_data.people import EXPERTS
from marketplace.management.demo_data.portraits import portrait
from tests.marketplace.experts.recordings import webm

pytestmark = pytest.mark.django_db
TAKES_GZIP = {"HTTP_ACCEPT_ENCODING": "gzip, deflate, br"}
PROFILE = "/experts/bob-leroy/"


@pytest.fixture
def of_bob(bob, settings, tmp_path) -> dict[str, str]:
    """The addresses of his photo and of his greeting."""
    settings.MEDIA_ROOT = tmp_path
    photos.keep_photo(profile=bob.profile, image=portrait(EXPERTS[0].look))
    greetings.keep_greeting(profile=bob.profile, words="Hello.", media=containers.read(webm()))
    return {"photo": f"{PROFILE}photo/160", "greeting": f"{PROFILE}greeting"}


def test_a_page_is_for_whoever_takes_it_so(client, bob):
    answer = client.get(PROFILE, **TAKES_GZIP)
    assert answer["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in answer["Vary"]
    assert int(answer["Content-Length"]) == len(answer.content)
    page = gzip.decompress(answer.content)
    assert b"Bob Leroy" in page
    assert len(page) > 3 * len(answer.content)


def test_for_others_it_is_not(client, bob):
    answer = client.get(PROFILE)
    assert "Content-Encoding" not in answer
    assert b"Bob Leroy" in answer.content


@pytest.mark.parametrize("what", ["photo", "greeting"])
def test_photos_and_recordings_are_not(client, of_bob, what):
    answer = client.get(of_bob[what], **TAKES_GZIP)
    assert answer.status_code == 200
    assert "Content-Encoding" not in answer


def test_a_part_of_a_recording_is_the_part_that_was_asked_for(client, of_bob):
    answer = client.get(of_bob["greeting"], HTTP_RANGE="bytes=0-299", **TAKES_GZIP)
    assert (answer.status_code, answer["Content-Length"]) == (206, "300")
    assert "Content-Encoding" not in answer
