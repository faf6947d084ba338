"""Unused credit that was sent back has a number and a paper, as what was paid has."""

import pytest

from payouts.refunds import services as refunds
from payouts.refunds.models import Refund
from payouts.statements.models import Paper
from payouts.statements.verify import verify
from payouts.stripe.answers import CardRefund
from tests.payouts.purse import charge, eur, give_credit, write_papers
from tests.payouts.statements.papers import words_of

pytestmark = pytest.mark.django_db


def ask(member, minor, now, key="form-1") -> Refund:
    (refund,) = refunds.request(member=member, amount=eur(minor), key=key, now=now)
    return refund


def sent(refund: Refund, now, *, status="succeeded", is_booked=True, is_back=False) -> None:
    """As Stripe tells it."""
    found = CardRefund(
        id=f"re_{refund.pk}",
        status=status,
        amount=refund.amount,
        refund_id=refund.pk,
        top_up_id=refund.lot.top_up_id,
        is_booked=is_booked,
        is_back=is_back,
        failure_reason="",
        pending_reason="",
    )
    refunds.observe(found=found, now=now)


def issued() -> list[tuple[str, str, int]]:
    papers = Paper.objects.exclude(kind="top_up").order_by("pk")
    return [(str(paper), paper.about, paper.amount_minor) for paper in papers]


@pytest.fixture
def refund(alice, bob, now) -> Refund:
    """Of 20.00, 5.00 are spent and 10.00 asked back."""
    give_credit(alice, 2_000, now)
    charge(alice, bob, 500, now, reference="period:1")
    return ask(alice, 1_000, now)


class RefundPapersTests:
    def test_it_has_a_number_of_its_own_once_it_has_left_us(self, alice, refund, now):
        write_papers(now)
        assert issued() == [("R-2026-000001", "period:1", 500)]
        sent(refund, now)
        write_papers(now)
        assert issued()[1:] == [("RF-2026-000001", refund.reference, 1_000)]
        paper = Paper.objects.get(kind="refund")
        assert (paper.owner, paper.recipient) == (alice, "Alice Martin")
        assert verify() == []

    def test_each_has_one_in_the_order_in_which_they_left(self, alice, refund, now):
        second = ask(alice, 500, now, key="form-2")
        sent(second, now)
        sent(refund, now)
        write_papers(now)
        assert [about for _, about, _ in issued()[1:]] == [second.reference, refund.reference]

    def test_what_staff_sent_at_stripes_dashboard_is_not_called_unused(self, alice, bob, now, signed_in):
        top_up = give_credit(alice, 2_000, now)
        charge(alice, bob, 1_500, now)
        refunds.observe(found=CardRefund("re_1", "succeeded", eur(2_000), 0, top_up.pk, True, False, "", ""), now=now)
        write_papers(now)
        said = words_of(signed_in(alice).get(f"/wallet/refunds/{Refund.objects.get().pk}.pdf").content)
        assert "Refund of a payment RF-2026-000001" in said
        assert "What had been spent of it stays paid for: its receipts count as before." in said
        for untrue in ("unused", "not spent"):
            assert untrue not in said

    def test_what_never_left_has_none(self, refund, now):
        sent(refund, now, status="failed", is_booked=False)
        write_papers(now)
        assert len(issued()) == 1

    def test_its_owner_takes_it_from_the_wallet_and_nobody_else_finds_it(
        self, alice, bob, refund, now, signed_in, client
    ):
        address = f"/wallet/refunds/{refund.pk}.pdf"
        assert address not in signed_in(alice).get("/wallet/").content.decode()
        assert signed_in(alice).get(address).status_code == 404
        sent(refund, now)
        write_papers(now)
        page = signed_in(alice).get("/wallet/").content.decode()
        assert address in page and "RF-2026-000001" in page
        said = words_of(signed_in(alice).get(address).content)
        for part in (
            "Refund of unused credit RF-2026-000001",
            "Alice Martin",
            "€20.00, paid on 2 Mar 2026 TU-2026-000001",
            "€10.00",
        ):
            assert part in said
        assert signed_in(bob).get(address).status_code == 404
        assert "/accounts/login/" in client.get(address).url

    def test_what_its_bank_sent_back_says_so_under_the_same_number(self, alice, refund, now, signed_in):
        sent(refund, now)
        write_papers(now)
        sent(refund, now, status="failed", is_back=True)
        write_papers(now)
        assert [number for number, _, _ in issued()] == ["R-2026-000001", "RF-2026-000001"]
        said = words_of(signed_in(alice).get(f"/wallet/refunds/{refund.pk}.pdf").content)
        assert "sent it back on 2 Mar 2026: it is credit again" in said
