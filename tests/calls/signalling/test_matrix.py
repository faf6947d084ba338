"""Who may send what: every message against everybody who could try, spelt out by hand, and the same whatever goes on in the
call: nothing, an open offer, a running paid period. What somebody may not say changes neither."""

import json
from typing import NamedTuple

import pytest
from asgiref.sync import sync_to_async

from calls.metering.models import Offer, PaidPeriod
from calls.rooms.models import Call
from calls.signalling import messages
from marketplace.accounts.models import User
from marketplace.experts import services as experts
from tests import cast
from tests.calls.metering.world import give_credit
from tests.calls.signalling.wires import Refused, Wire, live_pair, page_of, room_of

pytestmark = pytest.mark.django_db(transaction=True)
NOBODYS = 10**9  # an id that nothing has
AT_THE_DOOR = {"sign_in", "guest", "not_joined", "not_your_role"}
DOES, ROLE, SEAT, GUEST = "may", "not_your_role", "not_joined", "guest"

# What is sent, and what the caller and the expert of a live call get: each in their seat, then from a second window. At last
# what a caller who is a guest gets in their seat; with a second window they get no more.
ROOM = [
    ({"type": "pong"}, DOES, DOES, DOES, DOES, DOES),
    ({"type": "echo"}, DOES, DOES, DOES, DOES, DOES),
    ({"type": "signal", "data": {"candidates": [None]}}, DOES, DOES, SEAT, SEAT, DOES),
    ({"type": "media", "received": 10**6}, DOES, DOES, SEAT, SEAT, DOES),
    ({"type": "sign", "what": "hand", "on": True}, DOES, DOES, SEAT, SEAT, DOES),
    ({"type": "chat", "text": "x"}, DOES, DOES, SEAT, SEAT, DOES),
    ({"type": "chat.erase"}, DOES, DOES, SEAT, SEAT, DOES),
    ({"type": "ring", "line": ""}, DOES, ROLE, DOES, ROLE, DOES),
    ({"type": "offer.preview", "listing": NOBODYS}, ROLE, DOES, ROLE, SEAT, ROLE),
    ({"type": "offer.send", "listing": NOBODYS}, ROLE, DOES, ROLE, SEAT, ROLE),
    ({"type": "offer.stored", "stored": NOBODYS}, DOES, DOES, SEAT, SEAT, GUEST),
    ({"type": "offer.withdraw", "offer": NOBODYS}, ROLE, DOES, ROLE, SEAT, ROLE),
    ({"type": "offer.refuse", "offer": NOBODYS}, DOES, ROLE, SEAT, ROLE, DOES),
    ({"type": "offer.making_account", "offer": NOBODYS}, DOES, ROLE, SEAT, ROLE, DOES),
    ({"type": "offer.adding_credit", "offer": NOBODYS}, DOES, ROLE, SEAT, ROLE, GUEST),
    ({"type": "offer.accept", "offer": NOBODYS, "cap_minor": 1}, DOES, ROLE, SEAT, ROLE, GUEST),
    ({"type": "meter.pause", "period": NOBODYS}, DOES, DOES, SEAT, SEAT, GUEST),
    ({"type": "meter.resume", "period": NOBODYS}, DOES, ROLE, SEAT, ROLE, GUEST),
    ({"type": "meter.ready", "period": NOBODYS}, ROLE, DOES, ROLE, SEAT, ROLE),
    ({"type": "meter.free", "period": NOBODYS}, DOES, DOES, SEAT, SEAT, GUEST),
    ({"type": "meter.here", "period": NOBODYS}, DOES, DOES, SEAT, SEAT, GUEST),
    ({"type": "meter.raise", "period": NOBODYS, "to_minor": 1}, DOES, ROLE, SEAT, ROLE, GUEST),
    ({"type": "act.cancel", "period": NOBODYS}, DOES, DOES, SEAT, SEAT, GUEST),
    ({"type": "report.explain", "words": "x"}, DOES, DOES, DOES, DOES, DOES),
    ({"type": "join"}, DOES, DOES, DOES, DOES, DOES),
    ({"type": "hangup"}, DOES, DOES, SEAT, SEAT, DOES),
    ({"type": "report"}, DOES, DOES, DOES, DOES, DOES),
]
# After those nothing is as it was, for the others who try: each is tried in a call of its own.
ONCE = {"join", "hangup", "report"}

# What is sent on any page, and what a visitor, a guest and a member get. Staff get what members get, and so do the two who
# talk, whatever goes on.
PAGE = [
    ({"type": "pong"}, DOES, DOES, DOES),
    ({"type": "watch", "experts": [NOBODYS]}, DOES, DOES, DOES),
    ({"type": "ring.terms", "expert": NOBODYS}, "sign_in", GUEST, DOES),
    ({"type": "ring", "expert": NOBODYS, "line": ""}, "sign_in", DOES, DOES),
    (
        {
            "type": "ring",
            "expert": NOBODYS,
            "line": "",
            "agreed": {"terms": f"{'0' * 64}:0:{'s' * 43}", "cap_minor": 1},
        },
        "sign_in",
        GUEST,
        DOES,
    ),
    ({"type": "ring.cancel", "call": NOBODYS}, "sign_in", DOES, DOES),
    ({"type": "ring.answer", "call": NOBODYS}, "sign_in", GUEST, DOES),
    ({"type": "ring.decline", "call": NOBODYS}, "sign_in", GUEST, DOES),
    ({"type": "ring.back", "member": NOBODYS}, "sign_in", GUEST, DOES),
    ({"type": "wait", "expert": NOBODYS, "line": ""}, "sign_in", GUEST, DOES),
    ({"type": "wait.leave", "expert": NOBODYS}, "sign_in", GUEST, DOES),
    ({"type": "ask", "category": "none", "line": "x"}, "sign_in", DOES, DOES),
    ({"type": "ask", "category": "none", "line": "x", "max_rate_minor": 1}, "sign_in", DOES, DOES),
    ({"type": "ask.cancel", "ask": NOBODYS}, "sign_in", DOES, DOES),
]


async def outcome(wire: Wire, message: dict) -> str:
    """What the door says of it: a refusal of AT_THE_DOOR, else "may", whatever comes of it further in."""
    await wire.send(json.dumps(message))
    await wire.say("pong", extra=1)  # its answer comes after all answers to the message before it
    codes = []
    while (error := await wire.error()) != ("bad_field", "pong"):
        codes.append(error)
    refused = [code for code, _ in codes if code in AT_THE_DOOR]
    assert all(re == message["type"] for _, re in codes)
    assert "bad_field" not in dict(codes), message
    assert "internal" not in dict(codes), message
    return refused[0] if refused else DOES


class Going(NamedTuple):
    """What goes on in the call, by its ids, which nothing else may change."""

    hers: Wire
    his: Wire
    call: Call
    offer: Offer | None = None
    period: PaidPeriod | None = None

    def meant(self, message: dict) -> dict:
        """The message, about what there really is."""
        real = {"offer": self.offer, "period": self.period}
        return {key: real[key].pk if real.get(key) else value for key, value in message.items()}

    def is_as_it_was(self) -> bool:
        wanted = {self.offer: "accepted" if self.period else "open", self.period: "running"}
        for one in filter(None, wanted):
            one.refresh_from_db()
        return all(one.state == state for one, state in wanted.items() if one)


FREE, OFFER, PAID = "a free call", "an open offer", "a running paid period"
# All of it again while there is something that may not change: in `make prove`.
IN_PROVE = pytest.mark.prove
STATES = pytest.mark.parametrize(
    "goes_on", [FREE, pytest.param(OFFER, marks=IN_PROVE), pytest.param(PAID, marks=IN_PROVE)]
)


async def going(goes_on: str, caller: User, expert: User, now) -> Going:
    hers, his, call = await live_pair(caller, expert, now)
    if goes_on == FREE:
        return Going(hers, his, call)
    await his.say("offer.send", listing=(await sync_to_async(cast.rate_of)(expert)).id)
    offer = (await hers.state(lambda state: state["offer"]))["offer"]
    there = Going(hers, his, call, await sync_to_async(Offer.objects.get)(pk=offer["id"]))
    if goes_on == OFFER:
        return there
    await sync_to_async(give_credit)(caller, 1_840, now)
    await hers.say("offer.accept", offer=offer["id"], cap_minor=1_840)
    for received in (100, 200):
        for wire in (hers, his):
            await wire.say("media", received=received)
    await hers.state(lambda state: state["meter"]["state"] == "running")
    return there._replace(period=await sync_to_async(PaidPeriod.objects.get)(offer=there.offer))


@pytest.fixture(autouse=True)
def times(settings):
    settings.REPORT_SILENCE_S = 60  # a slow machine is not a loss
    settings.ACCEPT_INERT_S, settings.COUNTDOWN_S = 0, 0


async def says(wire: Wire, message: dict, wanted: str, there: Going, who: str) -> None:
    """Who may not say it says it of what there is; who may says it of what nothing is, so that it is still there for the next."""
    said = message if wanted == DOES else there.meant(message)
    assert await outcome(wire, said) == wanted, f"{message} by the {who}"


class RoomTests:
    def test_no_message_is_left_out(self):
        assert [row[0]["type"] for row in ROOM if row[0]["type"] in messages.ROOM_MESSAGES] == [
            row[0]["type"] for row in ROOM
        ]
        assert {row[0]["type"] for row in ROOM} == set(messages.ROOM_MESSAGES)

    @STATES
    async def test_each_person_may_what_is_theirs(self, alice, bob, now, goes_on):
        there = await going(goes_on, alice, bob, now)
        looking = [await room_of(person, there.call.room.code) for person in (alice, bob)]
        for message, *expected, _guest in ROOM:
            for wire, wanted, who in zip([there.hers, there.his, *looking], expected, PEOPLE, strict=False):
                if wanted != DOES or message["type"] not in ONCE:
                    await says(wire, message, wanted, there, who)
        assert await sync_to_async(there.is_as_it_was)()

    @pytest.mark.parametrize("goes_on", [FREE, pytest.param(OFFER, marks=IN_PROVE)])
    async def test_a_guest_may_what_costs_nothing(self, carla, bob, now, goes_on):
        await sync_to_async(experts.choose_who_may_ring)(member=bob, who="anyone")
        there = await going(goes_on, carla, bob, now)
        for message, *_others, wanted in ROOM:
            if wanted != DOES or message["type"] not in ONCE:
                await says(there.hers, message, wanted, there, "guest")
        assert await sync_to_async(there.is_as_it_was)()

    @pytest.mark.parametrize("goes_on", [FREE, pytest.param(OFFER, marks=IN_PROVE)])
    async def test_with_a_second_window_a_guest_may_no_more(self, carla, bob, now, goes_on):
        await sync_to_async(experts.choose_who_may_ring)(member=bob, who="anyone")
        there = await going(goes_on, carla, bob, now)
        looking = await room_of(carla, there.call.room.code)
        for message, _caller, _expert, as_a_member, _, _ in ROOM:
            if as_a_member != DOES or message["type"] not in ONCE:
                wanted = GUEST if messages.ROOM_MESSAGES[message["type"]].member else as_a_member
                await says(looking, message, wanted, there, "guest looking")
        assert await sync_to_async(there.is_as_it_was)()

    @STATES
    @pytest.mark.parametrize("kind", sorted(ONCE))
    async def test_what_changes_all_each_may_in_a_call_of_their_own(self, now, goes_on, kind):
        message, *expected, by_a_guest = next(row for row in ROOM if row[0]["type"] == kind)
        for number, (who, wanted) in enumerate(zip(PEOPLE, [*expected, by_a_guest], strict=True)):
            if wanted != DOES or (who == "guest" and goes_on == PAID):
                continue
            caller, expert = await sync_to_async(two_more)(number, who == "guest")
            there = await going(goes_on, caller, expert, now)
            wire = there.his if "expert" in who else there.hers
            if "looking" in who:
                wire = await room_of(expert if "expert" in who else caller, there.call.room.code)
            assert await outcome(wire, message) == DOES, f"{message} by the {who}"
            call = await sync_to_async(Call.objects.get)(pk=there.call.pk)
            assert call.state == ("live" if kind == "join" else "ended"), who

    @STATES
    async def test_strangers_staff_and_visitors_have_no_socket_to_say_it_on(self, alice, bob, eve, sam, now, goes_on):
        there = await going(goes_on, alice, bob, now)
        for person in (eve, sam, None):
            with pytest.raises(Refused):
                await room_of(person, there.call.room.code)


PEOPLE = ("caller", "expert", "caller looking", "expert looking", "guest")


def two_more(number: int, has_guest: bool) -> tuple[User, User]:
    """A caller and an expert whom no call before has blocked."""
    expert = cast.expert(f"Expert{number} Test")
    experts.choose_who_may_ring(member=expert, who="anyone")
    caller = (
        User.objects.create_guest("Carla", date_joined=cast.NOW) if has_guest else cast.member(f"Caller{number} Test")
    )
    return caller, expert


class PageTests:
    def test_no_message_is_left_out(self):
        assert {row[0]["type"] for row in PAGE} == set(messages.PAGE_MESSAGES)

    async def test_visitors_only_look(self, eve, sam, carla):
        visitor, guest = await page_of(None), await page_of(carla)
        members = [await page_of(eve), await page_of(sam)]
        for message, to_a_visitor, to_a_guest, to_a_member in PAGE:
            assert await outcome(visitor, message) == to_a_visitor, message
            assert await outcome(guest, message) == to_a_guest, message
            for member in members:
                assert await outcome(member, message) == to_a_member, message

    @STATES
    async def test_whatever_goes_on_in_their_call(self, alice, bob, eve, sam, now, goes_on):
        there = await going(goes_on, alice, bob, now)
        for page in [await page_of(person) for person in (alice, bob, eve, sam)]:
            for message, _visitor, _guest, to_a_member in PAGE:
                assert await outcome(page, message) == to_a_member, message
        assert await sync_to_async(there.is_as_it_was)()


class CaptionTests:
    def test_no_message_is_left_out(self):
        """Who may open that socket: test_socket.py of the captions. Whoever may, may send sound."""
        assert set(messages.CAPTION_MESSAGES) == {"pong"}


class BrokenDoorTests:
    async def test_a_door_that_asks_for_no_role_would_be_seen(self, alice, bob, now, monkeypatch):
        """The broken twin."""
        hers, _his, _ = await live_pair(alice, bob, now)
        monkeypatch.setattr("calls.signalling.room.RoomSocket.check_role", lambda *_: None)
        assert await outcome(hers, {"type": "offer.withdraw", "offer": NOBODYS}) == DOES
