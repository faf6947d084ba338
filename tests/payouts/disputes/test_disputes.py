"""A bank takes a top-up back: told by Stripe in any order, looked at by us at any moment."""

from datetime import timedelta
from unittest.mock import patch

import pytest
from django.utils import timezone, translation

from payouts.claims import services as claims
from payouts.claims.models import Claim
from payouts.disputes import services as disputes
from payouts.disputes.models import Dispute, Participation
from payouts.earnings import services as earnings
from payouts.earnings.models import Earning
from payouts.ledger import accounts
from payouts.ledger import services as ledger
from payouts.office.models import AuditRecord, StaffTask
from payouts.outbox import services as outbox
from payouts.outbox.models import OutboxRow
from payouts.refunds import services as refunds
from payouts.refunds.models import Refund
from payouts.sandbox import cards
from payouts.sandbox import services as sandbox
from payouts.sandbox.models import SandboxKey, SandboxObject
from payouts.stripe import gateway, work
from payouts.stripe.answers import BankDispute, Movement, NotAnswered, Refused
from payouts.wallet import services as wallet
from payouts.wallet.models import CreditLot
from tests.payouts.claims.story import EVIDENCE, decide, refund, sue
from tests.payouts.purse import charge, eur, purse
from tests.payouts.stripe.story import AT_ONCE, connect, open_top_up, pay, stripe_and_ledger_agree, withdraw, work_for

pytestmark = pytest.mark.django_db
FEE = 1_500


@pytest.fixture
def now():
    return timezone.now()


def top_up(member, minor, now, *, card=AT_ONCE):
    row = open_top_up(member, minor, now=now)
    pay(row, card=card)
    return wallet.confirm_top_up(stripe_session=row.stripe_session, now=now)


def top_up_of_a_blocked_member(member, minor, now):
    """Paid on a page that was open before."""
    with patch("payouts.wallet.limits.blocks.check"):
        return top_up(member, minor, now)


def latest(kind: str) -> dict:
    return SandboxObject.objects.filter(kind=kind, account="").latest("serial").data


def do(deed: str, kind: str = "dispute") -> None:
    sandbox.do(deed=deed, about=latest(kind)["id"])


def balance(account) -> int:
    return ledger.balance(account, "EUR").minor


def bears() -> dict[str, int]:
    """Who bears the dispute in the end."""
    dispute = Dispute.objects.get()
    return {
        "owed": balance(accounts.dispute_receivable(dispute.pk)),
        "loss": balance(accounts.dispute_loss()),
        "fees": balance(accounts.dispute_fees()),
        "taken": dispute.taken_minor,
    }


@pytest.fixture
def disputed(alice, bob, now) -> Dispute:
    """Alice paid 20.00 in, 5.00 of it to Bob, and her bank takes it all back."""
    top_up(alice, 2_000, now)
    charge(alice, bob, 500, now)
    do("dispute", "charge")
    work_for(4)
    return Dispute.objects.get()


class OpenedTests:
    def test_the_unspent_part_is_taken_and_the_rest_is_owed(self, disputed, alice):
        assert (disputed.status, purse(alice)["credit"]) == ("needs_response", "0.00")
        assert bears() == {"owed": 500, "loss": 0, "fees": FEE, "taken": 1_500}
        assert stripe_and_ledger_agree()

    def test_the_member_cannot_pay(self, disputed, alice, now, signed_in):
        wallet_page = signed_in(alice).get("/wallet/").content.decode()
        assert "Your payments are paused" in wallet_page
        with pytest.raises(wallet.PaymentsBlocked):
            wallet.hold(payer=alice, amount=eur(100), key="h", reference="period:1", now=now)
        with pytest.raises(wallet.PaymentsBlocked):
            wallet.start_top_up(member=alice, amount=eur(1_000), return_path="/wallet/", now=now)
        with pytest.raises(wallet.PaymentsBlocked):
            wallet.spend(payer=alice, amount=eur(100), reference="tip:1", now=now)
        page = signed_in(alice).post("/wallet/top-up/", {"amount": "20", "token": "x" * 20, "monthly_limit": "200"})
        assert (page.status_code, "Nothing was charged" in page.content.decode()) == (422, True)

    def test_others_can(self, disputed, eve, now, signed_in):
        assert "Your payments are paused" not in signed_in(eve).get("/wallet/").content.decode()
        top_up(eve, 500, now)
        wallet.hold(payer=eve, amount=eur(100), key="h", reference="period:1", now=now)

    def test_a_pending_earning_of_it_waits(self, disputed, bob, now):
        earnings.release_due(now=now + timedelta(days=31))
        assert (purse(bob)["pending"], purse(bob)["available"]) == ("3.50", "0.00")

    def test_an_earning_from_another_top_up_does_not(self, disputed, bob, eve, now):
        top_up(eve, 1_000, now)
        charge(eve, bob, 1_000, now)
        earnings.release_due(now=now + timedelta(days=31))
        assert (purse(bob)["pending"], purse(bob)["available"]) == ("3.50", "7.00")

    def test_an_expert_never_pays_for_it(self, alice, bob, now):
        top_up(alice, 2_000, now)
        charge(alice, bob, 500, now)
        earnings.release_due(now=now + timedelta(days=31))
        do("dispute", "charge")
        do("lose")
        work_for(4)
        assert purse(bob)["available"] == "3.50"
        assert bears() == {"owed": 0, "loss": 500, "fees": FEE, "taken": 1_500}

    def test_what_was_held_is_taken_once_it_is_freed(self, alice, bob, now):
        top_up(alice, 2_000, now)
        wallet.hold(payer=alice, amount=eur(2_000), key="h", reference="period:1", now=now)
        do("dispute", "charge")
        work_for(4)
        assert bears()["taken"] == 0
        wallet.free(payer=alice, reference="period:1", key="f", now=now)
        disputes.take_what_was_freed(now=now)
        assert (bears()["taken"], bears()["owed"], purse(alice)["credit"]) == (2_000, 0, "0.00")

    def test_credit_of_other_cards_stays(self, alice, now):
        top_up(alice, 2_000, now)
        do("dispute", "charge")
        top_up(alice, 1_000, now)
        work_for(4)
        assert (purse(alice)["credit"], bears()["taken"]) == ("10.00", 2_000)

    def test_the_test_card_disputes_by_itself(self, alice, now):
        top_up(alice, 2_000, now, card=cards.DISPUTED_CARD)
        work_for(6)
        assert (Dispute.objects.get().status, purse(alice)["credit"]) == ("needs_response", "0.00")
        assert stripe_and_ledger_agree()

    def test_before_we_heard_of_the_payment(self, alice, now):
        pay(open_top_up(alice, 2_000, now=now))
        do("dispute", "charge")
        work_for(4)
        assert (purse(alice)["credit"], bears()["taken"]) == ("0.00", 2_000)


class ClosedTests:
    def test_won_all_is_as_before(self, disputed, alice, bob, now):
        do("win")
        work_for(4)
        assert purse(alice)["credit"] == "15.00"
        assert bears() == {"owed": 0, "loss": 0, "fees": 0, "taken": 0}
        assert not wallet.is_blocked(member=alice)
        earnings.release_due(now=now + timedelta(days=31))
        assert purse(bob)["available"] == "3.50"
        assert stripe_and_ledger_agree()

    def test_lost_the_spent_part_is_our_loss(self, disputed, alice, bob, now):
        do("lose")
        work_for(4)
        assert bears() == {"owed": 0, "loss": 500, "fees": FEE, "taken": 1_500}
        assert wallet.is_blocked(member=alice)
        earnings.release_due(now=now + timedelta(days=31))
        assert purse(bob)["available"] == "3.50"
        assert stripe_and_ledger_agree()

    def test_appealed_and_won_later(self, disputed, alice):
        do("lose")
        work_for(4)
        do("appeal")
        work_for(4)
        assert bears() == {"owed": 500, "loss": 0, "fees": FEE, "taken": 1_500}
        do("win")
        work_for(4)
        assert (bears(), purse(alice)["credit"]) == ({"owed": 0, "loss": 0, "fees": 0, "taken": 0}, "15.00")
        assert stripe_and_ledger_agree()

    def test_after_a_loss_staff_may_let_the_member_pay_again(self, disputed, alice, sam, now):
        with pytest.raises(disputes.NotAnswerable):
            disputes.lift_block(dispute_id=disputed.pk, staff=sam, reason="She paid", now=now)
        do("lose")
        work_for(4)
        with pytest.raises(disputes.NoReason):
            disputes.lift_block(dispute_id=disputed.pk, staff=sam, reason=" ", now=now)
        assert wallet.is_blocked(member=alice)
        disputes.lift_block(dispute_id=disputed.pk, staff=sam, reason="She paid by bank", now=now)
        disputes.take_what_was_freed(now=now)
        assert not wallet.is_blocked(member=alice)
        assert AuditRecord.objects.get(act="dispute.lift_block").reason == "She paid by bank"

    def test_what_comes_back_to_a_top_up_that_is_lost_is_taken_too(self, disputed, alice, now):
        do("lose")
        work_for(4)
        earnings.give_back(reference=Earning.objects.get().reference, amount=eur(500), key="g", now=now)
        disputes.take_what_was_freed(now=now)
        assert (bears(), purse(alice)["credit"]) == ({"owed": 0, "loss": 0, "fees": FEE, "taken": 2_000}, "0.00")


class RefundOfTheSameTests:
    """What a card's bank has taken back does not go to that card from us as well."""

    @pytest.fixture
    def held(self, alice, now):
        """20.00 paid in, 15.00 of it held when the bank takes it back."""
        paid = top_up(alice, 2_000, now)
        wallet.hold(payer=alice, amount=eur(1_500), key="hold", reference="period:1", now=now)
        return paid

    def ask(self, member, now, minor: int | None = None, key: str = "back") -> list[Refund]:
        return refunds.request(member=member, amount=eur(minor) if minor else None, key=key, now=now)

    def test_what_is_freed_of_it_cannot_be_asked_back(self, held, alice, now):
        do("dispute", "charge")
        work_for(4)
        wallet.free(payer=alice, reference="period:1", key="free", now=now)
        assert refunds.refundable(member=alice) == eur(0)
        with pytest.raises(refunds.NotEnough):
            self.ask(alice, now, 1_500)
        disputes.take_what_was_freed(now=now)
        assert (bears()["taken"], purse(alice)["credit"]) == (2_000, "0.00")

    def test_what_another_card_paid_can(self, held, alice, now):
        do("dispute", "charge")
        work_for(4)
        other = top_up_of_a_blocked_member(alice, 1_000, now)
        wallet.free(payer=alice, reference="period:1", key="free", now=now)
        (refund,) = self.ask(alice, now)
        assert (refund.lot.top_up, refund.amount) == (other, eur(1_000))

    def test_without_the_mark_it_is_asked_back(self, held, alice, now):
        """The broken twin."""
        do("dispute", "charge")
        work_for(4)
        wallet.free(payer=alice, reference="period:1", key="free", now=now)
        CreditLot.objects.update(is_disputed=False)
        (refund,) = self.ask(alice, now)
        assert refund.amount == eur(1_500)

    def test_asked_before_it_is_called_off_and_the_dispute_takes_it(self, alice, eve, now, monkeypatch, signed_in):
        top_up(eve, 10_000, now)
        top_up(alice, 2_000, now)
        with monkeypatch.context() as later:
            later.delitem(work.HANDLERS, "stripe.refund")
            self.ask(alice, now, 1_500)
            do("dispute", "charge")
            work_for(4)
        work_for(4)
        disputes.take_what_was_freed(now=now)
        assert (Refund.objects.get().state, Refund.objects.get().failure_code) == ("failed", "charge_disputed")
        assert (bears()["taken"], purse(alice)["credit"]) == (2_000, "0.00")
        assert not StaffTask.objects.filter(kind="refund_refused").exists()
        assert "Your bank disputes this payment" in signed_in(alice).get("/wallet/").content.decode()
        assert stripe_and_ledger_agree()

    def test_refused_by_stripe_before_we_heard_of_the_dispute_staff_need_not_settle_it(self, alice, now, monkeypatch):
        top_up(alice, 2_000, now)
        do("dispute", "charge")
        with monkeypatch.context() as later:
            later.setattr(work, "process_events", lambda **_: 0)
            self.ask(alice, now, 1_500)
            work_for(4)
        assert Refund.objects.get().state == "refused"
        work_for(4)
        assert Refund.objects.get().state == "failed"
        assert StaffTask.objects.get(kind="refund_refused").closed_at
        assert (bears()["taken"], purse(alice)["credit"]) == (2_000, "0.00")

    def test_what_the_bank_did_not_take_may_be_asked_back_once_it_is_lost(self, alice, now):
        paid = top_up(alice, 1_000, now)
        moved = Movement("txn_1", "adjustment", "dp_1", {}, eur(-600), eur(0), now, now)
        for status, left in (("needs_response", 0), ("lost", 400)):
            found = BankDispute("dp_1", status, "fraudulent", eur(600), "ch_1", paid.pk, None, (moved,))
            disputes.observe(found=found, now=now)
            assert (purse(alice)["credit"], refunds.refundable(member=alice)) == ("4.00", eur(left))
        (refund,) = self.ask(alice, now)
        refunds.refuse(refund_id=refund.pk, code="charge_disputed", message="", now=now)
        disputes.take_what_was_freed(now=now)
        assert Refund.objects.get().state == "refused"  # staff settle it by hand

    def test_won_it_may_be_asked_back_again(self, alice, now):
        top_up(alice, 2_000, now)
        do("dispute", "charge")
        work_for(4)
        assert refunds.refundable(member=alice) == eur(0)
        do("win")
        work_for(4)
        assert refunds.refundable(member=alice) == eur(2_000)


class InquiryTests:
    def test_moves_nothing_and_is_told_to_staff(self, alice, now):
        top_up(alice, 2_000, now)
        do("inquire", "charge")
        work_for(4)
        assert (purse(alice)["credit"], wallet.is_blocked(member=alice)) == ("20.00", False)
        assert "asks about" in StaffTask.objects.get(kind="dispute").text
        do("escalate")
        work_for(4)
        assert (purse(alice)["credit"], wallet.is_blocked(member=alice)) == ("0.00", True)
        assert stripe_and_ledger_agree()

    def test_closed_it_never_was(self, alice, now):
        top_up(alice, 2_000, now)
        do("inquire", "charge")
        do("win")
        work_for(4)
        assert (purse(alice)["credit"], Dispute.objects.get().status) == ("20.00", "warning_closed")

    def test_a_warning_of_fraud_is_a_task(self, alice, now):
        paid = top_up(alice, 2_000, now)
        do("warn", "charge")
        work_for(4)
        assert StaffTask.objects.get(kind="fraud_warning").reference == f"topup:{paid.pk}"


class EvidenceTests:
    def test_says_what_the_receipts_say(self, disputed, alice):
        text = disputes.gathered(disputed)
        assert all(words in text for words in ("Alice Martin", "€20.00", "Call with Alice, €5.00", "/calls/1/"))

    def test_is_in_english_whatever_language_staff_read(self, disputed):
        text = disputes.gathered(disputed)
        with translation.override("fr"):
            assert disputes.gathered(disputed) == text

    def test_is_sent_once_and_written_down(self, disputed, sam, now):
        disputes.send_evidence(dispute_id=disputed.pk, staff=sam, text="They talked.", now=now)
        with pytest.raises(disputes.NotAnswerable):
            disputes.send_evidence(dispute_id=disputed.pk, staff=sam, text="They talked long.", now=now)
        work_for(6)
        disputed.refresh_from_db()
        assert disputed.status == "under_review"
        assert latest("dispute")["evidence"]["uncategorized_text"] == "They talked."
        assert AuditRecord.objects.filter(act="dispute.send_evidence").count() == 1
        with pytest.raises(disputes.NotAnswerable):
            disputes.send_evidence(dispute_id=disputed.pk, staff=sam, text="More.", now=now)

    def test_what_stripe_refused_can_be_tried_again_once_staff_saw_to_it(self, disputed, sam, now, monkeypatch):
        """The same key again: Stripe repeats its refusal for a day, so each try after one has a key of its own."""
        disputes.send_evidence(dispute_id=disputed.pk, staff=sam, text="They talked.", now=now)
        with monkeypatch.context() as strict:
            strict.setattr("payouts.sandbox.disputes.EVIDENCE_CHARACTERS_MAX", 1)
            work_for(2)
        assert outbox.try_again(rows=OutboxRow.objects.filter(action="stripe.evidence"), now=now) == 1
        work_for(4)
        assert latest("dispute")["evidence"]["uncategorized_text"] == "They talked."

    def test_may_be_let_go(self, disputed, sam, now):
        disputes.accept(dispute_id=disputed.pk, staff=sam, reason="She is right", now=now)
        work_for(6)
        disputed.refresh_from_db()
        assert disputed.status == "lost"

    @pytest.mark.parametrize("text", ["", " \n"])
    def test_needs_words(self, disputed, sam, now, text):
        with pytest.raises(disputes.NotAnswerable):
            disputes.send_evidence(dispute_id=disputed.pk, staff=sam, text=text, now=now)
        with pytest.raises(disputes.NotAnswerable):
            disputes.accept(dispute_id=disputed.pk, staff=sam, reason=text, now=now)


class ParticipationTests:
    def find(self, dispute, expert, sam, now, reason="Same bank account"):
        return disputes.find_participation(dispute_id=dispute.pk, expert=expert, staff=sam, reason=reason, now=now)

    def test_a_pending_earning_is_taken_back(self, disputed, bob, sam, now):
        do("lose")
        work_for(4)
        for _ in range(2):
            self.find(disputed, bob, sam, now)
        assert (purse(bob)["pending"], balance(accounts.commission())) == ("0.00", 0)
        assert bears() == {"owed": 0, "loss": 0, "fees": FEE, "taken": 1_500}
        assert AuditRecord.objects.get(act="dispute.participation").reason == "Same bank account"

    def test_what_has_left_is_a_debt_and_withdrawals_wait(self, alice, bob, sam, now):
        top_up(alice, 2_000, now)
        charge(alice, bob, 500, now)
        earnings.release_due(now=now + timedelta(days=31))
        do("dispute", "charge")
        work_for(4)
        self.find(Dispute.objects.get(), bob, sam, now)
        assert (purse(bob)["available"], earnings.owed(expert=bob)) == ("0.00", eur(0))
        assert bob.freezes.get().reason == "review"
        assert disputes.took_part(expert_id=bob.pk, since=now)
        assert not disputes.took_part(expert_id=bob.pk, since=now + timedelta(seconds=1))  # staff lifted it since

    def contested(self, alice, bob, now, *, disputed: int, safe: int) -> Claim:
        """Alice paid bob all she has; what her bank will take back of it is `disputed`. She contests it, and bob answers."""
        for minor in (safe, disputed):
            top_up(alice, minor, now)
        charge(alice, bob, safe + disputed, now, reference="period:1")
        claim = claims.open_claim(payer=alice, reference="period:1", reason="Nobody came.", evidence=EVIDENCE, now=now)
        return claims.answer(claim_id=claim.pk, expert=bob, text="I was there.", now=now)

    def lost_to_the_bank(self, bob, sam, now) -> None:
        do("dispute", "charge")
        work_for(4)
        do("lose")
        work_for(4)
        self.find(Dispute.objects.get(), bob, sam, now)

    def test_of_what_a_claim_is_about_only_the_rest_goes_back(self, alice, bob, sam, now):
        """One of the staff wanted 160.00 back; 50.00 is left, so little that one is enough."""
        claim = self.contested(alice, bob, now, disputed=15_000, safe=5_000)
        decide(claim, 16_000, now=now)
        self.lost_to_the_bank(bob, sam, now)
        assert claims.meet_deadlines(now=now + timedelta(days=8)) == 1
        assert (Claim.objects.get().outcome, Earning.objects.get().price) == ("decided", eur(0))

    def test_of_what_a_claim_was_about_nothing_may_be_left(self, alice, bob, sam, now):
        claim = self.contested(alice, bob, now, disputed=19_500, safe=500)
        refund(500, now=now)
        decide(claim, 16_000, now=now)
        self.lost_to_the_bank(bob, sam, now)
        assert claims.meet_deadlines(now=now + timedelta(days=8)) == 1
        assert Claim.objects.get().outcome == "decided"

    def test_who_wants_all_the_rest_agrees_with_who_wanted_more(self, alice, bob, sam, now):
        claim = self.contested(alice, bob, now, disputed=8_000, safe=12_000)
        decide(claim, 20_000, now=now)
        self.lost_to_the_bank(bob, sam, now)
        assert decide(claim, 12_000, staff=sue(), now=now).state == "closed"
        assert Earning.objects.get().price == eur(0)

    def test_without_a_reason_or_a_part_nothing_moves(self, disputed, bob, eve, sam, now):
        with pytest.raises(disputes.NoReason):
            self.find(disputed, bob, sam, now, reason="  ")
        with pytest.raises(disputes.NothingFound):
            self.find(disputed, eve, sam, now)
        assert (purse(bob)["pending"], Participation.objects.count()) == ("3.50", 0)

    def test_what_the_expert_bears_is_not_taken_of_the_credit_too(self, alice, bob, sam, now):
        """The bank took back a part of the payment; what the expert gives back of the rest is the member's."""
        paid = top_up(alice, 1_000, now)
        charge(alice, bob, 1_000, now)
        moved = Movement("txn_1", "adjustment", "dp_1", {}, eur(-600), eur(0), now, now)
        found = BankDispute("dp_1", "lost", "fraudulent", eur(600), "ch_1", paid.pk, None, (moved,))
        self.find(disputes.observe(found=found, now=now), bob, sam, now)
        earnings.give_back(reference=Earning.objects.get().reference, amount=eur(400), key="g", now=now)
        disputes.take_what_was_freed(now=now)
        assert (bears(), purse(alice)["credit"]) == ({"owed": 0, "loss": 0, "fees": 0, "taken": 0}, "4.00")

    def test_won_afterwards_it_is_owed_to_nobody(self, disputed, bob, sam, now):
        self.find(disputed, bob, sam, now)
        do("win")
        work_for(4)
        assert bears() == {"owed": 0, "loss": -500, "fees": 0, "taken": 0}
        assert stripe_and_ledger_agree()


def lost(do, problem: Exception):
    """Done, and the answer is lost."""

    def done(**request):
        do(**request)
        raise problem

    return done


class RecallTests:
    """An expert who took part had asked for their money already."""

    @pytest.fixture
    def asked(self, alice, bob, eve, now):
        top_up(eve, 10_000, now)
        top_up(alice, 5_000, now)
        charge(alice, bob, 5_000, now)
        earnings.release_due(now=now + timedelta(days=31))
        connect(bob, now=now)
        asked = withdraw(bob, 3_500, now=now)
        charge_id = latest("charge")["id"]
        return asked, lambda: sandbox.do(deed="dispute", about=charge_id)

    def found(self, bob, sam, now):
        disputes.find_participation(dispute_id=Dispute.objects.get().pk, expert=bob, staff=sam, reason="x", now=now)

    def test_what_is_not_sent_yet_is_not_sent(self, asked, bob, sam, now, monkeypatch):
        withdrawal, dispute = asked
        with monkeypatch.context() as later:
            later.delitem(work.HANDLERS, "stripe.transfer")
            dispute()
            work_for(4)
            self.found(bob, sam, now)
            assert earnings.owed(expert=bob) == eur(3_500)
        work_for(4)
        withdrawal.refresh_from_db()
        assert (withdrawal.state, withdrawal.failure_code) == ("failed", "under_review")
        assert (purse(bob)["available"], earnings.owed(expert=bob)) == ("0.00", eur(0))
        assert stripe_and_ledger_agree()

    def test_what_lies_in_their_balance_at_stripe_comes_back(self, asked, bob, sam, now, monkeypatch):
        withdrawal, dispute = asked
        with monkeypatch.context() as later:
            later.delitem(work.HANDLERS, "stripe.payout")
            work_for(2)
            dispute()
            work_for(4)
            self.found(bob, sam, now)
            work_for(4)
        work_for(6)
        withdrawal.refresh_from_db()
        assert (withdrawal.state, withdrawal.failure_code) == ("failed", "under_review")
        assert (purse(bob)["available"], earnings.owed(expert=bob)) == ("0.00", eur(0))
        assert stripe_and_ledger_agree()

    def all_came_back(self, withdrawal, bob) -> bool:
        OutboxRow.objects.filter(state="waiting").update(due_at=timezone.now())
        work_for(12)
        withdrawal.refresh_from_db()
        assert (withdrawal.state, withdrawal.failure_code) == ("failed", "under_review")
        assert (purse(bob)["available"], earnings.owed(expert=bob)) == ("0.00", eur(0))
        assert not SandboxObject.objects.filter(kind="payout").exists()
        return stripe_and_ledger_agree()

    def test_what_waits_for_money_is_not_sent_either(self, asked, bob, sam, now, monkeypatch):
        withdrawal, dispute = asked
        with monkeypatch.context() as later:
            later.setattr(
                gateway, "create_transfer", lost(lambda **_: None, Refused("no", code="balance_insufficient"))
            )
            work_for(2)
            dispute()
            work_for(4)
            self.found(bob, sam, now)
        assert self.all_came_back(withdrawal, bob)
        assert not SandboxObject.objects.filter(kind="transfer").exists()

    def test_what_was_sent_before_its_answer_was_lost_comes_back(self, asked, bob, sam, now, monkeypatch):
        withdrawal, dispute = asked
        with monkeypatch.context() as later:
            later.setattr(gateway, "create_transfer", lost(gateway.create_transfer, NotAnswered()))
            work_for(2)
            later.delitem(work.HANDLERS, "stripe.transfer")
            dispute()
            work_for(4)
            self.found(bob, sam, now)
            work_for(4)
        assert self.all_came_back(withdrawal, bob)

    def test_what_was_called_back_before_the_answer_was_lost_is_found_a_day_later(
        self, asked, bob, sam, now, monkeypatch
    ):
        withdrawal, dispute = asked
        with monkeypatch.context() as later:
            later.delitem(work.HANDLERS, "stripe.payout")
            work_for(2)
            dispute()
            work_for(4)
            later.setattr(gateway, "reverse_transfer", lost(gateway.reverse_transfer, NotAnswered()))
            self.found(bob, sam, now)
            work_for(2)
        SandboxKey.objects.all().delete()
        assert self.all_came_back(withdrawal, bob)

    def test_what_went_to_their_bank_before_the_answer_was_lost_is_not_taken_from_another_withdrawal(
        self, alice, bob, eve, sam, now, monkeypatch
    ):
        """Both lie in one balance at Stripe: what is called back must not be the other's money."""
        top_up(eve, 10_000, now)
        top_up(alice, 8_000, now)
        charge(alice, bob, 8_000, now)
        earnings.release_due(now=now + timedelta(days=31))
        connect(bob, now=now)
        first, charge_id = withdraw(bob, 2_500, now=now), latest("charge")["id"]
        with monkeypatch.context() as later:
            later.setattr(gateway, "create_payout", lost(gateway.create_payout, NotAnswered()))
            work_for(4)
            later.delitem(work.HANDLERS, "stripe.payout")
            second = withdraw(bob, 2_500, now=now, key="again")
            work_for(4)
            sandbox.do(deed="dispute", about=charge_id)
            work_for(4)
            self.found(bob, sam, now)
            work_for(4)
        OutboxRow.objects.filter(state="waiting").update(due_at=timezone.now())
        work_for(20)
        for withdrawal in (first, second):
            withdrawal.refresh_from_db()
        assert (first.state, second.state) == ("paid", "failed")
        assert second.failure_code == "under_review"
        assert stripe_and_ledger_agree()

    def test_while_a_payout_is_being_asked_for_nothing_is_called_back(self, asked, bob, sam, now, monkeypatch):
        withdrawal, dispute = asked
        with monkeypatch.context() as later:
            later.delitem(work.HANDLERS, "stripe.payout")
            work_for(2)
            payout = OutboxRow.objects.filter(key=f"withdrawal:{withdrawal.pk}:payout")
            payout.update(state="claimed", due_at=now + timedelta(days=400))
            dispute()
            work_for(4)
            self.found(bob, sam, now)
            work_for(4)
        assert "is being asked for" in OutboxRow.objects.get(action="stripe.recall").error
        assert not SandboxObject.objects.filter(kind="transfer_reversal").exists()
        payout.update(state="waiting")
        assert self.all_came_back(withdrawal, bob)

    def test_what_is_in_their_bank_is_a_debt(self, asked, bob, sam, now):
        withdrawal, dispute = asked
        work_for(20)
        dispute()
        work_for(4)
        self.found(bob, sam, now)
        work_for(6)
        withdrawal.refresh_from_db()
        assert (withdrawal.state, earnings.owed(expert=bob)) == ("paid", eur(3_500))
        assert stripe_and_ledger_agree()
