"""The payer's laptop sleeps for half a minute in a paid call: it wakes up in the call, and the time it slept is not billed."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import Browser

from calls.metering.billing import Interval, intersect, total_ms
from calls.metering.models import PaidPeriod, Stop
from tests import cast
from tests.journeys import browser as chromium
from tests.journeys.evidence import A_REPORT_MS, MARGIN_MS, both_heard, heard_by, time_of, watch
from tests.journeys.people import talk
from tests.payouts.purse import give_promo

pytestmark = pytest.mark.prove
ASLEEP_S = 30
ON_ITS_WAY_MS = 1_000  # what had been sent before


class Laptop:
    """A browser whose processes can all be stopped, as a computer does that falls asleep."""

    def __init__(self, browser: Browser, pid: int) -> None:
        self.browser, self.pid = browser, pid

    def sleeps(self) -> None:
        for process in self._processes():
            os.kill(process, signal.SIGSTOP)

    def wakes_up(self) -> None:
        for process in self._processes():
            os.kill(process, signal.SIGCONT)

    def _processes(self) -> list[int]:
        """The browser's own first, then its children, and theirs: those of no other."""
        parents = {}
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):  # it has just ended
                parents[int(stat.parent.name)] = int(stat.read_text().rpartition(")")[2].split()[1])
        found = [self.pid]
        for process in found:
            found.extend(child for child, parent in parents.items() if parent == process)
        return found


@pytest.fixture
def laptop(playwright_here, tmp_path) -> Iterator[Laptop]:
    program, pid = tmp_path / "chromium", tmp_path / "chromium.pid"
    program.write_text(f'#!/bin/sh\necho $$ > {pid}\nexec {chromium.CHROMIUM} "$@"\n')
    program.chmod(0o755)
    running = Laptop(chromium.launch(playwright_here, program=program), int(pid.read_text()))
    try:
        yield running
    finally:
        running.wakes_up()
        running.browser.close()


class SleepTests:
    def test_the_call_is_there_when_it_wakes_up_and_the_time_asleep_costs_nothing(self, laptop, two_in_the_lobby):
        give_promo(cast.alice(), 2_000, timezone.now())
        alice, bob = two_in_the_lobby(on=laptop.browser)
        talk(alice, bob)
        bob.offers()
        alice.accepts()
        alice.meter_is("running")
        watch(alice, bob)
        alice.window.forgive("WebSocket connection to")

        fell_asleep_at = time.time()
        laptop.sleeps()
        bob.waits_until(lambda: PaidPeriod.objects.get().state == "stopped", "the meter stands still")
        bob.reads("The connection was lost")
        bob.waits(int((fell_asleep_at + ASLEEP_S - time.time()) * 1000))
        woke_up_at = time.time()
        laptop.wakes_up()

        for person in (alice, bob):
            person.is_connected()
            person.hears()
        alice.press("Resume")  # so long a loss is not resumed by itself
        for person in (alice, bob):
            person.meter_is("running")
        cost = alice.sum("meter-cost")
        alice.waits_until(lambda: alice.sum("meter-cost") > cost, "more to pay")
        bob.press("Back to free")
        alice.meter_is("free")

        period = PaidPeriod.objects.get()
        asleep = Interval(int(fell_asleep_at * 1000), int(woke_up_at * 1000))
        both = both_heard(heard_by(alice), heard_by(bob), time_of(period))
        assert total_ms(intersect(both, [asleep])) < ON_ITS_WAY_MS
        assert 0 < period.billable_ms <= total_ms(both) + A_REPORT_MS + MARGIN_MS
        assert set(Stop.objects.values_list("reason", flat=True)) == {"loss", "countdown"}
