"""Offers and the meter through two sockets, with media reports as browsers send them."""

import asyncio
import itertools

import pytest
from asgiref.sync import sync_to_async
from django.db import OperationalError

from calls.metering import services as metering
from calls.metering.models import Hearing, Offer, PaidPeriod, StoredTime
from calls.notices import hub
from calls.signalling import messages
from payouts.ledger import accounts
from payouts.ledger import services as ledger
from tests import cast
from tests.calls.metering.world import Story, give_credit
from tests.calls.signalling.wires import Wire, live_pair, page_of, room_of

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def times(settings):
    settings.REPORT_SILENCE_S = 60  # a slow machine is not a loss
    settings.ACCEPT_INERT_S, settings.COUNTDOWN_S, settings.FREE_TIME_S = 0, 0, 0


async def report(*wires: Wire, received: int) -> None:
    for wire in wires:
        await wire.say("media", received=received)


async def paid_pair(alice, bob, now):
    """Both hear each other, alice accepted at 2.00 per minute, the meter runs."""
    await sync_to_async(give_credit)(alice, 1_840)
    hers, his, call = await live_pair(alice, bob, now)
    for received in (100, 200):
        await report(hers, his, received=received)
    listing = await sync_to_async(cast.rate_of)(bob)
    await his.say("offer.send", listing=listing.id, estimate=[10, 15])
    state = await hers.state(lambda state: state["offer"] and state["offer"]["state"] == "open")
    await hers.say("offer.accept", offer=state["offer"]["id"], cap_minor=1_840)
    await hers.state(lambda state: state["meter"]["period"])
    await his.state(lambda state: state["meter"]["period"])
    period = await sync_to_async(PaidPeriod.objects.get)()
    await until(lambda: Hearing.objects.filter(ended_at=None).count() == 2)
    return hers, his, call, period


async def quiet(*wires: Wire) -> None:
    """Everything that is under way has come."""
    for wire in wires:
        await wire.hears_no()


async def until(check) -> None:
    """Waits for the database to be so."""
    async with asyncio.timeout(30):
        while not await sync_to_async(check)():  # noqa: ASYNC110  (another thread writes it)
            await asyncio.sleep(0.02)


class WitnessTests:
    async def test_sides_that_hear_already_are_heard_as_soon_as_a_period_begins(self, alice, bob, now):
        await paid_pair(alice, bob, now)
        assert await sync_to_async(lambda: {hearing.side for hearing in Hearing.objects.all()})() == {"payer", "expert"}

    async def test_reports_that_grow_write_nothing(self, alice, bob, now):
        hers, his, _, _period = await paid_pair(alice, bob, now)
        await quiet(hers, his)
        before = await sync_to_async(lambda: list(Hearing.objects.values()))()
        for received in (300, 400, 500):
            await report(hers, his, received=received)
        assert await hers.hears_no("state") and await his.hears_no("state")
        assert await sync_to_async(lambda: list(Hearing.objects.values()))() == before

    async def test_no_growth_stops_the_meter_and_growth_starts_it_again(self, alice, bob, now):
        hers, his, _, _period = await paid_pair(alice, bob, now)
        await report(hers, received=200)
        for wire in (hers, his):
            state = await wire.state(lambda state: state["meter"]["state"] == "stopped")
            assert state["meter"]["reason"] == "loss"
        await report(hers, received=300)
        await his.state(lambda state: state["meter"]["state"] == "running")

    async def test_no_report_at_all_stops_the_meter(self, alice, bob, now, settings):
        hers, his, _, _period = await paid_pair(alice, bob, now)
        settings.REPORT_SILENCE_S = 1
        await report(his, received=300)
        await hers.state(lambda state: state["meter"]["state"] == "stopped")

    async def test_a_silence_that_the_database_learns_late_ends_nothing_that_was_heard_after_it(
        self, alice, bob, now, monkeypatch
    ):
        hers, _his, _, _period = await paid_pair(alice, bob, now)
        is_away, silence = True, metering.silence

        def fails_while_away(**what):
            if is_away:
                raise OperationalError
            silence(**what)

        monkeypatch.setattr("calls.signalling.hearing.metering.silence", fails_while_away)
        for received in (300, 300, 400):  # a loss, which the database does not learn, and heard again before it is back
            await report(hers, received=received)
        await hers.say("echo")
        await hers.hear("echo")
        is_away = False
        await hers.state(lambda state: state["meter"]["state"] == "stopped")
        await report(hers, received=500)
        await hers.state(lambda state: state["meter"]["state"] == "running")

    async def test_a_lost_socket_ends_its_hearing_at_once(self, alice, bob, now):
        _hers, his, _, _period = await paid_pair(alice, bob, now)
        await his.hang()
        await until(lambda: not Hearing.objects.filter(side="expert", ended_at=None).exists())
        assert await sync_to_async(Hearing.objects.filter(side="payer", ended_at=None).exists)()

    async def test_a_newer_tab_takes_over_and_is_heard(self, alice, bob, now):
        hers, _his, call, _period = await paid_pair(alice, bob, now)
        newer = await room_of(alice, call.room.code)
        await newer.say("join", page="newer")
        await hers.hear("replaced")
        await until(lambda: not Hearing.objects.filter(side="payer", ended_at=None).exists())
        for received in (10, 20):
            await report(newer, received=received)
        await until(lambda: Hearing.objects.filter(side="payer", ended_at=None).exists())

    async def test_the_server_going_in_good_order_closes_what_it_heard_at_the_last_good_report(self, alice, bob, now):
        hers, _his, _, _period = await paid_pair(alice, bob, now)
        await hub.current().goodbye()
        assert not await sync_to_async(Hearing.objects.filter(ended_at=None).exists)()
        assert await hers.closed() == 4000


class SettlementTests:
    async def test_hanging_up_settles_and_leaves_no_hold(self, alice, bob, now):
        hers, his, call, _period = await paid_pair(alice, bob, now)
        await hers.say("hangup")
        state = await his.state(lambda state: state["call"]["state"] == "ended")
        assert state["meter"]["last"]["end_reason"] == "hung_up"
        assert state["call"]["receipt"] == f"/calls/{call.id}/"
        held = await sync_to_async(ledger.balance)(accounts.caller_hold(alice.id), "EUR")
        assert held.minor == 0

    async def test_back_to_free_ends_the_period_and_the_call_goes_on(self, alice, bob, now):
        hers, his, _, period = await paid_pair(alice, bob, now)
        await his.say("meter.free", period=period.id)
        state = await hers.state(lambda state: state["meter"]["last"])
        assert (state["meter"]["state"], state["call"]["state"]) == ("free", "live")

    async def test_pausing_and_resuming_reach_both(self, alice, bob, now):
        hers, his, _, period = await paid_pair(alice, bob, now)
        await his.say("meter.pause", period=period.id)
        state = await hers.state(lambda state: state["meter"]["state"] == "paused")
        assert (state["meter"]["by"], state["meter"]["needs"], state["meter"]["muted"]) == ("expert", "wait", True)
        await hers.say("meter.resume", period=period.id)
        assert await hers.error() == ("meter.not_now", "meter.resume")
        await his.say("meter.ready", period=period.id)
        await hers.state(lambda state: state["meter"]["needs"] == "resume")
        await hers.say("meter.resume", period=period.id)
        await his.state(lambda state: state["meter"]["state"] == "running")


class AskingTests:
    async def test_the_expert_is_told_what_a_price_would_bring(self, alice, bob, now):
        _hers, his, _ = await live_pair(alice, bob, now)
        listing = await sync_to_async(cast.rate_of)(bob)
        await his.say("offer.preview", listing=listing.id, rate_minor=150)
        told = await his.hear("offer.preview")
        assert (told["rate_minor"], told["price_minor"], told["text"]) == (150, None, "You will get €1.05 per minute.")
        await his.say("offer.preview", listing=listing.id, rate_minor=201)
        assert await his.error() == ("offer.rate_above_listing", "offer.preview")

    async def test_a_lower_price_of_an_act_is_offered_beside_the_list_price(self, alice, bob, now):
        hers, his, _ = await live_pair(alice, bob, now)
        act = await sync_to_async(cast.act_of)(bob)
        await his.say("offer.send", listing=act.id, price_minor=2_000)
        state = await hers.state(lambda state: state["offer"])
        assert (state["offer"]["price_minor"], state["offer"]["list_text"]) == (2_000, "€25.00")

    async def test_either_asks_for_stored_time_and_accepting_it_holds_nothing(self, alice, bob, now):
        stored = await sync_to_async(stored_time)(alice, bob)
        hers, his, _ = await live_pair(alice, bob, now)
        await hers.say("offer.stored", stored=stored)
        state = await hers.state(lambda state: state["offer"])
        assert [left["id"] for left in state["stored"]] == [stored]
        await hers.say("offer.accept", offer=state["offer"]["id"], cap_minor=0)
        state = await his.state(lambda state: state["meter"]["period"])
        assert (state["meter"]["kind"], state["meter"]["cost_minor"]) == ("stored_time", 0)


def stored_time(alice, bob) -> int:
    """Some of an act of an earlier call."""
    story = Story(credit=2_500, caller=alice, expert=bob)
    story.go_act().after(600)
    story.hang_up()
    return StoredTime.objects.get().pk


NOBODYS = 999_999
FIELDS = (
    dict.fromkeys(["offer", "stored", "period", "listing"], NOBODYS)
    | dict.fromkeys(["cap_minor", "to_minor"], 100)
    | {"what": "hand", "on": True, "text": "x"}
)
SEATED = {kind: message for kind, message in messages.ROOM_MESSAGES.items() if message.seat and kind != "signal"}


def fields_of(message) -> dict:
    return {name: FIELDS.get(name, 1) for name in message.fields}


class RoleTests:
    """Every control message x role; strangers do not get as far as a socket (test_room.DoorTests)."""

    async def test_the_other_sides_buttons_are_refused(self, alice, bob, now):
        hers, his, _ = await live_pair(alice, bob, now)
        for kind, message in messages.ROOM_MESSAGES.items():
            if message.role:
                wire = his if message.role == "payer" else hers
                await wire.say(kind, **fields_of(message))
                assert await wire.error() == ("not_your_role", kind)
        assert not await sync_to_async(Offer.objects.exists)()

    async def test_onlookers_press_nothing(self, alice, bob, now):
        _, _, call = await live_pair(alice, bob, now)
        onlookers = {"payer": await room_of(alice, call.room.code), "expert": await room_of(bob, call.room.code)}
        for kind, message in SEATED.items():
            for role, wire in onlookers.items():
                if message.role in ("", role):
                    await wire.say(kind, **fields_of(message))
                    assert await wire.error() == ("not_joined", kind)

    async def test_what_does_not_exist_is_refused(self, alice, bob, now):
        hers, his, _ = await live_pair(alice, bob, now)
        for kind, message in SEATED.items():
            if kind.startswith(("offer.", "meter.", "act.")):
                wire = his if message.role == "expert" else hers
                await wire.say(kind, **fields_of(message))
                code, re = await wire.error()
                assert (code.partition(".")[0], re) == (kind.partition(".")[0].replace("act", "meter"), kind)

    async def test_two_strangers_in_a_call_of_their_own_cannot_press_for_these_two(self, alice, bob, eve, now):
        zoe = await sync_to_async(cast.expert)("Zoe Second")
        _hers, _his, _, period = await paid_pair(alice, bob, now)
        eves, zoes, _ = await live_pair(eve, zoe, now)
        for kind in ("meter.pause", "meter.free", "meter.resume", "act.cancel"):
            await eves.say(kind, period=period.id)
            assert await eves.error() == ("meter.not_yours", kind)
        await eves.say("meter.raise", period=period.id, to_minor=5000)
        assert await eves.error() == ("meter.not_yours", "meter.raise")
        await zoes.say("meter.ready", period=period.id)
        assert await zoes.error() == ("meter.not_yours", "meter.ready")
        assert (await sync_to_async(PaidPeriod.objects.get)()).state == "running"

    async def test_an_accepted_offer_is_not_accepted_twice(self, alice, bob, now):
        hers, _his, _, period = await paid_pair(alice, bob, now)
        await hers.say("offer.accept", offer=period.offer_id, cap_minor=1_840)
        assert await hers.error() == ("offer.closed", "offer.accept")

    async def test_a_rate_above_the_listing_is_refused(self, alice, bob, now):
        _hers, his, _ = await live_pair(alice, bob, now)
        listing = await sync_to_async(cast.rate_of)(bob)
        await his.say("offer.send", listing=listing.id, rate_minor=201)
        assert await his.error() == ("offer.rate_above_listing", "offer.send")


class PageSocketTests:
    async def test_being_in_a_paid_call_rings_nobody_through(self, alice, bob, eve, now):
        await paid_pair(alice, bob, now)
        page = await page_of(eve)
        await page.say("ring", expert=bob.id, line="")
        assert await page.error() == ("ring.busy", "ring")


class StillThereTests:
    """Whether somebody speaks is the word of the payer's page."""

    async def test_without_speech_both_are_asked_and_speech_moves_where_the_bill_would_end(
        self, alice, bob, now, settings
    ):
        settings.SILENCE_ASKS_S, settings.STILL_THERE_S = 2, 60
        hers, his, _, period = await paid_pair(alice, bob, now)
        settings.REPORT_SILENCE_S = 1  # from here on: a slow machine takes longer to come this far
        heard = itertools.count(300, 10)
        while not period.asked_at:
            received = next(heard)
            await hers.say("media", received=received)
            await his.say("media", received=received, spoken=True)  # an expert's page may say what it likes
            await asyncio.sleep(0.3)
            await sync_to_async(period.refresh_from_db)()
        for wire in (hers, his):
            await wire.state(lambda state: state["meter"]["question"])
        while not await sync_to_async(PaidPeriod.objects.filter(silent_since__gt=period.asked_at).exists)():
            received = next(heard)
            await hers.say("media", received=received, spoken=True)
            await his.say("media", received=received)
            await asyncio.sleep(0.3)

    async def test_what_her_page_heard_outlives_her_socket(self, alice, bob, now):
        hers, _, _, period = await paid_pair(alice, bob, now)
        await hers.say("media", received=300, spoken=True)
        await quiet(hers)
        await hers.hang()
        await until(lambda: PaidPeriod.objects.filter(pk=period.pk, spoken_at__isnull=False).exists())
