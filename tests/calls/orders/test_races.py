"""Orders pressed at the same moment, with real threads, so PostgreSQL: paid, freed or contested, and once."""

from datetime import timedelta
from threading import Barrier
from unittest.mock import patch

import pytest

from calls.metering import services as metering
from calls.orders import services as orders
from calls.orders.models import WorkOrder
from marketplace.listings import services as listings
from payouts.claims import services as claims
from payouts.claims.models import Claim
from payouts.ledger.models import Entry
from payouts.verify import faults
from payouts.wallet.models import Hold
from tests import cast
from tests.calls.metering.world import Story
from tests.payouts.ledger.test_races import at_once
from tests.payouts.purse import eur

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
PRICE = 4_000


@pytest.fixture
def story(transactional_db) -> Story:
    """Alice looks at the card of a work for 40.00."""
    story = Story(credit=9_000)
    work = listings.add_work(
        profile=story.bob.profile, title="A letter", description="To the office.", delivery_days=5, price_minor=PRICE
    )
    story.offer = metering.send_offer(call=story.call, expert=story.bob, listing_id=work.pk, now=story.now)
    return story.after(2)


@pytest.fixture
def order(story) -> WorkOrder:
    accept(story)
    order = WorkOrder.objects.get()
    orders.deliver(order_id=order.pk, expert=story.bob, note="Here.", now=story.now)
    return order


@pytest.fixture
def contested(story, order) -> WorkOrder:
    object_to(story, order)
    return order


def accept(story):
    metering.accept(offer_id=story.offer.pk, payer=story.alice, cap_minor=PRICE, now=story.now)


def confirm(story, order):
    orders.confirm(order_id=order.pk, payer=story.alice, now=story.now)


def object_to(story, order):
    orders.object_to(order_id=order.pk, payer=story.alice, reason="No.", now=story.now)


def give_back(story, order, minor, key):
    terms = {"amount": eur(minor), "key": key, "note": "", "now": story.now}
    orders.give_back(order_id=order.pk, expert=story.bob, **terms)


def captures() -> int:
    return Entry.objects.filter(kind="capture").count()


class OrderRaceTests:
    def test_accepted_in_two_tabs_it_is_one_order_and_one_hold(self, story):
        ends = at_once(6, lambda _: accept(story))
        assert ends == {"done": 1, "OfferRefused": 5}
        assert (WorkOrder.objects.count(), Hold.objects.count(), story.balances()["held"]) == (1, 1, PRICE)

    def test_confirmed_in_two_tabs_and_by_the_worker_it_is_paid_once(self, story, order):
        later = story.now + timedelta(hours=72)
        ends = at_once(6, lambda n: orders.sweep(now=later) if n % 2 else confirm(story, order))
        assert ends in ({"done": 4, "OrderRefused": 2}, {"done": 3, "OrderRefused": 3})  # the worker is never refused
        assert (captures(), story.balances()["earned"], faults()) == (1, 2_800, [])

    @pytest.mark.parametrize("round_", range(3))
    def test_confirmed_while_it_is_not_as_described_it_is_paid_in_the_end(self, story, order, round_):
        """Whichever came first: what is confirmed is not contested, and confirming takes the claim back."""
        ends = at_once(2, lambda n: confirm(story, order) if n else object_to(story, order))
        order.refresh_from_db()
        assert (order.state, captures(), story.balances()["held"]) == ("paid", 1, 0)
        assert [claim.outcome for claim in Claim.objects.all()] == ["taken_back"] * (ends["done"] - 1)
        assert faults() == []

    def test_without_the_lock_it_is_paid_and_contested_both(self, story, order):
        """The broken twin."""
        both_looked = Barrier(2)

        def unlocked(order_id, now, *states, **party):
            found = WorkOrder.objects.filter(**party).select_related("payer", "expert", "call").get(pk=order_id)
            both_looked.wait(10)
            return found

        with patch.object(orders, "_locked", unlocked):
            ends = at_once(2, lambda n: confirm(story, order) if n else object_to(story, order))
        assert ends == {"done": 2}
        assert (captures(), Claim.objects.get().state) == (1, "asked")
        Claim.objects.all().delete()  # the books would say so
        claims.HeldCharge.objects.all().delete()


class HeldClaimRaceTests:
    def test_the_expert_gives_back_the_payer_confirms_and_the_deadline_comes_but_one_of_them(self, story, contested):
        late = story.now + timedelta(days=3)
        ways = [
            lambda: give_back(story, contested, PRICE, "k" * 16),
            lambda: confirm(story, contested),
            lambda: claims.meet_deadlines(now=late),
        ]
        at_once(6, lambda n: ways[n % 3]())
        balances = story.balances()
        assert (captures(), balances["held"], sum(balances.values())) == (1, 0, 9_000)
        assert balances["earned"] in (0, 2_800)
        assert (Claim.objects.get().state, faults()) == ("closed", [])

    def test_parts_freed_at_once_never_pass_the_price(self, story, contested):
        ends = at_once(6, lambda n: give_back(story, contested, 1_500, f"form-number-{n:04}"))
        assert ends == {"done": 2, "BadAmount": 4}
        assert story.balances() == {"credit": 8_000, "held": 0, "earned": 700, "commission": 300}
        assert faults() == []

    def test_the_same_form_at_once_frees_once(self, story, contested):
        assert at_once(4, lambda _: give_back(story, contested, 1_500, "k" * 16)) == {"done": 4}
        assert story.balances() == {"credit": 6_500, "held": 0, "earned": 1_750, "commission": 750}

    def test_two_of_the_staff_at_once_decide_once(self, story, contested):
        claim, people = Claim.objects.get(), [cast.sam(), cast.staff("Sue Staff")]
        claims.answer(claim_id=claim.pk, expert=story.bob, text="All is there.", now=story.now)

        def decide(n: int) -> None:
            terms = {"claim_id": claim.pk, "reason": "Half.", "now": story.now}
            claims.decide(staff=people[n], refund=eur(1_000 + 1_000 * n), **terms)

        assert at_once(2, decide) == {"done": 1, "NotNow": 1}
        assert (captures(), story.balances()["held"], faults()) == (1, 0, [])
