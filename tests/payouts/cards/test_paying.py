"""One press with a saved card: credit from Stripe's word alone, once, whoever brings it first."""

from datetime import timedelta
from itertools import permutations
from unittest.mock import patch

import pytest
from django.utils import timezone

from payouts.cards import services as cards
from payouts.cards.models import CardPayment, SavedCard
from payouts.cards.paying import STALE
from payouts.money import BadAmount
from payouts.outbox import services as outbox
from payouts.outbox.models import OutboxRow
from payouts.refunds import services as refunds
from payouts.sandbox import services as sandbox
from payouts.sandbox.models import SandboxObject
from payouts.stripe import work
from payouts.stripe.answers import NotAnswered
from payouts.wallet import services as wallet
from payouts.wallet.models import Decline, TopUp
from tests.payouts.cards.wallet_cards import save_card
from tests.payouts.purse import eur, give_credit
from tests.payouts.stripe.story import stripe_and_ledger_agree, work_for

pytestmark = pytest.mark.django_db
State = TopUp.State
TOKEN = "a-token-of-the-form"


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def card(alice, now):
    return save_card(alice, now=now)


def order(card: SavedCard, minor: int = 2_000, *, token: str = TOKEN, now=None) -> CardPayment:
    return cards.order(
        member=card.member,
        card_id=card.pk,
        amount=eur(minor),
        token=token,
        return_path="",
        now=now or timezone.now(),
    )


def press(card: SavedCard, minor: int = 2_000, **how) -> tuple[TopUp, str]:
    payment = order(card, minor, **how)
    page = cards.pay(payment=payment, now=timezone.now())
    return TopUp.objects.get(pk=payment.top_up_id), page


def charges() -> int:
    return SandboxObject.objects.filter(kind="charge", data__paid=True).count()


class PressTests:
    def test_one_press_adds_credit(self, alice, card):
        top_up, page = press(card)
        assert (top_up.state, page) == (State.PAID, "")
        assert wallet.credit(member=alice) == eur(2_000)
        assert not CardPayment.objects.get().is_open
        assert stripe_and_ledger_agree()

    def test_two_presses_of_one_form_are_one_payment(self, alice, card):
        press(card)
        press(card)
        work_for(60)
        assert (charges(), wallet.credit(member=alice)) == (1, eur(2_000))

    def test_the_form_sent_again_with_another_sum_is_refused(self, card):
        press(card)
        with pytest.raises(cards.SentBefore):
            press(card, 5_000)
        assert charges() == 1

    def test_another_form_is_another_payment(self, alice, card):
        press(card)
        press(card, token="another-token-of-a-form")
        assert wallet.credit(member=alice) == eur(4_000)

    @pytest.mark.parametrize("minor", [-500, 0, 499, 50_001, 10**12])
    def test_only_5_to_500(self, card, minor):
        with pytest.raises(BadAmount):
            press(card, minor)
        assert not TopUp.objects.exists()

    def test_never_above_what_one_can_hold(self, alice, card, now):
        give_credit(alice, 49_000, now)
        with pytest.raises(wallet.CreditLimit):
            press(card)
        assert charges() == 0

    def test_what_stripe_has_not_answered_counts_as_long_as_the_worker_asks(self, card, now):
        """Stripe is away, and the member presses again every few minutes."""
        for press_ in range(4):
            order(card, 50_000, token=f"{TOKEN}-{press_}", now=now + timedelta(minutes=3 * press_))
        with pytest.raises(wallet.CheckoutsOpen):
            order(card, 50_000, token=f"{TOKEN}-4", now=now + timedelta(minutes=12))

    def test_not_with_somebody_elses_card(self, eve, card, now):
        with pytest.raises(SavedCard.DoesNotExist):
            cards.order(member=eve, card_id=card.pk, amount=eur(2_000), token=TOKEN, return_path="/wallet/", now=now)

    def test_not_with_a_removed_one(self, alice, card, now):
        cards.remove_card(member=alice, card_id=card.pk, now=now)
        with pytest.raises(SavedCard.DoesNotExist):
            press(card)

    def test_one_that_stripe_forgot_fails_and_credits_nothing(self, alice, card):
        SandboxObject.objects.filter(id=card.stripe_method).delete()
        top_up, _page = press(card)
        assert (top_up.state, wallet.credit(member=alice)) == (State.FAILED, eur(0))

    def test_a_declined_card_charges_nothing_and_counts(self, alice, now):
        top_up, _page = press(save_card(alice, "chargeCustomerFail", now=now))
        work_for(4)
        assert (top_up.state, wallet.credit(member=alice), charges()) == (State.FAILED, eur(0), 0)
        assert Decline.objects.count() == 1


class UnusedTests:
    def test_goes_back_to_the_card_it_came_from(self, alice, card, now):
        press(card)
        refunds.request(member=alice, amount=None, key="form", now=now)
        work_for(10)
        assert wallet.credit(member=alice) == eur(0)
        (refund,) = SandboxObject.objects.filter(kind="refund")
        paid = SandboxObject.objects.get(kind="charge")
        assert (refund.data["charge"], paid.data["payment_method"]) == (paid.id, card.stripe_method)
        assert stripe_and_ledger_agree()


class BankAsksTests:
    @pytest.fixture
    def asked(self, alice, now) -> TopUp:
        top_up, page = press(save_card(alice, "authenticationRequired", now=now))
        assert (top_up.state, "/3ds/" in page) == (State.OPEN, True)
        return top_up

    def test_the_owner_answers_and_the_credit_is_there(self, alice, asked, now):
        sandbox.prove(intent_id=asked.stripe_intent, succeeds=True)
        cards.confirm(stripe_intent=asked.stripe_intent, now=now)
        work_for(4)
        assert wallet.credit(member=alice) == eur(2_000)
        assert stripe_and_ledger_agree()

    def test_who_fails_there_is_charged_nothing(self, alice, asked, now):
        sandbox.prove(intent_id=asked.stripe_intent, succeeds=False)
        assert cards.confirm(stripe_intent=asked.stripe_intent, now=now).state == State.FAILED
        assert wallet.credit(member=alice) == eur(0)

    def test_an_answer_of_before_that_comes_late_opens_nothing_again(self, alice, asked, now):
        payment = CardPayment.objects.get()
        answer = cards.ask(payment=payment)  # Stripe repeats what it said first: the bank asks
        sandbox.prove(intent_id=asked.stripe_intent, succeeds=False)
        cards.confirm(stripe_intent=asked.stripe_intent, now=now)
        assert cards.settle(payment=payment, answer=answer, now=now).state == State.FAILED

    def test_coming_back_without_an_answer_credits_nothing(self, alice, asked, now):
        assert cards.confirm(stripe_intent=asked.stripe_intent, now=now).state == State.OPEN
        work_for(4)
        assert wallet.credit(member=alice) == eur(0)

    def later(self) -> None:
        then = timezone.now() + STALE + timedelta(minutes=1)
        outbox.work(handlers=work.HANDLERS, now=then)

    def test_who_never_answers_cannot_be_charged_any_more(self, alice, asked, now):
        self.later()
        asked.refresh_from_db()
        assert (asked.state, CardPayment.objects.get().is_open) == (State.EXPIRED, False)
        assert latest_intent()["status"] == "canceled"
        with pytest.raises(sandbox.NotOpen):
            sandbox.prove(intent_id=asked.stripe_intent, succeeds=True)
        assert wallet.credit(member=alice) == eur(0)

    def test_who_answered_unheard_is_credited_then(self, alice, asked, now):
        sandbox.prove(intent_id=asked.stripe_intent, succeeds=True)
        self.later()
        assert wallet.credit(member=alice) == eur(2_000)
        assert stripe_and_ledger_agree()


def latest_intent() -> dict:
    return SandboxObject.objects.filter(kind="payment_intent").latest("serial").data


class WhoeverComesFirstTests:
    """Stripe's answer, its event and the page one comes back to say the same: any order, any number, once."""

    @pytest.mark.parametrize("first_to_last", list(permutations(["answer", "event", "return"])))
    def test_credits_once(self, alice, card, first_to_last):
        payment = order(card)
        answer = cards.ask(payment=payment)
        heard = {
            "answer": lambda: cards.settle(payment=payment, answer=answer, now=timezone.now()),
            "event": lambda: work_for(2),
            "return": lambda: cards.confirm(stripe_intent=answer.id, now=timezone.now()),
        }
        for way in first_to_last:
            heard[way]()
            assert wallet.credit(member=alice) == eur(2_000)
        for way in first_to_last:
            heard[way]()
        assert wallet.credit(member=alice) == eur(2_000)
        assert stripe_and_ledger_agree()

    def test_an_answer_that_was_lost_is_asked_for_by_the_worker(self, alice, card, now):
        payment = order(card)
        cards.ask(payment=payment)  # it had its effect; nobody heard
        OutboxRow.objects.filter(action="cards.pay").update(due_at=now)
        outbox.work(handlers=work.HANDLERS, now=timezone.now())
        assert (charges(), wallet.credit(member=alice)) == (1, eur(2_000))

    def test_a_request_that_was_lost_is_made_by_the_worker(self, alice, card, now):
        with patch("payouts.stripe.card_gateway.pay_with_card", side_effect=NotAnswered("time-out")):
            payment = order(card)
            with pytest.raises(NotAnswered):
                cards.pay(payment=payment, now=now)
        OutboxRow.objects.filter(action="cards.pay").update(due_at=now)
        outbox.work(handlers=work.HANDLERS, now=timezone.now())
        assert (charges(), wallet.credit(member=alice)) == (1, eur(2_000))

    def test_after_an_hour_nobody_asks_any_more(self, alice, card, now):
        payment = order(card)
        TopUp.objects.filter(pk=payment.top_up_id).update(made_at=now - 2 * STALE)
        OutboxRow.objects.filter(action="cards.pay").update(due_at=now)
        outbox.work(handlers=work.HANDLERS, now=timezone.now())
        assert (charges(), TopUp.objects.get().state) == (0, State.FAILED)

    def test_but_what_stripe_took_is_credited_all_the_same(self, alice, card, now):
        payment = order(card)
        cards.ask(payment=payment)
        cards.give_up(payment=payment, now=now)
        work_for(4)
        assert (TopUp.objects.get().state, wallet.credit(member=alice)) == (State.PAID, eur(2_000))

    def test_a_payment_of_another_installation_is_not_ours(self, alice, card, now):
        top_up, _page = press(card)
        row = SandboxObject.objects.get(id=top_up.stripe_intent)
        row.data["metadata"]["installation"] = "another"
        row.save()
        with pytest.raises(TopUp.DoesNotExist):
            cards.confirm(stripe_intent=top_up.stripe_intent, now=now)

    def test_copied_metadata_credits_nobody(self, alice, eve, card, now):
        """Eve's payment says that it is of alice's top-up."""
        payment = order(card)
        evil = order(save_card(eve, now=now))
        answer = cards.ask(payment=evil)
        row = SandboxObject.objects.get(id=answer.id)
        row.data["metadata"]["topup"] = str(payment.top_up_id)
        row.save()
        with pytest.raises(TopUp.DoesNotExist):
            cards.confirm(stripe_intent=answer.id, now=now)
        assert wallet.credit(member=alice) == eur(0)
