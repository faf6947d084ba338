"""Acts of work: held on acceptance, delivered, paid once confirmed or after 72 h; freed when nobody delivers."""

from datetime import timedelta

import pytest
from django.utils import timezone

from calls.metering import services as metering
from calls.metering.models import PaidPeriod
from calls.orders import services as orders
from calls.orders.models import WorkOrder
from marketplace import worker
from marketplace.listings import services as listings
from payouts.cards import services as cards
from payouts.cards.models import SavedCard
from payouts.claims import services as claims
from payouts.claims.models import Claim
from payouts.ledger.services import KeyReused
from payouts.money import BadAmount, Money
from payouts.office import services as office
from payouts.office.models import AuditRecord
from payouts.outbox import services as outbox
from payouts.outbox.models import OutboxRow
from payouts.verify import faults
from tests import cast
from tests.calls.metering.world import Story
from tests.payouts.purse import give_promo

PRICE = 4_000
HELD = {"credit": 1_000, "held": PRICE, "earned": 0, "commission": 0}
PAID = {"credit": 1_000, "held": 0, "earned": 2_800, "commission": 1_200}
FREED = {"credit": 5_000, "held": 0, "earned": 0, "commission": 0}


@pytest.fixture
def story(db) -> Story:
    return Story(credit=5_000)


@pytest.fixture(autouse=True)
def books_stay_clean(story):
    yield
    assert faults() == []


@pytest.fixture
def work(story):
    return listings.add_work(
        profile=story.bob.profile, title="A letter", description="To the office.", delivery_days=5, price_minor=PRICE
    )


def offer(story, work, **terms):
    story.offer = metering.send_offer(call=story.call, expert=story.bob, listing_id=work.pk, now=story.now, **terms)
    story.after(2)


def accept(story, price=PRICE):
    metering.accept(offer_id=story.offer.pk, payer=story.alice, cap_minor=price, now=story.now)
    return WorkOrder.objects.filter(offer=story.offer).first()


@pytest.fixture
def order(story, work):
    offer(story, work)
    return accept(story)


def deliver(story, order):
    orders.deliver(order_id=order.pk, expert=story.bob, note="https://example.test/letter", now=story.now)


def state_of(order):
    order.refresh_from_db()
    return order.state, order.outcome


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


class NotAsDescribedTests:
    @pytest.fixture
    def contested(self, story, order):
        deliver(story, order)
        orders.object_to(order_id=order.pk, payer=story.alice, reason="Half of it is missing.", now=story.now)
        return order

    def test_it_opens_a_claim_and_captures_nothing(self, story, contested):
        orders.sweep(now=story.now + timedelta(days=90))
        assert (state_of(contested), story.balances()) == (("contested", ""), HELD)
        claim = claim_of(contested)
        assert (claim.state, claim.deadline_at) == ("asked", story.now + timedelta(days=3))
        assert "https://example.test/letter" in str(claim.evidence)

    def test_both_are_told_of_the_claim(self, story, contested):
        told = [row.payload for row in OutboxRow.objects.filter(action="mail.member", payload__template="claim_opened")]
        assert {one["member"] for one in told} == {story.alice.pk, story.bob.pk}
        assert all(one["facts"]["is_held"] and one["facts"]["link"] == contested.address for one in told)

    def test_after_72_hours_it_is_too_late(self, story, order):
        deliver(story, order)
        with pytest.raises(orders.OrderRefused):
            orders.object_to(order_id=order.pk, payer=story.alice, reason="x", now=story.now + timedelta(hours=72))

    def test_a_silent_expert_means_that_all_of_it_is_freed_by_itself(self, story, contested):
        assert claims.meet_deadlines(now=story.now + timedelta(days=3) - timedelta(seconds=1)) == 0
        assert claims.meet_deadlines(now=story.now + timedelta(days=3)) == 1
        work_outbox(story)
        assert (state_of(contested), story.balances()) == (("freed", "claim"), FREED)

    def test_the_expert_can_give_in(self, story, contested):
        for _ in range(2):  # pressed twice
            give_back(story, contested, PRICE)
        assert (state_of(contested), story.balances()) == (("freed", "claim"), FREED)
        assert claim_of(contested).outcome == "refunded"

    def test_the_expert_frees_a_part_the_rest_is_captured_and_staff_decide_about_it(self, story, contested):
        for _ in range(2):
            give_back(story, contested, 1_000)
        assert state_of(contested) == ("paid", "claim")
        assert story.balances() == {"credit": 2_000, "held": 0, "earned": 2_100, "commission": 900}
        claim = claim_of(contested)
        assert (claim.state, claim.charge.price, claim.earning.waits) == ("answered", Money(3_000, "EUR"), 1)
        decide(story, contested, 500)
        assert story.balances() == {"credit": 2_500, "held": 0, "earned": 1_750, "commission": 750}

    def test_the_same_form_with_another_sum_is_refused(self, story, contested):
        give_back(story, contested, 1_000)
        with pytest.raises(KeyReused):
            give_back(story, contested, 1_001)

    @pytest.mark.parametrize("minor", [0, -1, PRICE + 1])
    def test_only_within_what_is_held(self, story, contested, minor):
        with pytest.raises(BadAmount):
            give_back(story, contested, minor)
        assert (state_of(contested), story.balances()) == (("contested", ""), HELD)

    @pytest.mark.parametrize(
        ("refund", "state", "balances"),
        [
            (PRICE, "freed", FREED),
            (0, "paid", PAID),
            (3_000, "paid", {"credit": 4_000, "held": 0, "earned": 700, "commission": 300}),
        ],
    )
    def test_answered_staff_decide_how_much_goes_back(self, story, contested, refund, state, balances):
        answer(story, contested)
        assert story.balances() == HELD
        decide(story, contested, refund)
        work_outbox(story)
        assert (state_of(contested), story.balances()) == ((state, "claim"), balances)
        assert AuditRecord.objects.get().act == "claim.decide"

    def test_above_the_limit_it_takes_two(self, story, contested, settings):
        settings.CLAIM_TWO_STAFF_MINOR = PRICE - 1
        answer(story, contested)
        decide(story, contested, 3_000)
        assert story.balances() == HELD
        decide(story, contested, 3_000, cast.staff("Sue Staff"))
        assert story.balances() == {"credit": 4_000, "held": 0, "earned": 700, "commission": 300}

    def test_staff_are_late_the_payer_is_charged_the_experts_share_alone(self, story, contested):
        answer(story, contested)
        assert claims.meet_deadlines(now=story.now + timedelta(days=7)) == 1
        work_outbox(story)
        assert state_of(contested) == ("paid", "claim")
        assert story.balances() == {"credit": 2_200, "held": 0, "earned": 2_800, "commission": 0}

    def test_the_payer_can_be_content_after_all(self, story, contested):
        orders.confirm(order_id=contested.pk, payer=story.alice, now=story.now)
        assert (state_of(contested), story.balances()) == (("paid", "claim"), PAID)
        assert claim_of(contested).outcome == "taken_back"

    def test_taken_back_on_the_claim_itself_it_is_paid_too(self, story, contested):
        claims.take_back(claim_id=claim_of(contested).pk, payer=story.alice, now=story.now)
        with pytest.raises(orders.OrderRefused):
            orders.confirm(order_id=contested.pk, payer=story.alice, now=story.now)
        for _ in range(2):
            work_outbox(story)
        assert (state_of(contested), story.balances()) == (("paid", "claim"), PAID)

    def test_it_cannot_be_contested_a_second_time(self, story, contested):
        orders.confirm(order_id=contested.pk, payer=story.alice, now=story.now)
        with pytest.raises(claims.AlreadyContested):
            contest(story, contested)

    def test_promotional_credit_goes_back_to_promotional_credit(self, story, work):
        lot = give_promo(story.alice, 1_500, story.now)
        offer(story, work)
        order = accept(story)
        deliver(story, order)
        orders.object_to(order_id=order.pk, payer=story.alice, reason="No.", now=story.now)
        give_back(story, order, 3_000)
        lot.refresh_from_db()
        assert (story.balances()["credit"], lot.remaining_minor) == (5_000, 500)

    def test_each_answers_only_their_own(self, story, contested):
        claim = claim_of(contested)
        for somebody in (story.alice, cast.eve()):
            with pytest.raises(Claim.DoesNotExist):
                claims.answer(claim_id=claim.pk, expert=somebody, text="No.", now=story.now)
            with pytest.raises(WorkOrder.DoesNotExist):
                orders.give_back(
                    order_id=contested.pk, expert=somebody, amount=contested.price, key="k" * 16, note="", now=story.now
                )
        for somebody in (story.bob, cast.eve()):
            with pytest.raises(Claim.DoesNotExist):
                claims.take_back(claim_id=claim.pk, payer=somebody, now=story.now)
        assert story.balances() == HELD

    def test_nobody_decides_about_their_own(self, story, contested):
        answer(story, contested)
        for member in (story.alice, story.bob):
            member.is_staff = True
            member.save()
            with pytest.raises(office.PartyToIt):
                decide(story, contested, PRICE, member)
        assert story.balances() == HELD


class ContestTests:
    """What was paid, until its release date, as a paid period."""

    @pytest.fixture
    def paid(self, story, order):
        deliver(story, order)
        orders.confirm(order_id=order.pk, payer=story.alice, now=story.now)
        return order

    def test_its_earning_waits_and_the_expert_gives_a_part_back(self, story, paid):
        contest(story, paid)
        give_back(story, paid, 1_000)
        assert story.balances() == {"credit": 2_000, "held": 0, "earned": 2_100, "commission": 900}
        assert Claim.objects.get(earning__reference=paid.reference).state == "answered"

    def test_not_from_the_release_date_on(self, story, paid):
        story.after(30 * 86_400)
        with pytest.raises(claims.TooLate):
            contest(story, paid)

    def test_without_a_claim_as_a_discount(self, story, paid):
        give_back(story, paid, PRICE)
        assert story.balances() == FREED
        with pytest.raises(BadAmount):
            give_back(story, paid, 1, key="another-form-of-it")

    def test_what_is_not_paid_is_not_contested(self, story, order):
        for act in (contest, lambda *what: give_back(*what, 1_000)):
            with pytest.raises(orders.OrderRefused):
                act(story, order)

    def test_what_was_cancelled_has_nothing_to_give_back(self, story, order):
        orders.cancel(order_id=order.pk, expert=story.bob, now=story.now)
        with pytest.raises(orders.OrderRefused):
            give_back(story, order, 1_000)

    def test_only_by_who_paid(self, story, paid):
        for somebody in (story.bob, cast.eve()):
            with pytest.raises(WorkOrder.DoesNotExist):
                orders.contest(order_id=paid.pk, payer=somebody, reason="x", now=story.now)


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


def contest(story, order):
    orders.contest(order_id=order.pk, payer=story.alice, reason="It is somebody else's.", now=story.now)


def claim_of(order) -> Claim:
    return Claim.objects.get(held__reference=order.reference)


def answer(story, order):
    claims.answer(claim_id=claim_of(order).pk, expert=story.bob, text="All is there.", now=story.now)


def decide(story, order, minor, staff=None):
    claims.decide(
        claim_id=claim_of(order).pk,
        staff=staff or cast.sam(),
        refund=Money(minor, "EUR"),
        reason="Half was there.",
        now=story.now,
    )


def give_back(story, order, minor, key="form-of-sixteen-"):
    terms = {"amount": Money(minor, "EUR"), "key": key, "note": "", "now": story.now}
    orders.give_back(order_id=order.pk, expert=story.bob, **terms)


def work_outbox(story):
    """The worker hears that the claim has settled what was held."""
    handlers = {claims.HOLD_SETTLED: worker.HANDLERS[claims.HOLD_SETTLED]}
    OutboxRow.objects.filter(action=claims.HOLD_SETTLED).update(due_at=story.now)
    outbox.work(handlers=handlers, now=story.now)


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

    def test_an_empty_note_delivers_nothing(self, story, order, signed_in):
        answer = signed_in(story.bob).post(f"/orders/{order.pk}/deliver/", {"note": ""})
        assert (answer.status_code, state_of(order)) == (422, ("ordered", ""))

    def test_from_not_as_described_to_the_decision(self, story, order, signed_in):
        alice, bob = signed_in(story.alice), signed_in(story.bob)
        bob.post(f"/orders/{order.pk}/deliver/", {"note": "https://example.test/letter"})
        alice.post(f"/orders/{order.pk}/object/", {"reason": "Half of it is <b>missing</b>."})
        page = bob.get(f"/orders/{order.pk}/").content.decode()
        assert "Half of it is &lt;b&gt;missing" in page and "Send the answer" in page
        form = bob.get(f"/orders/{order.pk}/give-back/")
        assert "are held for" in form.content.decode()
        token = form.context["form"].initial["token"]
        bob.post(f"/orders/{order.pk}/give-back/", {"what": "sum", "amount": "10", "note": "Sorry.", "token": token})
        assert story.balances() == {"credit": 2_000, "held": 0, "earned": 2_100, "commission": 900}
        page = alice.get(f"/orders/{order.pk}/").content.decode()
        assert "Sorry." in page and "Our staff decide by" in page and "€30.00" in page

    def test_contested_after_it_was_paid(self, story, order, signed_in):
        alice, bob = signed_in(story.alice), signed_in(story.bob)
        bob.post(f"/orders/{order.pk}/deliver/", {"note": "https://example.test/letter"})
        alice.post(f"/orders/{order.pk}/confirm/")
        assert "Contest this charge" in alice.get(f"/orders/{order.pk}/").content.decode()
        alice.post(f"/orders/{order.pk}/contest/", {"reason": "It is copied."})
        page = alice.get(f"/orders/{order.pk}/").content.decode()
        assert "This charge is contested" in page and "It is copied." in page
        assert "Alice Martin contests €40.00" in bob.get("/earnings/").content.decode()
        assert alice.get(f"/orders/{order.pk}/contest/", follow=True).redirect_chain == [(order.address, 302)]
        assert alice.post(f"/orders/{order.pk}/contest/", {"reason": ""}).status_code == 422

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
