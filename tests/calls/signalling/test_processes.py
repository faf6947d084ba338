"""Two server processes with one Redis between them: alice on one, bob on the other."""

import asyncio
import os
import signal
from contextlib import suppress
from datetime import timedelta

import pytest
import redis
from asgiref.sync import sync_to_async
from django.utils import timezone

from calls.metering import services as metering
from calls.metering.models import Hearing, PaidPeriod
from calls.metering.moments import to_ms
from calls.notices import services as notices
from calls.notices.models import Process
from calls.rooms import services as rooms
from marketplace.experts import services as experts
from payouts.ledger.verify import verify as verify_ledger
from payouts.wallet.models import Hold
from tests import cast
from tests.calls.metering.world import balances, give_credit
from tests.calls.signalling.lines import Line, site_on_this_database
from tests.calls.signalling.test_server_dies import go_paid, runs, stands, until
from tests.calls.signalling.wires import cookie_of
from tests.harness import servers

pytestmark = [pytest.mark.redis, pytest.mark.django_db(transaction=True)]

AS_OFTEN_AS_REPORTS_MS = 3_000  # one that was just missed before the silence, two until the sound counts again
LONGER_THAN_A_CARELESS_REDIS_CLIENT = 65  # seconds: redis-py 8 ends idle sockets after 5, unless told otherwise


@pytest.fixture
def two_sites(tmp_path, transactional_db, settings):
    assert settings.REDIS_URL, "these tests need a Redis: see tests/harness"
    settings.LEASE_DEAD_S = 4  # as the servers have it
    sites = []
    for name in ("hers", "his"):
        folder = tmp_path / name
        folder.mkdir()
        sites.append(site_on_this_database(folder))
    yield sites
    for site in sites:
        site.stop()


async def start(sites) -> None:
    await asyncio.gather(*(asyncio.to_thread(site.start) for site in sites))


async def ring_and_join(sites, alice, bob) -> tuple[Line, Line]:
    """As browsers do it, page sockets first."""
    cookies = [await sync_to_async(cookie_of)(one) for one in (alice, bob)]
    her_page, his_page = [await Line.open(*where) for where in zip(sites, ["/ws/page/"] * 2, cookies, strict=True)]
    await her_page.say("watch", experts=[bob.id])
    await her_page.hear("presence", lambda presence: presence["experts"][0]["state"] == "free")
    await her_page.say("ring", expert=bob.id, line="Across the wire")
    incoming = (await his_page.hear("rings", lambda rings: rings["incoming"]))["incoming"][0]
    assert incoming["line"] == "Across the wire"
    await his_page.say("ring.answer", call=incoming["call"])
    code = (await his_page.hear("ring.answered"))["room"]
    await her_page.hear("rings", lambda rings: rings["outgoing"] and rings["outgoing"]["room"] == code)
    lines = [await Line.open(site, f"/ws/room/{code}/", cookie) for site, cookie in zip(sites, cookies, strict=True)]
    for line, page in zip(lines, ("hers", "his"), strict=True):
        await line.say("join", page=page)
    await asyncio.gather(*(line.hear("peer", lambda peer: peer["present"]) for line in lines))
    await asyncio.gather(her_page.close(), his_page.close())
    return lines[0], lines[1]


class TwoProcessesTests:
    async def test_ring_talk_pay_and_one_of_them_is_killed(self, alice, bob, two_sites):
        await sync_to_async(give_credit)(alice, 1_840)
        await start(two_sites)
        hers, his = await ring_and_join(two_sites, alice, bob)

        for number in range(50):
            await hers.say("signal", data={"candidates": [{"candidate": f"hers {number}"}]})
            await his.say("signal", data={"candidates": [{"candidate": f"his {number}"}]})
        for line, sender in ((his, "hers"), (hers, "his")):
            for number in range(50):
                signal = await line.hear("signal")
                assert signal["data"]["candidates"][0]["candidate"] == f"{sender} {number}"

        for line in (hers, his):
            line.report_media()
        await go_paid(hers, his, (await sync_to_async(cast.rate_of)(bob)).id)
        await his.state(lambda state: state["meter"]["period"])
        await until(lambda: Hearing.objects.filter(ended_at=None).count() == 2)
        assert await sync_to_async(Hearing.objects.values("process").distinct().count)() == 2

        await asyncio.to_thread(two_sites[1].kill)
        await until(lambda: rooms.reap(now=timezone.now()))
        state = await hers.state(lambda state: not state["other"]["present"])
        assert (state["meter"]["state"], state["meter"]["reason"]) == ("stopped", "loss")
        assert (await hers.hear("peer"))["present"] is False
        assert await sync_to_async(Process.objects.filter(dead_at=None).count)() == 1
        await hers.say("hangup")
        await hers.state(lambda state: state["call"]["state"] == "ended")
        await hers.close()

    @pytest.mark.prove
    async def test_idle_sockets_live_and_still_hear(self, alice, bob, two_sites):
        await start(two_sites)
        cookie = await sync_to_async(cookie_of)(alice)
        pages = [await Line.open(site, "/ws/page/", cookie) for site in two_sites]
        for page in pages:
            await page.say("watch", experts=[bob.id])
            await page.hear("presence")
        await asyncio.gather(*(page.only_pongs_for(LONGER_THAN_A_CARELESS_REDIS_CLIENT) for page in pages))
        # Told from here: a process without sockets, as `manage.py worker` is one.
        await sync_to_async(bob_arrives)(bob)
        for page in pages:
            assert (await page.hear("presence"))["experts"][0]["state"] == "free"
            await page.close()


class RedisKilledTests:
    """kill -9 of Redis in the middle of a paid call whose two people are on two server processes."""

    @pytest.fixture
    def killed(self):
        """Where Redis was, and how to end it at once."""
        with servers.redis() as url:
            yield url, lambda: os.kill(redis.Redis.from_url(url).info()["process_id"], signal.SIGKILL)

    @pytest.fixture
    def two_sites(self, tmp_path, transactional_db, settings, killed):
        settings.LEASE_DEAD_S = 4
        url, _ = killed
        sites = []
        for name in ("hers", "his"):
            folder = tmp_path / name
            folder.mkdir()
            sites.append(site_on_this_database(folder, REDIS_URL=url, FREE_TIME_S="0"))
        yield sites
        for site in sites:
            site.stop()

    async def in_a_paid_call(self, sites, alice, bob) -> tuple[Line, Line]:
        await sync_to_async(give_credit)(alice, 1_840)
        await start(sites)
        hers, his = await ring_and_join(sites, alice, bob)
        for line in (hers, his):
            line.report_media()
        await go_paid(hers, his, (await sync_to_async(cast.rate_of)(bob)).id)
        await until(runs)
        return hers, his

    async def test_the_meter_runs_on_and_either_can_end_it_for_both(self, alice, bob, two_sites, killed):
        hers, his = await self.in_a_paid_call(two_sites, alice, bob)
        killed[1]()
        ends_at = timezone.now() + timedelta(seconds=3)
        await until(lambda: timezone.now() > ends_at and runs())
        period = await sync_to_async(PaidPeriod.objects.get)()
        await his.say("meter.free", period=period.pk)
        for line in (hers, his):
            state = await line.state(lambda state: state["meter"]["state"] == "free" and state["meter"]["last"])
            assert state["call"]["state"] == "live"
        await sync_to_async(period.refresh_from_db)()
        assert (period.state, period.end_reason) == ("ended", "back_to_free")
        assert 3_000 < period.billable_ms <= to_ms(period.ended_at) - to_ms(period.counts_from)
        assert not await sync_to_async(Hold.objects.filter(is_open=True).exists)()
        assert await sync_to_async(verify_ledger)() == []
        await asyncio.gather(hers.close(), his.close())

    @pytest.mark.prove
    async def test_a_server_that_dies_then_is_billed_to_its_last_beat(self, alice, bob, two_sites, killed, settings):
        hers, his = await self.in_a_paid_call(two_sites, alice, bob)
        witness = await sync_to_async(lambda: Hearing.objects.filter(side="expert").latest("pk").process)()
        killed[1]()
        await asyncio.to_thread(two_sites[1].kill)
        await until(stands)
        state = await hers.state(lambda state: not state["other"]["present"])
        assert (state["meter"]["state"], state["meter"]["reason"]) == ("stopped", "loss")
        beat_at = (await sync_to_async(Process.objects.get)(id=witness)).beat_at
        await sync_to_async(metering.sweep)(now=beat_at + timedelta(seconds=settings.LOSS_ENDS_S + 1))
        period = await sync_to_async(PaidPeriod.objects.get)()
        assert period.state == "ended"
        assert 0 < period.billable_ms <= to_ms(beat_at) - to_ms(period.counts_from)
        assert not await sync_to_async(Hold.objects.filter(is_open=True).exists)()
        await asyncio.gather(hers.close(), his.close())

    @pytest.mark.prove
    async def test_killed_and_started_again_it_costs_her_what_both_heard_to_the_cent(
        self, alice, bob, two_sites, killed
    ):
        """And that is less than they were in the call: while Redis is dead she hears nothing for some seconds."""
        hers, his = await self.in_a_paid_call(two_sites, alice, bob)
        url, kill = killed
        kill()
        hers.reporting.cancel()
        await hers.say("echo")
        await hers.hear("echo")  # the server has read every report of hers
        silent_at = timezone.now()
        await until(stands)
        with servers.redis(port=int(url.rpartition(":")[2].partition("/")[0])):
            heard_again_at = timezone.now()
            hers.report_media()
            await until(runs)
            ends_at = timezone.now() + timedelta(seconds=2)
            await until(lambda: timezone.now() > ends_at)
            period = await sync_to_async(PaidPeriod.objects.get)()
            await hers.say("meter.free", period=period.pk)
            await until(lambda: PaidPeriod.objects.filter(state="ended").exists())
        await sync_to_async(period.refresh_from_db)()
        stops = await sync_to_async(lambda: list(period.stops.values_list("reason", "side")))()
        assert stops == [("loss", "payer")]
        both_heard_ms = to_ms(silent_at) - to_ms(period.counts_from) + to_ms(period.ended_at) - to_ms(heard_again_at)
        assert both_heard_ms - AS_OFTEN_AS_REPORTS_MS <= period.billable_ms <= both_heard_ms
        assert period.amount_minor == 200 * period.billable_ms // 60_000 > 0
        assert (await sync_to_async(balances)(alice, bob))["credit"] == 1_840 - period.amount_minor
        assert not await sync_to_async(Hold.objects.filter(is_open=True).exists)()
        assert await sync_to_async(verify_ledger)() == []
        await asyncio.gather(hers.close(), his.close())

    @pytest.mark.prove
    async def test_once_it_is_back_they_hear_from_each_other_again(self, alice, bob, two_sites, killed):
        hers, his = await self.in_a_paid_call(two_sites, alice, bob)
        url, kill = killed
        kill()
        await hers.say("signal", data={"candidates": [{"candidate": "lost"}]})
        with servers.redis(port=int(url.rpartition(":")[2].partition("/")[0])):
            async with asyncio.timeout(20):
                heard = None
                while heard is None:  # notices and signals may be lost until the connection is made anew
                    await hers.say("signal", data={"candidates": [{"candidate": "again"}]})
                    with suppress(TimeoutError):
                        async with asyncio.timeout(1):
                            heard = await his.hear(
                                "signal", lambda one: one["data"]["candidates"][0]["candidate"] == "again"
                            )
            assert await sync_to_async(runs)()
            await hers.say("hangup")
            for line in (hers, his):
                await line.state(lambda state: state["call"]["state"] == "ended")
        assert await sync_to_async(PaidPeriod.objects.get)(state="ended")
        assert not await sync_to_async(Hold.objects.filter(is_open=True).exists)()
        await asyncio.gather(hers.close(), his.close())


def bob_arrives(bob) -> None:
    if experts.arrived(user=bob, process=cast.A_PROCESS):
        notices.tell_watchers(user_id=bob.id)
