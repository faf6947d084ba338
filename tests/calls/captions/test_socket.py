"""The socket that takes a speaker's sound: who may open it, what it refuses, and that nothing of it stays."""

import json
import time
from pathlib import Path

import pytest
from asgiref.sync import sync_to_async
from django.apps import apps
from django.conf import settings as site_settings
from django.core import mail
from django.core.cache import cache
from django.utils import timezone

from calls.captions import allowance
from calls.captions.socket import OVER, CaptionSocket
from calls.notices import hub
from calls.rooms import services as rooms
from calls.signalling.sockets import REPLACED, SIGNED_OUT
from marketplace.accounts.models import User
from marketplace.experts import services as experts
from tests import cast
from tests.calls.captions import scribes
from tests.calls.captions.conftest import speak
from tests.calls.captions.sounds import pieces, silence, tone
from tests.calls.signalling.wires import Refused, Wire, answered_call, captions_of, cookie_of, live_pair

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.prove]
SENTENCE = pieces(tone(2) + silence(1))


async def another_speaker(caller, now) -> Wire:
    """In a live call of their own."""
    _, _, call = await live_pair(caller, await sync_to_async(dora)(), now)
    return await captions_of(caller, call.room.code)


def dora() -> User:
    expert = cast.online(cast.expert("Dora Lenz"))
    experts.choose_who_may_ring(member=expert, who="anyone")
    return expert


@pytest.fixture
async def hers(alice, bob, now, written_by) -> Wire:
    """Alice's, in a live call with bob."""
    written_by(scribes.quick)
    _, _, call = await live_pair(alice, bob, now)
    wire = await captions_of(alice, call.room.code)
    wire.call = call
    return wire


class DoorTests:
    async def test_alice_and_bob_may_while_they_talk(self, captions_on, alice, bob, now):
        _, _, call = await live_pair(alice, bob, now)
        for person in (alice, bob):
            await captions_of(person, call.room.code)

    async def test_a_guest_may_as_members_do(self, captions_on, carla, bob, now):
        await sync_to_async(experts.choose_who_may_ring)(member=bob, who="anyone")
        _, _, call = await live_pair(carla, bob, now)
        await captions_of(carla, call.room.code)

    async def test_a_stranger_staff_and_a_visitor_may_not(self, captions_on, alice, bob, eve, sam, now):
        _, _, call = await live_pair(alice, bob, now)
        for person in (eve, sam, None):
            with pytest.raises(Refused):
                await captions_of(person, call.room.code)

    async def test_nobody_may_where_captions_are_off(self, alice, bob, now):
        _, _, call = await live_pair(alice, bob, now)
        with pytest.raises(Refused):
            await captions_of(alice, call.room.code)

    async def test_nobody_may_before_both_have_joined(self, captions_on, alice, bob, now):
        call = await sync_to_async(answered_call)(alice, bob, now)
        with pytest.raises(Refused):
            await captions_of(alice, call.room.code)

    async def test_nobody_may_in_a_room_that_is_not_there(self, captions_on, alice, bob, now):
        await live_pair(alice, bob, now)
        with pytest.raises(Refused):
            await captions_of(alice, "a" * 24)

    async def test_another_page_may_not(self, captions_on, alice, bob, now):
        _, _, call = await live_pair(alice, bob, now)
        for origin in ("http://evil.example", None):
            with pytest.raises(Refused):
                await captions_of(alice, call.room.code, headers={"origin": origin})

    async def test_where_nobody_asks_for_a_seat_a_stranger_may(self, captions_on, alice, bob, eve, now, monkeypatch):
        """The broken twin."""
        _, _, call = await live_pair(alice, bob, now)

        async def trusting(self) -> int:
            return call.room_id

        monkeypatch.setattr(CaptionSocket, "_seat", trusting)
        await captions_of(eve, call.room.code)


class WordTests:
    async def test_what_was_said_comes_back_to_the_speaker(self, hers):
        await speak(hers, *SENTENCE)
        assert (await hers.hear("caption"))["text"] == "2.5 s"

    async def test_who_stops_sending_has_ended_the_sentence(self, hers):
        await speak(hers, *pieces(tone(2)))
        assert (await hers.hear("caption"))["text"] == "2.0 s"

    async def test_sentences_come_in_their_order(self, hers):
        await speak(hers, *SENTENCE, *pieces(tone(0.5) + silence(0.5)))
        assert [(await hers.hear("caption"))["text"] for _ in range(2)] == ["2.5 s", "1.3 s"]

    async def test_silence_is_answered_by_silence(self, hers):
        await speak(hers, *pieces(silence(3)))
        assert await hers.hears_no("caption", "error", seconds=1.5)

    async def test_both_may_be_written_down_at_once(self, hers, bob):
        his = await captions_of(bob, hers.call.room.code)
        for wire in (hers, his):
            await speak(wire, *SENTENCE)
        for wire in (hers, his):
            assert (await wire.hear("caption"))["text"] == "2.5 s"

    async def test_nobody_but_the_speaker_hears_it_from_the_server(self, hers, bob):
        his = await captions_of(bob, hers.call.room.code)
        await speak(hers, *SENTENCE)
        await hers.hear("caption")
        assert await his.hears_no("caption")


class BehindTests:
    async def test_the_oldest_window_that_waits_is_dropped_and_shown_as_dots(self, hers, written_by):
        written_by(scribes.slow)
        for _ in range(4):  # at once: a jam has passed
            await speak(hers, tone(0.5), silence(0.5))
        assert [(await hers.hear("caption"))["text"] for _ in range(3)] == ["1.0 s", "… 1.0 s", "1.0 s"]
        assert await hers.hears_no("caption", seconds=1.5)


class CrowdTests:
    """As many speak at once as the workers keep up with."""

    @pytest.fixture(autouse=True)
    def two_at_once(self, settings):
        settings.CAPTION_WORKERS, settings.CAPTION_SPEAKERS = 1, 2

    async def test_who_comes_then_is_told_that_all_are_busy_and_nobody_else_notices(self, hers, bob, carla, now):
        his = await captions_of(bob, hers.call.room.code)
        third = await another_speaker(carla, now)
        message = await third.hear("error")
        assert message["code"] == "captions.busy" and "Try again in a few minutes" in message["text"]
        assert await third.closed() == OVER
        for wire in (hers, his):
            await speak(wire, *SENTENCE)
            assert (await wire.hear("caption"))["text"] == "2.5 s"

    async def test_a_place_that_is_left_is_the_next_ones(self, hers, bob, carla, now):
        his = await captions_of(bob, hers.call.room.code)
        await his.hang()
        third = await another_speaker(carla, now)
        await speak(third, *SENTENCE)
        assert (await third.hear("caption"))["text"] == "2.5 s"

    async def test_a_newer_window_of_who_speaks_is_no_other_speaker(self, hers, alice, bob):
        await captions_of(bob, hers.call.room.code)
        again = await captions_of(alice, hers.call.room.code)
        assert await hers.closed() == REPLACED
        await speak(again, *SENTENCE)
        assert (await again.hear("caption"))["text"] == "2.5 s"


class AllowanceTests:
    """Of each person so much is written down in a day."""

    @pytest.fixture(autouse=True)
    def a_minute_a_day(self, settings):
        cache.clear()
        settings.CAPTION_MINUTES_A_DAY = 1

    def test_minutes_of_speech_are_counted_for_each_person_alone(self):
        minute = silence(59)
        assert allowance.take(person_id=1, window=minute)
        assert allowance.take(person_id=2, window=minute)
        assert not allowance.take(person_id=1, window=silence(2))

    def test_a_day_after_the_first_words_they_are_new(self, monkeypatch):
        monkeypatch.setattr(allowance, "DAY_S", 3)
        assert not allowance.take(person_id=1, window=silence(61))
        while cache.get("captions:1"):
            time.sleep(0.05)
        assert allowance.take(person_id=1, window=silence(1))

    async def test_used_up_it_is_said_and_no_more_sound_is_taken(self, hers, alice):
        await sync_to_async(allowance.take)(person_id=alice.pk, window=silence(58))
        await speak(hers, *SENTENCE)
        message = await hers.hear("error")
        assert message["code"] == "captions.used_up" and "no more" in message["text"]
        assert await hers.closed() == OVER

    async def test_silence_costs_nothing(self, hers):
        await speak(hers, *pieces(silence(1)), *SENTENCE)
        assert (await hers.hear("caption"))["text"] == "2.8 s"
        assert cache.get(f"captions:{hers.call.caller_id}") == 2800


class RefusalTests:
    async def test_more_than_64_kib_at_once(self, hers):
        await speak(hers, b"\0" * 65_538)
        assert await hers.error() == ("too_big", None)
        await speak(hers, *SENTENCE)
        await hers.hear("caption")

    async def test_half_a_sample(self, hers):
        await speak(hers, b"\0" * 7_999)
        assert await hers.error() == ("bad_frame", None)

    async def test_faster_than_anybody_speaks(self, hers):
        await speak(hers, *[b"\0" * 16_000] * 28)  # 14 s of sound
        assert await hers.error() == ("too_fast", None)
        assert await hers.hears_no("error"), "said once a second"

    async def test_a_flood_of_nothing(self, hers):
        for _ in range(300):
            await speak(hers, b"")
        assert await hers.error() == ("too_fast", None)

    async def test_messages_of_other_sockets(self, hers):
        for frame in ('{"type":"chat","text":"x"}', '{"type":"caption","text":"x"}', "{}"):
            await hers.send(frame)
            assert (await hers.error())[0] == "unknown_type"
        await hers.send("[")
        assert await hers.error() == ("bad_frame", None)
        await hers.say("pong")
        assert await hers.silent()

    async def test_sound_on_another_socket(self, hers, alice, bob, now):
        wire = await Wire("/ws/page/").open()
        await wire.hear("hello")
        await speak(wire, *pieces(tone(0.5)))
        assert await wire.error() == ("bad_frame", None)


class EndTests:
    async def test_with_the_call(self, hers, alice):
        await sync_to_async(rooms.leave)(
            room=hers.call.room, user=alice, tab=None, now=timezone.now(), reason="hung_up"
        )
        assert await hers.closed() == OVER

    async def test_with_the_seat(self, alice, bob, now, captions_on):
        room, _, call = await live_pair(alice, bob, now)
        wire = await captions_of(alice, call.room.code)
        await room.hang()
        assert await wire.closed() == OVER

    async def test_a_second_window_of_the_speaker_takes_its_place(self, hers, alice):
        second = await captions_of(alice, hers.call.room.code)
        assert await hers.closed() == REPLACED
        await speak(second, *SENTENCE)
        await second.hear("caption")

    async def test_where_nothing_can_be_written_it_is_said_and_no_more_sound_is_taken(self, hers, written_by):
        written_by(scribes.failing)
        await speak(hers, *SENTENCE)
        message = await hers.hear("error")
        assert message["code"] == "captions.failed" and "no more" in message["text"]
        assert await hers.closed() == OVER

    async def test_with_the_session(self, alice, bob, now, captions_on, settings):
        _, _, call = await live_pair(alice, bob, now)
        for socket in hub.current().sockets.values():
            socket.pinged_at += 60  # else the room's socket might notice first, and the seat be given up
        settings.SOCKET_PING_S = 1
        cookie = await sync_to_async(cookie_of)(alice)
        wire = await Wire(f"/ws/captions/{call.room.code}/", cookie=cookie).open()
        alice.set_password("another one, and long enough")
        await sync_to_async(alice.save)()
        assert await wire.closed() == SIGNED_OUT

    async def test_who_leaves_in_mid_sentence_leaves_nothing_behind(self, hers, written_by, alice):
        written_by(scribes.slow)
        await speak(hers, *SENTENCE)
        await hers.hang()
        again = await captions_of(alice, hers.call.room.code)
        assert await again.hears_no("caption", seconds=1.2)


def every_row() -> str:
    return json.dumps([[list(model.objects.values_list()) for model in apps.get_models()]], default=str)


class NothingIsKeptTests:
    async def test_not_in_the_database_a_file_a_mail_or_the_log(self, hers, written_by, everything_logged):
        written_by(scribes.indiscreet)
        await speak(hers, *SENTENCE)
        assert (await hers.hear("caption"))["text"] == scribes.SECRET
        await hers.hang()
        assert scribes.SECRET not in await sync_to_async(every_row)()
        assert scribes.SECRET not in everything_logged.text
        assert mail.outbox == []
        kept = await sync_to_async(every_file)()
        assert not any(scribes.SECRET.encode() in file or SENTENCE[0] in file for file in kept)


def every_file() -> list[bytes]:
    return [path.read_bytes() for path in Path(site_settings.VAR_DIR).rglob("*") if path.is_file()]
