"""Two machines on a network of their own: the cable is pulled, and put back, also into another socket."""

import sys
import time
from contextlib import ExitStack

import pytest

from tests import cast
from tests.harness.networks import SERVER, Machine, reached_from_outside, two_machines
from tests.journeys import browser as chromium
from tests.journeys.people import Person, talk

pytestmark = pytest.mark.prove

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


@pytest.fixture
def machines():
    with two_machines() as both:
        yield both


@pytest.fixture
def talking_from_afar(site, machines, tmp_path, playwright_here, signed_in_person):
    """Alice and bob in a call, each at a machine of their own."""
    with reached_from_outside(site.port), ExitStack() as open_until_then:
        # Devices, and the sandbox, are for pages of localhost only; there is no other name service here.
        url, more = f"http://localhost:{site.port}", [f"--host-resolver-rules=MAP localhost {SERVER}"]
        people = []
        for user, machine in zip((cast.alice(), cast.bob()), machines, strict=True):
            program = machine.program(chromium.CHROMIUM, tmp_path)
            browser = chromium.launch(playwright_here, program=program, more=more)
            open_until_then.callback(browser.close)
            people.append(signed_in_person(user, url=url, on=browser))
        alice, bob = people
        for person in people:
            person.window.forgive("WebSocket connection to", "net::ERR_")  # without a cable
        bob.page.goto("/me/")
        alice.rings(bob)
        bob.answers()
        talk(alice, bob)
        yield alice, bob


def back_after(machine: Machine, people: tuple[Person, Person], cut_s: float, address: str = "") -> float:
    """Seconds from the moment the cable was in again until both heard each other."""
    machine.cut()
    time.sleep(cut_s)
    for person in people:
        person.page.evaluate(WHEN_BACK)
    machine.join_again(address)
    at = time.time()
    heard = [person.page.evaluate("() => window.journey.back") for person in people]
    return max(heard) / 1000 - at


class MachineTests:
    def test_new_ones_of_the_same_names_stand_where_the_last_were(self):
        for _ in range(10):
            with two_machines() as (hers, his):
                assert hers.name != his.name


class CutTests:
    @pytest.mark.parametrize(("cut_s", "address"), [(3, ""), (20, ""), (4, "10.88.0.11")])
    def test_they_hear_each_other_again(self, machines, talking_from_afar, cut_s, address):
        took = back_after(machines[0], talking_from_afar, cut_s, address)
        sys.stdout.write(f"{cut_s} s cut{', another address' if address else ''}: back after {took:.2f} s\n")
        for person in talking_from_afar:
            person.is_connected()
            person.hears()
