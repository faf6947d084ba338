"""Two people at machines of their own, and the clock of a cut: from the moment the cable is in again until both hear."""

import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from playwright.sync_api import Browser, Playwright

from tests.harness.networks import SERVER, Machine, reached_from_outside
from tests.journeys import browser as chromium
from tests.journeys.people import Person

ON_ITS_WAY_S = 0.5  # what had been sent before the cut has come
# New sound on the newest connection: when, by the clock that all of them share.
WHEN_BACK = """() => {
    const counted = async () => {
        let packets = 0;
        for (const report of (await window.journey.connections.at(-1).getStats()).values()) {
            if (report.type === "inbound-rtp" && report.kind === "audio") packets += report.packetsReceived;
        }
        return packets;
    };
    window.journey.back = (async () => {
        let before = await counted(), connection = window.journey.connections.length;
        for (;;) {
            await new Promise((resolve) => setTimeout(resolve, 20));
            const now = await counted();
            if (window.journey.connections.length !== connection) [before, connection] = [now, window.journey.connections.length];
            else if (now > before + 2) return Date.now();
        }
    })();
}"""


def url_from_afar(port: int) -> str:
    """Devices, and the sandbox, are for pages of localhost only; there is no other name service there."""
    return f"http://localhost:{port}"


@contextmanager
def browsers_at(
    machines: Sequence[Machine], port: int, playwright: Playwright, folder: Path
) -> Iterator[list[Browser]]:
    """One at each machine; the server that listens on our loopback is `url_from_afar(port)` to them."""
    with reached_from_outside(port), ExitStack() as open_until_then:
        browsers = []
        for machine in machines:
            program = machine.program(chromium.CHROMIUM, folder)
            names = f"--host-resolver-rules=MAP localhost {SERVER}"
            browsers.append(chromium.launch(playwright, program=program, more=[names]))
            open_until_then.callback(browsers[-1].close)
        yield browsers


def back_after(machine: Machine, people: Sequence[Person], cut_s: float, address: str = "") -> float:
    """Seconds from the moment the cable was put in again, at another `address` or its own, until both heard each other.

    Raises AssertionError where the cut cut nothing.
    """
    machine.cut()
    time.sleep(ON_ITS_WAY_S)
    before = [_packets(person) for person in people]
    time.sleep(cut_s - ON_ITS_WAY_S)
    for person, packets in zip(people, before, strict=True):
        assert _packets(person) <= packets, f"{person.name} heard something without a cable"
        person.page.evaluate(WHEN_BACK)
    at = time.time()
    machine.join_again(address)
    heard = [person.page.evaluate("() => window.journey.back") for person in people]
    took = max(heard) / 1000 - at
    assert took > 0, f"both heard {-took:.2f} s before the cable was in again"
    return took


def _packets(person: Person) -> int:
    packets, _ = person.arrived()
    return packets
