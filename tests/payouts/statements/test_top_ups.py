"""Credit that was paid for has a dated confirmation with a number, which the refund of what is left of it names."""

import pytest

from payouts.statements import numbering
from payouts.statements import services as statements
from payouts.statements.models import LedgerRead, Paper
from payouts.statements.verify import verify
from tests.payouts.purse import charge, eur, give_credit, write_papers
from tests.payouts.statements.papers import words_of
from tests.payouts.statements.test_refunds import ask, sent

pytestmark = pytest.mark.django_db


@pytest.fixture
def top_up(alice, now):
    return give_credit(alice, 2_000, now)


class TopUpPapersTests:
    def test_each_has_one_in_the_order_in_which_they_were_paid(self, alice, eve, top_up, now):
        second = give_credit(eve, 500, now)
        write_papers(now)
        found = Paper.objects.order_by("number")
        assert [(str(paper), paper.about, paper.owner, paper.amount) for paper in found] == [
            ("TU-2026-000001", f"topup:{top_up.pk}", alice, eur(2_000)),
            ("TU-2026-000002", f"topup:{second.pk}", eve, eur(500)),
        ]

    def test_its_owner_takes_it_from_the_wallet_and_nobody_else_finds_it(
        self, alice, bob, top_up, now, signed_in, client
    ):
        address = f"/wallet/top-ups/{top_up.pk}.pdf"
        assert address not in signed_in(alice).get("/wallet/").content.decode()
        assert signed_in(alice).get(address).status_code == 404
        write_papers(now)
        page = signed_in(alice).get("/wallet/").content.decode()
        assert f'href="{address}">TU-2026-000001 (PDF)</a>' in page
        said = words_of(signed_in(alice).get(address).content)
        for part in ("Confirmation of payment TU-2026-000001", "Alice Martin", "no invoice", "2 Mar 2026", "€20.00"):
            assert part in said
        assert signed_in(bob).get(address).status_code == 404
        assert "/accounts/login/" in client.get(address).url

    def test_it_says_the_same_whatever_becomes_of_the_credit(self, alice, bob, top_up, now, signed_in):
        write_papers(now)
        address = f"/wallet/top-ups/{top_up.pk}.pdf"
        said = words_of(signed_in(alice).get(address).content)
        charge(alice, bob, 500, now)
        sent(ask(alice, 1_000, now), now)
        write_papers(now)
        assert words_of(signed_in(alice).get(address).content) == said

    def test_a_refund_names_the_paper_of_what_it_returns(self, alice, top_up, now, signed_in):
        refund = ask(alice, 1_000, now)
        sent(refund, now)
        write_papers(now)
        said = words_of(signed_in(alice).get(f"/wallet/refunds/{refund.pk}.pdf").content)
        assert "€20.00, paid on 2 Mar 2026 TU-2026-000001" in said

    def test_staff_find_it_by_its_number_and_read_it(self, alice, sam, top_up, now, signed_in):
        write_papers(now)
        staff, address = signed_in(sam), f"/staff/members/{alice.pk}/papers/"
        assert staff.get("/staff/papers/", {"q": "TU-2026-000001"}).url == address
        assert "Confirmation of payment" in staff.get(address).content.decode()
        said = words_of(staff.get(f"/staff/papers/{Paper.objects.get().pk}.pdf").content)
        assert "Confirmation of payment TU-2026-000001" in said

    def test_verify_finds_one_that_has_no_number(self, top_up, now, monkeypatch):
        with monkeypatch.context() as broken:
            broken.setattr(numbering, "_top_ups", lambda added: [])
            write_papers(now)
        says = "the paper of credit that was added, or sent back, differs from the ledger by €20.00"
        assert verify() == [f"topup:{top_up.pk}: {says}"]
        LedgerRead.objects.update(numbered_through=0)
        write_papers(now)
        assert list(statements.papers_of_credit(about=[f"topup:{top_up.pk}"])) == [f"topup:{top_up.pk}"]
