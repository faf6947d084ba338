"""`/staff/tax/`: the quarter's figures, and a file of them that nobody takes unseen."""

import csv
import io
from datetime import UTC, datetime

import pytest

from payouts.office.models import AuditRecord
from payouts.staff import tax
from tests.payouts.purse import charge, give_credit

pytestmark = [pytest.mark.django_db, pytest.mark.again_in_prove]
NOW = datetime(2026, 5, 10, tzinfo=UTC)


@pytest.fixture
def staff(sam, signed_in, monkeypatch):
    monkeypatch.setattr("django.utils.timezone.now", lambda: NOW)
    return signed_in(sam)


@pytest.fixture
def sold(alice, bob, eve) -> None:
    give_credit(alice, 10_000, NOW)
    charge(alice, bob, 1_000, NOW)
    charge(alice, eve, 333, NOW)
    charge(alice, bob, 500, datetime(2025, 12, 31, 23, 59, tzinfo=UTC))


class PageTests:
    def test_it_opens_with_this_quarter_and_adds_up(self, staff, sold):
        page = staff.get("/staff/tax/").content.decode()
        total = page.partition('data-testid="tax-total"')[2]
        for shown in ("€13.33", "€4.00", "€9.33", ">2<"):
            assert shown in total
        assert "Bob Leroy" in page and "2026&nbsp;Q2" in page and "2025" not in page.partition("<tbody>")[2]

    def test_another_time_is_asked_for(self, staff, sold):
        assert "€5.00" in staff.get("/staff/tax/?year=2025&quarter=4").content.decode()
        assert "2025&nbsp;Q4" in staff.get("/staff/tax/?year=2025&quarter=").content.decode()
        assert "Nobody was paid in this time" in staff.get("/staff/tax/?year=2025&quarter=3").content.decode()

    def test_the_sums_are_those_of_everybody_also_when_not_everybody_is_shown(self, staff, sold, monkeypatch):
        monkeypatch.setattr(tax, "ROWS_SHOWN", 1)
        page = staff.get("/staff/tax/").content.decode()
        assert page.count("2026&nbsp;Q2") == 1
        assert "€13.33" in page and "These are the first" in page

    @pytest.mark.parametrize(
        "asked", ["year=1999", "year=9999", "year=x", "year=2026&quarter=5", "quarter=1", "year=2026%00"]
    )
    @pytest.mark.parametrize("address", ["/staff/tax/", "/staff/tax/file/"])
    def test_a_wrong_question_is_explained_and_no_file_is_given(self, staff, sold, address, asked):
        answer = staff.get(f"{address}?{asked}")
        assert answer.status_code == 422
        assert "€" not in answer.content.decode().partition("<main")[2]
        assert not AuditRecord.objects.exists()


class FileTests:
    def test_who_takes_it_is_written_down(self, staff, sold, sam):
        link = '/staff/tax/file/?year=2025&amp;quarter=4"'
        assert link in staff.get("/staff/tax/?year=2025&quarter=4").content.decode()
        answer = staff.get("/staff/tax/file/?year=2025&quarter=4")
        assert answer["Content-Type"] == "text/csv; charset=utf-8"
        assert answer["Content-Disposition"] == 'attachment; filename="tax-2025-Q4.csv"'
        lines = list(csv.reader(io.StringIO(answer.content.decode())))
        assert [line[6:] for line in lines] == [
            ["gross", "commission", "net", "transactions"],
            ["5.00", "1.50", "3.50", "1"],
        ]
        record = AuditRecord.objects.get()
        assert (record.staff, record.act, record.reference) == (sam, "tax.file", "tax:2025-Q4")

    def test_eve_gets_none_and_leaves_no_trace(self, sold, eve, signed_in):
        for address in ("/staff/tax/", "/staff/tax/file/"):
            assert signed_in(eve).get(address).status_code == 404
        assert not AuditRecord.objects.exists()
