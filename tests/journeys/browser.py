"""Real Chromium with pretended devices, and one window of it that notices every error a person would not see."""

import re
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, Response, WebSocket, expect

CHROMIUM = "/usr/bin/chromium"
PATIENCE_MS = 30_000
FLAGS = [
    "--headless=new",
    "--no-sandbox",
    "--use-fake-device-for-media-stream=fps=5",  # a picture is seen to move; coding more of them takes the time of all
    "--use-fake-ui-for-media-stream",
    "--auto-select-desktop-capture-source=Entire screen",
    "--autoplay-policy=no-user-gesture-required",
    # Two peers on one machine with nothing but lo: real addresses as candidates, loopback among them.
    "--allow-loopback-in-peer-connection",
    "--disable-features=WebRtcHideLocalIpsWithMdns,MediaRouter,Translate,OptimizationHints",
    # A window in the background must go on as one in front.
    "--disable-background-timer-throttling",
    "--disable-renderer-backgrounding",
    "--disable-backgrounding-occluded-windows",
    # Nothing asks the world outside.
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-default-apps",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND , EXCLUDE localhost , EXCLUDE 127.0.0.1",
    "--disable-dev-shm-usage",
    "--disable-gpu",
]


expect.set_options(timeout=PATIENCE_MS)


def launch(
    playwright: Playwright, *, program: Path | str = CHROMIUM, more: Sequence[str] = (), without: Sequence[str] = ()
) -> Browser:
    flags = [*(flag for flag in FLAGS if flag not in without), *more]
    return playwright.chromium.launch(executable_path=program, headless=True, args=flags)


# Before any script of the page: keeps the connections that it makes, so that a journey can ask what really arrives, and what
# was pressed and where, for who looks into a journey that failed.
KEEP_CONNECTIONS = """
window.journey = { connections: [], pressed: [] };
for (const kind of ["keydown", "click", "focusin"]) {
    addEventListener(kind, ({ key, target }) => {
        const name = target.id || target.tagName || "document";
        window.journey.pressed.push(`${Math.round(performance.now())} ms ${kind} ${key ?? ""} ${name}`);
    }, true);
}
window.RTCPeerConnection = class extends RTCPeerConnection {
    constructor(...how) {
        super(...how);
        window.journey.connections.push(this);
    }
};
"""


@dataclass
class Window:
    """A private window of its own: cookies, devices, one page. `troubles` collects what went wrong unseen."""

    context: BrowserContext
    page: Page
    troubles: list[str] = field(default_factory=list)
    forgiven: list[str] = field(default_factory=list)
    past: list[str] = field(default_factory=list)  # what happened, with its second

    @classmethod
    def open(cls, browser: Browser, url: str, **how) -> "Window":
        context = browser.new_context(base_url=url, **how)
        context.set_default_timeout(PATIENCE_MS)
        window = cls(context, context.new_page())
        window.before_each_page(KEEP_CONNECTIONS)
        context.on("page", window.watch)
        window.watch(window.page)
        return window

    def before_each_page(self, script: str) -> None:
        self.context.add_init_script(script)

    def watch(self, page: Page) -> None:
        page.on("pageerror", lambda error: self.trouble(f"{page.url}: {error}"))
        page.on("console", self.hear)
        page.on("response", self.see)
        page.on("framenavigated", lambda frame: self.note(f"went to {frame.url}"))
        page.on("websocket", self.follow)

    def follow(self, socket: WebSocket) -> None:
        for event, way in (("framesent", ">"), ("framereceived", "<")):
            socket.on(event, lambda text, way=way: self.note(f"{way} {str(text)[:300]}"))
        socket.on("close", lambda _: self.note(f"closed {socket.url}"))

    def sent_sound(self) -> bool:
        """Over a socket, that is: to the server."""
        return any(re.search(r"^\S+ > b['\"]", what) for what in self.past)

    def note(self, what: str) -> None:
        self.past.append(f"{time.monotonic():.2f} {what}")

    def picture(self, path: Path) -> None:
        self.page.screenshot(path=path)

    def close(self) -> None:
        self.context.close()

    def tell(self) -> str:
        """For who looks into a journey that failed."""
        pressed = self.page.evaluate("() => window.journey.pressed")
        focus = self.page.evaluate("() => document.activeElement?.outerHTML.slice(0, 200)")
        return "\n".join([*self.past, "", *pressed, "", f"focus: {focus}", ""])

    def hear(self, message: ConsoleMessage) -> None:
        self.note(f"console: {message.type} {message.text}")
        # A violation of the content security policy is such a message too.
        if message.type == "error":
            self.trouble(f"{message.page.url if message.page else '?'}: console: {message.text} {message.location}")

    def see(self, response: Response) -> None:
        if response.status >= 500:
            self.trouble(f"{response.url} answered {response.status}")

    def trouble(self, text: str) -> None:
        self.troubles.append(text)

    def forgive(self, *parts: str) -> None:
        """Troubles with one of these words in them are what this journey brings about on purpose."""
        self.forgiven.extend(parts)

    def unforgiven(self) -> list[str]:
        return [text for text in self.troubles if not any(part in text for part in self.forgiven)]
