"""By keyboard alone, in the demo opened as localhost: credit, a call with a robot, the receipt. Not one press of a mouse."""

import re

import pytest
from playwright.sync_api import expect

from marketplace.accounts.models import User
from marketplace.management.demo_data.people import CALLER
from payouts.wallet import services as wallet
from tests.journeys.people import Person
from tests.journeys.site import manage

DEMO = {"DEBUG": "1", "DEMO": "1"}
TABS_MOST = 40
FOCUSED = """() => {
    const has = document.activeElement;
    return (has.getAttribute("aria-label") || has.labels?.[0]?.innerText || has.innerText || "").trim();
}"""


@pytest.fixture
def typist(person, site) -> Person:
    """Signed in as the demo's caller, whose site is localhost and not the address that the server knows."""
    site.stop()
    manage(site.environment, "demo")
    site.start()
    typist = person("Typist", url=site.url.replace("127.0.0.1", "localhost"))
    typist.page.goto("/demo/")
    tabs_to(typist, f"Sign in as {CALLER}")
    enters(typist)
    expect(typist.page.get_by_text(f"You are signed in as {CALLER}.")).to_be_visible()
    return typist


def tabs_to(typist: Person, name: str, most: int = TABS_MOST) -> None:
    for _ in range(most):
        typist.page.keyboard.press("Tab")
        if typist.page.evaluate(FOCUSED).startswith(name):
            return
    raise AssertionError(f"{name!r} is not within {most} presses of Tab")


def enters(typist: Person) -> None:
    typist.page.keyboard.press("Enter")


def has_focus(typist: Person, text: str) -> None:
    expect(typist.page.get_by_role("heading", name=text)).to_be_focused()


def adds_credit(typist: Person) -> None:
    typist.page.goto("/wallet/")
    before = typist.sum("balance")
    tabs_to(typist, "€20.00")
    typist.page.keyboard.press("ArrowRight")
    tabs_to(typist, "Add credit")
    enters(typist)
    expect(typist.page).to_have_url(re.compile("//localhost:.*/sandbox/stripe/c/pay/"))
    tabs_to(typist, "Pay")
    enters(typist)
    expect(typist.page.get_by_text("€50.00 was added to your credit.")).to_be_visible()
    assert typist.sum("balance") == before + 5_000


def calls_the_robot(typist: Person) -> None:
    is_free = typist.page.get_by_role("listitem").filter(has_text="Robin Ferro").get_by_text("free now").first
    typist.looks_again_until("/", is_free.is_visible)  # and so among the first: robots start with the server
    tabs_to(typist, "Robin Ferro")
    enters(typist)
    expect(typist.sees("presence").first).to_have_text("free now")
    tabs_to(typist, "Call now")
    enters(typist)
    expect(typist.page).to_have_url(re.compile(r"/r/[\w-]{24}/$"))
    expect(typist.button("Join")).to_be_visible()
    tabs_to(typist, "Join")
    enters(typist)
    typist.is_connected()


def pays_pauses_and_goes_back(typist: Person) -> None:
    has_focus(typist, "Robin Ferro asks to switch this call to paid.")
    typist.page.keyboard.press("Escape")  # answers nothing
    expect(typist.button("Accept and pay")).to_be_enabled()
    tabs_to(typist, "Accept and pay", most=2)
    enters(typist)
    typist.meter_is("running")
    tabs_to(typist, "Pause", most=3)
    enters(typist)
    has_focus(typist, "You paused the call")
    tabs_to(typist, "Resume", most=1)
    enters(typist)
    typist.meter_is("running")
    tabs_to(typist, "Back to free", most=4)
    enters(typist)
    typist.meter_is("free")


def hangs_up_and_reads_the_receipt(typist: Person) -> None:
    tabs_to(typist, "Hang up")
    enters(typist)
    has_focus(typist, "The call has ended")
    left = wallet.credit(member=User.objects.get(name=CALLER))
    expect(typist.page.locator("#header-credit")).to_have_text(str(left))
    expect(typist.page.get_by_role("link", name="See the receipt")).to_be_visible()
    tabs_to(typist, "See the receipt", most=1)
    enters(typist)
    expect(typist.page.get_by_role("heading", name="Your call with Robin Ferro")).to_be_visible()


@pytest.mark.prove
@pytest.mark.parametrize("site", [DEMO], indirect=True)
class KeyboardTests:
    def test_from_the_wallet_to_the_receipt(self, typist):
        adds_credit(typist)
        calls_the_robot(typist)
        pays_pauses_and_goes_back(typist)
        hangs_up_and_reads_the_receipt(typist)
