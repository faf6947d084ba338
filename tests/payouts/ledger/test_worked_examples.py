"""LEDGER.md's worked examples, step by step: each table is a story, each row a step and every balance after it."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from django.test import override_settings

from payouts.claims import services as claims
from payouts.claims.models import Claim
from payouts.earnings import services as earnings
from payouts.ledger.accounts import KINDS, AccountRef
from payouts.ledger.models import Account, Entry
from payouts.ledger.services import balance
from payouts.money import Money, read_money
from payouts.wallet import services as wallet
from payouts.withdrawals import services as withdrawals
from payouts.withdrawals.models import Withdrawal
from tests import cast
from tests.payouts.purse import capture, connect_bank, eur, give_credit, give_promo

pytestmark = pytest.mark.django_db
DAY, PERIOD, ORDER = timedelta(days=1), "period:1", "order:1"
TEXT = (Path(__file__).parents[3] / "payouts/ledger/LEDGER.md").read_text()
STORIES = re.findall(r"^### (.+?)\n\n(\| step .+?)\n\n", TEXT.split("## Worked examples")[1], re.MULTILINE | re.DOTALL)


def cells(row: str) -> list[str]:
    return [cell.strip().strip("`") for cell in row.strip().strip("|").split("|")]


class Told:
    """What the steps mean. The verbs are the patterns of STEPS."""

    def __init__(self, alice, bob, now) -> None:
        self.alice, self.bob, self.now = alice, bob, now
        self.holds = 0
        connect_bank(bob)

    def adds(self, sum_: Money) -> None:
        give_credit(self.alice, sum_.minor, self.now)

    def is_given(self, sum_: Money) -> None:
        give_promo(self.alice, sum_.minor, self.now)

    def is_given_for_a_day(self, sum_: Money) -> None:
        give_promo(self.alice, sum_.minor, self.now, expires_at=self.now + DAY)

    def holds_more(self, sum_: Money) -> None:
        self.holds += 1
        key = f"{PERIOD}:hold:{self.holds}"
        wallet.hold(payer=self.alice, amount=sum_, key=key, reference=PERIOD, now=self.now)

    def costs(self, sum_: Money) -> None:
        capture(self.alice, self.bob, sum_.minor, self.now, reference=PERIOD)

    def costs_with_tax(self, sum_: Money) -> None:
        with override_settings(TAX_POLICY="tests.payouts.taxes.OnCommission"):
            self.costs(sum_)

    def goes_back(self, sum_: Money) -> None:
        key = f"back:{Entry.objects.count()}"
        earnings.give_back(reference=PERIOD, amount=sum_, key=key, now=self.now)

    def goes_back_anyway(self, sum_: Money) -> None:
        earnings.give_back(reference=PERIOD, amount=sum_, key="back", now=self.now, even_if_released=True)

    def tips(self, sum_: Money) -> None:
        words = {"about": "call:1", "key": "tip", "group": "listing:5", "label": "Tip", "link": ""}
        earnings.tip(payer=self.alice, expert=self.bob, amount=sum_, now=self.now, **words)

    def is_released(self) -> None:
        self.now += 31 * DAY
        earnings.release_due(now=self.now)

    def a_day_passes(self) -> None:
        self.now += DAY
        wallet.expire_due(now=self.now)

    def withdraws(self, sum_: Money) -> None:
        withdrawals.request(expert=self.bob, amount=sum_, key=f"form:{Withdrawal.objects.count()}", now=self.now)

    @property
    def withdrawal(self) -> int:
        return Withdrawal.objects.order_by("pk").values_list("pk", flat=True).last()

    def is_transferred(self) -> None:
        row, day = self.withdrawal, self.now.date()
        withdrawals.transfer_made(withdrawal_id=row, stripe_transfer=f"tr_{row}", now=self.now)
        withdrawals.payout_made(withdrawal_id=row, stripe_payout=f"po_{row}", arrives_on=day, now=self.now)

    def is_paid(self) -> None:
        withdrawals.payout_paid(stripe_payout=f"po_{self.withdrawal}", now=self.now)

    def is_refused(self) -> None:
        withdrawals.payout_failed(stripe_payout=f"po_{self.withdrawal}", code="no_account", message="", now=self.now)

    def is_reversed(self) -> None:
        row = self.withdrawal
        withdrawals.reversal_made(withdrawal_id=row, stripe_reversal=f"trr_{row}", now=self.now)

    def orders(self, sum_: Money) -> None:
        self.price = sum_
        wallet.hold(payer=self.alice, amount=sum_, key=f"{ORDER}:hold", reference=ORDER, now=self.now)

    def is_contested(self) -> None:
        words = {"label": "A letter", "link": "/orders/1/", "group": "listing:5", "reason": "No.", "evidence": []}
        people = {"payer": self.alice, "expert": self.bob}
        claims.contest_held(reference=ORDER, price=self.price, commission_percent=30, now=self.now, **people, **words)

    def frees(self, sum_: Money) -> None:
        claims.refund(expert=self.bob, reference=ORDER, amount=sum_, key="form", now=self.now)

    def is_decided(self, sum_: Money) -> None:
        claim = Claim.objects.get()
        claims.decide(claim_id=claim.pk, staff=cast.sam(), refund=sum_, reason="Half.", now=self.now)

    def is_answered_and_forgotten(self) -> None:
        claims.answer(claim_id=Claim.objects.get().pk, expert=self.bob, text="It is there.", now=self.now)
        self.now += 7 * DAY
        claims.meet_deadlines(now=self.now)

    def balances(self) -> dict[str, Money]:
        """Of every account that is not empty; accounts of one kind added up."""
        found: dict[str, Money] = {}
        for row in Account.objects.all():
            there = balance(AccountRef(row.kind, row.owner), row.currency)
            if there:
                found[row.kind] = found.get(row.kind, eur(0)) + there
        return found


SUM = r"([0-9]+\.[0-9]{2})"
STEPS: dict[str, Callable[..., None]] = {
    f"Alice adds {SUM}": Told.adds,
    f"Alice is given {SUM}": Told.is_given,
    f"Alice is given {SUM} for a day": Told.is_given_for_a_day,
    f"Alice accepts a cap of {SUM}": Told.holds_more,
    f"Alice raises the cap by {SUM}": Told.holds_more,
    f"The paid period costs {SUM}": Told.costs,
    f"The paid period costs {SUM}, and 21 % of the commission is tax": Told.costs_with_tax,
    f"{SUM} of it goes back": Told.goes_back,
    f"{SUM} more of it goes back": Told.goes_back,
    f"Bob gives {SUM} back of his own will": Told.goes_back_anyway,
    f"Alice tips {SUM}": Told.tips,
    f"Alice orders a work for {SUM}": Told.orders,
    "It is not as described": Told.is_contested,
    f"Bob frees {SUM} of it": Told.frees,
    f"Staff give {SUM} more back": Told.is_decided,
    "Bob answers, and nobody decides for 7 days": Told.is_answered_and_forgotten,
    "The release date comes": Told.is_released,
    "A day passes": Told.a_day_passes,
    f"Bob withdraws {SUM}": Told.withdraws,
    "Stripe makes the transfer": Told.is_transferred,
    "The bank has it": Told.is_paid,
    "The bank refuses": Told.is_refused,
    "Stripe takes the transfer back": Told.is_reversed,
}


def do(told: Told, step: str) -> None:
    for pattern, verb in STEPS.items():
        if found := re.fullmatch(pattern, step):
            verb(told, *(read_money(text, "EUR") for text in found.groups()))
            return
    raise AssertionError(f"nobody knows what this means: {step}")


def written(kinds: list[str], texts: list[str]) -> dict[str, Money]:
    signed = {
        kind: (text.removeprefix("-"), text.startswith("-")) for kind, text in zip(kinds, texts, strict=True) if text
    }
    sums = {kind: (read_money(text, "EUR"), is_negative) for kind, (text, is_negative) in signed.items()}
    return {kind: -there if is_negative else there for kind, (there, is_negative) in sums.items()}


class WorkedExampleTests:
    def test_they_are_found(self):
        assert len(STORIES) >= 4

    @pytest.mark.parametrize(("name", "table"), STORIES, ids=[name for name, _ in STORIES])
    def test_every_balance_is_what_the_table_says(self, alice, bob, now, name, table):
        head, _, *rows = table.splitlines()
        kinds = cells(head)[1:]
        assert set(kinds) <= set(KINDS)
        told = Told(alice, bob, now)
        for row in rows:
            step, *texts = cells(row)
            do(told, step)
            assert told.balances() == written(kinds, texts), step
