"""Test calls on this server: real child processes, few at once, and none that outlives its time."""

import asyncio
import sys
import textwrap
from datetime import timedelta

import pytest
import time_machine
from aiortc import RTCConfiguration, RTCPeerConnection

from calls.echo import services as echo
from tests import cast

pytestmark = pytest.mark.django_db
WAIT_S = 20
ANSWERS = """
    import json, sys
    told = json.loads(sys.stdin.readline())
    print(json.dumps({"sdp": "answer to " + told["sdp"]}), flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def said_by(monkeypatch):
    """`said_by(program)`: what the child processes run from now on."""

    def run(program: str) -> None:
        monkeypatch.setattr(echo, "COMMAND", [sys.executable, "-c", textwrap.dedent(program)])

    yield run
    echo.end_all()


@pytest.fixture
def answering(said_by):
    said_by(ANSWERS)


def child_of(member):
    return echo._talks[member.pk].child


def ends(child) -> bool:
    return child.wait(WAIT_S) is not None


class AnswerTests:
    def test_it_is_the_childs(self, answering, alice):
        assert echo.answer(member=alice, offer="v=0") == "answer to v=0"

    def test_the_child_knows_no_secret_of_ours(self, said_by, alice, monkeypatch):
        monkeypatch.setenv("SECRET_KEY", "the price of the tulips")
        said_by("""
            import json, os, sys
            sys.stdin.readline()
            print(json.dumps({"sdp": " ".join(os.environ)}), flush=True)
        """)
        assert "SECRET_KEY" not in echo.answer(member=alice, offer="v=0")

    def test_a_second_one_of_the_same_member_ends_the_first(self, answering, alice):
        echo.answer(member=alice, offer="v=0")
        first = child_of(alice)
        echo.answer(member=alice, offer="v=1")
        assert ends(first)
        assert child_of(alice).poll() is None

    def test_no_more_at_once_than_there_may_be(self, answering, alice, bob, eve, settings):
        settings.ECHOES_AT_ONCE = 2
        echo.answer(member=alice, offer="v=0")
        echo.answer(member=bob, offer="v=0")
        with pytest.raises(echo.Busy):
            echo.answer(member=eve, offer="v=0")
        child_of(alice).kill()
        child_of(alice).wait()
        assert echo.answer(member=eve, offer="v=0")

    def test_one_that_outlived_its_time_is_ended(self, answering, alice, bob, settings):
        settings.ECHOES_AT_ONCE = 1
        echo.answer(member=alice, offer="v=0")
        child = child_of(alice)
        echo._talks[alice.pk].began -= settings.ECHO_S + echo.ANSWER_WITHIN_S + 1
        assert echo.answer(member=bob, offer="v=0")
        assert ends(child)

    @pytest.mark.parametrize("program", ["", "import sys; sys.exit(3)", "print('nonsense', flush=True)", "print('[]')"])
    def test_of_a_child_that_gives_no_answer_it_is_said(self, said_by, alice, program):
        said_by(program)
        with pytest.raises(echo.BadOffer):
            echo.answer(member=alice, offer="v=0")
        assert echo._talks == {}

    def test_one_that_is_stuck_is_ended(self, said_by, alice, monkeypatch):
        monkeypatch.setattr(echo, "ANSWER_WITHIN_S", 0.2)
        said_by("import time; time.sleep(600)")
        with pytest.raises(echo.BadOffer):
            echo.answer(member=alice, offer="v=0")
        assert echo._talks == {}

    @pytest.mark.parametrize("offer", ["", "x" * 30_001, "v=0\0", "v=0 \N{BELL}", "\ud800", "v=0\x1b[2J"])
    def test_what_cannot_be_an_offer_begins_no_process(self, answering, alice, offer):
        with pytest.raises(echo.BadOffer):
            echo.answer(member=alice, offer=offer)
        assert echo._talks == {}


class RealEchoTests:
    """`python -m calls.robots.echo` itself."""

    def test_nonsense_ends_it_without_an_answer(self, alice):
        with pytest.raises(echo.BadOffer):
            echo.answer(member=alice, offer="nonsense")
        assert echo._talks == {}

    def test_it_ends_when_its_input_is_closed(self, alice):
        child = echo._begin()
        child.stdin.write(b'{"sdp": "nonsense", "stun": [], "for_s": 60}\n')
        child.stdin.close()
        assert ends(child)
        child.stdout.close()

    def test_it_answers_a_browser(self, alice):
        answer = echo.answer(member=alice, offer=asyncio.run(an_offer()))
        assert answer.startswith("v=0")
        assert answer.count("a=sendrecv") == 2
        assert child_of(alice).poll() is None
        echo.end_all()


async def an_offer() -> str:
    browser = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    for kind in ("audio", "video"):
        browser.addTransceiver(kind)
    await browser.setLocalDescription(await browser.createOffer())
    try:
        return browser.localDescription.sdp
    finally:
        await browser.close()


class StunTests:
    @pytest.mark.parametrize(
        ("urls", "asked"),
        [
            ([], []),
            (["stun:s:1", "turn:t:2"], ["stun:s:1"]),
            (["turn:t:2?transport=udp", "turns:t"], ["stun:t:2"]),
            (["turns:t"], []),
        ],
    )
    def test_its_own_address_it_learns_of_this_site_alone(self, settings, urls, asked):
        settings.TURN_URLS = urls
        assert echo._stun() == asked


class ProofTests:
    def test_that_it_came_through_is_remembered(self, bob, now):
        echo.note_through(member=bob, proof=echo.proof(member=bob), now=now)
        bob.profile.refresh_from_db()
        assert bob.profile.test_call_at == now

    def test_of_another_member_or_forged_or_old_it_proves_nothing(self, bob, eve, now):
        theirs = echo.proof(member=eve)
        for wrong in (theirs, "", f"{bob.pk}:x:y", echo.proof(member=bob)[:-1]):
            with pytest.raises(echo.NotProved):
                echo.note_through(member=bob, proof=wrong, now=now)
        with time_machine.travel(cast.NOW, tick=False) as clock:
            old = echo.proof(member=bob)
            clock.shift(timedelta(seconds=echo.PROOF_S + 1))
            with pytest.raises(echo.NotProved):
                echo.note_through(member=bob, proof=old, now=now)
        bob.profile.refresh_from_db()
        assert bob.profile.test_call_at is None

    def test_of_who_has_no_page_nothing_is_kept(self, alice, now):
        echo.note_through(member=alice, proof=echo.proof(member=alice), now=now)
