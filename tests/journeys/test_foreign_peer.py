"""Whoever speaks PROTOCOL.md is a full client: a program of others calls, is called, pays, earns, and gains nothing by lies."""

import re
from datetime import timedelta
from itertools import count

import pytest
from django.utils import timezone

from calls.metering.models import Hearing, PaidPeriod
from marketplace.accounts.models import User
from marketplace.experts.models import Presence
from payouts.earnings import services as earnings
from payouts.wallet import services as wallet
from tests import cast
from tests.journeys.conftest import session_of
from tests.journeys.foreign_peer import ForeignPeer
from tests.journeys.people import Person
from tests.payouts.purse import give_promo

pytestmark = pytest.mark.prove
MINUTE_MS = 60_000
A_REPORT = timedelta(seconds=4)  # every 2 s, on a slow machine
IS_SPEAKING = "() => window.journey.connections.at(-1).getSenders()[0].track.enabled"


@pytest.fixture
def by_a_program_of_others(site):
    """`by_a_program_of_others(cast.alice())`: with a session of hers and a page open."""
    running = []

    def start(user: User) -> ForeignPeer:
        running.append(ForeignPeer(user.name, site.url, session_of(user)))
        running[-1].opens_a_page()
        return running[-1]

    yield start
    for each in running:
        each.leaves()


@pytest.fixture
def the_caller(by_a_program_of_others, signed_in_person) -> tuple[ForeignPeer, Person]:
    """Alice's program has called bob in Chromium."""
    give_promo(cast.alice(), 2_000, timezone.now())
    bob, alice = signed_in_person(cast.bob()), by_a_program_of_others(cast.alice())
    bob.goes_to("/me/")
    bob.waits_until(lambda: Presence.objects.get(user=cast.bob()).state == Presence.State.FREE, "to be reachable")
    alice.rings(cast.bob().pk)
    bob.answers()
    alice.joins(alice.is_answered())
    bob.joins()
    bob.is_connected()
    return alice, bob


@pytest.fixture
def the_expert(by_a_program_of_others, signed_in_person) -> tuple[Person, ForeignPeer]:
    """Alice in Chromium has called bob's program."""
    give_promo(cast.alice(), 2_000, timezone.now())
    alice, bob = signed_in_person(cast.alice()), by_a_program_of_others(cast.bob())
    alice.rings(bob)
    bob.joins(bob.answers())
    alice.joins()
    alice.is_connected()
    return alice, bob


def billed() -> PaidPeriod:
    """The one period, settled: what it cost has left the credit, and nothing else has."""
    period = PaidPeriod.objects.get()
    assert period.state == "ended"
    assert period.amount_minor == 200 * max(0, period.billable_ms - period.free_ms) // MINUTE_MS
    assert wallet.credit(member=cast.alice()).minor == 2_000 - period.amount_minor
    return period


class CallerTests:
    def test_sound_picture_chat_and_files_get_through(self, the_caller):
        alice, bob = the_caller
        bob.press("Camera on")
        bob.hears()
        bob.sees_a_picture()
        alice.hears_and_sees()
        alice.says("chat", text="Please send me the lease")
        bob.press("Chat, 1 new")
        bob.reads("Please send me the lease")
        lease = {"name": "lease.pdf", "mimeType": "application/pdf", "buffer": b"The lease, page by page. " * 80_000}
        bob.page.get_by_label("File to send").set_input_files(lease)
        assert alice.receives_a_file() == lease["buffer"]
        bob.reads("Arrived whole.")

    def test_it_accepts_an_offer_is_billed_and_hangs_up(self, the_caller):
        alice, bob = the_caller
        bob.offers()
        assert "€2.00 per minute" in alice.accepts()
        bob.meter_is("running")
        bob.waits_until(lambda: bob.sum("meter-cost") > 0, "a cost on the meter")
        alice.says("hangup")
        over = alice.waits_until(lambda state: state["call"]["state"] == "ended")
        bob.follows("See the receipt")
        bob.is_at(re.compile(f"{over['call']['receipt']}$"))
        assert billed().amount_minor > 0


class ExpertTests:
    def test_it_is_called_asks_for_money_and_earns(self, the_expert):
        alice, bob = the_expert
        alice.press("Camera on")
        alice.hears()
        alice.sees_a_picture()
        bob.hears_and_sees()
        bob.offers("per_minute")
        alice.accepts()
        alice.meter_is("running")
        alice.waits_until(lambda: alice.sum("meter-cost") > 0, "a cost on the meter")
        alice.press("Hang up")
        bob.waits_until(lambda state: state["call"]["state"] == "ended")
        period = billed()
        assert earnings.summary(expert=cast.bob()).pending.minor == period.amount_minor - period.commission_minor > 0


class LiesTests:
    def test_who_sends_nothing_earns_nothing_whatever_it_says_that_it_hears(self, the_expert):
        alice, bob = the_expert
        ever_more = count(1_000_000, 1_000)
        bob.what_it_reports = lambda received: next(ever_more)
        bob.offers("per_minute")
        alice.accepts()
        alice.meter_is("running")
        alice.hears()
        bob.connection.sound.cut = True
        silent_since = timezone.now()
        alice.meter_is("stopped")
        alice.press("Hang up")
        bob.waits_until(lambda state: state["call"]["state"] == "ended")
        period = billed()
        assert timedelta(milliseconds=period.billable_ms) < silent_since - period.counts_from + A_REPORT

    @pytest.mark.parametrize("reports", [None, 7], ids=["no report", "the same number for ever"])
    def test_who_says_that_it_hears_nothing_pays_nothing_and_is_told_nothing(self, the_caller, reports):
        alice, bob = the_caller
        alice.what_it_reports = lambda received: reports
        bob.waits_until(lambda: not Hearing.objects.filter(side="payer", ended_at=None), "the server notices")
        bob.offers()
        alice.accepts()
        bob.meter_is("stopped")
        assert not bob.asks_the_page(IS_SPEAKING)
        alice.says("hangup")
        alice.waits_until(lambda state: state["call"]["state"] == "ended")
        assert billed().billable_ms == 0
