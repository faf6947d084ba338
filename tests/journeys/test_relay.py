"""Before joining, and through the relay alone: real coturn, as deploy/ starts it."""

import pytest
from playwright.sync_api import expect

from tests.harness.servers import coturn, free_port
from tests.journeys.people import talk

pytestmark = pytest.mark.prove

SECRET = "the-site-and-its-relay-know-it"
# On one machine the two are at loopback, where the relay of a real site never sends.
LOOPBACK = ("allow-loopback-peers", "allowed-peer-ip=127.0.0.1")
ROUTES = """async () => {
    const found = new Set();
    for (const connection of window.journey.connections) {
        const reports = [...(await connection.getStats()).values()];
        for (const pair of reports.filter(({ type, nominated }) => type === "candidate-pair" && nominated)) {
            const { candidateType, relayProtocol } = reports.find(({ id }) => id === pair.localCandidateId);
            found.add(`${candidateType} ${relayProtocol ?? ""}`.trim());
        }
    }
    return [...found];
}"""
LEARNT = """async () => {
    const found = new Set();
    for (const connection of window.journey.connections) {
        for (const { type, candidateType } of (await connection.getStats()).values()) {
            if (type === "remote-candidate") found.add(candidateType);
        }
    }
    return [...found];
}"""


@pytest.fixture
def site_with(site):
    """The site with a relay at these addresses."""

    def start_anew(*urls: str, secret: str = SECRET) -> None:
        site.stop()
        site.environment |= {"TURN_URLS": ",".join(urls), "TURN_SECRET": secret}
        site.start()

    return start_anew


@pytest.fixture
def relay():
    with coturn(SECRET, *LOOPBACK) as port:
        yield f"turn:127.0.0.1:{port}"


class RelayTests:
    @pytest.mark.parametrize("transport", ["udp", "tcp"])
    def test_who_hides_the_address_is_reached_through_it_alone(self, site_with, relay, two_in_the_lobby, transport):
        site_with(f"{relay}?transport={transport}")
        alice, bob = two_in_the_lobby()
        alice.reads("Ready: calls get through, behind strict networks too.")
        alice.page.get_by_label("Hide my network address").check()
        talk(alice, bob)
        assert alice.page.evaluate(ROUTES) == [f"relay {transport}"]
        assert bob.page.evaluate(LEARNT) == ["relay"]
        alice.opens("Call details")
        alice.reads("Sound and picture go through this site's relay")

    def test_of_who_does_not_hide_it_the_other_learns_it(self, two_in_the_lobby):
        """The broken twin."""
        alice, bob = two_in_the_lobby()
        talk(alice, bob)
        assert "host" in bob.page.evaluate(LEARNT)

    def test_chosen_in_mid_call_it_goes_on_through_the_relay(self, site_with, relay, two_in_the_lobby):
        site_with(f"{relay}?transport=udp")
        alice, bob = two_in_the_lobby()
        talk(alice, bob)
        assert alice.page.evaluate(ROUTES) != ["relay udp"]
        alice.press("Devices")
        alice.page.get_by_label("Hide my network address").check()
        alice.waits_until(lambda: "relay udp" in alice.page.evaluate(ROUTES), "the relay")
        for person in (alice, bob):
            person.is_connected()
            person.hears()

    def test_a_relay_that_refuses_is_told_and_the_call_connects_without_it(self, site_with, relay, two_in_the_lobby):
        site_with(f"{relay}?transport=udp", secret="another")
        alice, bob = two_in_the_lobby()
        alice.reads("The relay does not take us just now")
        talk(alice, bob)

    def test_a_relay_that_is_not_there_too(self, site_with, two_in_the_lobby):
        site_with(f"turn:127.0.0.1:{free_port()}?transport=udp")
        alice, bob = two_in_the_lobby()
        alice.reads("The relay does not answer.")
        expect(alice.button("Try again")).to_be_visible()
        talk(alice, bob)


class CheckTests:
    def test_who_was_well_once_goes_straight_in(self, two_in_the_lobby):
        alice, bob = two_in_the_lobby()
        expect(alice.page.get_by_role("heading", name="Sound and camera")).to_be_visible()
        alice.reads("We hear you.")
        alice.reads("This site has no relay.")
        expect(alice.page.get_by_label("Hide my network address")).not_to_be_visible()
        alice.press("Try the camera")
        alice.reads("Only you see this.")
        talk(alice, bob)
        expect(alice.button("Camera on")).to_be_visible()  # the trial is over
        alice.page.reload()
        expect(alice.button("Join")).to_be_visible()
        expect(alice.page.get_by_role("heading", name="Sound and camera")).not_to_be_visible()
        alice.press("Sound and camera")
        expect(alice.page.get_by_role("heading", name="Sound and camera")).to_be_focused()
