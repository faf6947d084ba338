"""One member, one seat: the newest window takes it, the one before is told and can take it back, and nobody is billed twice."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from calls.metering.billing import merged, total_ms
from calls.metering.models import PaidPeriod, Stop
from calls.rooms.models import Call, Seat
from tests import cast
from tests.journeys.browser import Window
from tests.journeys.evidence import A_REPORT_MS, MARGIN_MS, both_heard, heard_by, time_of, watch
from tests.journeys.listening import Listener
from tests.journeys.people import Person, talk
from tests.payouts.purse import give_promo

pytestmark = pytest.mark.prove
RESUMES_BY_ITSELF = timedelta(seconds=20)


@pytest.fixture
def paying(two_in_the_lobby) -> tuple[Person, Person]:
    give_promo(cast.alice(), 2_000, timezone.now())
    alice, bob = two_in_the_lobby()
    talk(alice, bob)
    bob.offers()
    alice.accepts()
    for person in (alice, bob):
        person.meter_is("running")
    watch(alice, bob)
    return alice, bob


@pytest.fixture(params=["another device", "another tab"])
def elsewhere(request, paying, signed_in_person) -> Person:
    """Alice once more: signed in somewhere else too, or in a second tab of the same browser."""
    alice, _ = paying
    if request.param == "another device":
        return signed_in_person(cast.alice())
    context = alice.window.context
    return Person(alice.name, Window(context, context.new_page()), alice.site)


class SeatTests:
    def test_it_goes_to_the_newest_and_back_and_the_meter_bills_what_both_heard(self, paying, elsewhere):
        alice, bob = paying
        elsewhere.goes_to(alice.page.url)
        expect(elsewhere.button("Join")).to_be_visible()
        alice.is_connected()  # whoever only looks takes nothing
        alice.meter_is("running")

        told = Listener(alice)
        elsewhere.press("Join")
        watch(elsewhere)
        is_replaced(alice)
        they_go_on(elsewhere, bob)
        told.hears()  # no lost connection and no meter that stands still: the card has the focus, and is read

        alice.press("Use this window instead")
        is_replaced(elsewhere)
        they_go_on(alice, bob)
        assert Seat.objects.count() == 2

        heard = lambda: merged([*heard_by(alice), *heard_by(elsewhere)])  # noqa: E731
        bob.press("Back to free")
        alice.meter_is("free")
        period = PaidPeriod.objects.get()  # one, whichever window was paid in
        both = both_heard(heard(), heard_by(bob), time_of(period))
        switches = 2
        assert 0 < period.billable_ms <= total_ms(both) + switches * (A_REPORT_MS + MARGIN_MS)
        for stop in Stop.objects.all():  # the real hole, so short that nobody had to press Resume
            assert stop.reason == "loss"
            assert stop.ended_at - stop.started_at < RESUMES_BY_ITSELF
        assert Call.objects.get().state == "live"


def is_replaced(person: Person) -> None:
    person.reads("This call is open in a newer window")
    person.reads("Sound and picture go there now. Nothing is charged twice.")
    expect(person.page.get_by_role("heading", name="This call is open in a newer window")).to_be_focused()
    expect(person.button("Hang up")).not_to_be_visible()


def they_go_on(alice: Person, bob: Person) -> None:
    for person in (alice, bob):
        person.is_connected()
        person.hears()
        person.meter_is("running")
    cost = alice.sum("meter-cost")
    alice.waits_until(lambda: alice.sum("meter-cost") > cost, "more to pay")
