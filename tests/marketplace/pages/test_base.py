import re
from pathlib import Path

import pytest
from django.conf import settings

from marketplace.templatetags.ringwise import ICONS

PAGES = ["/", "/accounts/login/", "/accounts/signup/", "/nowhere/"]


class BaseTests:
    @pytest.mark.parametrize("path", PAGES)
    def test_pages_need_no_inline_script_or_style(self, client, db, path):
        page = client.get(path).content.decode()
        assert " style=" not in page
        assert "<style" not in page
        assert not re.search(r"<script(?![^>]*(src=|application/json))", page)
        assert not re.search(r"\son\w+=", page)

    def test_sends_a_strict_policy(self, client, db):
        policy = client.get("/")["Content-Security-Policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy

    def test_visitors_see_the_doors_and_members_see_their_menu(self, client, signed_in, alice):
        assert "Sign up" in client.get("/").content.decode()
        page = signed_in(alice).get("/").content.decode()
        assert "Sign out" in page
        assert "Become an expert" in page
        assert "Back office" not in page

    def test_a_member_sees_their_credit(self, signed_in, alice):
        assert '<span class="sum">€0.00</span>' in signed_in(alice).get("/").content.decode()

    def test_staff_see_the_back_office(self, signed_in, sam):
        assert "Back office" in signed_in(sam).get("/").content.decode()

    def test_the_back_office_has_no_door_of_its_own(self, client, signed_in, db, alice):
        assert client.get("/admin/login/")["Location"].startswith("/accounts/login/")
        assert signed_in(alice).get("/admin/login/").status_code == 403

    def test_every_icon_that_a_template_asks_for_is_there(self):
        templates = "".join(path.read_text() for path in Path(settings.BASE_DIR / "templates").rglob("*.html"))
        asked = set(re.findall(r'{% icon "([a-z0-9-]+)"', templates))
        assert asked
        assert asked <= {path.stem for path in ICONS.glob("*.svg")}
