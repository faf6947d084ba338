"""Events that come late, again and in the wrong order, and a bank that takes money back which has left already."""

from datetime import timedelta
from types import SimpleNamespace
from uuid import uuid4

import pytest
from django.db import transaction
from django.utils import timezone

from payouts.disputes import services as disputes
from payouts.disputes.models import Dispute
from payouts.earnings import services as earnings
from payouts.ledger import accounts
from payouts.ledger import services as ledger
from payouts.sandbox import services as sandbox
from payouts.sandbox.models import SandboxObject
from payouts.stripe import client as wire
from payouts.stripe import work
from payouts.wallet import booking
from payouts.wallet.models import TopUp
from payouts.withdrawals import services as withdrawals
from payouts.withdrawals.models import Withdrawal
from tests.payouts.purse import charge, connect_bank, eur, make_available, purse, session_of, stripe_says
from tests.payouts.stripe.story import connect, open_top_up, pay, withdraw, work_for
from tests.payouts.stripe.test_webhooks import snapshot, tell

pytestmark = pytest.mark.django_db


@pytest.fixture
def now():
    return timezone.now()


class OldEventTests:
    """Somebody has read one of Stripe's deliveries, and sends it again on another day."""

    def replay(self) -> int:
        return tell("platform", snapshot(), at=timezone.now() - timedelta(days=1))

    def test_it_is_refused(self):
        assert self.replay() == 400

    def test_whatever_its_age_it_would_be_believed(self, monkeypatch):
        """The broken twin."""
        monkeypatch.setattr(wire, "TOLERANCE_S", 10**9)
        assert self.replay() == 200


class RepeatedEventTests:
    """Stripe tells of one payment three times."""

    def credit(self, alice, now) -> str:
        (top_up,) = TopUp.objects.bulk_create([TopUp(member=alice, amount_minor=2_000, currency="EUR", made_at=now)])
        for _ in range(3):
            with stripe_says(session_of(top_up)):
                booking.confirm_top_up(stripe_session=f"cs_test_{top_up.pk}", now=now)
        return purse(alice)["credit"]

    def test_it_is_credited_once(self, alice, now):
        assert self.credit(alice, now) == "20.00"

    def test_with_a_fresh_key_each_time_it_is_credited_three_times(self, alice, now, monkeypatch):
        """The broken twin, which does not remember that it was paid either."""
        fresh = {"post": lambda key, **words: ledger.post(key=f"{key}:{uuid4()}", **words)}
        monkeypatch.setattr(booking, "ledger", SimpleNamespace(**{**vars(ledger), **fresh}))
        monkeypatch.setattr(booking.CreditLot.objects, "create", lambda **_row: None)
        monkeypatch.setattr(booking.TopUp, "save", lambda _row, **_how: None)
        assert self.credit(alice, now) == "60.00"


class ReorderedEventTests:
    """*Paid* is heard of after *failed*, which came later: the money is on its way back, and must not be taken for gone."""

    def hear(self, alice, bob, now) -> Withdrawal:
        make_available(bob, 5_000, now - timedelta(days=60), payer=alice)
        connect_bank(bob)
        row = withdraw(bob, 3_000, now=now)
        withdrawals.transfer_made(withdrawal_id=row.pk, stripe_transfer="tr_1", now=now)
        withdrawals.payout_made(withdrawal_id=row.pk, stripe_payout="po_1", arrives_on=now.date(), now=now)
        withdrawals.payout_failed(stripe_payout="po_1", code="no_account", message="", now=now)
        withdrawals.payout_paid(stripe_payout="po_1", now=now)
        withdrawals.reversal_made(withdrawal_id=row.pk, stripe_reversal="trr_1", now=now)
        row.refresh_from_db()
        return row

    def test_the_money_comes_back(self, alice, bob, now):
        assert (self.hear(alice, bob, now).state, purse(bob)["available"]) == ("failed", "50.00")

    def test_by_whatever_was_heard_last_it_is_lost(self, alice, bob, now, monkeypatch):
        """The broken twin."""
        plain = withdrawals._locked

        def as_it_should_be(**by) -> Withdrawal:
            row = plain(**by)
            if "stripe_payout" in by:
                row.state = Withdrawal.State.SENT
            return row

        monkeypatch.setattr(withdrawals, "_locked", as_it_should_be)
        assert (self.hear(alice, bob, now).state, purse(bob)["available"]) == ("paid", "20.00")


class DisputeTests:
    """Alice's bank takes back what Bob has earned of it, and asked for at his bank."""

    @pytest.fixture
    def asked(self, alice, bob, eve, now) -> Withdrawal:
        for member, minor in ((eve, 10_000), (alice, 5_000)):
            pay(row := open_top_up(member, minor, now=now))
            booking.confirm_top_up(stripe_session=row.stripe_session, now=now)
        charge(alice, bob, 5_000, now)
        earnings.release_due(now=now + timedelta(days=31))
        connect(bob, now=now)
        return withdraw(bob, 3_500, now=now)

    def dispute(self, deed: str = "") -> Dispute:
        charges = SandboxObject.objects.filter(kind="charge", account="")
        sandbox.do(deed="dispute", about=charges.latest("serial").id)
        if deed:
            sandbox.do(deed=deed, about=SandboxObject.objects.get(kind="dispute").id)
        work_for(4)
        return Dispute.objects.get()

    def found_out(self, bob, sam, now, reason: str = "One bank account, two names.") -> None:
        disputes.find_participation(dispute_id=Dispute.objects.get().pk, expert=bob, staff=sam, reason=reason, now=now)

    def payouts(self) -> int:
        return SandboxObject.objects.filter(kind="payout").count()

    def test_it_is_the_platforms_loss_and_bob_keeps_his_money(self, asked, bob):
        work_for(20)
        self.dispute("lose")
        asked.refresh_from_db()
        assert (asked.state, earnings.owed(expert=bob)) == ("paid", eur(0))
        assert ledger.balance(accounts.dispute_loss(), "EUR") == eur(5_000)

    def test_found_without_a_reason_he_would_lose_it(self, asked, bob, sam, now):
        """The broken twin: a press without a word is taken for a finding."""
        work_for(20)
        self.dispute("lose")
        with pytest.raises(disputes.NoReason), transaction.atomic():
            self.found_out(bob, sam, now, "  ")
        assert earnings.owed(expert=bob) == eur(0)
        self.found_out(bob, sam, now, Wordless("  "))
        assert earnings.owed(expert=bob) == eur(3_500)

    def test_where_fraud_is_found_nothing_more_leaves(self, asked, bob, sam, now, monkeypatch):
        self.fraud(bob, sam, now, monkeypatch)
        asked.refresh_from_db()
        assert (asked.state, self.payouts()) == ("failed", 0)

    def test_where_the_worker_does_not_ask_it_leaves_all_the_same(self, asked, bob, sam, now, monkeypatch):
        """The broken twin."""
        monkeypatch.setattr(work.disputes, "took_part", lambda **_who: False)
        monkeypatch.setattr(work, "_wait_while_frozen", lambda _row: None)
        monkeypatch.delitem(work.HANDLERS, "stripe.recall")
        self.fraud(bob, sam, now, monkeypatch)
        assert self.payouts() == 1

    def fraud(self, bob, sam, now, monkeypatch) -> None:
        """Found out before Stripe was asked for the transfer."""
        with monkeypatch.context() as later:
            later.delitem(work.HANDLERS, "stripe.transfer")
            self.dispute()
            self.found_out(bob, sam, now)
        work_for(20)


class Wordless(str):
    """A reason that says it is one."""

    def strip(self, *_letters) -> str:
        return "."
