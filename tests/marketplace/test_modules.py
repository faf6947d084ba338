"""A page names all modules that its script stands on, so that none waits for another to be read."""

import pytest
from django.contrib.staticfiles.finders import find

from marketplace.templatetags.modules import module_preloads, modules_of

ROOM = "calls/room/page.js"


class ModulesTests:
    def test_are_all_that_are_imported_however_far_each_once(self):
        found = modules_of(ROOM)
        assert {"calls/room/session.js", "calls/room/candidates.js", "marketplace/page/addresses.js"} < set(found)
        assert len(set(found)) == len(found)
        assert all(find(one) for one in found)

    def test_without_what_a_page_asks_for_only_when_it_needs_it(self):
        assert "calls/room/captions/sound.js" not in modules_of(ROOM)

    def test_that_are_not_there_are_an_error(self):
        with pytest.raises(FileNotFoundError):
            modules_of("calls/room/nothing.js")

    def test_are_links_in_the_page(self):
        assert '<link rel="modulepreload" href="/static/calls/room/peer.js">' in module_preloads(ROOM)
