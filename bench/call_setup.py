"""From *Answer* to the first picture of the other, beside a page of PeerJS in the same two browsers.

What a person would press on the way (*Join*, *Camera on*) is pressed as soon as it can be. The browsers have seen the site
before: its scripts are in their caches, and the device check was passed. It rings for RINGS_MS: nobody answers sooner. Runs in
a network of its own.
"""

import functools
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory

from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from bench import ROUNDS, cpu, crowd, peerjs, sites
from bench.report import Goal, Row, compare, without_peer
from bench.servers import Server
from tests.journeys import browser as chromium
from tests.journeys.browser import Window
from tests.journeys.people import Person
from tests.journeys.site import Site

CPU = Goal("call set-up: server CPU from *Answer* to media flowing / the same two browsers through PeerJS", 1.0)
TIME = Goal("call set-up: time from *Answer* to the first remote frame / PeerJS demo page", 1.1)
RINGS_MS = 1_000
MILLI = 1e3
A_CAMERA = "--use-fake-device-for-media-stream=fps=30"  # the journeys' own shows a picture each 200 ms
# In every page, before its own scripts.
WHEN_SEEN = """
localStorage.setItem("ringwise.checked", "1");
window.seen = new Promise((resolve) => {
    const look = async () => {
        for (const connection of window.journey.connections) {
            for (const report of (await connection.getStats()).values()) {
                if (report.type === "inbound-rtp" && report.kind === "video" && report.framesDecoded) return resolve(Date.now());
            }
        }
        setTimeout(look, 10);
    };
    look();
});
const toPress = ["join", "camera-switch"];
const pressing = setInterval(() => {
    const button = document.getElementById(toPress[0]);
    if (button?.checkVisibility()) {
        button.click();
        toPress.shift();
    }
    if (!toPress.length) clearInterval(pressing);
}, 5);
"""


@dataclass
class Found:
    """Seconds until the one who answers sees the other, and the server's CPU until both see each other, of each round."""

    seconds: list[float] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)

    def measure(self, used: Callable[[], float], bob: Page, alice: Page, answer: str) -> None:
        """Bob presses the button with the id `answer`, once it has rung for a while."""
        bob.wait_for_timeout(RINGS_MS)
        before = used()
        pressed_at = bob.evaluate("(id) => { document.getElementById(id).click(); return Date.now(); }", answer)
        seen_at = [_when_seen(page) for page in (bob, alice)]
        self.cpu_ms.append((used() - before) * MILLI)
        self.seconds.append((seen_at[0] - pressed_at) / MILLI)


def _when_seen(page: Page) -> float:
    """Also where the page is just about to give way to the next one."""
    page.wait_for_function("() => window.journey.connections.length")
    return page.evaluate("() => window.seen")


def rows(server: Server) -> list[Row]:
    people = crowd.gather(server, "call_setup", pairs=1)
    server.ask("UPDATE calls_call SET state = 'ended', end_reason = 'hung_up', ended_at = now()", people.url)
    with ExitStack() as running:
        folder = Path(running.enter_context(TemporaryDirectory(prefix="ringwise-bench-")))
        # Without a worker: it asks each second what is due, whoever calls whom.
        site = running.enter_context(sites.served(Site, people.url, folder / "site", "--no-worker"))
        browsers = _two_browsers(running.enter_context(sync_playwright()), running)
        ours = Ours(site, people, browsers, server)
        try:
            theirs = running.enter_context(_theirs(browsers))
        except peerjs.Missing as missing:
            return [without_peer(goal, peer=peerjs.NAME, why=str(missing)) for goal in (CPU, TIME)]
        for _ in range(ROUNDS + 1):
            ours.call()
            theirs.call()
    told = {"peer": f"{peerjs.NAME}, a page of its own"}
    mine, others = ours.found, theirs.found
    return [
        compare(CPU, ours=mine.cpu_ms[1:], theirs=others.cpu_ms[1:], unit="ms of CPU, ours with PostgreSQL's", **told),
        compare(TIME, ours=mine.seconds[1:], theirs=others.seconds[1:], unit="s", **told),
    ]


def _two_browsers(playwright: Playwright, running: ExitStack) -> list[Browser]:
    browsers = [chromium.launch(playwright, more=[A_CAMERA]) for _ in range(2)]
    for browser in browsers:
        running.callback(browser.close)
    return browsers


def _window(browser: Browser, url: str) -> Window:
    window = Window.open(browser, url)
    window.context.add_init_script(WHEN_SEEN)
    return window


class Ours:
    def __init__(self, site: Site, people: crowd.Crowd, browsers: list[Browser], server: Server) -> None:
        self.found = Found()
        self.servers = (sites.pid(site), server.pid)
        both = []
        names = ("0 Alice Martin", "0 Bob Leroy")
        for browser, cookie, name in zip(browsers, (people.callers[0], people.experts[0]), names, strict=True):
            window = _window(browser, site.url)
            window.context.add_cookies([{"name": "sessionid", "value": cookie, "url": site.url}])
            both.append(Person(name, window, site))
        self.alice, self.bob = both

    def call(self) -> None:
        self.bob.page.goto("/me/")
        self.alice.rings(self.bob)
        self.bob.button("Answer").wait_for()
        self.found.measure(self._used, self.bob.page, self.alice.page, "ring-answer")
        self.bob.press("Hang up")

    def _used(self) -> float:
        return sum(cpu.used_by_tree(pid) for pid in self.servers)


@dataclass
class Theirs:
    server: peerjs.PeerServer
    windows: list[Window]
    url: str
    calls: int = 0
    found: Found = field(default_factory=Found)

    def call(self) -> None:
        self.calls += 1
        alice, bob = [window.page for window in self.windows]
        for page, name in ((alice, "alice"), (bob, "bob")):
            page.goto(f"{self.url}/page.html?name={name}-{self.calls}&port={self.server.port}")
            page.wait_for_selector("body[data-open]")
        alice.evaluate("(name) => window.ring(name)", f"bob-{self.calls}")
        bob.wait_for_selector("#answer")
        self.found.measure(lambda: cpu.used_by_tree(self.server.pid), bob, alice, "answer")
        for page in (alice, bob):
            page.goto("about:blank")


@contextmanager
def _theirs(browsers: list[Browser]) -> Iterator[Theirs]:
    """Raises peerjs.Missing."""
    handler = functools.partial(Quiet, directory=str(peerjs.packages().parent))
    with peerjs.peer_server() as server, ThreadingHTTPServer(("127.0.0.1", 0), handler) as pages:
        threading.Thread(target=pages.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{pages.server_port}"
        yield Theirs(server, [_window(browser, url) for browser in browsers], url)
        pages.shutdown()


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_words: object) -> None:
        pass
