"""Earnings go to the bank: asked for, sent, paid, failed, at once; what Stripe thinks of an account, and another bank."""

from hypothesis import strategies as st

from payouts.earnings import services as earnings
from payouts.safety import services as safety
from payouts.sandbox import banks, operator
from payouts.sandbox import services as sandbox
from payouts.withdrawals import services as withdrawals
from payouts.withdrawals.models import BankConnection, Withdrawal
from tests.payouts.life.deeds import deed
from tests.payouts.life.people import EXPERTS, experts, goes_on, times
from tests.payouts.life.truth import Truth
from tests.payouts.purse import eur

LEAST = 1_900  # a little below what may be withdrawn
REFUSALS = (
    withdrawals.NotEnough,
    withdrawals.TooLittle,
    withdrawals.BankNotReady,
    withdrawals.WithdrawalsFrozen,
)


class PayingOut(Truth):
    def account_of(self, expert: str) -> str:
        return BankConnection.objects.get(expert=self.members[expert]).stripe_account or ""

    def able_to_withdraw(self) -> list[str]:
        return [
            name
            for name, member in ((name, self.members[name]) for name in EXPERTS)
            if earnings.summary(expert=member).available.minor >= LEAST
            and BankConnection.objects.get(expert=member).is_ready
            and not safety.frozen(member=member, now=self.time)
        ]

    @deed(when=able_to_withdraw, more=st.integers(0, 1_100), at_once=st.booleans(), again=times, goes_on=goes_on,
          data=st.data())  # fmt: skip
    def withdraws(self, more: int, at_once: bool, again: int, goes_on: bool, data) -> None:
        expert = self.one_of(data, self.able_to_withdraw(), EXPERTS)
        minor = LEAST + more
        key, member = f"out-{self.number()}", self.members[expert]
        words = {"expert": member, "amount": eur(minor), "key": key, "at_once": at_once}
        self.attempt(withdrawals.request, **words, again=again, goes_on=goes_on, refusals=REFUSALS)
        made = Withdrawal.objects.filter(expert=member, key=key).first()
        assert made is None or made.amount_minor == minor

    def payouts(self, *statuses: str) -> list[dict]:
        return [payout for payout in sandbox.all_payouts() if payout["status"] in statuses][:4]

    @deed(when=lambda self: self.payouts("pending", "in_transit"), data=st.data())
    def a_bank_takes_a_payout(self, data) -> None:
        self.a_bank_answers(self.payouts("pending", "in_transit"), data, fails=False)

    @deed(when=lambda self: self.payouts("pending", "in_transit", "paid"), data=st.data())
    def a_bank_sends_a_payout_back(self, data) -> None:
        self.a_bank_answers(self.payouts("pending", "in_transit", "paid"), data, fails=True)

    def a_bank_answers(self, found: list[dict], data, *, fails: bool) -> None:
        self.goes(1)
        payout = self.one_of(data, found, sandbox.all_payouts())
        sandbox.payout_now(payout_id=payout["id"], fails=fails)

    @deed(expert=experts, state=st.sampled_from([*["verified"] * 4, "due_soon", "checking", "restricted", "rejected"]))
    def stripe_thinks_of_an_account(self, expert: str, state: str) -> None:
        self.goes(1)
        operator.put_account(account_id=self.account_of(expert), state=state)

    @deed(expert=experts, number=st.sampled_from(banks.KNOWN))
    def names_another_bank(self, expert: str, number: str) -> None:
        self.goes(1)
        operator.change_bank(account_id=self.account_of(expert), number=number)

    @deed(expert=experts, again=times, goes_on=goes_on)
    def comes_back_from_stripe(self, expert: str, again: int, goes_on: bool) -> None:
        words = {"stripe_account": self.account_of(expert)}
        self.attempt(withdrawals.refresh_bank, **words, again=again, goes_on=goes_on)
