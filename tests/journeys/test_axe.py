"""No page of the site has a fault that axe finds: in English and French, in light and dark, on a telephone and at a desk."""

import shutil
from collections.abc import Callable, Iterator, Sequence

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from marketplace.management.demo_data.builder import buy_credit
from tests import cast
from tests.journeys.axe import Fault, bring_axe, faults
from tests.journeys.browser import Window
from tests.journeys.conftest import DATABASE, served
from tests.journeys.site import Site, manage
from tests.pages import addresses
from tests.pages.addresses import NO_PAGES, Visitor
from tests.pages.lived_in import Lived

LANGUAGES = {"en": "", "fr": "/fr"}
EVERYBODY = ("a visitor", "alice", "bob", "sam")
# What the same addresses show otherwise: nothing found, something found, nothing there.
MORE = ("/?q=taxes", "/?q=zzzzzz", "/nowhere/")
FORMS = {
    "a visitor": ("/accounts/login/", "/accounts/signup/", "/accounts/password/reset/"),
    "bob": ("/become-an-expert/2/", "/me/acts/add/", "/me/works/add/"),
}
SEND_IT_EMPTY = """() => {
    const form = document.querySelector("main form[method=post]");
    for (const field of form.querySelectorAll("input:not([type=hidden]), textarea")) field.value = "";
    form.noValidate = true;
    form.requestSubmit();
}"""
# An image without words, and a text that is too pale in the dark alone.
BREAK = """() => {
    document.querySelector("main").insertAdjacentHTML("beforeend", "<img src='/static/none.png'><p id='broken'>Pale</p>");
    const sheet = new CSSStyleSheet();
    sheet.replaceSync("@media (prefers-color-scheme: dark) { #broken { color: #222; background: #111 } }");
    document.adoptedStyleSheets = [sheet];
}"""
DEMO = {"DEBUG": "1", "DEMO": "1"}
DEMO_PAGES = ("/", "/?q=tax&online=1", "/experts/kofi-adjaben/", "/demo/", "/demo/mails/", "/sandbox/stripe/operator/")


def shown_to(visitor: Visitor, world: Lived) -> list[str]:
    """The addresses, in every language, at which they are shown a page."""
    found = []
    for place in addresses.places():
        if place.name in NO_PAGES or not visitor.comes_for(place):
            continue
        if visitor.sees(addresses.address(place, world))[0]:
            found += [addresses.address(place, world, language) for language in LANGUAGES]
    return found


def window_of(visitor: Visitor, site: Site, window: Callable[..., Window]) -> Window:
    """With their session, and axe in each page."""
    opened = window()
    bring_axe(opened)
    cookies = [{"name": name, "value": one.value, "url": site.url} for name, one in visitor.client.cookies.items()]
    opened.context.add_cookies(cookies)
    return opened


def found_for(visitor: Visitor, world: Lived, opened: Window, more: Sequence[str] = ()) -> list[Fault]:
    found: list[Fault] = []
    for address in [*shown_to(visitor, world), *more]:
        opened.page.goto(address)
        found += faults(opened.page, f"{address} as {visitor.name} sees it")
    return found


def told(found: list[Fault]) -> str:
    return "\n".join(sorted({str(fault) for fault in found}))


@pytest.mark.prove
class EveryPageTests:
    @pytest.fixture
    def site(self, migrated, tmp_path, django_db_blocker) -> Iterator[Site]:
        """Without a worker: what waits goes on waiting."""
        shutil.copy(migrated / DATABASE, tmp_path)
        with served(Site(tmp_path, arguments=("--no-worker",)), django_db_blocker) as site:
            yield site

    @pytest.fixture
    def lived(self, site, settings, mailoutbox) -> Lived:
        settings.MEDIA_ROOT, settings.EMAIL_FILE_PATH = site.folder / "uploads", site.folder / "mails"
        return Lived()

    @pytest.mark.parametrize("name", EVERYBODY)
    def test_of_all_that_they_may_open(self, name, site, lived, window):
        visitor = next(one for one in addresses.visitors(lived) if one.name == name)
        opened = window_of(visitor, site, window)
        opened.forgive("/nowhere/")
        assert told(found_for(visitor, lived, opened, MORE)) == ""

    @pytest.mark.parametrize(("name", "forms"), FORMS.items())
    def test_of_forms_that_come_back(self, name, forms, site, lived, window):
        visitor = next(one for one in addresses.visitors(lived) if one.name == name)
        opened = window_of(visitor, site, window)
        opened.forgive("status of 422")
        found: list[Fault] = []
        for address in [prefix + path for path in forms for prefix in LANGUAGES.values()]:
            opened.page.goto(address)
            with opened.page.expect_navigation():
                opened.page.evaluate(SEND_IT_EMPTY)
            expect(opened.page.locator("[aria-invalid=true]").first).to_be_visible()
            found += faults(opened.page, f"{address}, sent empty")
        assert told(found) == ""

    def test_of_what_one_is_shown_on_the_way_in(self, site, lived, window):
        on_their_way = [one for one in addresses.visitors(lived) if one.only]
        assert len(on_their_way) > 5
        found = [fault for one in on_their_way for fault in found_for(one, lived, window_of(one, site, window))]
        assert told(found) == ""

    def test_of_the_demo(self, site, window):
        site.stop()
        demo = {**site.environment, **DEMO}
        manage(demo, "demo")
        site.environment = demo
        site.arguments = ("--no-robots",)
        site.start()
        opened = window(
            bypass_csp=True
        )  # to read sheets that import others, as they are with DEBUG, axe writes sheets itself
        bring_axe(opened)
        opened.page.goto("/demo/")
        opened.page.get_by_role("button", name="Sign in as Sam Underhill").click()
        found: list[Fault] = []
        for address in [prefix + path for path in DEMO_PAGES for prefix in LANGUAGES.values()]:
            opened.page.goto(address)
            found += faults(opened.page, address)
        assert told(found) == ""


@pytest.mark.prove
class BrokenTests:
    """The broken twin."""

    def test_faults_are_found(self, site, window):
        opened = window()
        opened.forgive("/static/none.png")
        bring_axe(opened)
        opened.page.goto("/")
        assert told(list(faults(opened.page, "/"))) == ""
        opened.page.evaluate(BREAK)
        found = told(list(faults(opened.page, "/")))
        for scheme in ("light", "dark"):
            assert f"{scheme}: image-alt at" in found
        assert "dark: color-contrast at #broken" in found
        assert "light: color-contrast at #broken" not in found


@pytest.mark.prove
class RoomTests:
    @pytest.mark.parametrize("prefix", LANGUAGES.values(), ids=LANGUAGES)
    def test_before_and_in_a_call(self, prefix, two_in_the_lobby, site):
        buy_credit(cast.alice(), 5_000, now=timezone.now())
        people = two_in_the_lobby()
        found: list[Fault] = []
        for person in people:
            bring_axe(person.window)
            person.page.goto(prefix + person.page.url.removeprefix(site.url).removeprefix("/fr"))
            found += faults(person.page, f"the lobby of {person.name}")
        alice, bob = people
        for person in people:
            person.page.locator("#join").click()
        for person in people:
            expect(person.page.locator("#controls")).to_be_visible()
            person.hears()
            found += faults(person.page, f"the call of {person.name}")
        for panel in ("chat", "devices"):
            alice.page.locator(f"#{panel}-switch").click()
            expect(alice.page.locator(f"#{panel}")).to_be_visible()
            found += faults(alice.page, f"the call with #{panel}")
            alice.page.locator(f"#{panel}-close").click()
        alice.page.locator("#more-switch").click()
        found += faults(alice.page, "the call with #more")
        alice.page.keyboard.press("Escape")
        for panel in ("details", "shortcuts"):
            alice.page.locator("#more-switch").click()
            alice.page.locator(f"#{panel}-switch").click()
            expect(alice.page.locator(f"#{panel}")).to_be_visible()
            found += faults(alice.page, f"the call with #{panel}")
            alice.page.locator(f"#{panel}-close").click()
        bob.page.locator("#go-paid").click()
        found += faults(bob.page, "going paid")
        bob.page.locator("#send-offer").click()
        expect(alice.page.locator("#consent")).to_be_visible()
        found += faults(alice.page, "the consent card")
        alice.page.locator("#accept").click()
        alice.page.wait_for_timeout(3_000)
        for person in people:
            found += faults(person.page, f"the paid call of {person.name}")
        alice.page.locator("#pause").click()
        for person in people:
            expect(person.page.locator("#veil")).to_be_visible()
            found += faults(person.page, f"the paused call of {person.name}")
        alice.page.locator("#hang-up").click()
        for person in people:
            expect(person.page.locator("#controls")).not_to_be_visible()
            found += faults(person.page, f"the end of the call of {person.name}")
        assert told(found) == ""
