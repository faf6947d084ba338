"""Earnings go to the bank: asked for, sent, paid, failed, at once; what Stripe thinks of an account, and another bank."""

from hypothesis import strategies as st
from hypothesis.stateful import rule

from payouts.sandbox import banks, operator
from payouts.sandbox import services as sandbox
from payouts.withdrawals import services as withdrawals
from payouts.withdrawals.models import BankConnection, Withdrawal
from tests.payouts.life.people import experts, goes_on, times
from tests.payouts.life.truth import Truth
from tests.payouts.purse import eur

REFUSALS = (
    withdrawals.NotEnough,
    withdrawals.TooLittle,
    withdrawals.BankNotReady,
    withdrawals.WithdrawalsFrozen,
)


class PayingOut(Truth):
    def account_of(self, expert: str) -> str:
        return BankConnection.objects.get(expert=self.members[expert]).stripe_account or ""

    @rule(expert=experts, minor=st.integers(1_900, 3_000), at_once=st.booleans(), again=times, goes_on=goes_on)
    def withdraws(self, expert: str, minor: int, at_once: bool, again: int, goes_on: bool) -> None:
        key, member = f"out-{self.number()}", self.members[expert]
        words = {"expert": member, "amount": eur(minor), "key": key, "at_once": at_once}
        self.attempt(withdrawals.request, **words, again=again, goes_on=goes_on, refusals=REFUSALS)
        made = Withdrawal.objects.filter(expert=member, key=key).first()
        assert made is None or made.amount_minor == minor

    @rule(fails=st.booleans(), data=st.data())
    def a_bank_takes_a_payout_or_sends_it_back(self, fails: bool, data) -> None:
        self.goes(1)
        if found := sandbox.all_payouts():
            sandbox.payout_now(payout_id=data.draw(st.sampled_from(found[:4]))["id"], fails=fails)

    @rule(expert=experts, state=st.sampled_from([*["verified"] * 4, "due_soon", "checking", "restricted", "rejected"]))
    def stripe_thinks_of_an_account(self, expert: str, state: str) -> None:
        self.goes(1)
        operator.put_account(account_id=self.account_of(expert), state=state)

    @rule(expert=experts, number=st.sampled_from(banks.KNOWN))
    def names_another_bank(self, expert: str, number: str) -> None:
        self.goes(1)
        operator.change_bank(account_id=self.account_of(expert), number=number)

    @rule(expert=experts, again=times, goes_on=goes_on)
    def comes_back_from_stripe(self, expert: str, again: int, goes_on: bool) -> None:
        words = {"stripe_account": self.account_of(expert)}
        self.attempt(withdrawals.refresh_bank, **words, again=again, goes_on=goes_on)
