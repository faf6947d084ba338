"""When credit runs low it is filled up from the card, as the member's rule says: once a call, within the limits, with a mail."""

from datetime import timedelta

import pytest
from django.core import mail as django_mail
from django.utils import timezone

from marketplace.worker import HANDLERS
from payouts.cards import services as cards
from payouts.cards.models import AutoTopUp, CardPayment, SavedCard
from payouts.money import BadAmount, Money
from payouts.outbox import services as outbox
from payouts.outbox.models import OutboxRow
from payouts.sandbox.models import SandboxObject
from payouts.wallet import services as wallet
from payouts.wallet.models import Hold, TopUp
from tests.payouts.cards.wallet_cards import fill_up_from, save_card
from tests.payouts.purse import charge, eur, give_credit
from tests.payouts.stripe.faults import bad_wire
from tests.payouts.stripe.story import work_for

pytestmark = pytest.mark.django_db


@pytest.fixture
def now():
    return timezone.now()


@pytest.fixture
def card(alice, now):
    return save_card(alice, now=now)


def spend(member, minor: int, cause: str, now) -> None:
    """Credit is set aside for a call, which tells of it as calls do."""
    number = Hold.objects.count()
    wallet.hold(payer=member, amount=eur(minor), key=f"{cause}:hold:{number}", reference=f"period:{number}", now=now)
    cards.after_spending(member=member, cause=cause, now=now)


def work(rounds: int = 4) -> None:
    """The worker with its mails."""
    for _ in range(rounds):
        outbox.work(handlers=HANDLERS, now=timezone.now())
    work_for(2)


def subjects() -> list[str]:
    return [mail.subject for mail in django_mail.outbox]


class RuleTests:
    def test_off_unless_switched_on(self, alice, card, now):
        give_credit(alice, 2_000, now)
        spend(alice, 2_000, "call:1", now)
        work()
        assert cards.rule_of(member=alice) is None
        assert wallet.credit(member=alice) == eur(0)

    def test_below_the_sum_it_is_filled_up(self, alice, card, now):
        fill_up_from(card, now=now)
        give_credit(alice, 2_000, now)
        spend(alice, 1_500, "call:1", now)
        work()
        assert wallet.credit(member=alice) == eur(500)  # not below 5.00
        spend(alice, 1, "call:2", now)
        work()
        assert wallet.credit(member=alice) == eur(499 + 2_000)
        assert subjects() == ["€20.00 was added to your credit"]
        assert "Visa •••• 4242" in django_mail.outbox[0].body

    def test_switched_off_nothing_is_taken(self, alice, card, now):
        fill_up_from(card, now=now)
        give_credit(alice, 2_000, now)
        spend(alice, 2_000, "call:1", now)
        cards.switch_off(member=alice, now=now)
        work()
        assert wallet.credit(member=alice) == eur(0)

    def test_with_credit_again_before_the_worker_came_nothing_is_taken(self, alice, card, now):
        fill_up_from(card, now=now)
        give_credit(alice, 2_000, now)
        spend(alice, 2_000, "call:1", now)
        give_credit(alice, 1_000, now)
        work()
        assert wallet.credit(member=alice) == eur(1_000)

    @pytest.mark.parametrize(
        ("below", "amount"), [(0, 2_000), (-5, 2_000), (500, 499), (500, 50_001), (500, 50_000), (10**9, 500)]
    )
    def test_sums_that_make_no_sense_are_refused(self, card, now, below, amount):
        with pytest.raises(BadAmount):
            fill_up_from(card, now=now, below=below, amount=amount)
        assert not AutoTopUp.objects.exists()

    def test_only_in_our_currency(self, alice, card, now):
        with pytest.raises(BadAmount):
            cards.switch_on(member=alice, card_id=card.pk, below=Money(500, "USD"), amount=Money(2_000, "USD"), now=now)

    def test_only_from_ones_own_card(self, eve, card, now):
        with pytest.raises(SavedCard.DoesNotExist):
            cards.switch_on(member=eve, card_id=card.pk, below=eur(500), amount=eur(2_000), now=now)


class OnceTests:
    def test_once_in_a_call_however_low_it_falls(self, alice, card, now):
        fill_up_from(card, now=now)
        give_credit(alice, 1_000, now)
        for minor in (900, 2_000, 90):
            spend(alice, minor, "call:1", now)
            work()
        assert wallet.credit(member=alice) == eur(10)
        spend(alice, 5, "call:2", now)
        work()
        assert wallet.credit(member=alice) == eur(2_005)

    def test_what_was_not_low_any_more_when_the_worker_came_may_fall_again_in_the_same_call(self, alice, card, now):
        """An offer that was accepted and taken back in its countdown, and then another one."""
        fill_up_from(card, now=now)
        give_credit(alice, 1_000, now)
        spend(alice, 900, "call:1", now)
        wallet.free(payer=alice, reference=Hold.objects.get().reference, key="free", now=now)
        work()
        assert not CardPayment.objects.exists()
        spend(alice, 900, "call:1", now + timedelta(microseconds=1))
        work()
        assert wallet.credit(member=alice) == eur(2_100)

    def test_not_while_one_is_under_way(self, alice, card, now):
        fill_up_from(card, now=now)
        give_credit(alice, 1_000, now)
        spend(alice, 900, "call:1", now)
        cards.refill(member=alice, cause="call:1", now=now)
        cards.refill(member=alice, cause="call:2", now=now)
        assert CardPayment.objects.count() == 1
        work()
        assert wallet.credit(member=alice) == eur(2_100)

    def test_never_above_a_limit_of_top_ups(self, alice, bob, card, now):
        fill_up_from(card, now=now)
        give_credit(alice, 49_000, now)
        charge(alice, bob, 48_900, now)
        spend(alice, 1, "call:1", now)
        work()
        assert wallet.credit(member=alice) == eur(99)  # 10.00 of the day are left, less than the rule adds
        assert not CardPayment.objects.exists()


class FailureTests:
    @pytest.fixture
    def asking(self, alice, now):
        rule = fill_up_from(save_card(alice, "authenticationRequired", now=now), now=now)
        give_credit(alice, 3_000, now)
        return rule

    def test_a_bank_that_asks_leads_to_a_mail_with_the_way_to_pay(self, alice, asking, signed_in, now):
        spend(alice, 2_900, "call:1", now)
        work()
        assert (wallet.credit(member=alice), subjects()) == (eur(100), ["Your bank wants you to confirm €20.00"])
        failed = TopUp.objects.get(way="card")
        assert failed.state == TopUp.State.FAILED
        path = f"/wallet/top-up/{failed.pk}/again/"
        assert path in django_mail.outbox[0].body
        with bad_wire() as asked:
            page = signed_in(alice).get(path).content.decode()
        assert (asked, TopUp.objects.filter(way="page").count()) == (
            [],
            1,
        )  # that of before; a visit alone, as some mail programs make it, begins nothing
        assert 'value="20.00"' in page
        typed = {"amount": "20.00", "card": "", "token": "t" * 20}
        assert "/sandbox/stripe/c/pay/" in signed_in(alice).post("/wallet/top-up/", typed).url

    def test_who_may_not_pay_just_now_is_told_so_there(self, alice, asking, signed_in, now):
        spend(alice, 2_900, "call:1", now)
        work()
        wallet.block_payments(member=alice, reason="dispute:1", now=now)
        path = f"/wallet/top-up/{TopUp.objects.get(way='card').pk}/again/"
        assert "Your payments are paused" in signed_in(alice).get(path, follow=True).content.decode()

    def test_the_way_to_pay_is_the_members_alone(self, alice, eve, asking, signed_in, now):
        spend(alice, 2_900, "call:1", now)
        work()
        path = f"/wallet/top-up/{TopUp.objects.get(way='card').pk}/again/"
        assert signed_in(eve).get(path).status_code == 404

    def test_two_in_a_row_switch_it_off_with_a_mail(self, alice, asking, now):
        for call in (1, 2, 3):
            spend(alice, 2_900 if call == 1 else 10, f"call:{call}", now)
            work()
        assert subjects() == ["Your bank wants you to confirm €20.00", "Automatic top-up was switched off"]
        assert not cards.rule_of(member=alice).is_on
        assert TopUp.objects.filter(way="card").count() == 2

    def test_switched_on_again_it_begins_anew(self, alice, asking, now):
        for call in (1, 2):
            spend(alice, 2_900 if call == 1 else 10, f"call:{call}", now)
            work()
        rule = fill_up_from(asking.card, now=now)
        assert (rule.is_on, rule.failures) == (True, 0)

    def test_a_success_in_between_forgives(self, alice, asking, now):
        spend(alice, 2_900, "call:1", now)
        work()
        good = save_card(alice, now=now)
        AutoTopUp.objects.update(card=good)
        spend(alice, 10, "call:2", now)
        work()
        assert cards.rule_of(member=alice).failures == 0
        assert wallet.credit(member=alice) == eur(2_090)

    def test_a_declined_card_says_so(self, alice, now):
        fill_up_from(save_card(alice, "chargeCustomerFail", now=now), now=now)
        give_credit(alice, 1_000, now)
        spend(alice, 900, "call:1", now)
        work()
        assert subjects() == ["€20.00 could not be added to your credit"]
        assert "declined" in django_mail.outbox[0].body

    def test_events_that_come_twice_count_once(self, alice, asking, now):
        spend(alice, 2_900, "call:1", now)
        work()
        failed = TopUp.objects.get(way="card")
        for _ in range(3):
            cards.confirm(stripe_intent=failed.stripe_intent, now=now)
        assert (cards.rule_of(member=alice).failures, len(django_mail.outbox)) == (1, 1)


class LostTests:
    def test_a_worker_that_dies_after_stripes_answer_takes_it_once(self, alice, card, now, monkeypatch):
        """Between the answer and the commit."""
        fill_up_from(card, now=now)
        give_credit(alice, 1_000, now)
        spend(alice, 900, "call:1", now)
        outbox.work(handlers=HANDLERS, now=timezone.now())
        monkeypatch.setattr("payouts.cards.services.settle", _dies)
        outbox.work(handlers=HANDLERS, now=timezone.now())
        assert wallet.credit(member=alice) == eur(100)
        monkeypatch.undo()
        OutboxRow.objects.filter(state="waiting").update(due_at=now)
        work()
        assert wallet.credit(member=alice) == eur(2_100)
        assert SandboxObject.objects.filter(kind="payment_intent").count() == 1


def _dies(**_answer):
    raise SystemError("power cut")
