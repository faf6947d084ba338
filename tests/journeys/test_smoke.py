"""The site stands: a visitor sees the directory in a real browser, and nothing complains."""

from playwright.sync_api import expect


class VisitorTests:
    def test_the_directory_is_there(self, window):
        page = window().page
        page.goto("/")
        expect(page.get_by_role("combobox", name="Search experts")).to_be_visible()

    def test_ctrl_c_ends_the_server_soon(self, site, window):
        window().page.goto("/")
        assert site.stop() == 0
