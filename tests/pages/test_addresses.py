"""Each address of the site is a page that somebody is shown, takes forms only, or is listed as no page: a new one that is none of
these would be looked at by nobody (tests/journeys/test_axe.py)."""

import pytest
from django.test import Client

from tests.pages import addresses
from tests.pages.addresses import NO_PAGES, Place, Visitor
from tests.pages.lived_in import Lived

pytestmark = [pytest.mark.django_db, pytest.mark.again_in_prove]
TAKES_FORMS_ONLY = 405


@pytest.fixture
def world(settings, tmp_path, mailoutbox) -> Lived:
    """With the demo's doors and the sandbox's operator, which this machine alone finds."""
    settings.MEDIA_ROOT, settings.EMAIL_FILE_PATH = tmp_path / "uploads", tmp_path / "mails"
    settings.DEMO = settings.DEBUG = True
    return Lived()


@pytest.fixture
def visitors(world, monkeypatch) -> list[Visitor]:
    at_home = {"HTTP_HOST": "127.0.0.1:8000", "REMOTE_ADDR": "127.0.0.1"}
    monkeypatch.setattr(
        Client, "request", lambda client, _as_it_is=Client.request, **how: _as_it_is(client, **how | at_home)
    )
    return addresses.visitors(world)


def seen(place: Place, world: Lived, visitors: list[Visitor]) -> tuple[bool, set[int]]:
    """Whether anybody is shown a page there, and the statuses of all answers."""
    answers = [one.sees(addresses.address(place, world)) for one in visitors if one.comes_for(place)]
    return any(is_page for is_page, _ in answers), {status for _, status in answers}


def not_accounted_for(world: Lived, visitors: list[Visitor]) -> dict[str, str]:
    wrong = {}
    for place in addresses.places():
        is_page, statuses = seen(place, world, visitors)
        if place.name in NO_PAGES and is_page:
            wrong[place.name] = f"is a page, though it is listed as {NO_PAGES[place.name]}"
        if place.name not in NO_PAGES and not is_page and TAKES_FORMS_ONLY not in statuses:
            wrong[place.name] = f"is shown to nobody: {sorted(statuses)}"
    return wrong


@pytest.mark.prove
class AddressTests:
    def test_each_is_a_page_for_somebody_or_said_to_be_none(self, world, visitors):
        assert not_accounted_for(world, visitors) == {}

    def test_one_that_nobody_thought_of_is_found(self, world, visitors, monkeypatch):
        """The list without one of its lines."""
        monkeypatch.setattr(addresses, "places", lambda: [Place("suggest"), Place("healthz"), Place("home")])
        monkeypatch.delitem(NO_PAGES, "healthz")
        assert list(not_accounted_for(world, visitors)) == ["healthz"]

    def test_nothing_is_listed_that_is_not_there(self):
        assert set(NO_PAGES) <= {place.name for place in addresses.places()}
