"""The site as an app of its own."""

from io import BytesIO
from urllib.parse import urljoin

import pytest
from PIL import Image

pytestmark = pytest.mark.django_db


def manifest(client, page: str) -> dict:
    """As a browser finds it, from a page."""
    path = client.get(page).content.decode().partition('<link rel="manifest" href="')[2].partition('"')[0]
    answer = client.get(path)
    assert answer.headers["Content-Type"] == "application/manifest+json"
    return answer.json()


class InstallingTests:
    @pytest.mark.parametrize(("page", "language"), [("/", "en"), ("/fr/", "fr")])
    def test_it_opens_in_the_language_that_it_was_installed_from(self, client, page, language):
        app = manifest(client, page)
        assert (app["start_url"], app["lang"]) == (page, language)
        assert client.get(app["start_url"]).status_code == 200

    def test_is_one_app_in_either_language(self, client):
        assert manifest(client, "/")["id"] == manifest(client, "/fr/")["id"]

    def test_its_icons_are_pictures_of_the_size_that_it_says(self, client):
        icons = manifest(client, "/")["icons"]
        for icon in icons:
            answer = client.get(urljoin("/", icon["src"]))
            with Image.open(BytesIO(b"".join(answer.streaming_content))) as image:
                assert f"{image.width}x{image.height}" == icon["sizes"]
        assert {icon["purpose"] for icon in icons} == {"any", "maskable"}

    def test_members_come_to_their_own_page_from_its_menu(self, client, signed_in, bob):
        [shortcut] = manifest(client, "/fr/")["shortcuts"]
        assert shortcut["url"] == "/fr/me/"
        assert signed_in(bob).get(shortcut["url"]).status_code == 200
