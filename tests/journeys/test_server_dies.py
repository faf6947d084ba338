"""The server is killed in mid-call: the two go on talking, and nothing is billed that it did not witness."""

from datetime import datetime, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from calls.metering.models import Hearing, PaidPeriod
from marketplace.management.demo_data.builder import buy_credit
from payouts.wallet import services as wallet
from payouts.wallet.models import Hold
from tests import cast
from tests.journeys.site import manage

A_MOMENT = timedelta(seconds=1)


class ServerDiesTests:
    def test_a_short_outage_bills_nothing_and_the_meter_goes_on_by_itself(self, site, signed_in_person):
        buy_credit(cast.alice(), 2_000, now=timezone.now())
        alice, bob = signed_in_person(cast.alice()), signed_in_person(cast.bob())
        in_a_paid_call(alice, bob)

        site.kill()
        killed_at = timezone.now()
        for somebody in (alice, bob):
            somebody.hears()  # sound goes from browser to browser
            somebody.window.forgive("ERR_CONNECTION_REFUSED", "WebSocket connection")
        site.start()
        back_at = timezone.now()
        alice.waits_until(lambda: heard_since(killed_at) == {"payer", "expert"}, "both are heard anew")
        alice.meter_is("running")
        bob.meter_is("running")
        alice.press("Hang up")
        expect(alice.page.get_by_role("link", name="See the receipt")).to_be_visible()

        period = PaidPeriod.objects.get()
        witnessed = (killed_at - period.counts_from) + (period.ended_at - back_at) + A_MOMENT
        assert timedelta(milliseconds=period.billable_ms) <= witnessed
        assert not Hold.objects.filter(is_open=True).exists()
        assert wallet.credit(member=cast.alice()).minor == 2_000 - period.amount_minor
        assert "clean" in manage(site.environment, "verify_ledger")

    @pytest.mark.prove
    @pytest.mark.parametrize("site", [{"LOSS_RESUMES_S": "2", "LOSS_ENDS_S": "10"}], indirect=True)
    def test_after_a_long_outage_the_period_is_settled_at_the_last_beat(self, site, signed_in_person):
        buy_credit(cast.alice(), 2_000, now=timezone.now())
        alice, bob = signed_in_person(cast.alice()), signed_in_person(cast.bob())
        in_a_paid_call(alice, bob)

        site.kill()
        killed_at = timezone.now()
        for somebody in (alice, bob):
            somebody.window.forgive("ERR_CONNECTION_REFUSED", "WebSocket connection")
        alice.page.wait_for_timeout(11_000)
        site.start()
        alice.waits_until(lambda: PaidPeriod.objects.get().state == "ended", "the period is settled")

        period = PaidPeriod.objects.get()
        assert timedelta(milliseconds=period.billable_ms) <= killed_at - period.counts_from
        assert not Hold.objects.filter(is_open=True).exists()
        assert wallet.credit(member=cast.alice()).minor == 2_000 - period.amount_minor
        assert "clean" in manage(site.environment, "verify_ledger")


def heard_since(moment: datetime) -> set[str]:
    return set(Hearing.objects.filter(started_at__gt=moment, ended_at=None).values_list("side", flat=True))


def in_a_paid_call(alice, bob) -> None:
    bob.page.goto("/me/")
    alice.rings(bob)
    bob.answers()
    bob.joins()
    alice.joins()
    alice.is_connected()
    bob.is_connected()
    bob.offers()
    alice.accepts()
    alice.meter_is("running")
