"""Whatever people, banks and Stripe do here, in whatever order, how often, and wherever the power is cut: no cent is lost.

The seed is told when the tests end; `PROOF_SEED=<seed>` lives the same lives again.
"""

import os
import re
import sys
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import initialize, run_state_machine_as_test

from marketplace.accounts.models import User
from payouts import verify
from payouts.claims.models import Claim
from payouts.disputes.models import Dispute
from payouts.earnings.models import Earning
from payouts.ledger import accounts
from payouts.ledger import services as ledger
from payouts.ledger.models import Entry
from payouts.outbox.models import OutboxRow
from payouts.reconciliation import services as reconciliation
from payouts.refunds.models import Refund
from payouts.safety import services as safety
from payouts.sandbox import books, operator
from payouts.wallet import services as wallet
from payouts.wallet.models import Advance, CreditLot, Hold, TopUp
from payouts.withdrawals.models import Withdrawal
from tests import cast
from tests.payouts.ledger.test_worked_examples import TEXT
from tests.payouts.life.contesting import Contesting
from tests.payouts.life.disputing import Disputing
from tests.payouts.life.leaving import Leaving
from tests.payouts.life.passing import A_ROUND, JOBS, Passing
from tests.payouts.life.paying_in import PayingIn
from tests.payouts.life.paying_out import PayingOut
from tests.payouts.life.people import BEGAN, EXPERTS, pays_in, settle_in
from tests.payouts.life.spending import Spending
from tests.payouts.stripe.faults import FAULTS

pytestmark = pytest.mark.django_db
ROUNDS_MAX = 60
PARTS_MAX = 24  # of five lives each
cuts = st.lists(st.integers(0, 150), min_size=1, max_size=12)
faults = st.lists(st.tuples(st.sampled_from(sorted(FAULTS)), st.integers(0, 25)), max_size=8)
ENDS = ((TopUp, "state"), (Refund, "state"), (Withdrawal, "state"), (Dispute, "status"), (Claim, "outcome"))
REACHED: Counter[str] = Counter()
CAME_ABOUT: Counter[str] = Counter()
POSTED: Counter[str] = Counter()
KINDS_OF_ENTRIES = re.findall(r"^\| `([a-z_]+)`", TEXT.split("## Entries")[1].split("\n## ")[0], re.MULTILINE)


class AnyLife(PayingIn, Spending, Contesting, Disputing, PayingOut, Leaving, Passing):
    @initialize(cuts=cuts, faults=faults)
    def begins(self, cuts: list[int], faults: list[tuple[str, int]]) -> None:
        self.meet()
        self.expect_trouble(cuts, faults)

    def expect_trouble(self, cuts: list[int], faults: list[tuple[str, int]]) -> None:
        self.trouble.expect(cuts, faults)

    def everything_ends(self) -> None:
        self.trouble.calm()
        self.trouble.restart()
        self.nobody_leaves()
        User.objects.filter(is_active=False).update(is_active=True)
        for reference in self.at_hand():
            who, _ = self.held.pop(reference)
            wallet.free(payer=self.members[who], reference=reference, key=f"{reference}:free", now=self.time)
        for expert in EXPERTS:
            operator.put_account(account_id=self.account_of(expert), state="verified")
        self.nobody_is_frozen()
        operator.let_events_go()
        pays_in(cast.member("Zoe"), 50_000, now=self.time)  # others pay: nothing waits for money of ours at Stripe
        self.time += timedelta(days=11)
        self.works(*JOBS)  # what we had missed is fetched, and what is contested is over
        for _ in range(ROUNDS_MAX):
            self.time += timedelta(hours=2)
            self.nobody_is_frozen()
            self.works()
            if self.is_idle():
                break
        self.time += timedelta(days=3)  # what is on its way to our balance settles
        self.works(*JOBS)
        self.everything_is_over()

    def nobody_is_frozen(self) -> None:
        """What is captured at the very end may be looked at, too."""
        for expert in EXPERTS:
            safety.lift(member=self.members[expert], staff=self.members["Sam"], reason="The end", now=self.time)

    def works(self, *jobs: str) -> None:
        for job in (*A_ROUND, *jobs, *A_ROUND):
            self.does(job)

    def everything_is_over(self) -> None:
        self.everybody_has_what_the_model_says()
        self.nothing_is_done_twice_at_stripe()
        assert self.is_idle()
        assert verify.faults() == []
        assert not OutboxRow.objects.filter(state=OutboxRow.State.GIVEN_UP).exclude(action="stripe.evidence").exists()
        assert not Hold.objects.filter(is_open=True).exists()
        assert not Withdrawal.objects.filter(state__in=Withdrawal.OPEN).exists()
        assert not TopUp.objects.filter(pk__in=self.stripes["charge"]).exclude(state=TopUp.State.PAID).exists()
        assert not Earning.objects.filter(released_at=None, waits=0, release_at__lte=self.time).exists()
        assert not Claim.objects.filter(deadline_at__lte=self.time).exists()
        assert not CreditLot.objects.filter(expires_at__lte=self.time, remaining_minor__gt=0).exists()
        report = reconciliation.reconcile(now=self.time)
        assert (report.is_clean, report.waiting) == (True, 0), report
        ours = [accounts.stripe_available(), accounts.stripe_pending()]
        assert [ledger.balance(each, "EUR").minor for each in ours] == list(books.sums("eur"))
        self.is_written_down()

    def is_written_down(self) -> None:
        """What this life came to, so that one can see whether lives come far enough."""
        REACHED["power cut"] += self.trouble.cuts
        REACHED["bad answer"] += self.trouble.faults
        CAME_ABOUT.update(self.came_about)
        POSTED.update(Entry.objects.filter(posted_at__gt=BEGAN).values_list("kind", flat=True))
        for model, how in ENDS:
            REACHED.update(f"{model.__name__} {end}" for end in model.objects.values_list(how, flat=True))
        for made in Advance.objects.all():
            REACHED["Advance " + ("let go" if made.let_go_at else "unpaid" if made.left_minor else "paid")] += 1


class EveryLife(AnyLife):
    """Rather what has come about in no life yet."""

    elsewhere = CAME_ABOUT


def live(machine: type[AnyLife], *, lives: int, steps: int, **how) -> None:
    # Not shrunk: that would take an hour; remove `phases` to look into a failure.
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=lives,
            stateful_step_count=steps,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
            report_multiple_bugs=False,
            **how,
        ),
    )


@pytest.fixture(autouse=True)
def people_have_settled_in(db):
    """Once for all lives of a test."""
    settle_in()


class AnyLifeTests:
    @pytest.mark.again_in_prove
    def test_a_few(self):
        live(AnyLife, lives=2, steps=10, derandomize=True)

    @pytest.mark.prove
    @pytest.mark.parametrize("part", range(20))
    def test_many(self, part):
        """In parts, so that they can be lived side by side."""
        REACHED.clear()
        lives = 3 if connection.vendor == "postgresql" else 7
        live(seed(int(os.environ["PROOF_SEED"]) + part)(AnyLife), lives=lives, steps=40)
        sys.stdout.write(f"{lives} lives: {', '.join(f'{n} x {what}' for what, n in sorted(REACHED.items()))}\n")
        assert REACHED["power cut"]  # each life has one to come, early on

    @pytest.mark.prove
    def test_all_that_may_happen_comes_about(self):
        """What came about in no life would be proved no longer, and nobody would notice.

        The lives are the same each time, but for what Hypothesis draws from the constants of whatever modules are loaded.
        """
        for counted in (REACHED, CAME_ABOUT, POSTED):
            counted.clear()
        for part in range(PARTS_MAX):
            live(seed(part)(EveryLife), lives=5, steps=40)
            if not (never := never_came_about()):
                return
        pytest.fail(f"not in any life: {never}")


def never_came_about() -> set[str]:
    """Of the deeds, the kinds of entry and the ends of a claim. There is no tax here, and the platform takes nothing out."""
    deeds = {deed.name for deed in AnyLife.deeds()} - set(+CAME_ABOUT)
    entries = set(KINDS_OF_ENTRIES) - set(POSTED) - {"tax", "stripe_booked"}
    return deeds | entries | {f"Claim {outcome}" for outcome in Claim.Outcome} - set(REACHED)
