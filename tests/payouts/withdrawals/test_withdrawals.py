from datetime import date

import pytest

from payouts.ledger import accounts
from payouts.ledger import services as ledger
from payouts.money import BadAmount, Money
from payouts.outbox.models import OutboxRow
from payouts.withdrawals import services as withdrawals
from payouts.withdrawals.models import BankConnection, Withdrawal
from tests.payouts.purse import connect_bank, eur, make_available, purse

pytestmark = pytest.mark.django_db
State = Withdrawal.State


@pytest.fixture
def rich_bob(alice, bob, now):
    """Bob has 50.00 available and a bank."""
    make_available(bob, 5_000, now, payer=alice)
    connect_bank(bob)
    return bob


def request(expert, minor, now, key="form"):
    return withdrawals.request(expert=expert, amount=eur(minor), key=key, now=now)


def outbox() -> list[str]:
    return list(OutboxRow.objects.order_by("pk").values_list("key", flat=True))


def at_stripe(expert) -> Money:
    return ledger.balance(accounts.connected(expert.pk), "EUR")


class RequestTests:
    def test_the_sum_leaves_what_is_available_and_stripe_is_to_be_told(self, rich_bob, now):
        withdrawal = request(rich_bob, 3_000, now)
        assert withdrawal.state == State.REQUESTED
        assert purse(rich_bob)["available"] == "20.00"
        row = OutboxRow.objects.get()
        assert (row.action, row.payload) == ("stripe.transfer", {"withdrawal": withdrawal.pk})

    @pytest.mark.parametrize("meanwhile", [{"payouts_status": "restricted"}, {"stripe_account": None}])
    def test_sent_twice_it_is_one_whatever_the_bank_says_by_then(self, rich_bob, now, meanwhile):
        first = request(rich_bob, 2_000, now, key="form")
        BankConnection.objects.filter(expert=rich_bob).update(**meanwhile)
        assert request(rich_bob, 2_000, now, key="form") == first
        with pytest.raises(ledger.KeyReused):
            request(rich_bob, 100, now, key="form")

    def test_pressed_twice_is_one_withdrawal(self, rich_bob, now):
        assert request(rich_bob, 3_000, now) == request(rich_bob, 3_000, now)
        assert purse(rich_bob)["available"] == "20.00"
        assert len(outbox()) == 1

    def test_the_same_form_with_another_sum_is_refused(self, rich_bob, now):
        request(rich_bob, 2_000, now)
        with pytest.raises(ledger.KeyReused):
            request(rich_bob, 2_500, now)

    def test_another_experts_form_is_another_withdrawal(self, rich_bob, eve, alice, now):
        make_available(eve, 2_000, now, payer=alice)
        connect_bank(eve)
        assert request(rich_bob, 2_000, now) != request(eve, 2_000, now)

    @pytest.mark.parametrize("minor", [5_001, 3_000_000_000, 99_999_999_999])  # PostgreSQL wraps the second around
    def test_no_more_than_is_available(self, rich_bob, now, minor):
        with pytest.raises(withdrawals.NotEnough):
            request(rich_bob, minor, now)
        assert purse(rich_bob)["available"] == "50.00"
        assert not Withdrawal.objects.exists()
        assert outbox() == []

    def test_the_rest_is_all_there_is_for_a_second_one(self, rich_bob, now):
        request(rich_bob, 3_000, now, key="first")
        with pytest.raises(withdrawals.NotEnough):
            request(rich_bob, 3_000, now, key="second")

    @pytest.mark.parametrize("minor", [1, 1_999])
    def test_not_below_the_minimum(self, rich_bob, now, minor):
        with pytest.raises(withdrawals.TooLittle):
            request(rich_bob, minor, now)

    @pytest.mark.parametrize("minor", [0, -2_000])
    def test_not_nothing_or_less(self, rich_bob, now, minor):
        with pytest.raises(BadAmount):
            request(rich_bob, minor, now)
        assert purse(rich_bob)["available"] == "50.00"

    def test_not_in_another_currency(self, rich_bob, now):
        with pytest.raises(BadAmount):
            withdrawals.request(expert=rich_bob, amount=Money(2_000, "USD"), key="form", now=now)

    def test_not_without_a_bank(self, alice, bob, now):
        make_available(bob, 5_000, now, payer=alice)
        with pytest.raises(withdrawals.BankNotReady):
            request(bob, 2_000, now)

    @pytest.mark.parametrize("stopped", [{"transfers_status": "pending"}, {"payouts_status": "restricted"}])
    def test_not_to_a_bank_that_stripe_does_not_pay_out_to(self, alice, bob, now, stopped):
        make_available(bob, 5_000, now, payer=alice)
        connect_bank(bob, **stopped)
        with pytest.raises(withdrawals.BankNotReady):
            request(bob, 2_000, now)


class Story:
    """One withdrawal of 30.00, step by step; each step is done twice, as events come."""

    def __init__(self, expert, now) -> None:
        self.expert, self.now = expert, now
        self.row = request(expert, 3_000, now)

    def twice(self, step, **details) -> "Story":
        for _ in range(2):
            step(now=self.now, **details)
        self.row.refresh_from_db()
        return self

    def transferred(self) -> "Story":
        return self.twice(withdrawals.transfer_made, withdrawal_id=self.row.pk, stripe_transfer="tr_1")

    def sent(self) -> "Story":
        return self.transferred().twice(
            withdrawals.payout_made, withdrawal_id=self.row.pk, stripe_payout="po_1", arrives_on=date(2026, 3, 4)
        )

    def paid(self) -> "Story":
        return self.twice(withdrawals.payout_paid, stripe_payout="po_1")

    def failed(self) -> "Story":
        return self.twice(withdrawals.payout_failed, stripe_payout="po_1", code="no_account", message="No such account")

    def reversed(self) -> "Story":
        return self.twice(withdrawals.reversal_made, withdrawal_id=self.row.pk, stripe_reversal="trr_1")

    @property
    def on_its_way(self) -> Money:
        return ledger.balance(accounts.withdrawal(self.row.pk), "EUR")


@pytest.fixture
def story(rich_bob, now) -> Story:
    return Story(rich_bob, now)


class ToTheBankTests:
    def test_transfer_then_payout(self, story):
        story.transferred()
        assert story.row.state == State.REQUESTED
        assert at_stripe(story.expert) == eur(3_000)
        assert outbox() == [f"withdrawal:{story.row.pk}:transfer", f"withdrawal:{story.row.pk}:payout"]

    def test_sent_says_when_it_arrives(self, story):
        story.sent()
        assert (story.row.state, story.row.arrives_on) == (State.SENT, date(2026, 3, 4))
        assert story.on_its_way == eur(3_000)

    def test_paid_ends_it(self, story):
        story.sent().paid()
        assert story.row.state == State.PAID
        assert (story.on_its_way, at_stripe(story.expert)) == (eur(0), eur(0))
        assert purse(story.expert)["available"] == "20.00"
        assert withdrawals.withdrawn(expert=story.expert) == eur(3_000)

    def test_an_event_before_the_payout_is_known_asks_to_come_again(self, story):
        with pytest.raises(withdrawals.UnknownPayout):
            withdrawals.payout_paid(stripe_payout="po_1", now=story.now)


class ComingBackTests:
    def test_a_refusing_bank_leaves_the_money_on_its_way_back(self, story):
        story.sent().failed()
        assert (story.row.state, story.row.failure_code) == (State.FAILING, "no_account")
        assert purse(story.expert)["available"] == "20.00"
        assert at_stripe(story.expert) == eur(3_000)
        assert outbox()[-1] == f"withdrawal:{story.row.pk}:reverse_transfer"

    def test_only_the_reversal_makes_it_available_again(self, story):
        story.sent().failed().reversed()
        assert story.row.state == State.FAILED
        assert purse(story.expert)["available"] == "50.00"
        assert (story.on_its_way, at_stripe(story.expert)) == (eur(0), eur(0))
        assert withdrawals.withdrawn(expert=story.expert) == eur(0)

    def test_a_bank_may_still_refuse_after_paid(self, story):
        story.sent().paid().failed()
        assert story.row.state == State.FAILING
        assert (story.on_its_way, at_stripe(story.expert)) == (eur(3_000), eur(3_000))
        story.reversed()
        assert purse(story.expert)["available"] == "50.00"

    def test_paid_coming_after_failed_changes_nothing(self, story):
        story.sent().failed().paid()
        assert story.row.state == State.FAILING
        story.reversed().paid().failed()
        assert story.row.state == State.FAILED
        assert purse(story.expert)["available"] == "50.00"

    def test_a_reversal_nobody_asked_for_changes_nothing(self, story):
        story.sent().reversed()
        assert story.row.state == State.SENT

    def test_a_transfer_that_stripe_refuses_is_available_at_once(self, story):
        story.twice(withdrawals.transfer_refused, withdrawal_id=story.row.pk, code="account_closed", message="Closed")
        assert story.row.state == State.FAILED
        assert purse(story.expert)["available"] == "50.00"

    def test_a_payout_that_stripe_refuses_comes_back_by_the_reversal(self, story):
        story.transferred().twice(withdrawals.payout_refused, withdrawal_id=story.row.pk, code="x", message="No bank")
        assert (story.row.state, purse(story.expert)["available"]) == (State.FAILING, "20.00")
        story.reversed()
        assert (story.row.state, purse(story.expert)["available"]) == (State.FAILED, "50.00")

    def test_a_refusal_after_the_transfer_was_made_changes_nothing(self, story):
        story.transferred().twice(withdrawals.transfer_refused, withdrawal_id=story.row.pk, code="x", message="")
        assert story.row.state == State.REQUESTED

    def test_a_transfer_made_after_it_was_given_up_is_for_staff(self, story):
        story.twice(withdrawals.transfer_refused, withdrawal_id=story.row.pk, code="x", message="")
        with pytest.raises(withdrawals.OutOfTurn):
            story.transferred()
        assert at_stripe(story.expert) == eur(0)
