import asyncio
import json
import threading

import pytest
from asgiref.sync import sync_to_async
from django.db import connection
from django.test.utils import CaptureQueriesContext

from calls.conversations import chat
from calls.conversations.models import ChatLine
from calls.notices import services as notices
from calls.rooms import services as rooms
from calls.rooms.models import Call, Seat
from calls.signalling.room import RoomSocket
from tests.calls.signalling.wires import Refused, Wire, answered_call, cookie_of, live_pair, page_of, room_of

pytestmark = pytest.mark.django_db(transaction=True)

OFFER = {"description": {"type": "offer", "sdp": "v=0\r\n"}}


class DoorTests:
    @pytest.mark.parametrize("who", ["eve", "sam", "a visitor"])
    async def test_strangers_are_refused(self, alice, bob, eve, sam, now, who):
        call = await sync_to_async(answered_call)(alice, bob, now)
        person = {"eve": eve, "sam": sam}.get(who)
        cookie = await sync_to_async(cookie_of)(person) if person else ""
        with pytest.raises(Refused):
            await Wire(f"/ws/room/{call.room.code}/", cookie=cookie).open()

    async def test_an_unknown_room_looks_the_same(self, alice):
        cookie = await sync_to_async(cookie_of)(alice)
        with pytest.raises(Refused):
            await Wire("/ws/room/AAAAAAAAAAAAAAAAAAAAAAAA/", cookie=cookie).open()

    @pytest.mark.parametrize("code", ["\0", "AAAA\0", "A" * 2_000, "é"])
    async def test_what_can_be_no_code_is_refused_without_an_error_of_ours(self, alice, code):
        cookie = await sync_to_async(cookie_of)(alice)
        with pytest.raises(Refused):
            await Wire(f"/ws/room/{code}/", cookie=cookie).open()

    async def test_an_unknown_address_is_refused(self, alice):
        with pytest.raises(Refused):
            await Wire("/ws/elsewhere/", cookie=await sync_to_async(cookie_of)(alice)).open()


@pytest.mark.again_in_prove
class SignTests:
    """A raised hand, and that a screen is shared."""

    @pytest.mark.parametrize("what", ["hand", "screen"])
    async def test_the_other_sees_it_until_it_is_lowered(self, alice, bob, now, what):
        hers, his, _call = await live_pair(alice, bob, now)
        for on in (True, False):
            await hers.say("sign", what=what, on=on)
            assert (await his.state(lambda state, on=on: state["other"][what] is on))["you"][what] is False
            assert (await hers.state(lambda state, on=on: state["you"][what] is on))["other"][what] is False

    async def test_said_twice_it_is_no_news(self, alice, bob, now):
        hers, his, _call = await live_pair(alice, bob, now)
        await hers.say("sign", what="hand", on=True)
        await his.state(lambda state: state["other"]["hand"])
        await hers.say("sign", what="hand", on=True)
        assert await his.hears_no("state")

    async def test_the_same_page_keeps_it_when_it_joins_again(self, alice, bob, now):
        """As a page does whenever one comes back to its tab: to show another window is why a screen is shared."""
        hers, his, _call = await live_pair(alice, bob, now)
        await hers.say("sign", what="screen", on=True)
        await his.state(lambda state: state["other"]["screen"])
        await hers.say("join", page="hers")
        await hers.hear("peer")
        assert await his.hears_no("state")

    async def test_whoever_takes_the_seat_shows_nothing_yet(self, alice, bob, now):
        hers, his, call = await live_pair(alice, bob, now)
        await hers.say("sign", what="screen", on=True)
        await his.state(lambda state: state["other"]["screen"])
        newer = await room_of(alice, call.room.code)
        await newer.say("join", page="newer")
        await his.state(lambda state: not state["other"]["screen"])

    @pytest.mark.parametrize(
        "fields", [{"what": "foot", "on": True}, {"what": [], "on": True}, {"what": "hand", "on": 1}]
    )
    async def test_there_are_no_others(self, alice, bob, now, fields):
        hers, _his, _call = await live_pair(alice, bob, now)
        await hers.say("sign", **fields)
        assert await hers.error() == ("bad_field", "sign")


@pytest.mark.again_in_prove
class ChatTests:
    async def lines(self, wire: Wire, number: int) -> list[tuple[int, str]]:
        return [(line["by"], line["text"]) for line in [await wire.hear("chat") for _ in range(number)]]

    async def test_both_read_what_either_writes(self, alice, bob, now):
        hers, his, _call = await live_pair(alice, bob, now)
        await hers.say("chat", text="  See https://example.org  ")
        await his.say("chat", text="Thank you")
        said = [(alice.id, "See https://example.org"), (bob.id, "Thank you")]
        for wire in (hers, his):
            assert await self.lines(wire, 2) == said

    async def test_who_comes_back_reads_all_of_it_and_each_line_once(self, alice, bob, now):
        hers, his, call = await live_pair(alice, bob, now)
        for text in ("one", "two"):
            await his.say("chat", text=text)
        await self.lines(hers, 2)
        newer = await room_of(alice, call.room.code)
        await newer.say("join", page="newer")
        await newer.hear("chat.begin")
        assert [text for _, text in await self.lines(newer, 2)] == ["one", "two"]
        await his.say("chat", text="three")
        assert await self.lines(newer, 1) == [(bob.id, "three")]
        assert await newer.hears_no("chat", "chat.begin")

    async def test_joining_again_brings_nothing_twice(self, alice, bob, now):
        """Asked for thirty times a second it would be megabytes of what the page has."""
        hers, his, _call = await live_pair(alice, bob, now)
        await his.say("chat", text="one")
        await self.lines(hers, 1)
        await hers.say("join", page="hers")
        assert await hers.hears_no("chat", "chat.begin")

    async def test_an_onlooker_reads_nothing(self, alice, bob, now):
        hers, his, call = await live_pair(alice, bob, now)
        looking = await room_of(alice, call.room.code)
        await his.say("chat", text="between us")
        await self.lines(hers, 1)
        assert await looking.hears_no("chat", "chat.begin")

    async def test_either_deletes_it_for_both(self, alice, bob, now):
        hers, his, _call = await live_pair(alice, bob, now)
        await his.say("chat", text="my number")
        for wire in (hers, his):
            await self.lines(wire, 1)
        await hers.say("chat.erase")
        for wire in (hers, his):
            await wire.hear("chat.begin")
            assert await wire.hears_no("chat")
        assert not await sync_to_async(ChatLine.objects.exists)()

    async def test_deleted_and_written_anew_only_the_new_is_there(self, alice, bob, now):
        hers, his, _call = await live_pair(alice, bob, now)
        await his.say("chat", text="old")
        await self.lines(hers, 1)
        await hers.say("chat.erase")
        await hers.say("chat", text="new")
        await hers.hear("chat.begin")
        assert await self.lines(hers, 1) == [(alice.id, "new")]

    async def test_the_next_call_has_a_chat_of_its_own(self, alice, bob, now):
        hers, his, _call = await live_pair(alice, bob, now)
        await his.say("chat", text="of the first")
        await self.lines(hers, 1)
        await hers.say("hangup")
        await hers.state(lambda state: state["can_ring"])
        await hers.say("ring")
        await his.state(lambda state: state["call"]["state"] == "ringing")
        await his.say("join", page="his")
        await his.hear("chat.begin")
        assert await his.hears_no("chat")

    @pytest.mark.parametrize(
        ("text", "code"), [("", "chat.empty"), (" \n ", "chat.empty"), ("x" * 2001, "bad_field"), ("a\0b", "bad_field")]
    )
    async def test_what_is_no_line_is_refused(self, alice, bob, now, text, code):
        hers, _his, _call = await live_pair(alice, bob, now)
        await hers.say("chat", text=text)
        assert await hers.error() == (code, "chat")

    @pytest.mark.parametrize("limit", ["LINES_MAX", "LETTERS_MAX"])
    async def test_a_full_chat_takes_no_more(self, alice, bob, now, monkeypatch, limit):
        monkeypatch.setattr(chat, limit, 2)
        hers, _his, _call = await live_pair(alice, bob, now)
        for _ in range(3):
            await hers.say("chat", text="x")
        assert await hers.error() == ("chat.full", "chat")

    async def test_before_both_are_there_nobody_writes(self, alice, bob, now):
        """It could be neither read nor deleted, where the call never comes about."""
        call = await sync_to_async(answered_call)(alice, bob, now)
        hers = await room_of(alice, call.room.code)
        await hers.say("join", page="hers")
        await hers.hear("peer")
        await hers.say("chat", text="are you there?")
        assert await hers.error() == ("room.no_call", "chat")

    async def test_without_a_call_nobody_writes(self, alice, bob, now):
        hers, _his, _call = await live_pair(alice, bob, now)
        await hers.say("hangup")
        await hers.state(lambda state: state["call"]["state"] == "ended")
        await hers.say("chat", text="are you there?")
        assert await hers.error() == ("not_joined", "chat")


class JoiningTests:
    async def test_an_onlooker_sees_the_room_and_joins(self, alice, bob, now):
        call = await sync_to_async(answered_call)(alice, bob, now)
        hers = await room_of(alice, call.room.code)
        await hers.say("join")
        joined = await hers.state(lambda state: state["you"]["joined"])
        assert (joined["ice"], joined["call"]["state"]) == ([], "answered")
        assert await hers.hear("peer") == {"type": "peer", "present": False, "polite": True, "page": None}

    async def test_the_caller_is_polite_and_both_learn_the_others_page(self, alice, bob, now):
        call = await sync_to_async(answered_call)(alice, bob, now)
        hers, his = await room_of(alice, call.room.code), await room_of(bob, call.room.code)
        await hers.say("join", page="hers")
        await hers.hear("peer", present=False)
        await his.say("join", page="his")
        assert await his.hear("peer") == {"type": "peer", "present": True, "polite": False, "page": "hers"}
        assert await hers.hear("peer") == {"type": "peer", "present": True, "polite": True, "page": "his"}

    async def test_the_second_person_makes_it_live_for_both(self, alice, bob, now):
        _hers, _his, call = await live_pair(alice, bob, now)
        assert (await sync_to_async(Call.objects.get)(id=call.id)).state == "live"

    async def test_without_a_call_there_is_nothing_to_join(self, alice, bob, now):
        hers, his, _call = await live_pair(alice, bob, now)
        await hers.say("hangup")
        await his.state(lambda state: state["call"]["state"] == "ended")
        await his.say("join")
        assert await his.error() == ("room.no_call", "join")

    async def test_the_first_look_names_the_relay_so_that_it_can_be_tried_before_joining(
        self, alice, bob, now, settings
    ):
        settings.TURN_URLS, settings.TURN_SECRET = ["turn:turn.example.test"], "secret"
        call = await sync_to_async(answered_call)(alice, bob, now)
        wire = await Wire(f"/ws/room/{call.room.code}/", cookie=await sync_to_async(cookie_of)(alice)).open()
        first = await wire.hear("state")
        assert first["ice"][0]["username"].endswith(f":{alice.id}")
        await (await room_of(bob, call.room.code)).say("join", page="his")
        assert "ice" not in await wire.state(lambda state: state["other"]["present"])

    async def test_joining_again_brings_fresh_ice(self, alice, bob, now, settings):
        settings.TURN_URLS, settings.TURN_SECRET = ["turn:turn.example.test"], "secret"
        hers, _his, _call = await live_pair(alice, bob, now)
        await hers.say("join", page="hers")
        state = await hers.state(lambda state: "ice" in state)
        assert state["ice"][0]["username"].endswith(f":{alice.id}")

    async def test_each_joining_is_looked_at_once_by_each_of_the_two(self, alice, bob, now, monkeypatch):
        call = await sync_to_async(answered_call)(alice, bob, now)
        hers, his = await room_of(alice, call.room.code), await room_of(bob, call.room.code)
        looks, look = [], rooms.look

        def counted(*, user, **about):
            looks.append(user.name.split()[0])
            return look(user=user, **about)

        monkeypatch.setattr(rooms, "look", counted)
        await hers.say("join")
        await hers.hear("peer", present=False)
        await his.state(lambda state: state["other"]["present"])
        await his.say("join")
        await his.hear("peer", present=True)
        await hers.hear("peer", present=True)
        await hers.silent()
        assert max(looks.count("Alice"), looks.count("Bob")) == 2

    async def test_the_chat_holds_up_no_signal(self, alice, bob, now, monkeypatch):
        call = await sync_to_async(answered_call)(alice, bob, now)
        hers, his = await room_of(alice, call.room.code), await room_of(bob, call.room.code)
        await sync_to_async(chat.say)(call_id=call.id, author=alice, text="Hello", now=now)
        lines, may_go_on = chat.lines, threading.Event()

        def late(**which):
            may_go_on.wait(5)
            return lines(**which)

        await hers.say("join")
        await hers.hear("chat.begin")
        monkeypatch.setattr(chat, "lines", late)
        try:
            await his.say("join")
            await his.hear("peer", present=True)
            await his.say("signal", data=OFFER)
            assert (await hers.hear("signal"))["data"] == OFFER
        finally:
            may_go_on.set()
        await his.hear("chat.begin")

    async def test_who_answers_before_hearing_of_the_other_is_heard(self, alice, bob, now, monkeypatch):
        """An offer can come before the notice that its sender is there."""
        call = await sync_to_async(answered_call)(alice, bob, now)
        hers, his = await room_of(alice, call.room.code), await room_of(bob, call.room.code)
        await his.say("join")
        await his.hear("peer", present=False)
        monkeypatch.setattr(RoomSocket, "hear", lambda *notice: None)
        await hers.say("join")
        await hers.hear("peer", present=True)
        await his.say("signal", data=OFFER)
        assert (await hers.hear("signal"))["data"] == OFFER

    async def test_who_answers_the_newest_tab_is_heard_there_and_not_by_the_one_before(
        self, alice, bob, now, monkeypatch
    ):
        """Its offer can come while it is being looked at who has the seat."""
        hers, his, call = await live_pair(alice, bob, now)
        newer, show = await room_of(alice, call.room.code), RoomSocket.show

        async def late(socket):
            if socket.person == bob:
                await asyncio.sleep(0.3)
            await show(socket)

        monkeypatch.setattr(RoomSocket, "show", late)
        await newer.say("join", page="newer")
        await newer.hear("peer", present=True)
        await his.say("signal", data=OFFER)
        assert (await newer.hear("signal"))["data"] == OFFER
        assert await hers.closed() == 4001

    async def test_who_was_replaced_says_nothing_more_to_the_other(self, alice, bob, now, monkeypatch):
        hers, his, call = await live_pair(alice, bob, now)
        newer, show = await room_of(alice, call.room.code), RoomSocket.show

        async def late(socket):
            if socket.person == alice and socket.joined:
                await asyncio.sleep(0.3)
            await show(socket)

        monkeypatch.setattr(RoomSocket, "show", late)
        await newer.say("join", page="newer")
        await newer.hear("peer", present=True)
        await his.hear("peer", present=True)
        await hers.say("signal", data=OFFER)
        assert await hers.closed() == 4001
        assert await his.hears_no("signal", seconds=0.3)

    async def test_of_two_tabs_that_join_at_once_the_first_is_told_that_it_was_replaced(
        self, alice, bob, now, monkeypatch
    ):
        call = await sync_to_async(answered_call)(alice, bob, now)
        first, second = await room_of(alice, call.room.code), await room_of(alice, call.room.code)
        ask, tabs = RoomSocket.database, []

        async def late(socket, work, **about):
            if work is rooms.join:
                tabs.append(socket.tab)
            elif work is rooms.look and socket.tab in tabs[:1]:
                await asyncio.sleep(0.3)
            return await ask(socket, work, **about)

        monkeypatch.setattr(RoomSocket, "database", late)
        await first.say("join", page="first")
        while not tabs:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.05)
        await second.say("join", page="second")
        await second.hear("peer")
        await first.hear("replaced")
        assert await first.closed() == 4001

    async def test_whoever_floods_the_other_with_notices_holds_up_nothing_that_they_say(
        self, alice, bob, now, monkeypatch
    ):
        """A signal waits for one look at who has the other's seat, and for no more, however many notices come meanwhile."""
        hers, his, call = await live_pair(alice, bob, now)
        ask, ends = RoomSocket.database, asyncio.Event()

        async def late(socket, work, **about):
            if work is rooms.look and socket.person == alice:
                await asyncio.sleep(0.05)
            return await ask(socket, work, **about)

        async def flood():
            while not ends.is_set():
                await sync_to_async(notices.tell_room)(room_id=call.room_id)
                await asyncio.sleep(0.01)

        monkeypatch.setattr(RoomSocket, "database", late)
        flooding = asyncio.create_task(flood())
        await asyncio.sleep(0.2)
        try:
            await hers.say("signal", data=OFFER)
            assert (await his.hear("signal"))["data"] == OFFER
            await hers.say("hangup")
            await his.state(lambda state: state["call"]["state"] == "ended")
        finally:
            ends.set()
            await flooding

    async def test_the_newest_tab_takes_the_seat(self, alice, bob, now):
        hers, his, call = await live_pair(alice, bob, now)
        newer = await room_of(alice, call.room.code)
        await newer.say("join", page="newer")
        await hers.hear("replaced")
        assert await hers.closed() == 4001
        assert (await his.hear("peer", present=True))["page"] == "newer"
        await newer.hear("peer", present=True)
        await newer.say("signal", data=OFFER)
        assert (await his.hear("signal"))["data"] == OFFER

    async def test_hanging_up_ends_it_for_both_and_empties_the_seats(self, alice, bob, now):
        hers, his, _call = await live_pair(alice, bob, now)
        await his.say("hangup")
        for wire in (hers, his):
            state = await wire.state(lambda state: state["call"]["state"] == "ended")
            assert (state["call"]["end_reason"], state["you"]["joined"]) == ("hung_up", False)
        await hers.say("hangup")
        assert await hers.error() == ("not_joined", "hangup")

    async def test_a_lost_connection_empties_the_seat_and_coming_back_fills_it(self, alice, bob, now):
        hers, his, call = await live_pair(alice, bob, now)
        await hers.hang()
        state = await his.state(lambda state: state["call"]["ends_at"])
        assert state["other"]["present"] is False
        assert (await his.hear("peer"))["present"] is False
        back = await room_of(alice, call.room.code)
        await back.say("join", page="hers")
        await his.state(lambda state: state["call"]["ends_at"] is None)
        assert (await his.hear("peer"))["page"] == "hers"

    async def test_the_caller_rings_again_in_the_room(self, alice, bob, now):
        hers, his, call = await live_pair(alice, bob, now)
        page = await page_of(bob)
        await hers.say("hangup")
        await hers.state(lambda state: state["can_ring"])
        await his.say("ring")
        assert await his.error() == ("not_your_role", "ring")
        await hers.say("ring", line="One more thing")
        (incoming,) = (await page.hear("rings"))["incoming"]
        assert incoming["line"] == "One more thing"
        await page.say("ring.answer", call=incoming["call"])
        assert (await page.hear("ring.answered"))["room"] == call.room.code
        await hers.state(lambda state: state["call"]["state"] == "answered")


class ReportTests:
    async def test_one_press_ends_the_call_and_the_other_reads_of_no_report(self, alice, bob, now):
        hers, his, _call = await live_pair(alice, bob, now)
        await hers.say("report")
        state = await hers.state(lambda state: state["call"]["state"] == "ended" and state["reported"])
        assert state["reported"] == {"explained": False}
        state = await his.state(lambda state: state["call"]["state"] == "ended")
        assert state["reported"] is None
        await hers.say("ring")
        assert await hers.error() == ("ring.you_blocked", "ring")

    async def test_the_words_follow_once(self, alice, bob, now):
        hers, his, _call = await live_pair(alice, bob, now)
        await hers.say("report")
        await hers.state(lambda state: state["reported"])
        await hers.say("report.explain", words=" ")
        assert await hers.error() == ("report.empty", "report.explain")
        await hers.say("report.explain", words="He shouted.")
        await hers.state(lambda state: state["reported"] == {"explained": True})
        await hers.say("report.explain", words="Again.")
        assert await hers.error() == ("report.said", "report.explain")
        await his.say("report.explain", words="I did not.")
        assert await his.error() == ("not_found", "report.explain")

    async def test_before_they_talked_there_is_nothing_to_report(self, alice, bob, now):
        call = await sync_to_async(answered_call)(alice, bob, now)
        hers = await room_of(alice, call.room.code)
        await hers.say("report")
        assert await hers.error() == ("room.no_call", "report")
        await hers.say("report.explain", words="x" * 2_001)
        assert await hers.error() == ("bad_field", "report.explain")


class PresenceInTheRoomTests:
    async def test_the_caller_sees_when_the_expert_can_be_rung_again(self, alice, bob, now, settings):
        settings.AWAY_AFTER_S = 0.1
        hers, his, _ = await live_pair(alice, bob, now)
        await hers.say("hangup")
        await hers.state(lambda state: state["call"]["state"] == "ended" and state["other"]["presence"] == "free")
        await sync_to_async(bob.connections.all().delete)()
        await his.hang()
        await hers.state(lambda state: state["other"]["presence"] == "away")


class RelayTests:
    async def test_what_one_sends_the_other_gets_as_it_came(self, alice, bob, now):
        hers, his, _ = await live_pair(alice, bob, now)
        text = '{ "type":"signal",  "data": {"candidates": [{"candidate": "c", "sdpMLineIndex": 0}, null]}}'
        await hers.send(text)
        await his.hear("signal")
        await his.send(text)
        while True:
            output = await hers.end.receive_output()
            if json.loads(output["text"])["type"] == "signal":
                break
        assert output["text"] == text

    async def test_it_asks_the_database_nothing(self, alice, bob, now):
        hers, his, _ = await live_pair(alice, bob, now)

        # In the thread in which the sockets' database work is done.
        queries = await sync_to_async(lambda: CaptureQueriesContext(connection))()
        await sync_to_async(queries.__enter__)()
        for number in range(20):
            await hers.say("signal", data={"candidates": [{"candidate": str(number)}]})
            await his.hear("signal")
        await sync_to_async(queries.__exit__)(None, None, None)
        assert len(queries) == 0

    async def test_with_nobody_there_it_says_so(self, alice, bob, now):
        hers, his, _ = await live_pair(alice, bob, now)
        await his.hang()
        await hers.hear("peer", present=False)
        await hers.say("signal", data=OFFER)
        assert await hers.error() == ("room.no_peer", "signal")

    async def test_an_onlooker_sends_nothing_to_anybody(self, alice, bob, now):
        _hers, his, call = await live_pair(alice, bob, now)
        onlooker = await room_of(alice, call.room.code)
        await onlooker.say("signal", data=OFFER)
        assert await onlooker.error() == ("not_joined", "signal")
        assert await his.hears_no("signal")


class SeatAnswerTests:
    """GET /r/<code>/seat: why a socket was refused."""

    async def test_says_why(self, alice, bob, eve, now, signed_in, client):
        call = await sync_to_async(answered_call)(alice, bob, now)

        def ask():
            path = f"/r/{call.room.code}/seat"
            answers = [one.get(path) for one in (signed_in(alice), signed_in(eve), client)]
            answers.append(signed_in(alice).get("/r/unknown/seat"))
            return [(answer.status_code, answer.json()["reason"]) for answer in answers]

        assert await sync_to_async(ask)() == [
            (200, "open"),
            (404, "not_found"),
            (401, "signed_out"),
            (404, "not_found"),
        ]


class StaleSeatTests:
    async def test_a_seat_taken_away_by_the_sweeper_is_no_seat(self, alice, bob, now):
        hers, _his, call = await live_pair(alice, bob, now)
        await sync_to_async(Seat.objects.filter(user=alice).delete)()
        await sync_to_async(notices.tell_room)(room_id=call.room_id)
        await hers.state(lambda state: not state["you"]["joined"])
        await hers.say("hangup")
        assert await hers.error() == ("not_joined", "hangup")
