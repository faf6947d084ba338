"""From `/` to ringing by keyboard alone, where the focus is seen at each step; and from `/` to a profile without JavaScript."""

import re

import pytest
from playwright.sync_api import expect

from marketplace.experts.models import Category
from tests import cast
from tests.journeys.people import Person

TABS_MOST = 60
# What has the focus, as it is called; and whether a person sees that, in the window and not below something else.
FOCUS = """() => {
    const has = document.activeElement;
    if (!has || has === document.body) return { name: "", seen: "nothing has the focus" };
    const name = (has.getAttribute("aria-label") || has.labels?.[0]?.innerText || has.innerText || "").trim();
    const rings = (style) => style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2;
    let marked = has;
    while (marked && !rings(getComputedStyle(marked))) marked = marked.parentElement;
    if (!marked) return { name, seen: "nothing marks it" };
    const { top, bottom, left, right } = has.getBoundingClientRect();
    if (bottom <= 0 || right <= 0 || top >= innerHeight || left >= innerWidth) return { name, seen: "it is outside the window" };
    const middle = [Math.max(0, left) + Math.min(innerWidth, right), Math.max(0, top) + Math.min(innerHeight, bottom)];
    const there = document.elementFromPoint(middle[0] / 2, middle[1] / 2);
    const shows = there && (marked.contains(there) || there.contains(has) || has.closest("label")?.contains(there));
    return { name, seen: shows ? "" : `it is below ${there?.outerHTML.slice(0, 200)}` };
}"""


def focus_of(typist: Person) -> str:
    """The name of what has the focus, and is seen to have it."""
    has = typist.page.evaluate(FOCUS)
    assert has["seen"] == "", has
    return has["name"]


def tabs_to(typist: Person, name: str) -> None:
    passed = []
    for _ in range(TABS_MOST):
        typist.page.keyboard.press("Tab")
        passed.append(focus_of(typist))
        if passed[-1].startswith(name):
            return
    raise AssertionError(f"{name!r} is not among {passed}")


def skips_to_the_content(typist: Person) -> None:
    typist.page.keyboard.press("Tab")
    assert focus_of(typist) == "Skip to the content"
    typist.page.keyboard.press("Enter")
    expect(typist.page.locator("#main")).to_be_focused()


def takes_a_suggestion(alice: Person, typed: str, meant: str) -> None:
    alice.page.keyboard.type(typed)
    options = alice.page.get_by_role("option")
    expect(options.filter(has_text=re.compile(f"^{meant}$"))).to_be_visible()
    for _ in range(options.count()):
        alice.page.keyboard.press("ArrowDown")
        chosen = alice.page.locator("[role=option][aria-selected=true]")
        expect(alice.page.get_by_label("Search experts")).to_have_attribute(
            "aria-activedescendant", chosen.get_attribute("id") or ""
        )
        if chosen.inner_text() == meant:
            break
    alice.page.keyboard.press("Enter")
    expect(alice.page.get_by_role("listbox")).to_be_hidden()


class KeyboardTests:
    def test_from_the_search_to_ringing(self, signed_in_person):
        alice, bob = signed_in_person(cast.alice()), signed_in_person(cast.bob())
        bob.goes_to("/me/")
        bob.shows("presence", "free now")
        alice.goes_to("/")

        skips_to_the_content(alice)
        tabs_to(alice, "Search experts")
        takes_a_suggestion(alice, "tax", "taxes")
        alice.is_at(re.compile(r"/\?q=taxes$"))
        alice.reads("Found in: headline")
        assert focus_of(alice) == "Search experts"  # what was found came in below it

        tabs_to(alice, "Bob Leroy")
        alice.page.keyboard.press("Enter")
        expect(alice.page.get_by_role("heading", name="Bob Leroy", level=1)).to_be_visible()
        alice.shows("presence", "free now")
        skips_to_the_content(alice)
        tabs_to(alice, "What is it about?")
        alice.page.keyboard.type("My lease ends")
        expect(alice.button("Call now")).to_be_enabled()
        tabs_to(alice, "Call now")
        alice.page.keyboard.press("Enter")
        alice.shows("call-state", re.compile("Ringing"))
        expect(alice.sees("call-state")).to_be_focused()
        expect(bob.page.get_by_role("heading", name="Alice Martin is calling")).to_be_focused()
        bob.reads("My lease ends")
        bob.page.keyboard.press("Tab")
        assert focus_of(bob) == "Decline"

    @pytest.mark.prove
    def test_a_list_that_does_not_come_is_told(self, person, site):
        cast.bob()
        visitor = person("Visitor")
        visitor.window.forgive("net::ERR_INTERNET_DISCONNECTED", "htmx:")
        visitor.goes_to("/")
        visitor.reads("1 expert")
        visitor.window.context.set_offline(True)
        visitor.writes("Search experts", "tax")
        visitor.press("Search")
        visitor.reads("The list could not be loaded.")
        visitor.window.context.set_offline(False)
        visitor.press("Search")
        visitor.is_at(re.compile(r"/\?q=tax$"))
        visitor.reads("Found in: headline")


@pytest.mark.prove
class FiltersTests:
    def test_each_press_narrows_the_list_and_going_back_widens_it(self, person, site):
        cast.bob()
        for name, rate_minor in (("Carl Novak", 90), ("Dora Novak", 500)):
            cast.expert(name, rate_minor=rate_minor)
        zoe = cast.expert("Zoe Gardener", headline="Knows roses").profile
        zoe.category = Category.objects.create(slug="plants", name="Plants")
        zoe.save()
        visitor = person("Visitor")
        page = visitor.page
        visitor.goes_to("/")
        visitor.reads("4 experts")

        page.get_by_role("radio", name="Money and taxes").check()
        visitor.reads("3 experts")
        visitor.is_at(re.compile(r"/\?category=money$"))
        page.get_by_role("textbox", name="Highest rate per minute").fill("2.50")
        page.keyboard.press("Tab")
        visitor.reads("2 experts")
        visitor.is_at(re.compile(r"/\?category=money&max_rate=2.50$"))
        page.get_by_label("Sort by").select_option("Lowest rate")
        visitor.is_at(re.compile(r"[?&]sort=rate&"))
        expect(page.locator(".expert-card").first).to_contain_text("Carl Novak")

        page.go_back()
        expect(page.get_by_label("Sort by")).to_have_value("")
        page.wait_for_load_state()
        page.go_back()
        visitor.is_at(re.compile(r"/\?category=money$"))
        visitor.reads("3 experts")
        expect(page.get_by_role("radio", name="Money and taxes")).to_be_checked()
        expect(page.get_by_role("textbox", name="Highest rate per minute")).to_have_value("")

        page.get_by_label("Search experts").focus()
        takes_a_suggestion(visitor, "nov", "novak")
        visitor.reads("2 experts")
        page.get_by_role("radio", name="English").check()
        visitor.is_at(re.compile(r"category=money&lang=en$"))
        visitor.reads("2 experts")


class WithoutScriptsTests:
    @pytest.fixture
    def visitor(self, site, person) -> Person:
        """On a site with a page and a half of experts of money, and one of plants."""
        for number in range(30):
            cast.expert(f"Expert{number:02} Novak", rate_minor=500 - number * 10)
        zoe = cast.expert("Zoe Gardener", headline="Knows roses").profile
        zoe.category = Category.objects.create(slug="plants", name="Plants")
        zoe.save()
        return person("Visitor", java_script_enabled=False)

    def test_from_the_search_to_a_profile_in_french(self, visitor):
        page = visitor.page
        visitor.goes_to("/")
        visitor.reads("31 experts")
        visitor.writes("Search experts", "helps with tax")
        visitor.press("Search")
        visitor.reads("30 experts")

        page.get_by_role("textbox", name="Highest rate per minute").fill("0.50")
        visitor.press("Apply")
        visitor.reads("Nobody fits all of this")
        page.go_back()
        expect(page.get_by_role("radio", name="Plants")).to_have_count(0)  # nobody there helps with taxes
        expect(page.get_by_role("radio", name=re.compile(r"^Money and taxes\s+30$"))).to_be_visible()
        page.get_by_role("radio", name="Money and taxes").check()
        page.get_by_label("Sort by").select_option("Lowest rate")
        visitor.press("Apply")
        first = page.locator(".expert-card").first
        expect(first).to_contain_text("Expert29 Novak")
        expect(page.get_by_label("Sort by")).to_have_value("rate")

        visitor.follows("Next")
        visitor.reads("Page 2 of 2")
        expect(first).to_contain_text("Expert05 Novak")
        page.go_back()
        visitor.reads("Page 1 of 2")
        expect(first).to_contain_text("Expert29 Novak")
        expect(page.get_by_role("radio", name="Money and taxes")).to_be_checked()

        first.get_by_role("link").click()
        expect(page.get_by_role("heading", name="Expert29 Novak", level=1)).to_be_visible()
        visitor.reads("€2.10")
        visitor.follows("Français")
        visitor.is_at(re.compile("/fr/experts/expert29-novak/$"))
        visitor.reads("2,10\u00a0€")

    @pytest.mark.prove
    def test_who_is_free_says_what_ringing_needs_and_takes_a_message(self, signed_in_person):
        alice, bob = signed_in_person(cast.alice(), java_script_enabled=False), signed_in_person(cast.bob())
        bob.goes_to("/me/")
        bob.shows("presence", "free now")
        alice.goes_to("/experts/bob-leroy/")
        instead = alice.page.locator("noscript")  # where Playwright looks for nothing by its text
        expect(instead.locator(".notice")).to_contain_text("Ringing needs JavaScript")
        instead.locator("textarea").fill("Call me, please.")
        instead.locator("button").click()
        bob.goes_to("/me/")
        bob.reads("Call me, please.")
