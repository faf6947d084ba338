"""A ring that nobody answered: the expert finds it on the page that was open all the while, on a phone too."""

import pytest
from playwright.sync_api import expect

from tests import cast

PHONE = {"width": 390, "height": 844}


class MissedTests:
    @pytest.mark.prove
    @pytest.mark.parametrize("site", [{"RING_S": "2"}], indirect=True)
    def test_bob_reads_who_rang_and_nothing_is_cut_off(self, site, signed_in_person):
        alice, bob = signed_in_person(cast.alice()), signed_in_person(cast.bob(), viewport=PHONE)
        bob.page.goto("/me/")
        bob.reads("No calls yet")
        expect(bob.page.locator("#presence-menu .presence")).to_have_attribute("data-state", "free")
        assert bob.page.evaluate("() => document.documentElement.scrollWidth") == PHONE["width"]
        alice.rings(bob, "My lease ends in May")
        alice.reads("Bob Leroy did not answer.")
        bob.reads("missed · My lease ends in May")  # without loading anew
