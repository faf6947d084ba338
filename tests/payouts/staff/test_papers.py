"""A member's papers as staff find, list and read them; who looked is in the audit trail."""

import pytest

from payouts.earnings import services as earnings
from payouts.office.models import AuditRecord
from payouts.statements.models import Paper, StatementMonth
from tests.payouts.purse import charge, eur, give_credit
from tests.payouts.statements.papers import words_of
from tests.payouts.statements.test_invoices import MARCH_IS_OVER, issue
from tests.payouts.statements.test_refunds import ask, sent

pytestmark = [pytest.mark.django_db, pytest.mark.again_in_prove]


@pytest.fixture
def papers(alice, bob, now) -> None:
    """Alice paid 5.00 to bob and got 10.00 of unused credit back; the month is over."""
    give_credit(alice, 2_000, now)
    charge(alice, bob, 500, now, reference="period:1")
    sent(ask(alice, 1_000, now), now)
    issue(MARCH_IS_OVER)


@pytest.fixture
def staff(sam, signed_in):
    return signed_in(sam)


def text_of(answer) -> str:
    assert answer.status_code == 200
    return answer.content.decode()


def looks() -> list[tuple[str, str]]:
    return list(AuditRecord.objects.filter(act="look").order_by("pk").values_list("reference", "reason"))


@pytest.mark.prove
class PapersTests:
    def test_each_page_of_staff_leads_there(self, staff, alice):
        assert 'href="/staff/papers/"' in text_of(staff.get("/staff/"))
        assert f'href="/staff/members/{alice.pk}/papers/"' in text_of(staff.get(f"/staff/members/{alice.pk}/money/"))

    @pytest.mark.parametrize("asked", ["alice@example.test", "R-2026-000001", " rf-2026-000001 "])
    def test_they_are_found_by_address_and_by_number(self, staff, alice, papers, asked):
        type(alice).objects.filter(pk=alice.pk).update(email="alice@example.test")
        assert staff.get("/staff/papers/", {"q": asked}).url == f"/staff/members/{alice.pk}/papers/"

    @pytest.mark.parametrize(
        "asked", ["", "nobody@example.test", "R-2026-000009", "X-2026-000001", "R-0-\0", "x" * 9_000]
    )
    def test_what_does_not_exist_is_not_found(self, staff, papers, asked):
        text_of(staff.get("/staff/papers/", {"q": asked}))
        assert looks() == []

    def test_a_callers_are_receipts_and_refunds(self, staff, alice, papers):
        text = text_of(staff.get(f"/staff/members/{alice.pk}/papers/"))
        for part in ("R-2026-000001", "Call with Alice", "€5.00", "/staff/receipts/period:1.pdf", "RF-2026-000001"):
            assert part in text
        assert "INV-" not in text and 'data-testid="statement"' not in text

    def test_a_credit_note_names_its_receipt_and_is_found_by_its_number(self, staff, alice, now, papers):
        earnings.give_back(reference="period:1", amount=eur(200), key="g1", now=now)
        issue(MARCH_IS_OVER)
        note = Paper.objects.get(kind="receipt_note")
        address = f"/staff/members/{alice.pk}/papers/"
        assert staff.get("/staff/papers/", {"q": "rcn-2026-000001"}).url == address
        text = text_of(staff.get(address))
        for part in (f"/staff/papers/{note.pk}.pdf", "Credit note of R-2026-000001", "?reference=period%3A1", "€2.00"):
            assert part in text
        assert "Receipt less credit notes €3.00" in words_of(staff.get(f"/staff/papers/{note.pk}.pdf").content)

    def test_an_experts_are_invoices_and_statements(self, staff, bob, papers):
        text = text_of(staff.get(f"/staff/members/{bob.pk}/papers/"))
        assert "INV-2026-000001" in text and "€1.50" in text and "March 2026" in text
        assert "R-2026" not in text

    def test_each_is_the_paper_that_its_owner_has(self, staff, papers):
        invoice, refund, month = (
            Paper.objects.get(kind="invoice"),
            Paper.objects.get(kind="refund"),
            StatementMonth.objects.get(),
        )
        said = words_of(staff.get(f"/staff/papers/{invoice.pk}.pdf").content)
        assert "Commission invoice INV-2026-000001" in said and "Bob Leroy" in said
        assert "Refund of unused credit RF-2026-000001" in words_of(staff.get(f"/staff/papers/{refund.pk}.pdf").content)
        assert "Statement of March 2026" in words_of(staff.get(f"/staff/statements/{month.pk}.pdf").content)

    def test_each_look_is_written_down(self, staff, bob, papers):
        invoice, month = Paper.objects.get(kind="invoice"), StatementMonth.objects.get()
        for address in (f"members/{bob.pk}/papers/", f"papers/{invoice.pk}.pdf", f"statements/{month.pk}.pdf"):
            staff.get(f"/staff/{address}")
        assert looks() == [(f"user:{bob.pk}", what) for what in ("papers", "INV-2026-000001", "statement of 2026-03")]

    def test_nothing_can_be_sent_there(self, staff, alice, papers):
        assert staff.post(f"/staff/members/{alice.pk}/papers/").status_code == 405

    def test_a_page_costs_the_same_however_many_there_are(
        self, staff, alice, bob, now, papers, django_assert_num_queries
    ):
        address = f"/staff/members/{alice.pk}/papers/"
        staff.get(address)
        with django_assert_num_queries(10):
            staff.get(address)
        give_credit(alice, 10_000, now)
        for number in range(60):
            charge(alice, bob, 100, now, reference=f"period:{number + 2}")
        issue(MARCH_IS_OVER)
        with django_assert_num_queries(10):
            first = staff.get(address)
        assert text_of(first).count('data-testid="paper"') == 50
        assert text_of(staff.get(address, {"before": first.context["older"]})).count('data-testid="paper"') == 14

    def test_strangers_and_experts_find_no_such_pages(self, alice, bob, eve, signed_in, papers):
        invoice = Paper.objects.get(kind="invoice")
        pages = ("papers/", f"members/{bob.pk}/papers/", f"papers/{invoice.pk}.pdf", "receipts/period:1.pdf")
        for member in (alice, bob, eve):
            client = signed_in(member)
            assert {client.get(f"/staff/{page}").status_code for page in pages} == {404}
        assert looks() == []
