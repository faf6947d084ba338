"""Acts of work that the payer contests: not as described before they are paid, as any charge afterwards."""

from datetime import timedelta

import pytest
from django.utils import timezone

from calls.orders import services as orders
from calls.orders.models import WorkOrder
from marketplace import worker
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
from tests.calls.orders.world import FREED, HELD, PAID, PRICE, accept, deliver, offer, state_of
from tests.payouts.purse import give_promo


@pytest.fixture(autouse=True)
def books_stay_clean(story):
    yield
    assert faults() == []


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

    def test_from_not_as_described_to_the_decision(self, story, order, signed_in):
        alice, bob = signed_in(story.alice), signed_in(story.bob)
        bob.post(f"/orders/{order.pk}/deliver/", {"note": "https://example.test/letter"})
        alice.post(f"/orders/{order.pk}/object/", {"reason": "Half of it is <b>missing</b>."})
        page = bob.get(f"/orders/{order.pk}/").content.decode()
        assert "Half of it is &lt;b&gt;missing" in page and "Send the answer" in page
        form = bob.get(f"/orders/{order.pk}/give-back/")
        assert "are held for" in form.content.decode()
        token = form.context["form"].initial["token"]
        words = {"what": "sum", "amount": "10", "note": "Sorry.", "token": token}
        for _ in range(2):  # what is left by then was paid, and could be given back too
            answer = bob.post(f"/orders/{order.pk}/give-back/", words, follow=True)
            assert "You gave €10.00 back." in answer.content.decode()
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
