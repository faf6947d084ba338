"""Random lives of a few members, in any order, each command now and then doubled: what must hold after every step."""

from collections import defaultdict
from datetime import date, timedelta

import pytest
from django.db import transaction
from django.db.models import Sum
from django.test import override_settings
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from payouts.commission import split
from payouts.earnings import services as earnings
from payouts.ledger import accounts, services
from payouts.ledger.models import Account, Entry, Posting
from payouts.verify import faults
from payouts.wallet import services as wallet
from payouts.withdrawals import services as withdrawals
from payouts.withdrawals.models import Withdrawal
from tests import cast
from tests.payouts.purse import capture, charge, connect_bank, eur, give_credit, give_promo

amounts = st.integers(1, 6_000)
callers = st.sampled_from(["Alice", "Carl"])
experts = st.sampled_from(["Bob", "Dora"])
times = st.sampled_from([1, 1, 2])  # how often the very same command comes
STEPS = ["transfer", "sent", "paid", "failed", "reversed", "refused"]
paths = st.one_of(  # what Stripe tells of one withdrawal: in turn, cut off anywhere, or in any order
    st.sampled_from([STEPS[:n] for n in range(6)]),
    st.sampled_from([["transfer", "sent", "failed", "reversed"], ["refused"]]),
    st.lists(st.sampled_from(STEPS), max_size=8),
)


class Lives(RuleBasedStateMachine):
    """The model beside the real thing: plain sums per member, kept by the simplest possible rules."""

    def __init__(self) -> None:
        super().__init__()
        self.transaction = transaction.atomic()
        self.transaction.__enter__()
        accounts.forget()
        self.now = cast.NOW
        self.serial = 0
        self.credit, self.held, self.pending, self.available = (defaultdict(int) for _ in range(4))
        self.open: dict[str, tuple[str, int]] = {}  # reference -> caller, sum held
        self.earned: dict[str, list] = {}  # reference -> caller, expert, price, given back, release_at or None

    @initialize()
    def people(self) -> None:
        self.members = {name: cast.member(name) for name in ("Alice", "Carl", "Bob", "Dora")}
        self.tops_up("Alice", 30_000)
        self.tops_up("Carl", 30_000)
        for name in ("Bob", "Dora"):
            connect_bank(self.members[name])
            self.earns("Alice", name, 10_000)
        self.time_passes(30)

    def earns(self, who: str, expert: str, price: int) -> None:
        self.now += timedelta(seconds=1)
        charge(self.members[who], self.members[expert], price, self.now)
        self.credit[who] -= price
        self.available[expert] += split(price, 30).earning_minor

    def number(self) -> int:
        self.serial += 1
        return self.serial

    @rule(who=callers, minor=amounts)
    def tops_up(self, who: str, minor: int) -> None:
        give_credit(self.members[who], minor, self.now)
        self.credit[who] += minor

    @rule(who=callers, minor=amounts, again=times)
    def is_given_promotional_credit(self, who: str, minor: int, again: int) -> None:
        key = f"promo:{self.number()}"
        for _ in range(again):
            give_promo(self.members[who], minor, self.now, key=key)
        self.credit[who] += minor

    @rule(who=callers, minor=amounts, again=times, data=st.data())
    def holds(self, who: str, minor: int, again: int, data) -> None:
        own = [reference for reference, (caller, _) in self.open.items() if caller == who]
        reference = data.draw(st.sampled_from([*own, f"period:{self.number()}"]))
        key = f"{reference}:hold:{self.number()}"
        for _ in range(again):
            try:
                wallet.hold(payer=self.members[who], amount=eur(minor), key=key, reference=reference, now=self.now)
            except wallet.InsufficientCredit as refused:
                assert refused.credit == eur(self.credit[who])
                assert minor > self.credit[who]
                return
        self.credit[who] -= minor
        self.held[who] += minor
        self.open[reference] = (who, self.open.get(reference, (who, 0))[1] + minor)

    @precondition(lambda self: self.open)
    @rule(expert=experts, share=st.integers(0, 105), again=times, data=st.data())
    def settles(self, expert: str, share: int, again: int, data) -> None:
        reference = data.draw(st.sampled_from(sorted(self.open)))
        who, total = self.open[reference]
        price = total * share // 100
        if price > total:
            with pytest.raises(wallet.PriceAboveHold):
                capture(self.members[who], self.members[expert], price, self.now, reference=reference)
            return
        done = {capture(self.members[who], self.members[expert], price, self.now, reference=reference)
                for _ in range(again)}  # fmt: skip
        assert len(done) == 1
        self.close(reference, price)
        if price:
            self.pending[expert] += split(price, 30).earning_minor
            self.earned[reference] = [who, expert, price, 0, done.pop().release_at]

    @precondition(lambda self: self.open)
    @rule(again=times, data=st.data())
    def frees(self, again: int, data) -> None:
        reference = data.draw(st.sampled_from(sorted(self.open)))
        who, _ = self.open[reference]
        for _ in range(again):
            wallet.free(payer=self.members[who], reference=reference, key=f"{reference}:free", now=self.now)
        self.close(reference, 0)

    def close(self, reference: str, price: int) -> None:
        who, total = self.open.pop(reference)
        self.held[who] -= total
        self.credit[who] += total - price

    @precondition(lambda self: self.earned)
    @rule(minor=amounts, again=times, data=st.data())
    def gives_back(self, minor: int, again: int, data) -> None:
        reference = data.draw(st.sampled_from(sorted(self.earned)))
        who, expert, price, given, release_at = self.earned[reference]
        key = f"{reference}:back:{self.number()}"
        try:
            for _ in range(again):
                earnings.give_back(reference=reference, amount=eur(minor), key=key, now=self.now)
        except (services.BadAmount, earnings.AlreadyReleased):
            assert release_at is None or minor > price - given
            return
        self.earned[reference][3] += minor
        self.credit[who] += minor
        self.pending[expert] -= split(price - given, 30).earning_minor - split(price - given - minor, 30).earning_minor

    @rule(days=st.integers(0, 40))
    def time_passes(self, days: int) -> None:
        self.now += timedelta(days=days)
        earnings.release_due(now=self.now)
        for earned in self.earned.values():
            _, expert, price, given, release_at = earned
            if release_at and release_at <= self.now:
                earned[4] = None
                self.pending[expert] -= split(price - given, 30).earning_minor
                self.available[expert] += split(price - given, 30).earning_minor

    @rule(expert=experts, minor=st.integers(2_000, 3_000), path=paths, again=times)
    def withdraws(self, expert: str, minor: int, path: list[str], again: int) -> None:
        key = f"form:{self.number()}"
        for _ in range(again):
            try:
                row = withdrawals.request(expert=self.members[expert], amount=eur(minor), key=key, now=self.now)
            except withdrawals.NotEnough:
                assert minor > self.available[expert]
                return
        for step in path:
            for _ in range(again):
                self.step(row, step)
            row.refresh_from_db()
        if row.state != "failed":
            self.available[expert] -= minor

    def step(self, row: Withdrawal, step: str) -> None:
        by, at = {"withdrawal_id": row.pk, "now": self.now}, f"po_{row.pk}"
        if step == "transfer" and row.state != "failed":
            withdrawals.transfer_made(stripe_transfer=f"tr_{row.pk}", **by)
        elif step == "sent" and row.stripe_transfer:
            withdrawals.payout_made(stripe_payout=at, arrives_on=date(2026, 3, 4), **by)
        elif step == "refused":
            withdrawals.transfer_refused(code="no", message="", **by)
        elif step == "reversed":
            withdrawals.reversal_made(stripe_reversal=f"trr_{row.pk}", **by)
        elif step == "paid" and row.stripe_payout:
            withdrawals.payout_paid(stripe_payout=at, now=self.now)
        elif step == "failed" and row.stripe_payout:
            withdrawals.payout_failed(stripe_payout=at, code="no", message="", now=self.now)

    @invariant()
    def every_balance_is_what_the_model_says(self) -> None:
        for name, member in getattr(self, "members", {}).items():
            assert wallet.credit(member=member) == eur(self.credit[name])
            assert wallet.held(member=member) == eur(self.held[name])
            summary = earnings.summary(expert=member)
            assert (summary.pending, summary.available) == (eur(self.pending[name]), eur(self.available[name]))

    @invariant()
    @precondition(lambda self: self.serial % 4 == 0)
    def the_books_are_clean(self) -> None:
        assert faults() == []

    @invariant()
    def assets_are_what_is_owed_and_earned(self) -> None:
        sums = {True: 0, False: 0}
        for account in Account.objects.all():
            balance = services.balance(accounts.AccountRef(account.kind, account.owner), account.currency)
            sums[account.credit_normal] += balance.minor
        assert sums[True] == sums[False]

    def teardown(self) -> None:
        try:
            self.everything_ends()
        finally:
            transaction.set_rollback(True)
            self.transaction.__exit__(None, None, None)

    def everything_ends(self) -> None:
        """Every period is over; then nothing is held, and each key has been posted once."""
        for reference in list(self.open):
            who, _ = self.open[reference]
            wallet.free(payer=self.members[who], reference=reference, key=f"{reference}:free", now=self.now)
        held = Account.objects.filter(kind="caller_hold").aggregate(sum=Sum("balance_minor"))["sum"]
        assert not held
        assert faults() == []
        assert Entry.objects.count() == Entry.objects.values("key").distinct().count()
        assert not Posting.objects.filter(amount_minor__lte=0).exists()


@pytest.mark.again_in_prove
@pytest.mark.django_db
class LivesTests:
    @override_settings(PROMO_GRANTS_A_DAY=1_000)
    def test_any_order_of_commands_keeps_the_books(self):
        # Not shrunk: that would take minutes; remove `phases` to look into a failure.
        run_state_machine_as_test(
            Lives,
            settings=settings(
                max_examples=8, stateful_step_count=35, deadline=None, derandomize=True, phases=[Phase.generate]
            ),
        )
