"""Two server processes with one Redis between them: alice on one, bob on the other."""

import asyncio

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone

from calls.metering.models import Hearing
from calls.notices import services as notices
from calls.notices.models import Process
from calls.rooms import services as rooms
from marketplace.experts import services as experts
from tests import cast
from tests.calls.metering.world import give_credit
from tests.calls.signalling.lines import Line, site_on_this_database
from tests.calls.signalling.test_server_dies import go_paid, until
from tests.calls.signalling.wires import cookie_of

pytestmark = [pytest.mark.redis, pytest.mark.django_db(transaction=True)]

LONGER_THAN_A_CARELESS_REDIS_CLIENT = 16  # seconds: redis-py 8 ends idle sockets after 5 unless told otherwise


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
    await her_page.hear("presence", lambda presence: presence["state"] == "free")
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
            assert (await page.hear("presence"))["state"] == "free"
            await page.close()


def bob_arrives(bob) -> None:
    if experts.arrived(user=bob, process=cast.A_PROCESS):
        notices.tell_watchers(user_id=bob.id)
