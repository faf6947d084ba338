"""Every address under /staff/, walked by everybody; and every act of staff in the audit trail."""

from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.db.models import QuerySet
from django.urls import get_resolver, resolve

from payouts.claims import services as claims
from payouts.disputes import services as disputes
from payouts.disputes.models import Dispute
from payouts.earnings.models import Earning
from payouts.office import services as office
from payouts.office.models import AuditRecord, StaffTask
from payouts.outbox.models import OutboxRow
from payouts.refunds import services as refunds
from payouts.refunds.models import Refund
from payouts.safety import services as safety
from payouts.safety.models import Review
from payouts.statements.models import Paper, StatementMonth
from payouts.stripe.answers import BankDispute, Movement
from payouts.stripe.models import StripeEvent
from payouts.wallet.models import Advance, CreditLot
from payouts.withdrawals import services as withdrawals
from tests import cast
from tests.payouts.claims.story import answered
from tests.payouts.purse import charge, connect_bank, eur, give_credit, make_available
from tests.payouts.statements.test_invoices import MARCH_IS_OVER, issue

pytestmark = [pytest.mark.django_db, pytest.mark.again_in_prove]


def given_up(now) -> OutboxRow:
    return OutboxRow.objects.create(
        action="stripe.transfer", key="withdrawal:0:transfer", state="given_up", due_at=now, made_at=now, error="no"
    )


def event(now, **how) -> StripeEvent:
    words = {"event_id": "evt_1", "endpoint": "platform", "type": "charge.refunded", "payload": {}}
    return StripeEvent.objects.create(**words | {"received_at": now, "due_at": now, "processed_at": now} | how)


@pytest.fixture
def addresses(alice, bob, now, monkeypatch) -> dict[str, dict[str, str]]:
    """Every address under /staff/ with what a successful POST sends there; a page that takes none has an empty one."""
    monkeypatch.setattr("django.utils.timezone.now", lambda: now)
    claim = answered()
    for member in (alice, bob):
        safety.saw(member=member, now=now, card="fp_card")
    give_credit(alice, 500, now)
    charge(alice, bob, 500, now, reference="period:2")
    safety.freeze(member=bob, reason="bank", key="bank:1:2", now=now)
    task = office.open_task(kind="suspense", key="txn_1:suspense", text="Look.", now=now)
    reason = {"reason": "Called them.", "note": "Called them.", "verdict": "fine", "refund": "4"}
    reason |= {
        "email": alice.email,
        "amount": "5",
        "token": "a-token-of-a-form",
        "outcome": "sent",
        "text": "They talked.",
        "expert": str(bob.pk),
    }
    issue(MARCH_IS_OVER)
    disputed, lost = dispute_of("period:2", "needs_response", now), lost_dispute(now)
    ids = {
        "staff_advance": owed_by(cast.member("Ben"), now),
        "staff_claim": claim.pk,
        "staff_close_task": task.pk,
        "staff_review": safety_review(),
        "staff_review_give_back": found_to_be_fraud(now),
        "staff_member_money": bob.pk,
        "staff_member_papers": bob.pk,
        "staff_paper_pdf": Paper.objects.get(kind="invoice").pk,
        "staff_statement_pdf": StatementMonth.objects.get().pk,
        "staff_dispute": disputed.pk,
        "staff_dispute_evidence": disputed.pk,
        "staff_dispute_accept": disputed.pk,
        "staff_dispute_participation": disputed.pk,
        "staff_dispute_lift": lost.pk,
        "staff_lift": bob.pk,
        "staff_give": 0,
        "staff_settle": refused_refund(now).pk,
        "staff_send_back": warned(now).pk,
        "staff_event_again": event(now).pk,
        "staff_outbox_again": given_up(now).pk,
    }
    only_shown = (
        "staff_member_money",
        "staff_member_papers",
        "staff_paper_pdf",
        "staff_statement_pdf",
        "staff_dispute",
    )
    return {address_of(name, ids): reason if name in ids and name not in only_shown else {} for name in names()}


def dispute_of(reference: str, status: str, now) -> Dispute:
    """A bank took back what `reference` was paid with, as Stripe tells it."""
    lot = CreditLot.objects.filter(uses__reference=reference).latest("pk")
    return taken_back(lot, status, now)


def lost_dispute(now) -> Dispute:
    give_credit(cast.eve(), 300, now)
    return taken_back(CreditLot.objects.get(member=cast.eve()), "lost", now)


def taken_back(lot: CreditLot, status: str, now) -> Dispute:
    amount, none = eur(lot.amount_minor), eur(0)
    moved = Movement(f"txn_{lot.pk}", "adjustment", f"dp_{lot.pk}", {}, -amount, none, now, now)
    found = BankDispute(
        f"dp_{lot.pk}", status, "fraudulent", amount, f"ch_{lot.pk}", lot.top_up_id, now + timedelta(days=7), (moved,)
    )
    return disputes.observe(found=found, now=now)


def owed_by(expert, now) -> int:
    """Ben gave back what he had taken to the bank."""
    make_available(expert, 2_100, now, payer=cast.member("Ann"))
    connect_bank(expert)
    withdrawals.request(expert=expert, amount=eur(2_100), key="all-of-it", now=now)
    reference = Earning.objects.get(expert=expert).reference
    claims.refund(expert=expert, reference=reference, amount=eur(3_000), key="form", now=now)
    return Advance.objects.get().pk


def safety_review() -> int:
    return Review.objects.get(verdict="open").pk


def refused_refund(now) -> Refund:
    """Fay asked for her credit back, and her card is gone."""
    give_credit(cast.member("Fay"), 500, now)
    (refund,) = refunds.request(member=cast.member("Fay"), amount=None, key="form", now=now)
    refunds.refuse(refund_id=refund.pk, code="expired_or_canceled_card", message="", now=now)
    return refund


def warned(now) -> StaffTask:
    """A bank believes that Gil's card was stolen."""
    top_up = give_credit(cast.member("Gil"), 500, now)
    disputes.warn(warning="issfr_1", fraud_type="made_with_stolen_card", top_up_id=top_up.pk, now=now)
    return StaffTask.objects.get(kind="fraud_warning")


def found_to_be_fraud(now, reference: str = "period:3") -> int:
    """Cleo pays her friend with a card of his."""
    payer, expert = cast.member("Cleo"), cast.member("Dan")
    for member in (payer, expert):
        safety.saw(member=member, now=now, card="another_card")
    give_credit(payer, 500, now)
    charge(payer, expert, 500, now, reference=reference)
    Review.objects.filter(expert=expert).update(verdict="fraud", decided_at=now, decided_by=payer, note="One card.")
    return Review.objects.get(expert=expert).pk


def names() -> list[str]:
    """A new page of the money under /staff/ is walked as soon as it has an address; those of calls have tests of their own."""
    resolver = get_resolver()
    found = []
    for name in filter(lambda name: isinstance(name, str), resolver.reverse_dict):
        forms = resolver.reverse_dict.getlist(name)
        path, arguments = forms[0][0][0]
        is_of_money = path.startswith("staff/") and module_of("/" + path % dict.fromkeys(arguments, 1)) == "payouts"
        if is_of_money:
            found.append(name)
    return sorted(found)


def module_of(address: str) -> str:
    return resolve(address).func.__module__.partition(".")[0]


def address_of(name: str, ids: dict[str, int]) -> str:
    path, arguments = get_resolver().reverse_dict.getlist(name)[0][0][0]
    return "/" + path % dict.fromkeys(arguments, ids[name] if arguments else 0)


def statuses(client, addresses) -> set[int]:
    return {client.get(address).status_code for address in addresses} | {
        client.post(address, sent).status_code for address, sent in addresses.items()
    }


@pytest.mark.prove
class DoorTests:
    def test_all_pages_are_walked(self, addresses):
        assert len(addresses) >= 22

    def test_visitors_sign_in(self, client, addresses):
        assert {client.get(address).url.partition("?")[0] for address in addresses} == {"/accounts/login/"}
        assert not AuditRecord.objects.exists()

    def test_for_members_and_experts_there_are_no_such_pages(self, eve, alice, bob, signed_in, addresses):
        for member in (eve, alice, bob):
            assert statuses(signed_in(member), addresses) == {404}
        assert not AuditRecord.objects.exists()

    def test_staff_set_up_a_second_factor_first(self, sam, signed_in, addresses):
        Authenticator.objects.filter(user=sam).delete()
        client = signed_in(sam)
        assert {client.get(address).url for address in addresses} == {"/accounts/2fa/"}
        assert statuses(client, addresses) == {302}
        assert not AuditRecord.objects.exists()

    def test_staff_see_every_page(self, sam, signed_in, addresses):
        assert statuses_of_get(signed_in(sam), addresses) <= {200, 302, 405}


def statuses_of_get(client, addresses) -> set[int]:
    return {client.get(address).status_code for address in addresses}


def deeds() -> QuerySet[AuditRecord]:
    """A page that says what was wrong with a form is looked at, too."""
    return AuditRecord.objects.exclude(act=office.LOOK)


class TrailTests:
    def test_every_act_is_written_down_once(self, sam, signed_in, addresses):
        client = signed_in(sam)
        acts = {address: sent for address, sent in addresses.items() if sent}
        assert len(acts) == 15
        for address, sent in acts.items():
            before = AuditRecord.objects.count()
            assert client.post(address, sent).status_code == 302, address
            assert AuditRecord.objects.count() == before + 1, address
            assert AuditRecord.objects.latest("pk").staff == sam
        assert set(AuditRecord.objects.values_list("act", flat=True)) == {
            "advance.let_go",
            "claim.decide",
            "dispute.accept",
            "dispute.lift_block",
            "dispute.participation",
            "dispute.send_evidence",
            "task.close",
            "promo.grant",
            "refund.in_time",
            "refund.sent_by_hand",
            "review.fine",
            "review.give_back",
            "freeze.lift",
            "event.replay",
            "outbox.retry",
        }

    def test_the_rest_takes_no_post(self, sam, signed_in, addresses):
        client = signed_in(sam)
        pages = [address for address, sent in addresses.items() if not sent]
        assert {client.post(address, {"reason": "x"}).status_code for address in pages} == {405}
        assert not AuditRecord.objects.exists()

    @pytest.mark.parametrize("words", ["", "   ", "x" * 2001])
    def test_an_act_without_its_reason_changes_nothing(self, sam, bob, now, signed_in, addresses, words):
        client = signed_in(sam)
        for address, sent in addresses.items():
            if "reason" in sent and "/again/" not in address:
                client.post(address, sent | {"reason": words, "note": words, "text": words * 10})
        assert not deeds().exists()
        assert safety.frozen(member=bob, now=now)
        assert not Earning.objects.filter(released_at__isnull=False, expert=bob).exists()
        assert Advance.objects.get().is_open

    def test_the_same_act_again_is_refused(self, sam, bob, now, signed_in, addresses):
        client = signed_in(sam)
        acts = {address: sent for address, sent in addresses.items() if sent and "events" not in address}
        for address, sent in [*acts.items(), *acts.items()]:
            client.post(address, sent)
        assert deeds().count() == len(acts)


class OwnAffairTests:
    def test_staff_do_not_find_the_review_of_their_own_earning(self, alice, bob, now, signed_in, addresses):
        for party in (alice, bob):
            party.is_staff = True
            party.save()
            cast.second_factor(party)
            client, address = signed_in(party), f"/staff/reviews/{safety_review()}/"
            assert client.get(address).status_code == 404
            assert client.post(address, {"verdict": "fine", "note": "Me."}).status_code == 404
        assert not AuditRecord.objects.exists()

    def test_staff_do_not_lift_their_own_freeze(self, sam, now, signed_in):
        safety.freeze(member=sam, reason="bank", key="bank:9:2", now=now + timedelta(days=36_500))
        client = signed_in(sam)
        assert "Lift" not in client.get(f"/staff/members/{sam.pk}/money/").content.decode()
        assert client.post(f"/staff/members/{sam.pk}/lift/", {"reason": "Me."}).status_code == 404
        assert not AuditRecord.objects.exists()
