"""Firefox ESR, as another browser that takes part in a journey. It is spoken to in WebDriver BiDi over a WebSocket, without a
driver: https://w3c.github.io/webdriver-bidi/. One window; it notices the same troubles as Chromium's in browser.py.
"""

import base64
import json
import os
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from websockets.exceptions import WebSocketException
from websockets.sync.client import ClientConnection, connect

from tests.harness.servers import end_with_parent, free_port
from tests.journeys.browser import KEEP_CONNECTIONS, PATIENCE_MS
from tests.journeys.people import Person

PROGRAM = "firefox-esr"
START_S = 60
DOWNLOADS = "downloads"
LOOK_AGAIN_S = 0.1
PLAIN = {"proxy": None, "compression": None, "max_size": None}
# Firefox sets what automation needs by itself; these are of calls.
PREFERENCES = {
    "media.navigator.streams.fake": True,
    "media.navigator.permission.disabled": True,
    "media.autoplay.default": 0,
    "media.peerconnection.ice.loopback": True,
    "media.peerconnection.ice.obfuscate_host_addresses": False,
    "browser.download.folderList": 2,  # a folder of our choice, without a question
    "media.gmp-manager.url": "http://127.0.0.1:9/",  # no codecs from the world outside
}
# What the page may not do is told by no message of the browser's console here.
NOTICE_VIOLATIONS = """
addEventListener("securitypolicyviolation", ({ violatedDirective, blockedURI }) =>
    console.error(`against the content security policy: ${violatedDirective} ${blockedURI}`));
"""
SELECTORS = {"button": "button", "link": "a[href]", "textbox": "input, textarea"}
# One that has this name for a screen reader, and that a mouse would hit.
FIND_TO_PRESS = """(selector, name) => {
    const named = (element) => {
        const text = element.ariaLabel ?? (element.labels?.[0] ?? element).innerText;
        return text.trim().replace(/\\s+/g, " ") === name;
    };
    return [...document.querySelectorAll(selector)].filter(named).find((element) => {
        if (element.disabled || !element.checkVisibility({ visibilityProperty: true })) return false;
        element.scrollIntoView({ block: "center", behavior: "instant" });
        const { x, y, width, height } = element.getBoundingClientRect();
        return element.contains(document.elementFromPoint(x + width / 2, y + height / 2));
    });
}"""
TELL = "() => [window.journey.pressed.join('\\n'), document.activeElement?.outerHTML.slice(0, 200)].join('\\n\\n')"


class Refused(Exception):
    """Firefox could not do what it was asked, or a function of the page threw."""


@dataclass
class Firefox:
    """A private window: a profile of its own, so cookies and devices too. `troubles` collects what went wrong unseen."""

    url: str
    socket: ClientConnection
    ending: ExitStack
    downloads: Path
    tab: str = ""
    asked: int = 0
    troubles: list[str] = field(default_factory=list)
    forgiven: list[str] = field(default_factory=list)
    past: list[str] = field(default_factory=list)  # what happened, with its second

    @classmethod
    def open(cls, url: str, profile: Path) -> "Firefox":
        profile.mkdir()
        (profile / DOWNLOADS).mkdir()
        preferences = PREFERENCES | {"browser.download.dir": str(profile / DOWNLOADS)}
        lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in preferences.items()]
        (profile / "user.js").write_text("\n".join(lines))
        with ExitStack() as ending:
            port = ending.enter_context(_running(profile))
            socket = ending.enter_context(connect(f"ws://127.0.0.1:{port}/session", **PLAIN))
            window = cls(url, socket, ending, profile / DOWNLOADS)
            window._begin()
            window.ending = ending.pop_all()
        return window

    def _begin(self) -> None:
        self.ask("session.new", capabilities={})
        self.tab = self.ask("browsingContext.getTree")["contexts"][0]["context"]
        self.ask("session.subscribe", events=["log.entryAdded", "network.responseCompleted", "browsingContext.load"])
        self.before_each_page(KEEP_CONNECTIONS + NOTICE_VIOLATIONS)

    # --- what it is asked -----------------------------------------------------------------------------------------

    def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Raises Refused."""
        self.asked += 1
        self.socket.send(json.dumps({"id": self.asked, "method": method, "params": parameters}))
        while (heard := json.loads(self.socket.recv(PATIENCE_MS / 1000))).get("id") != self.asked:
            self.notice(heard)
        if heard["type"] == "error":
            raise Refused(f"{method}: {heard['error']}: {heard['message']}")
        return heard["result"]

    def before_each_page(self, script: str) -> None:
        self.ask("script.addPreloadScript", functionDeclaration=f"() => {{ {script} }}")

    def set_cookie(self, name: str, value: str) -> None:
        what = {"name": name, "domain": urlsplit(self.url).hostname, "value": {"type": "string", "value": value}}
        self.ask("storage.setCookie", cookie=what)

    def goto(self, address: str) -> None:
        self.ask("browsingContext.navigate", context=self.tab, url=self.url + address, wait="complete")

    def reload(self) -> None:
        self.ask("browsingContext.reload", context=self.tab, wait="complete")

    def evaluate(self, function: str) -> Any:
        """What a function of the page gives, promised or at once."""
        return json.loads(self._call(f"async () => JSON.stringify((await ({function})()) ?? null)")["value"])

    def press(self, role: str, name: str) -> None:
        """With the mouse, as soon as it can be pressed."""
        find = lambda: self._call(FIND_TO_PRESS, SELECTORS[role], name).get("sharedId")  # noqa: E731
        element = {"sharedId": self.wait_for(find, f"{role} {name!r} to press")}
        there = {"type": "pointerMove", "x": 0, "y": 0, "origin": {"type": "element", "element": element}}
        press = [there, {"type": "pointerDown", "button": 0}, {"type": "pointerUp", "button": 0}]
        self.act({"type": "pointer", "id": "mouse", "actions": press})

    def write(self, field: str, text: str) -> None:
        """In place of what stands there."""
        self.press("textbox", field)
        self.evaluate("() => document.activeElement.select()")
        keys = [{"type": way, "value": letter} for letter in text for way in ("keyDown", "keyUp")]
        self.act({"type": "key", "id": "keyboard", "actions": keys})

    def choose_file(self, field: str, file: Path) -> None:
        """In the field of that id, which may be hidden behind a button."""
        found = self._call("(id) => document.getElementById(id)", field)
        self.ask("input.setFiles", context=self.tab, element={"sharedId": found["sharedId"]}, files=[str(file)])

    def _call(self, function: str, *words: str) -> dict[str, Any]:
        answer = self.ask(
            "script.callFunction",
            functionDeclaration=function,
            arguments=[{"type": "string", "value": word} for word in words],
            target={"context": self.tab},
            awaitPromise=True,
        )
        if answer["type"] == "exception":
            raise Refused(answer["exceptionDetails"]["text"])
        return answer["result"]

    def act(self, action: dict[str, Any]) -> None:
        self.ask("input.performActions", context=self.tab, actions=[action])

    def wait_for(self, look: Callable[[], Any], what: str) -> Any:
        """Looks again and again, while pages come and go, until there is something."""
        give_up_at = time.monotonic() + PATIENCE_MS / 1000
        last = ""
        while time.monotonic() < give_up_at:
            try:
                if found := look():
                    return found
            except Refused as refusal:  # the page or the element has just gone
                last = str(refusal)
            time.sleep(LOOK_AGAIN_S)
        raise AssertionError(f"in vain: {what}. {last}")

    # --- what it tells --------------------------------------------------------------------------------------------

    def notice(self, event: dict[str, Any]) -> None:
        what = event["params"]
        match event["method"]:
            case "log.entryAdded":
                self.note(f"console: {what['level']} {what['text']}")
                if what["level"] == "error":
                    self.troubles.append(f"console: {what['text']} {json.dumps(what.get('stackTrace'))}")
            case "network.responseCompleted":
                if what["response"]["status"] >= 500:
                    self.troubles.append(f"{what['response']['url']} answered {what['response']['status']}")
            case "browsingContext.load":
                self.note(f"went to {what['url']}")

    def note(self, what: str) -> None:
        self.past.append(f"{time.monotonic():.2f} {what}")

    def forgive(self, *parts: str) -> None:
        self.forgiven.extend(parts)

    def unforgiven(self) -> list[str]:
        self.ask("session.status")  # with it comes what happened since the last question
        return [text for text in self.troubles if not any(part in text for part in self.forgiven)]

    def picture(self, path: Path) -> None:
        path.write_bytes(base64.b64decode(self.ask("browsingContext.captureScreenshot", context=self.tab)["data"]))

    def tell(self) -> str:
        """For who looks into a journey that failed."""
        return "\n".join([*self.past, "", self.evaluate(TELL), ""])

    def close(self) -> None:
        self.ending.close()


@contextmanager
def _running(profile: Path) -> Iterator[int]:
    """The port at which it takes orders. Nothing of the profile is kept, so it need not end in order."""
    port = free_port()
    command = [PROGRAM, "--headless", "--no-remote", "--profile", profile, "--remote-debugging-port", str(port)]
    how = {"env": os.environ | {"HOME": str(profile)}, "preexec_fn": end_with_parent, "start_new_session": True}
    with (profile / "log").open("w") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, **how)
    try:
        give_up_at = time.monotonic() + START_S
        while not _takes_orders(port):
            told = (profile / "log").read_text()
            assert process.poll() is None and time.monotonic() < give_up_at, f"no Firefox:\n{told}"
            time.sleep(LOOK_AGAIN_S)
        yield port
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # a group of its own
        process.wait()


def _takes_orders(port: int) -> bool:
    with suppress(OSError, WebSocketException), connect(f"ws://127.0.0.1:{port}/session", **PLAIN):
        return True
    return False


class PersonInFirefox(Person):
    """Does in Firefox what a call needs."""

    window: Firefox

    def goes_to(self, address: str) -> None:
        self.window.goto(address)

    def is_at(self, address: re.Pattern[str]) -> None:
        self.window.wait_for(lambda: address.search(self.asks_the_page("() => location.href")), f"to be at {address}")

    def loads_the_page_anew(self) -> None:
        self.window.reload()

    def press(self, name: str) -> None:
        self.window.press("button", name)

    def follows(self, link: str) -> None:
        self.window.press("link", link)

    def writes(self, field: str, text: str) -> None:
        self.window.write(field, text)

    def reads(self, text: str | re.Pattern[str]) -> None:
        pattern = re.compile(re.escape(text)) if isinstance(text, str) else text
        everything = "() => document.body.innerText"
        self.window.wait_for(lambda: pattern.search(self.asks_the_page(everything)), f"to read {text}")

    def shows(self, testid: str, text: str | re.Pattern[str]) -> None:
        pattern = re.compile(rf"^{re.escape(text)}$") if isinstance(text, str) else text
        self.window.wait_for(lambda: pattern.search(self.text_at(testid)), f"{testid} to show {text}")

    def text_at(self, testid: str) -> str:
        return self.asks_the_page(
            f"""() => document.querySelector('[data-testid="{testid}"]')?.textContent.trim() ?? "" """
        )

    def asks_the_page(self, function: str) -> Any:
        return self.window.evaluate(function)

    def sends(self, file: Path) -> None:
        self.window.choose_file("file", file)

    def receives(self) -> Path:
        before = set(self.window.downloads.iterdir())
        self.press("Receive")

        def saved() -> Path | None:
            fresh = set(self.window.downloads.iterdir()) - before
            return fresh.pop() if len(fresh) == 1 and not any(each.suffix == ".part" for each in fresh) else None

        self.waits_until(lambda: bool(file := saved()) and file.stat().st_size > 0, "the file is saved")
        return saved()

    def waits(self, ms: int) -> None:
        time.sleep(ms / 1000)
