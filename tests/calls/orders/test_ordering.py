"""Acts of work: held on acceptance, delivered, paid once confirmed or after 72 h; freed when nobody delivers."""

from datetime import timedelta

import pytest
from django.utils import timezone

from calls.metering import services as metering
from calls.metering.afterwards import NothingPaid
from calls.metering.models import PaidPeriod
from calls.orders import services as orders
from calls.orders.models import WorkOrder
from marketplace.listings import services as listings
from payouts.cards import services as cards
from payouts.cards.models import SavedCard
from payouts.claims import services as claims
from payouts.claims.models import Claim
from payouts.earnings.models import Earning, Tip
from payouts.money import Money
from payouts.outbox.models import OutboxRow
from payouts.verify import faults
from tests import cast
from tests.calls.metering.world import Story
from tests.calls.orders.world import FREED, HELD, PAID, PRICE, accept, deliver, offer, state_of


@pytest.fixture(autouse=True)
def books_stay_clean(story):
    yield
    assert faults() == []


class OrderingTests:
    def test_the_card_says_what_is_bought_and_when_it_is_paid(self, story, work):
        offer(story, work)
        text = story.card()["text"]
        assert text[0] == "Bob Leroy offers you an act of work."
        assert text[1] == "A letter: €40.00, taxes included."
        assert "To the office." in text
        assert "Delivered within 5 days after you accept." in text

    def test_the_price_is_held_and_the_call_stays_free(self, story, order):
        assert story.balances() == HELD
        assert state_of(order) == ("ordered", "")
        assert not PaidPeriod.objects.exists()
        assert order.due_at == story.now + timedelta(days=5)

    def test_it_does_not_block_a_paid_period_nor_a_paid_period_it(self, story, work, order):
        story.go_paid(cap=500).after(60).sweep()
        assert story.meter()["state"] == "running"

    def test_it_can_be_offered_while_a_paid_period_runs(self, story, work):
        story.go_paid(cap=500).after(10)
        offer(story, work)
        assert accept(story).state == "ordered"

    def test_a_discount_is_held_at_its_price(self, story, work):
        offer(story, work, price_minor=3_000)
        assert "25 % less than the list price of €40.00." in story.card()["text"]
        assert accept(story, 3_000).price == Money(3_000, "EUR")

    @pytest.mark.parametrize(("cap", "code"), [(3_999, "cap_too_low"), (4_001, "cap_above_credit")])
    def test_another_price_is_not_accepted(self, story, work, cap, code):
        offer(story, work)
        with pytest.raises(metering.OfferRefused, match=f"^{code}$"):
            accept(story, cap)
        assert story.balances() == FREED

    def test_without_the_credit_nothing_is_ordered(self, db):
        story = Story(credit=0, caller=cast.member("Zoe Poor"), expert=cast.bob())
        work = listings.add_work(
            profile=story.bob.profile, title="A letter", description="x", delivery_days=5, price_minor=PRICE
        )
        offer(story, work)
        with pytest.raises(metering.OfferRefused, match="^insufficient_credit$"):
            metering.accept(offer_id=story.offer.pk, payer=story.alice, cap_minor=PRICE, now=story.now)
        assert not WorkOrder.objects.exists()


class DeliveryTests:
    def test_confirmed_it_is_paid(self, story, order):
        deliver(story, order)
        orders.confirm(order_id=order.pk, payer=story.alice, now=story.now)
        assert (state_of(order), story.balances()) == (("paid", "confirmed"), PAID)

    def test_without_an_answer_it_is_paid_after_72_hours(self, story, order):
        deliver(story, order)
        orders.sweep(now=story.now + timedelta(hours=71, minutes=59))
        assert story.balances() == HELD
        assert orders.sweep(now=story.now + timedelta(hours=72)) == 1
        assert (state_of(order), story.balances()) == (("paid", "time"), PAID)
        assert orders.sweep(now=story.now + timedelta(hours=72)) == 0

    def test_not_delivered_it_is_freed_7_days_after_its_date(self, story, order):
        orders.sweep(now=order.due_at + timedelta(days=6, hours=23))
        assert story.balances() == HELD
        orders.sweep(now=order.due_at + timedelta(days=7))
        assert (state_of(order), story.balances()) == (("freed", "late"), FREED)

    def test_after_that_nobody_delivers(self, story, order):
        story.now = order.due_at + timedelta(days=7)
        with pytest.raises(orders.OrderRefused):
            deliver(story, order)

    def test_the_expert_cancels_before_the_delivery(self, story, order):
        orders.cancel(order_id=order.pk, expert=story.bob, now=story.now)
        assert (state_of(order), story.balances()) == (("freed", "cancelled"), FREED)

    def test_but_not_afterwards(self, story, order):
        deliver(story, order)
        with pytest.raises(orders.OrderRefused):
            orders.cancel(order_id=order.pk, expert=story.bob, now=story.now)

    def test_what_is_not_delivered_is_not_confirmed(self, story, order):
        with pytest.raises(orders.OrderRefused):
            orders.confirm(order_id=order.pk, payer=story.alice, now=story.now)

    def test_pressed_twice_it_is_paid_once(self, story, order):
        deliver(story, order)
        orders.confirm(order_id=order.pk, payer=story.alice, now=story.now)
        with pytest.raises(orders.OrderRefused):
            orders.confirm(order_id=order.pk, payer=story.alice, now=story.now)
        assert story.balances() == PAID

    def test_each_presses_only_their_own_buttons(self, story, order):
        deliver(story, order)
        for stranger in (story.bob, cast.eve()):
            with pytest.raises(WorkOrder.DoesNotExist):
                orders.confirm(order_id=order.pk, payer=stranger, now=story.now)

    def test_both_are_told(self, story, order):
        deliver(story, order)
        told = [
            (row.payload["facts"]["event"], row.payload["member"])
            for row in OutboxRow.objects.filter(action="mail.member")
        ]
        assert {("ordered", story.bob.pk), ("delivered", story.alice.pk)} <= set(told)


class TopUpTests:
    def test_an_order_that_uses_up_credit_brings_one_automatic_top_up(self, story, work):
        filled_below(story, 2_000)
        offer(story, work)
        order = accept(story)
        assert refills() == [f"call:{story.call.pk}"]
        deliver(story, order)
        orders.confirm(order_id=order.pk, payer=story.alice, now=story.now)
        assert refills() == [f"call:{story.call.pk}", order.reference]

    def test_one_that_leaves_enough_brings_none(self, story, work):
        filled_below(story, 1_000)
        offer(story, work)
        accept(story)
        assert refills() == []


class TipTests:
    """What was paid for in the call was a work alone."""

    def test_who_paid_it_can_tip_and_who_did_not_cannot(self, story, order):
        with pytest.raises(NothingPaid):
            self.tip(story)
        assert metering.tipping(call=story.call, payer=story.alice) is None
        deliver(story, order)
        orders.confirm(order_id=order.pk, payer=story.alice, now=story.now)
        assert metering.tipping(call=story.call, payer=story.alice).left == Money(2_000, "EUR")
        self.tip(story)
        assert Earning.objects.get(reference=Tip.objects.get().reference).label == f"{order.label} (tip)"
        with pytest.raises(NothingPaid):
            metering.tip(call=story.call, payer=story.bob, amount=Money(500, "EUR"), key="k" * 16, now=story.now)

    def test_the_tip_can_be_contested_with_what_was_ordered_beside_it(self, story, order):
        deliver(story, order)
        orders.confirm(order_id=order.pk, payer=story.alice, now=story.now)
        self.tip(story)
        reference = Tip.objects.get().reference
        charge = claims.charges(references=[reference], now=story.now)[reference]
        metering.contest_tip(call=story.call, tip=charge, payer=story.alice, reason="By mistake.", now=story.now)
        assert [table["title"] for table in Claim.objects.get().evidence][:2] == ["The tip", "The act of work"]

    def tip(self, story) -> None:
        metering.tip(call=story.call, payer=story.alice, amount=Money(500, "EUR"), key="k" * 16, now=story.now)


def filled_below(story, minor):
    card = SavedCard.objects.create(
        member=story.alice,
        stripe_method="pm_1",
        brand="visa",
        last4="4242",
        exp_month=1,
        exp_year=2031,
        fingerprint="fp",
        saved_at=story.now,
    )
    cards.switch_on(
        member=story.alice, card_id=card.pk, below=Money(minor, "EUR"), amount=Money(2_000, "EUR"), now=story.now
    )


def refills() -> list[str]:
    return [row.payload["cause"] for row in OutboxRow.objects.filter(action="cards.refill").order_by("pk")]


class PageTests:
    @pytest.fixture(autouse=True)
    def today(self, order):
        """Pages read the clock."""
        WorkOrder.objects.update(deadline_at=timezone.now() + timedelta(days=9))

    def test_from_the_order_to_the_payment(self, story, order, signed_in):
        alice, bob = signed_in(story.alice), signed_in(story.bob)
        assert "Mark as delivered" in bob.get(f"/orders/{order.pk}/").content.decode()
        bob.post(f"/orders/{order.pk}/deliver/", {"note": "https://example.test/letter"})
        page = alice.get(f"/orders/{order.pk}/").content.decode()
        assert "Confirm delivery" in page and "Not as described" in page
        alice.post(f"/orders/{order.pk}/confirm/")
        assert story.balances() == PAID
        assert "A letter" in alice.get("/me/").content.decode()

    @pytest.mark.parametrize("ending", ["confirm", "cancel", "object"])
    def test_a_button_pressed_twice_says_nothing_untrue(self, story, order, signed_in, ending):
        alice, bob = signed_in(story.alice), signed_in(story.bob)
        presses = {
            "confirm": [(bob, "deliver"), (alice, "confirm")],
            "object": [(bob, "deliver"), (alice, "object")],
            "cancel": [(bob, "cancel")],
        }[ending]
        for client, button in presses:
            for _ in range(2):
                words = {"note": "https://example.test/letter", "reason": "Half is missing."}
                answer = client.post(f"/orders/{order.pk}/{button}/", words, follow=True)
                assert "no longer possible" not in answer.content.decode(), button
        assert state_of(order)[0] == {"confirm": "paid", "object": "contested", "cancel": "freed"}[ending]

    def test_another_button_after_that_does(self, story, order, signed_in):
        alice, bob = signed_in(story.alice), signed_in(story.bob)
        bob.post(f"/orders/{order.pk}/cancel/")
        for client, button in ((alice, "confirm"), (bob, "deliver")):
            answer = client.post(f"/orders/{order.pk}/{button}/", {"note": "Here"}, follow=True)
            assert "no longer possible" in answer.content.decode()

    def test_an_empty_note_delivers_nothing(self, story, order, signed_in):
        answer = signed_in(story.bob).post(f"/orders/{order.pk}/deliver/", {"note": ""})
        assert (answer.status_code, state_of(order)) == (422, ("ordered", ""))

    def test_the_receipt_of_the_call_shows_it(self, story, order, signed_in):
        story.hang_up()
        alice, bob = signed_in(story.alice), signed_in(story.bob)
        assert "held, not paid yet" in alice.get(f"/calls/{story.call.pk}/").content.decode()
        bob.post(f"/orders/{order.pk}/deliver/", {"note": "https://example.test/letter"})
        alice.post(f"/orders/{order.pk}/confirm/")
        assert f"/orders/{order.pk}/contest/" in alice.get(f"/calls/{story.call.pk}/").content.decode()
        assert f"/orders/{order.pk}/give-back/" in bob.get(f"/calls/{story.call.pk}/").content.decode()

    def test_however_many_orders_their_money_is_asked_for_once(self, story, order, work, django_assert_max_num_queries):
        for number in range(2):
            if number:
                offer(story, work, price_minor=500)
                order = accept(story, 500)
            deliver(story, order)
            orders.confirm(order_id=order.pk, payer=story.alice, now=story.now)
        with django_assert_max_num_queries(5):
            rows = orders.rows(orders=orders.of_member(story.alice), now=story.now)
            assert [str(row.paid) for row in rows] == ["€5.00", "€40.00"]

    def test_strangers_find_nothing(self, order, signed_in):
        eve = signed_in(cast.eve())
        assert eve.get(f"/orders/{order.pk}/").status_code == 404
        for button in ("deliver", "confirm", "object", "cancel", "contest", "give-back"):
            assert eve.post(f"/orders/{order.pk}/{button}/", {"note": "x", "reason": "x"}).status_code == 404

    def test_the_other_sides_button_does_not_exist(self, story, order, signed_in):
        alice, bob = signed_in(story.alice), signed_in(story.bob)
        for client, button in ((alice, "cancel"), (alice, "give-back"), (bob, "contest"), (bob, "confirm")):
            assert client.post(f"/orders/{order.pk}/{button}/").status_code == 404
