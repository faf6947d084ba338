"""What happens at one moment waits for each other in one order (LEDGER.md, "Locks"), never in a ring.

Between two locks everybody here takes their time: two who take them the other way round do meet.
"""

from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from time import sleep

import pytest
from django.db import connection, transaction
from django.utils import timezone

from marketplace.accounts.models import User
from payouts.cards import services as cards
from payouts.cards.models import CardPayment, SavedCard
from payouts.disputes import services as disputes
from payouts.earnings import services as earnings
from payouts.money import BadAmount
from payouts.refunds import services as refunds
from payouts.refunds.models import Refund
from payouts.safety import services as safety
from payouts.safety.models import Review
from payouts.stripe.answers import CardRefund
from payouts.stripe.client import client
from payouts.wallet import services as wallet
from payouts.wallet.models import Advance
from tests.payouts.cards.wallet_cards import fill_up_from, save_card
from tests.payouts.claims.story import paid, refund, withdrawn_then_given_back
from tests.payouts.disputes.test_races import found
from tests.payouts.ledger.test_races import at_once
from tests.payouts.purse import capture, charge, eur, give_credit, give_promo, purse

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]
A_WHILE = 0.1  # s
LATER = timedelta(days=31)
LOCKS = ("FOR NO KEY UPDATE", "FOR UPDATE", "UPDATE ")


def slowly(*deeds: Callable[[], object], at: str = "payouts_", apart: float = 1.5) -> Counter:
    """Each waits a while after each lock (of these tables), and begins that many such whiles after the one before."""

    def wait(execute, sql, *rest):
        answer = execute(sql, *rest)
        if at in sql and any(lock in sql for lock in LOCKS):
            sleep(A_WHILE)
        return answer

    def do(number: int) -> None:
        sleep(number * apart * A_WHILE)
        with connection.execute_wrapper(wait):
            deeds[number]()

    return at_once(len(deeds), do)


class LotTests:
    """A charge that was paid from two lots goes back while another is captured from both."""

    @pytest.fixture(params=["paid credit is older", "promotional credit is older"])
    def rich(self, request, alice, now):
        give_promo(alice, 800, now) if request.param.startswith("promo") else give_credit(alice, 5_000, now)
        give_credit(alice, 5_000, now) if request.param.startswith("promo") else give_promo(alice, 800, now)
        return alice

    def holds_from_both(self, alice, now, names: list[str]) -> None:
        """Everybody's promotional part comes first, then everybody's paid one."""
        for turn in (1, 2):
            for name in names:
                wallet.hold(payer=alice, amount=eur(800 // len(names)), key=f"{name}:{turn}", reference=name, now=now)

    def test_a_capture_and_a_give_back(self, rich, bob, now):
        names = [f"period:{number}" for number in range(4)]
        self.holds_from_both(rich, now, names)
        for name in names[:2]:
            capture(rich, bob, 400, now, reference=name)
        ends = slowly(
            lambda: capture(rich, bob, 400, now, reference="period:2"),
            lambda: earnings.give_back(reference="period:0", amount=eur(400), key="back:0", now=now),
            lambda: capture(rich, bob, 400, now, reference="period:3"),
            lambda: earnings.give_back(reference="period:1", amount=eur(400), key="back:1", now=now),
            at="payouts_creditlot",
            apart=0.5,
        )
        assert ends == {"done": 4}

    def test_a_tip_and_a_give_back(self, rich, bob, now):
        self.holds_from_both(rich, now, ["period:0", "period:1"])
        capture(rich, bob, 800, now, reference="period:0")
        wallet.free(payer=rich, reference="period:1", key="free", now=now)
        tip = {"about": "call:1", "key": "tip", "group": "listing:5", "label": "Tip", "link": "/calls/1/"}
        ends = slowly(
            lambda: earnings.tip(payer=rich, expert=bob, amount=eur(700), now=now, **tip),
            lambda: earnings.give_back(reference="period:0", amount=eur(800), key="back:0", now=now),
            at="payouts_creditlot",
            apart=0.5,
        )
        assert ends == {"done": 2}


class EarningTests:
    def test_who_took_part_loses_one_earning_while_another_is_given_back(self, alice, bob, sam, now):
        top_up = give_credit(alice, 1_000, now)
        for number in range(2):
            charge(alice, bob, 500, now, reference=f"period:{number}")
        earnings.release_due(now=now + LATER)
        dispute = disputes.observe(found=found(top_up, now), now=now)

        def give_back() -> None:
            with suppress(BadAmount):  # all of it is taken already
                earnings.give_back(reference="period:1", amount=eur(100), key="back", even_if_released=True, now=now)

        ends = slowly(
            lambda: disputes.find_participation(
                dispute_id=dispute.pk, expert=bob, staff=sam, reason="Both are one.", now=now
            ),
            give_back,
        )
        assert ends == {"done": 2}

    def test_two_who_paid_each_other_are_looked_at_from_both_sides(self, alice, bob, now):
        """Each of them was just seen with the card of the other."""
        for payer, expert in ((alice, bob), (bob, alice)):
            give_credit(payer, 500, now)
            charge(payer, expert, 500, now)
        for member in (alice, bob):
            safety.saw(member=member, now=now, card="fp_card")

        def look(member: User) -> None:
            finish = earnings.look_again({"member": member.pk}, key="look")
            with transaction.atomic():
                finish(now)

        assert slowly(lambda: look(alice), lambda: look(bob)) == {"done": 2}
        assert Review.objects.count() == 2


class DebtTests:
    def test_a_debt_is_paid_and_grows_while_staff_let_go_what_rests_on_it(self, alice, bob, eve, sam):
        now = withdrawn_then_given_back()
        paid(1_000, reference="period:2", now=now)
        give_credit(eve, 4_000, now)
        charge(eve, bob, 4_000, now)
        advance = Advance.objects.get().pk
        ends = slowly(
            lambda: earnings.release_due(now=now + LATER),
            lambda: wallet.let_advance_go(advance_id=advance, staff=sam, reason="No part in it.", now=now),
            lambda: refund(1_000, reference="period:2", now=now),
            apart=0.5,
        )
        assert ends == {"done": 3}


def made_there(top_up, minor: int, status: str = "succeeded", **more) -> CardRefund:
    about = {"refund_id": 0, "top_up_id": top_up.pk, "is_booked": True, "is_back": False}
    words = {"failure_reason": "", "pending_reason": ""}
    return CardRefund(**{"id": "re_there", "status": status, "amount": eur(minor), **about, **words, **more})


class RefundTests:
    def test_one_that_stripe_refused_while_another_is_taken_from_its_top_up(self, alice, now):
        """The one asked for here, the other sent at Stripe's dashboard while the credit was held."""
        top_up = give_credit(alice, 1_000, now)
        wallet.hold(payer=alice, amount=eur(400), key="hold", reference="period:1", now=now)
        (asked,) = refunds.request(member=alice, amount=eur(600), key="form", now=now)
        refunds.observe(found=made_there(top_up, 1_000), now=now)
        wallet.free(payer=alice, reference="period:1", key="free", now=now)
        ends = slowly(
            lambda: refunds.refuse(refund_id=asked.pk, code="gone", message="", now=now),
            lambda: refunds.take_what_came_back(now=now),
        )
        assert ends == {"done": 2}
        assert purse(alice)["credit"] == "0.00"

    def test_one_of_the_dashboard_is_heard_of_by_many_while_its_bank_refuses_it(self, alice, now):
        top_up = give_credit(alice, 1_000, now)
        made = made_there(top_up, 500)
        failed = made_there(top_up, 500, "failed", is_back=True, failure_reason="declined")
        hears = [lambda: refunds.observe(found=made, now=now), lambda: refunds.observe(found=failed, now=now)]
        assert slowly(*hears[:1] * 4, *hears[1:] * 24, apart=0.5) == {"done": 28}
        assert purse(alice)["credit"] == "10.00"

    def test_one_refused_at_once_is_settled_while_the_dashboard_sends_its_top_up_back(self, alice, sam, now):
        """Its card is known to be gone, so that staff have it before anybody else looks."""
        top_up = give_credit(alice, 1_000, now)
        (gone,) = refunds.request(member=alice, amount=eur(1), key="gone", now=now)
        refused = {"refund_id": gone.pk, "is_booked": False, "failure_reason": "lost_or_stolen_card"}
        refunds.observe(found=made_there(top_up, 1, "failed", id="re_ours", **refused), now=now)

        def settle() -> None:
            while not (asked := Refund.objects.filter(key="form").first()):
                sleep(0.01)
            with suppress(refunds.NotRefused):
                refunds.settle(refund_id=asked.pk, staff=sam, is_sent=False, note="Sent.", now=now)

        ends = slowly(
            lambda: refunds.request(member=alice, amount=eur(300), key="form", now=now),
            lambda: refunds.observe(found=made_there(top_up, 500), now=now),
            settle,
            apart=0.5,
        )
        assert ends == {"done": 3}


class CardTests:
    def test_one_payment_is_given_up_while_its_answer_comes(self, alice):
        now = timezone.now()
        fill_up_from(save_card(alice, now=now), now=now)
        cards.refill(member=alice, cause="call:0", now=now)
        payment = CardPayment.objects.get()
        answer = cards.ask(payment=payment)
        ends = slowly(
            lambda: cards.give_up(payment=payment, now=now),
            lambda: cards.settle(payment=payment, answer=answer, now=now),
        )
        assert ends == {"done": 2}
        assert purse(alice)["credit"] == "20.00"


class AutomaticTopUpTests:
    """Cards are looked up again, one of them is gone, while automatic top-up is moved from it to another one."""

    def test_the_rule_ends_with_the_card_that_is_there(self, alice):
        now = timezone.now()
        kept, gone = save_card(alice, now=now), save_card(alice, "mastercard", now=now)
        fill_up_from(gone, now=now)
        client().v1.payment_methods.detach(gone.stripe_method)
        ends = slowly(
            lambda: cards.refresh_cards(member=alice, now=now),
            lambda: fill_up_from(SavedCard.objects.get(pk=kept.pk), now=now),
            at="payouts_",
        )
        assert ends == {"done": 2}
        rule = cards.rule_of(member=alice)
        assert (rule.card, rule.is_on) == (kept, True)

    def test_credit_is_filled_up_while_the_rule_is_changed_and_its_cards_are_looked_at(self, alice):
        now = timezone.now()
        card = save_card(alice, now=now)
        fill_up_from(card, now=now)
        ends = slowly(
            lambda: cards.refill(member=alice, cause="call:1", now=now),
            lambda: fill_up_from(SavedCard.objects.get(pk=card.pk), now=now),
            lambda: cards.refresh_cards(member=alice, now=now),
            at="",
            apart=0.5,
        )
        assert ends == {"done": 3}

    def test_no_rule_is_made_with_a_card_that_is_removed_just_now(self, alice):
        now = timezone.now()
        card = save_card(alice, now=now)
        slowly(
            lambda: cards.remove_card(member=alice, card_id=card.pk, now=now),
            lambda: fill_up_from(SavedCard.objects.get(pk=card.pk), now=now),
            at="payouts_",
        )
        rule = cards.rule_of(member=alice)
        assert rule is None or not rule.is_on
