"""Numbers of receipts: one for each charge and tip, without a gap, whatever dies and whoever else is at it."""

from datetime import UTC, datetime
from threading import Barrier, Thread

import pytest
from django.db import IntegrityError, connection, transaction

from payouts.earnings import services as earnings
from payouts.statements import numbering
from payouts.statements import services as statements
from payouts.statements.models import NumberSeries, Paper
from tests.payouts.purse import charge, eur, give_credit, write_papers

NEW_YEAR = datetime(2027, 1, 1, tzinfo=UTC)


def receipts() -> list[tuple[str, str]]:
    return [(str(paper), paper.about) for paper in Paper.objects.filter(kind="receipt").order_by("year", "number")]


@pytest.mark.django_db
class ReceiptNumbersTests:
    def test_each_charge_and_each_tip_has_one_in_the_order_in_which_they_were_paid(self, alice, bob, now, settings):
        settings.LEGAL_NAME, settings.LEGAL_ADDRESS = "Ring", "1 Main Street; Brussels"
        give_credit(alice, 5_000, now)
        charge(alice, bob, 1_000, now, reference="period:1")
        words = {"about": "call:1", "group": "", "label": "", "link": ""}
        sent = earnings.tip(payer=alice, expert=bob, amount=eur(500), key="t", now=now, **words)
        charge(alice, bob, 0, now, held=100, reference="period:2")
        earnings.give_back(reference="period:1", amount=eur(200), key="g", now=now)
        charge(alice, bob, 2_000, now, reference="period:3")
        write_papers(now)
        assert receipts() == [
            ("R-2026-000001", "period:1"),
            ("R-2026-000002", sent.reference),
            ("R-2026-000003", "period:3"),
        ]
        paper = statements.receipts(about=["period:1"])["period:1"]
        assert (paper.owner, paper.amount, paper.recipient) == (alice, eur(1_000), "Alice Martin")
        assert paper.issuer == {"name": "Ring", "address": "1 Main Street\nBrussels", "tax_number": ""}

    def test_each_year_of_issue_begins_anew(self, alice, bob, now):
        give_credit(alice, 5_000, now)
        for number, issued_at in enumerate((now, NEW_YEAR)):
            charge(alice, bob, 100, now, reference=f"period:{number}")
            write_papers(issued_at)
        assert [number for number, _ in receipts()] == ["R-2026-000001", "R-2027-000001"]

    @pytest.mark.parametrize(
        "change", [lambda papers: papers.update(amount_minor=1), lambda papers: papers._raw_delete(papers.db)]
    )
    def test_the_database_itself_keeps_what_was_issued(self, alice, bob, now, change):
        give_credit(alice, 5_000, now)
        charge(alice, bob, 100, now, reference="period:1")
        write_papers(now)
        with pytest.raises(IntegrityError), transaction.atomic():
            change(Paper.objects.all())
        assert receipts() == [("R-2026-000001", "period:1")]

    def test_whoever_dies_before_the_commit_leaves_no_gap(self, alice, bob, now, monkeypatch):
        give_credit(alice, 5_000, now)
        charge(alice, bob, 100, now, reference="period:1")
        whole = numbering.issue

        def dies(*args, **named) -> None:
            whole(*args, **named)
            raise KeyboardInterrupt

        with monkeypatch.context() as patched:
            patched.setattr(numbering, "issue", dies)
            with pytest.raises(KeyboardInterrupt):
                statements.number_papers(now=now)
        assert receipts() == []
        write_papers(now)
        assert receipts() == [("R-2026-000001", "period:1")]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
class RacesTests:
    def test_four_workers_while_callers_pay_leave_neither_gap_nor_double(self, alice, bob, eve, now):
        for payer in (alice, eve):
            give_credit(payer, 10_000, now)
        start = Barrier(6)

        def pays(payer, first: int) -> None:
            for number in range(15):
                charge(payer, bob, 100, now, reference=f"period:{first + number}")
                earnings.give_back(
                    reference=f"period:{first + number}", amount=eur(40), key=f"g{first + number}", now=now
                )

        def follows() -> None:
            for _ in range(12):
                statements.follow(now=now)
                statements.number_papers(now=now)

        def run(what, *args) -> None:
            try:
                start.wait()
                what(*args)
            finally:
                connection.close()

        jobs = [(pays, alice, 100), (pays, eve, 200), *[(follows,)] * 4]
        threads = [Thread(target=run, args=job) for job in jobs]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        write_papers(now)
        papers = Paper.objects.filter(kind="receipt")
        assert sorted(papers.values_list("number", flat=True)) == list(range(1, 31))
        assert papers.values("about").distinct().count() == 30
        notes = Paper.objects.filter(kind="receipt_note")
        assert sorted(notes.values_list("number", flat=True)) == list(range(1, 31))
        assert notes.values("corrects").distinct().count() == 30
        assert set(NumberSeries.objects.values_list("kind", "last")) == {
            ("receipt", 30),
            ("receipt_note", 30),
            ("top_up", 2),
        }
        [month] = statements.months(expert=bob)
        assert (month.sums.lines, month.closing.pending) == (60, eur(1_260))
