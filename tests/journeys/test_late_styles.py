"""A page whose stylesheets come late shows nothing that is hidden: whoever tabs to it would press what is not there yet."""

import re
from functools import partial

import pytest
from playwright.sync_api import Route

from tests.journeys.people import Person

SHOWN = """() => [...document.querySelectorAll("[hidden]")].filter((part) => part.checkVisibility()).map((part) => part.id)"""
OWN = {"the site's own": r"/marketplace/.*\.css", "the room's": r"/calls/room/.*\.css"}
# In production a sheet and those it imports are one file.
IMPORTED = {
    "the last of the site's": r"/marketplace/css/states\.",
    "all that the site's imports": r"/marketplace/(css|vendor)/.*\.css",
}


def keep(held: list[Route], route: Route) -> None:
    """Neither answered nor refused."""
    held.append(route)


@pytest.mark.prove
class LateStylesTests:
    def test_what_is_hidden_in_the_room_stays_hidden_while_they_come(self, two_in_the_lobby):
        alice, _ = two_in_the_lobby()
        nothing_hidden_is_shown(alice, OWN)

    @pytest.mark.parametrize("site", [{"DEBUG": "1"}], indirect=True)
    def test_nor_where_each_sheet_is_a_file(self, site, two_in_the_lobby):
        alice, _ = two_in_the_lobby()
        nothing_hidden_is_shown(alice, OWN | IMPORTED)


def nothing_hidden_is_shown(alice: Person, late: dict[str, str]) -> None:
    """While the sheets that fit each pattern of `late` are on their way."""
    address = alice.page.url
    for name, pattern in late.items():
        alice.page.goto("about:blank")  # else the styles of the page before are at hand, and asked of nobody
        held: list[Route] = []
        alice.page.route(re.compile(pattern), partial(keep, held))
        alice.page.goto(address, wait_until="commit")
        alice.waits_until(lambda held=held: held, name)
        # Nothing is painted meanwhile, yet keys are heard.
        alice.waits_until(lambda: alice.page.evaluate("() => document.getElementById('join') !== null"), "the page")
        for _ in range(10):
            assert alice.page.evaluate(SHOWN) == [], name
            alice.page.wait_for_timeout(50)
        alice.page.unroute(re.compile(pattern))
