"""What a person does in a window, in the words of the pages. Nothing here looks at the server or at the code of a page.

What a call needs is said in a few plain acts (`goes_to`, `press`, `writes`, `shows`, ...), which are all that another browser
has to do in its own way: see firefox.py.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from playwright.sync_api import Locator, Page, expect

from tests.cast import PASSWORD, code_of
from tests.journeys.browser import PATIENCE_MS, Window
from tests.journeys.site import Site

CODE = re.compile(r"^\s*([A-Z0-9]{3,4}-?[A-Z0-9]{3,4})\s*$", re.MULTILINE)
A_ROOM = re.compile(r"/r/[\w-]{24}/$")
LOOK_AGAIN_MS = 100


@dataclass
class Person:
    """Somebody with a private window. Their e-mail follows from the name, their password is the cast's."""

    name: str
    window: Window
    site: Site

    @property
    def page(self) -> Page:
        return self.window.page

    @property
    def email(self) -> str:
        return f"{self.name.split()[0].lower()}@example.test"

    @property
    def slug(self) -> str:
        return self.name.lower().replace(" ", "-")

    # --- plain acts -----------------------------------------------------------------------------------------------

    def goes_to(self, address: str) -> None:
        self.page.goto(address)

    def is_at(self, address: re.Pattern[str]) -> None:
        expect(self.page).to_have_url(address)

    def loads_the_page_anew(self) -> None:
        self.page.reload()

    def press(self, name: str) -> None:
        """As soon as it can be pressed."""
        self.button(name).click()

    def follows(self, link: str) -> None:
        self.page.get_by_role("link", name=link, exact=True).click()

    def writes(self, field: str, text: str) -> None:
        self.page.get_by_label(field).fill(text)

    def reads(self, text: str | re.Pattern[str]) -> None:
        expect(self.page.get_by_text(text).filter(visible=True).first).to_be_visible()

    def shows(self, testid: str, text: str | re.Pattern[str]) -> None:
        expect(self.sees(testid)).to_have_text(text)

    def text_at(self, testid: str) -> str:
        return self.sees(testid).inner_text()

    def asks_the_page(self, function: str) -> Any:
        return self.page.evaluate(function)

    def waits(self, ms: int) -> None:
        self.page.wait_for_timeout(ms)

    # --- made of them ---------------------------------------------------------------------------------------------

    def opens(self, name: str) -> None:
        """Of a call, what is needed now and then."""
        self.press("More")
        self.press(name)

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def sees(self, testid: str) -> Locator:
        return self.page.get_by_test_id(testid)

    def waits_until(self, is_so: Callable[[], bool], what: str) -> None:
        """Looks again and again, as a person does; the page lives on meanwhile."""
        for _ in range(PATIENCE_MS // LOOK_AGAIN_MS):
            if is_so():
                return
            self.waits(LOOK_AGAIN_MS)
        raise AssertionError(f"{self.name} waited in vain for: {what}")

    def looks_again_until(self, address: str, is_so: Callable[[], bool]) -> None:
        """Opens the page anew until it says so."""

        def look() -> bool:
            self.goes_to(address)
            return is_so()

        self.waits_until(look, f"news at {address}")

    def sum(self, testid: str) -> int:
        """A sum as the page shows it, in cents."""
        return cents(self.text_at(testid))

    # --- the account ----------------------------------------------------------------------------------------------

    def signs_up(self) -> None:
        self.page.goto("/accounts/signup/")
        self.page.get_by_label("Name").fill(self.name)
        self.page.get_by_label("E-mail").fill(self.email)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.press("Sign up")
        self.page.get_by_label("Code").fill(self.code_from_mail())
        self.press("Confirm")
        expect(self.page).to_have_url(re.compile(r":\d+/$"))

    def signs_out(self) -> None:
        self.page.goto("/accounts/logout/")
        self.press("Sign out")
        expect(self.page.get_by_role("link", name="Sign up")).to_be_visible()

    def signs_in(self) -> None:
        self.page.goto("/accounts/login/")
        self.page.get_by_label("E-mail").fill(self.email)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.press("Sign in")
        expect(self.page).to_have_url(re.compile(r":\d+/$"))

    def signs_in_by_code(self) -> None:
        self.page.goto("/accounts/login/")
        self.page.get_by_role("link", name="Get a code by e-mail").click()
        self.page.get_by_label("E-mail").fill(self.email)
        self.press("Send the code")
        self.page.get_by_label("Code").fill(self.code_from_mail())
        self.press("Confirm")
        expect(self.page).to_have_url(re.compile(r":\d+/$"))

    def sets_up_a_second_factor(self) -> None:
        self.page.goto("/accounts/2fa/totp/activate/")
        self.proves_who_it_is()
        secret = self.page.get_by_label("Authenticator secret").input_value()
        self.page.get_by_label("Authenticator code").fill(code_of(secret))
        self.press("Activate")
        expect(self.page).not_to_have_url(re.compile("activate"))

    def proves_who_it_is(self) -> None:
        """The password once more."""
        expect(self.page).to_have_url(re.compile("/reauthenticate/"))
        self.page.get_by_label("Password").fill(PASSWORD)
        self.press("Confirm")
        expect(self.page).not_to_have_url(re.compile("/reauthenticate/"))

    def code_from_mail(self) -> str:
        """The code in the newest mail: it has a line of its own."""
        mail = self.site.mails_to(self.email)[-1]
        found = CODE.findall(mail)
        assert found, mail
        return found[-1]

    # --- calling --------------------------------------------------------------------------------------------------

    def rings(self, expert: "Person", line: str = "") -> None:
        """From the expert's profile, once they are free."""
        self.goes_to(f"/experts/{expert.slug}/")
        self.shows("presence", "free now")
        if line:
            self.writes("What is it about?", line)
        self.press("Call now")
        self.shows("call-state", re.compile(r"\w"))

    def answers(self) -> None:
        self.press("Answer")
        self.is_at(A_ROOM)

    def joins(self) -> None:
        self.is_at(A_ROOM)
        self.press("Join")

    def is_connected(self) -> None:
        self.shows("call-state", "connected")

    def security_code(self) -> str:
        """The five words under *Call details*."""
        self.opens("Call details")
        self.shows("security-code", re.compile(r"^([a-z]{5} ?){5}$"))
        words = self.text_at("security-code")
        self.press("Close")
        return words

    # --- what really arrives --------------------------------------------------------------------------------------

    def arrived(self) -> tuple[int, int]:
        """Audio packets received and video frames decoded so far, as the browser counts them."""
        return tuple(self.asks_the_page(ARRIVED))

    def hears(self) -> None:
        """New packets keep coming."""
        packets, _ = self.arrived()
        self.waits_until(lambda: self.arrived()[0] > packets + 10, "sound")

    def sees_a_picture(self) -> None:
        """New frames keep being decoded."""
        _, frames = self.arrived()
        self.waits_until(lambda: self.arrived()[1] > frames + 2, "a moving picture")

    def loses_the_microphone(self) -> None:
        """Not a sample leaves this browser any more, as with a cut line."""
        self.asks_the_page(SEND_NOTHING)

    def finds_the_microphone(self) -> None:
        self.asks_the_page(SEND_AGAIN)

    # --- files ----------------------------------------------------------------------------------------------------

    def sends(self, file: Path) -> None:
        """From the open chat."""
        self.page.get_by_label("File to send").set_input_files(file)

    def receives(self) -> Path:
        """The file that is offered, saved."""
        with self.page.expect_download() as download:
            self.press("Receive")
        return download.value.path()

    # --- paying ---------------------------------------------------------------------------------------------------

    def offers(self, listing: str = "", *, rate: str = "", estimate: tuple[int, int] | None = None) -> None:
        """Go paid: the listing whose name has `listing` in it, else the first."""
        self.press("Go paid")
        if listing:
            self.page.get_by_role("radio", name=listing).check()
        if rate:
            self.writes("Rate per minute", rate)
        if estimate:
            self.writes("At least, minutes", str(estimate[0]))
            self.writes("At most, minutes", str(estimate[1]))
        self.press("Send offer")

    def accepts(self) -> None:
        self.press("Accept and pay")  # inert for the card's first second

    def pays_at_stripe(self, page: Page, card: str = "4242 4242 4242 4242") -> None:
        """On the hosted payment page, wherever it opened."""
        page.get_by_label("Card number").fill(card)
        page.get_by_role("button", name="Pay", exact=True).click()

    def meter_is(self, state: str) -> None:
        self.shows("meter-state", re.compile(f"^{state}$", re.IGNORECASE))


def talk(*people: Person) -> None:
    """From the lobby."""
    for person in people:
        person.joins()
    for person in people:
        person.is_connected()
        person.hears()


def cents(text: str) -> int:
    """The cents of the one sum in a text: "€18.40" is 1840. Anything else is not a sum as pages write it."""
    found = re.findall(r"€(\d{1,3}(?:,\d{3})*\.\d{2})(?!\d)", text)
    assert len(found) == 1, f"no single sum in {text!r}"
    return int(Decimal(found[0].replace(",", "")) * 100)


# Connections that the page made, kept by browser.py before any script of the page ran.
ARRIVED = """async () => {
    let packets = 0, frames = 0;
    for (const connection of window.journey.connections) {
        for (const report of (await connection.getStats()).values()) {
            if (report.type !== "inbound-rtp") continue;
            if (report.kind === "audio") packets += report.packetsReceived;
            if (report.kind === "video") frames += report.framesDecoded ?? 0;
        }
    }
    return [packets, frames];
}"""
SEND_NOTHING = """() => {
    for (const sender of window.journey.connections.at(-1).getSenders()) {
        if (sender.track?.kind !== "audio") continue;
        window.journey.held = [sender, sender.track];
        return sender.replaceTrack(null);
    }
}"""
SEND_AGAIN = "() => window.journey.held[0].replaceTrack(window.journey.held[1])"
