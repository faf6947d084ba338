"""kill -9 of a real server process in a live paid call: nothing is billed after its last beat, and no hold stays behind."""

import asyncio
from datetime import timedelta

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone

from calls.metering import services as metering
from calls.metering.models import Hearing, PaidPeriod, Stop
from calls.metering.moments import to_ms
from calls.notices.models import Process
from calls.rooms import services as rooms
from calls.rooms.models import Call
from payouts.ledger.verify import verify as verify_ledger
from payouts.wallet.models import Hold
from tests import cast
from tests.calls.metering.world import give_credit
from tests.calls.signalling.lines import Line, site_on_this_database
from tests.calls.signalling.wires import answered_call, cookie_of

pytestmark = pytest.mark.django_db(transaction=True)

CREDIT = 1_840


@pytest.fixture
def site(tmp_path, transactional_db):
    server = site_on_this_database(tmp_path)
    yield server
    server.stop()


@pytest.fixture(autouse=True)
def dead_as_the_servers_say(settings):
    settings.LEASE_DEAD_S = 4


async def talk(site, cookies: list[str], code: str) -> list[Line]:
    """Both in the room, their sound arriving."""
    lines = []
    for page, cookie in zip(("hers", "his"), cookies, strict=True):
        line = await Line.open(site, f"/ws/room/{code}/", cookie)
        await line.say("join", page=page)
        await line.hear("peer")
        lines.append(line)
    await lines[0].hear("peer", lambda peer: peer["present"])
    for line in lines:
        line.report_media()
    return lines


async def go_paid(hers: Line, his: Line, listing_id: int) -> None:
    await his.say("offer.send", listing=listing_id)
    state = await hers.state(lambda state: state["offer"])
    await asyncio.sleep(1.1)  # Accept is inert for the card's first second
    await hers.say("offer.accept", offer=state["offer"]["id"], cap_minor=CREDIT)
    await hers.state(lambda state: state["meter"]["period"])


async def until(check):
    async with asyncio.timeout(20):
        while not (answer := await sync_to_async(check)()):  # noqa: ASYNC110  (other processes write it)
            await asyncio.sleep(0.1)
        return answer


def sweep() -> None:
    now = timezone.now()
    rooms.reap(now=now)
    metering.sweep(now=now)
    rooms.sweep(now=now)


def runs() -> bool:
    sweep()
    return PaidPeriod.objects.filter(state="running", counts_from__lt=timezone.now() - timedelta(seconds=2)).exists()


def stands() -> bool:
    sweep()
    return PaidPeriod.objects.filter(state="stopped").exists()


async def killed_in_mid_call(site, alice, bob):
    """(both cookies, the call); the period has run for two seconds and is found stopped."""
    await sync_to_async(give_credit)(alice, CREDIT)
    cookies = [await sync_to_async(cookie_of)(one) for one in (alice, bob)]
    call = await sync_to_async(answered_call)(alice, bob, timezone.now())
    await asyncio.to_thread(site.start)
    lines = await talk(site, cookies, call.room.code)
    await go_paid(*lines, (await sync_to_async(cast.rate_of)(bob)).id)
    await until(runs)
    await asyncio.to_thread(site.kill)
    for line in lines:
        await line.close()
    await until(stands)
    return cookies, call


class KilledTests:
    async def test_settles_at_the_last_beat_when_nobody_comes_back(self, alice, bob, site, settings):
        _, call = await killed_in_mid_call(site, alice, bob)
        beat_at = (await sync_to_async(Process.objects.get)()).beat_at

        def after_two_minutes():
            later = beat_at + timedelta(seconds=settings.LOSS_ENDS_S + 1)
            metering.sweep(now=later)
            rooms.sweep(now=later)

        await sync_to_async(after_two_minutes)()
        period = await sync_to_async(PaidPeriod.objects.get)()
        witnessed_ms = to_ms(beat_at) - to_ms(period.counts_from)
        assert (period.state, period.end_reason) == ("ended", "server")
        assert 0 < period.billable_ms <= witnessed_ms
        assert not await sync_to_async(Hearing.objects.filter(ended_at=None).exists)()
        assert not await sync_to_async(Hearing.objects.filter(ended_at__gt=beat_at).exists)()
        assert not await sync_to_async(Hold.objects.filter(is_open=True).exists)()
        assert (await sync_to_async(Call.objects.get)(id=call.id)).end_reason == "lost"
        assert await sync_to_async(verify_ledger)() == []

    @pytest.mark.prove
    async def test_goes_on_by_itself_when_both_are_back_in_time_and_bills_nothing_in_between(self, alice, bob, site):
        cookies, call = await killed_in_mid_call(site, alice, bob)
        beat_at = (await sync_to_async(Process.objects.get)()).beat_at
        await asyncio.to_thread(site.start)
        back_at = timezone.now()
        hers, his = await talk(site, cookies, call.room.code)
        await until(lambda: PaidPeriod.objects.filter(state="running").exists())
        await hers.say("hangup")
        await his.state(lambda state: state["call"]["state"] == "ended")
        for line in (hers, his):
            await line.close()
        period = await sync_to_async(PaidPeriod.objects.get)()
        witnessed_ms = to_ms(beat_at) - to_ms(period.counts_from) + to_ms(period.ended_at) - to_ms(back_at)
        assert period.billable_ms <= witnessed_ms
        stops = await sync_to_async(lambda: list(Stop.objects.values_list("reason", flat=True)))()
        assert "server" in stops
        assert not await sync_to_async(Hold.objects.filter(is_open=True).exists)()
        assert await sync_to_async(verify_ledger)() == []


@pytest.mark.prove
class StoppedInGoodOrderTests:
    async def test_closes_what_it_heard_at_the_last_good_report_and_gives_up_its_lease(self, alice, bob, site):
        await sync_to_async(give_credit)(alice, CREDIT)
        cookies = [await sync_to_async(cookie_of)(one) for one in (alice, bob)]
        call = await sync_to_async(answered_call)(alice, bob, timezone.now())
        await asyncio.to_thread(site.start)
        lines = await talk(site, cookies, call.room.code)
        await go_paid(*lines, (await sync_to_async(cast.rate_of)(bob)).id)
        await until(runs)
        await asyncio.to_thread(site.stop)
        assert not await sync_to_async(Hearing.objects.filter(ended_at=None).exists)()
        assert (await sync_to_async(Process.objects.get)()).dead_at
        assert [line.socket.close_code for line in lines] == [4000, 4000]
        for line in lines:
            await line.close()
