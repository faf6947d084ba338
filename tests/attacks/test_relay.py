"""The relay as deploy/ starts it: whom it serves, and where it never sends, whoever asks."""

import asyncio
import re
from contextlib import suppress
from datetime import timedelta
from itertools import count
from struct import pack, unpack

import pytest
from aioice import stun
from aioice.turn import UDP_TRANSPORT, TurnClientUdpProtocol
from django.utils import timezone

from calls.signalling import ice
from tests.harness.servers import ROOT, coturn

pytestmark = pytest.mark.again_in_prove

SECRET = "the-site-and-its-relay-know-it"
FAMILY_6 = 0x02
UNAUTHORIZED, FORBIDDEN, QUOTA_REACHED = 401, 403, 486
NUMBERS = count(1_000)  # of members, each with a quota of their own
# aioice asks for IPv4 alone.
FAMILY = (
    0x0017,
    "REQUESTED-ADDRESS-FAMILY",
    lambda family: pack("!Bxxx", family),
    lambda data: unpack("!Bxxx", data)[0],
)
stun.ATTRIBUTES_BY_TYPE[FAMILY[0]] = stun.ATTRIBUTES_BY_NAME[FAMILY[1]] = FAMILY

FORBIDDEN_PEERS = {
    "this machine": "127.0.0.1",
    "its other addresses": "127.8.8.8",
    "this network": "0.0.0.1",
    "a private network": "10.0.0.7",
    "another private network": "172.16.0.1",
    "a home network": "192.168.1.1",
    "a carrier's network": "100.64.0.1",
    "the metadata of a cloud": "169.254.169.254",
    "a group": "224.0.0.251",
    "everybody": "255.255.255.255",
    "this machine, by IPv6": "::1",
    "nowhere": "::",
    "this machine, mapped": "::ffff:127.0.0.1",
    "the metadata, mapped": "::ffff:169.254.169.254",
    "a private network, compatible": "::10.0.0.7",
    "a private network, translated": "::ffff:0:10.0.0.7",
    "a private network, by NAT64": "64:ff9b::10.0.0.7",
    "a private network, by a NAT64 of its own": "64:ff9b:1::a00:7",
    "a private network, by 6to4": "2002:a00:7::1",
    "a private network, by Teredo": "2001:0:a00:7::1",
    "a private network, by IPv6": "fd00::7",
    "a neighbour, by IPv6": "fe80::7",
    "a site's own, by IPv6": "fec0::7",
    "a group, by IPv6": "ff02::fb",
}


@pytest.fixture(scope="module")
def relay():
    with coturn(SECRET, "relay-ip=::1") as port:
        yield port


@pytest.fixture(scope="module")
def open_relay(tmp_path_factory):
    """The same server without what closes it."""
    closed = (ROOT / "deploy/turnserver.conf").read_text().splitlines()
    lines = [line for line in closed if not line.startswith(("denied-peer-ip", "use-auth-secret"))]
    folder = tmp_path_factory.mktemp("open")
    with_a_secret = (ROOT / "deploy/turn.sh").read_text()
    (folder / "turn.sh").write_text(re.sub(r"(?m)^.*static-auth-secret.*$", "", with_a_secret))
    (folder / "turnserver.conf").write_text("\n".join([*lines, "no-auth", ""]))
    with coturn(SECRET, "relay-ip=::1", script=folder / "turn.sh") as port:
        yield port


def credentials(user_id: int = 0, *, at=None) -> dict[str, str]:
    """As the site hands them out, to somebody new each time."""
    (server,) = ice.servers(user_id=user_id or next(NUMBERS), now=at or timezone.now())
    return {"username": server["username"], "password": server["credential"]}


@pytest.fixture(autouse=True)
def site_with_a_relay(settings):
    settings.TURN_URLS, settings.TURN_SECRET, settings.TURN_TTL_S = ["turn:turn.example.test"], SECRET, 600


# Of clients, none of them twice: coturn keeps a place for a second after it was given back, and takes who comes from the same
# port for whoever had it. Below those that the system gives out.
PORTS = count(20_000)


class Client:
    """A member's browser, as far as the relay can tell."""

    def __init__(self, port: int, *, username: str, password: str) -> None:
        self.port, self.username, self.password = port, username, password
        self.has_a_place = False

    async def __aenter__(self) -> "Client":
        loop = asyncio.get_running_loop()
        server = ("127.0.0.1", self.port)
        how = {"username": self.username, "password": self.password, "lifetime": 600, "channel_refresh_time": 500}
        for port in PORTS:
            with suppress(OSError):  # somebody has it
                self.transport, self.turn = await loop.create_datagram_endpoint(
                    lambda: TurnClientUdpProtocol(server, **how), local_addr=("127.0.0.1", port), remote_addr=server
                )
                break
        return self

    async def __aexit__(self, *_) -> None:
        if self.has_a_place:
            await self.ask(stun.Method.REFRESH, LIFETIME=0)
        self.transport.close()

    async def ask(self, method: stun.Method, **attributes) -> int:
        """The relay's answer: 0 for yes, else its error."""
        request = stun.Message(message_method=method, message_class=stun.Class.REQUEST)
        request.attributes.update({name.replace("_", "-"): value for name, value in attributes.items()})
        try:
            await self.turn.request_with_retry(request)
        except stun.TransactionFailed as refusal:
            return refusal.response.attributes["ERROR-CODE"][0]
        return 0

    async def takes_a_place(self, family: int = 0) -> int:
        wish = {"REQUESTED_ADDRESS_FAMILY": family} if family else {}
        answer = await self.ask(stun.Method.ALLOCATE, REQUESTED_TRANSPORT=UDP_TRANSPORT, **wish)
        self.has_a_place = answer == 0
        return answer

    async def may_send_to(self, address: str) -> int:
        """By either of the two ways that the protocol has."""
        peer = {"XOR_PEER_ADDRESS": (address, 80)}
        answers = {
            await self.ask(stun.Method.CREATE_PERMISSION, **peer),
            await self.ask(stun.Method.CHANNEL_BIND, CHANNEL_NUMBER=0x4001, **peer),
        }
        assert len(answers) == 1, f"{address}: {answers}"
        return answers.pop()


def asked(port: int, address: str) -> int:
    async def ask() -> int:
        async with Client(port, **credentials()) as eve:
            assert await eve.takes_a_place(FAMILY_6 if ":" in address else 0) == 0
            return await eve.may_send_to(address)

    return asyncio.run(ask())


def placed(port: int, **who: str) -> int:
    async def ask() -> int:
        async with Client(port, **who) as eve:
            return await eve.takes_a_place()

    return asyncio.run(ask())


class ForbiddenPeerTests:
    @pytest.mark.parametrize("where", FORBIDDEN_PEERS)
    def test_it_never_sends_there(self, relay, where):
        assert asked(relay, FORBIDDEN_PEERS[where]) == FORBIDDEN

    @pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
    def test_it_sends_to_people_elsewhere(self, relay, address):
        assert asked(relay, address) == 0

    def test_without_the_list_it_sends_into_the_private_network(self, open_relay):
        """The broken twin: the same server without the lines that deny."""
        for where in (
            "a private network",
            "the metadata of a cloud",
            "the metadata, mapped",
            "a private network, by 6to4",
        ):
            assert asked(open_relay, FORBIDDEN_PEERS[where]) == 0


class CredentialTests:
    def test_of_the_site_they_are_taken(self, relay):
        assert placed(relay, **credentials()) == 0

    def test_expired_they_are_not(self, relay):
        old = credentials(at=timezone.now() - timedelta(seconds=700))
        assert placed(relay, **old) == UNAUTHORIZED

    def test_made_to_last_longer_they_are_not(self, relay):
        mine = credentials()
        later = str(int(mine["username"].split(":")[0]) + 86_400)
        assert placed(relay, username=f"{later}:3", password=mine["password"]) == UNAUTHORIZED

    def test_forged_they_are_not(self, relay, settings):
        settings.TURN_SECRET = "a guess"
        assert placed(relay, **credentials()) == UNAUTHORIZED

    def test_in_anothers_name_they_are_not(self, relay):
        """What she does there would count for him: towards his quota, and in what the relay writes down."""
        his, hers = credentials(77), credentials(78)
        until = hers["username"].split(":")[0]
        for name in (his["username"], f"{until}:77"):
            assert placed(relay, username=name, password=hers["password"]) == UNAUTHORIZED

    def test_where_nobody_is_asked_a_stranger_is_served(self, open_relay):
        """The broken twin: a relay without secrets."""
        assert placed(open_relay, username="anybody", password="anything") == 0


def all_taken(port: int, whose: list[dict[str, str]]) -> list[int]:
    """The answers to as many clients as there are credentials, all there at once."""

    async def take() -> list[int]:
        clients = [Client(port, **each) for each in whose]
        for eve in clients:
            await eve.__aenter__()
        answers = [await eve.takes_a_place() for eve in clients]
        for eve in clients:
            await eve.__aexit__()
        return answers

    return asyncio.run(take())


class QuotaTests:
    def no_more_than_a_few(self, answers: list[int]) -> None:
        assert answers[:24] == [0] * 24
        assert set(answers[24:]) == {QUOTA_REACHED}

    def test_one_person_gets_no_more_than_a_few_places(self, relay):
        self.no_more_than_a_few(all_taken(relay, [credentials(66)] * 27))

    def test_nor_with_new_credentials_for_each(self, relay):
        """The site makes new ones for every page that asks: the name begins with another moment each time."""
        now = timezone.now()
        fresh = [credentials(67, at=now + timedelta(seconds=second)) for second in range(27)]
        assert len({one["username"] for one in fresh}) == 27
        self.no_more_than_a_few(all_taken(relay, fresh))

    @pytest.mark.prove
    def test_without_the_line_that_says_how_many_they_get_them_all(self, tmp_path):
        """The broken twin."""
        lines = (ROOT / "deploy/turnserver.conf").read_text().splitlines()
        (tmp_path / "turn.sh").write_text((ROOT / "deploy/turn.sh").read_text())
        without = [line for line in lines if not line.startswith("user-quota")]
        (tmp_path / "turnserver.conf").write_text("\n".join([*without, ""]))
        with coturn(SECRET, script=tmp_path / "turn.sh") as port:
            assert all_taken(port, [credentials(68)] * 27) == [0] * 27
