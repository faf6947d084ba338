"""Who lives here, what time it is, and how somebody does something: once or more, again after a power cut, or never again."""

import sys
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import pytest
from django.conf import settings as site
from django.db import transaction
from django.utils import timezone
from hypothesis import strategies as st

from marketplace.accounts.models import User
from payouts.ledger import accounts
from payouts.sandbox import banks, deliveries
from payouts.sandbox import services as sandbox
from payouts.stripe import missed, work
from payouts.stripe.answers import NotAnswered
from payouts.wallet import services as wallet
from tests import cast
from tests.payouts.cards.wallet_cards import fill_up_from, save_card
from tests.payouts.life.deeds import Deeds
from tests.payouts.life.trouble import PowerCut, Trouble
from tests.payouts.purse import charge, eur
from tests.payouts.stripe.story import AT_ONCE, connect, earn, open_top_up, pay, withdraw

BEFORE, BEGAN = datetime(2026, 2, 1, 9, 0, tzinfo=UTC), datetime(2026, 3, 12, 9, 0, tzinfo=UTC)
CALLERS, EXPERTS = ("Alice", "Carl"), ("Bob", "Dora")
EARNED = {"Bob": 6_000, "Dora": 4_000}  # paid by Eve: 42.00 and 28.00 are theirs
TWO_STAFF_ABOVE = 300
PAID = (("Alice", "Bob", 1_600), ("Alice", "Dora", 700), ("Carl", "Dora", 900))  # a moment ago
callers, experts = st.sampled_from(CALLERS), st.sampled_from(EXPERTS)
STAFF = ("Sam", "Sue")
staff = st.sampled_from(STAFF)
amounts = st.integers(1, 3_000)
times = st.sampled_from([1, 1, 1, 2])  # how often the very same thing is done
goes_on = st.sampled_from([True, True, False])  # after a power cut: does who was at it come back to it?


def settle_in() -> None:
    """Everybody is there and in the midst of it: Alice and Carl have credit, cards and something ordered, and have just paid Bob
    and Dora, who have a bank, and what they earned a month ago; one payment page is open, one paid, one withdrawal asked for."""
    with pytest.MonkeyPatch.context() as patch:
        its_time(patch, lambda: BEGAN)
        for number, (name, price) in enumerate(EARNED.items()):
            earn(cast.member(name), cast.member("Eve"), price, now=BEFORE + timedelta(seconds=number))
        for name in CALLERS:
            member = cast.member(name)
            wallet.set_monthly_limit(member=member, limit=eur(1_000_000), now=BEGAN)
            pays_in(member, 3_000, now=BEGAN)
        for payer, expert, price in PAID:
            charge(cast.member(payer), cast.member(expert), price, now=BEGAN)
        for number, payer in enumerate(CALLERS):
            reference = f"order:before:{number}"
            wallet.hold(payer=cast.member(payer), amount=eur(500), key=reference, reference=reference, now=BEGAN)
        for card in ("authenticationRequired", "chargeCustomerFail", "bypassPending"):
            save_card(cast.member("Alice"), card, now=BEGAN)
        fill_up_from(save_card(cast.member("Carl"), now=BEGAN), now=BEGAN)
        for name, number in zip(EXPERTS, (banks.PAYING_BANK, banks.REFUSING_BANK), strict=True):
            connect(cast.member(name), number=number, now=BEGAN)
        sandbox.work(now=BEGAN)
        missed.fetch_missed(now=BEGAN)  # the worker was here before
        while work.process_events(now=BEGAN):
            pass
        withdraw(cast.member("Dora"), 2_500, now=BEGAN)
        for name in CALLERS:
            page = open_top_up(cast.member(name), 700, now=BEGAN)
        pay(page, card=AT_ONCE)  # the last one: the payer has not come back yet


def its_time(patch: pytest.MonkeyPatch, now: Callable[[], datetime]) -> None:
    sign = deliveries.signature
    patch.setattr(timezone, "now", now)
    # Signatures are as old as the machine's own clock says, whatever time it is in this life.
    patch.setattr(deliveries, "signature", lambda body, secret, _at: sign(body, secret, datetime.now(UTC)))


def pays_in(member: User, minor: int, *, now: datetime) -> None:
    row = open_top_up(member, minor, now=now)
    pay(row, card=AT_ONCE)
    wallet.confirm_top_up(stripe_session=row.stripe_session or "", now=now)


class Outcome(NamedTuple):
    refused: Exception | None
    was_cut: bool


class People(Deeds):
    def __init__(self) -> None:
        super().__init__()
        self.time = self.asked_at = BEGAN  # Stripe, what we missed
        self.serial = 0
        self.trouble = Trouble()
        self.open = ExitStack()
        block = transaction.atomic()
        block._from_testcase = True  # a life is rolled back as a test is
        self.open.enter_context(block)
        self.open.callback(transaction.set_rollback, True)
        accounts.forget()
        self._set_the_stage()

    def _set_the_stage(self) -> None:
        patch = self.open.enter_context(pytest.MonkeyPatch.context())
        its_time(patch, lambda: self.time)
        patch.setattr(site, "CLAIM_TWO_STAFF_MINOR", TWO_STAFF_ABOVE)
        patch.setattr(site, "TOP_UPS_PER_HOUR", 1_000)
        patch.setattr(site, "TOP_UP_MINOR_DAY_MAX", site.CREDIT_MINOR_HARD_MAX)
        self.open.enter_context(self.trouble.everywhere())

    def meet(self) -> None:
        self.members: dict[str, User] = {name: cast.member(name) for name in (*CALLERS, *EXPERTS, "Eve")}
        self.members |= {name: cast.staff(name) for name in STAFF}

    def number(self) -> int:
        self.serial += 1
        return self.serial

    def goes(self, seconds: float) -> None:
        self.time += timedelta(seconds=seconds)

    def attempt(
        self,
        do: Callable[..., Any],
        /,
        *,
        again: int = 1,
        goes_on: bool = True,
        refusals: tuple[type[Exception], ...] = (),
        **words: Any,
    ) -> Outcome:
        """Does it `again` times; after a power cut once more, unless nobody `goes_on`."""
        refused, was_cut = None, False
        for _ in range(again):
            while True:
                self.goes(1)
                writes = self.trouble.writes
                try:
                    with self.trouble.here(True):
                        do(**words, now=self.time)
                except PowerCut:
                    self.trouble.restart()
                    was_cut = True
                    self.trouble.writes = writes
                    if not goes_on:
                        return Outcome(refused, was_cut)
                except NotAnswered:
                    continue
                except refusals as refusal:
                    refused = refusal
                    self.trouble.writes = writes
                    break
                else:
                    break
        return Outcome(refused, was_cut)

    def teardown(self) -> None:
        try:
            if sys.exc_info()[0] is None and hasattr(self, "members"):
                self.everything_ends()
        finally:
            self.open.close()

    def everything_ends(self) -> None:
        """What must hold in the end: see truth.py."""
