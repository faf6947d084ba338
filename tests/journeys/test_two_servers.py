"""PostgreSQL, Redis, a worker of its own and two servers, the caller on one and the expert on the other."""

import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from calls.metering.models import PaidPeriod
from calls.notices.models import Process
from marketplace.management.demo_data.builder import buy_credit
from marketplace.management.demo_data.past import PastCall, Story
from payouts.earnings import services as earnings
from payouts.wallet import services as wallet
from payouts.wallet.models import Hold
from tests import cast
from tests.harness import servers
from tests.journeys.people import Person
from tests.journeys.site import Site, in_the_background, looking_into, manage

pytestmark = pytest.mark.prove

SETTLED_CARD = "4000 0000 0000 0077"  # its money can be sent on at once


@pytest.fixture
def site(migrated: Path, tmp_path: Path, django_db_blocker) -> Iterator[Site]:
    """The first of the two servers, as production runs it; the second is `other_site`."""
    with servers.postgres() as database_url, servers.redis() as redis_url:
        # The second factor has its own place in the whole path.
        environment = {"DATABASE_URL": database_url, "REDIS_URL": redis_url, "SECOND_FACTOR": "0"}
        site = Site(tmp_path, environment, arguments=("--no-worker",))
        manage(site.environment, "migrate", "--verbosity", "0")
        with django_db_blocker.unblock(), looking_into(database_url):
            last_month(cast.eve(), cast.bob())  # before the worker, which would end a call of then
            site.start()
            with in_the_background(site, "worker"):
                yield site
        site.stop()
    assert site.errors() == [], site.log.read_text()


@pytest.fixture
def other_site(site: Site) -> Iterator[Site]:
    other = Site(site.folder, {**site.environment, "SITE_URL": ""}, arguments=("--no-worker",))
    other.environment["SITE_URL"] = other.url
    other.start()
    yield other
    other.stop()
    assert other.errors() == [], other.log.read_text()


class TwoServersTests:
    def test_call_pay_settle_withdraw(self, site, other_site, signed_in_person):
        alice, bob = signed_in_person(cast.alice()), signed_in_person(cast.bob(), url=other_site.url)
        alice_adds_credit(alice)
        they_are_connected(alice, bob)
        assert Process.objects.filter(dead_at=None).count() == 2
        they_talk_for_money(alice, bob)
        bob_withdraws(bob)
        assert "clean" in manage(site.environment, "verify_ledger")


def last_month(payer, expert) -> None:
    """An earlier call, whose earning is due by now."""
    start = timezone.now() - timedelta(days=41)
    buy_credit(payer, 5_000, now=start)
    Story(payer, expert, PastCall(days_ago=41, caller=0, line="", minutes=24, cap_minor=5_000), start).tell()


def alice_adds_credit(alice: Person) -> None:
    alice.page.goto("/wallet/")
    alice.page.get_by_label("Or another amount").fill("50")
    alice.press("Add credit")
    alice.pays_at_stripe(alice.page, card=SETTLED_CARD)
    expect(alice.sees("balance")).to_have_text("€50.00")


def they_are_connected(alice: Person, bob: Person) -> None:
    bob.page.goto("/me/")
    alice.rings(bob)
    bob.answers()
    bob.joins()
    alice.joins()
    for somebody in (alice, bob):
        somebody.is_connected()
        somebody.hears()
    assert alice.security_code() == bob.security_code()


def they_talk_for_money(alice: Person, bob: Person) -> None:
    bob.offers()
    alice.accepts()
    for somebody in (alice, bob):
        somebody.meter_is("running")
        somebody.waits_until(lambda who=somebody: who.sum("meter-cost") > 0, "a cost on the meter")
    bob.press("Hang up")
    for somebody in (alice, bob):
        somebody.page.get_by_role("link", name="See the receipt").click()
        expect(somebody.page).to_have_url(re.compile(r"/calls/\d+/$"))
    period = PaidPeriod.objects.get(payer=cast.alice())
    assert period.amount_minor == 200 * max(0, period.billable_ms - period.free_ms) // 60_000 > 0
    assert wallet.credit(member=cast.alice()).minor == 5_000 - period.amount_minor
    assert not Hold.objects.filter(is_open=True).exists()


def bob_withdraws(bob: Person) -> None:
    bob.page.goto("/earnings/")
    bob.press("Connect a bank account")
    bob.page.get_by_label("Full name").fill(bob.name)
    bob.page.get_by_label("Bank account number").fill("000123456789")
    bob.press("Finish onboarding")
    bob.looks_again_until("/earnings/", lambda: bob.button("Withdraw").is_visible())
    available = bob.sum("earnings-available")
    assert available == earnings.summary(expert=cast.bob()).available.minor >= 2_000
    bob.press("Withdraw")
    newest = bob.page.get_by_test_id("withdrawal").first
    bob.looks_again_until("/earnings/", lambda: newest.get_attribute("data-state") == "paid")
    assert bob.sum("earnings-withdrawn") == available
    assert bob.sum("earnings-available") == 0
