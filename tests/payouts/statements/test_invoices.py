"""Commission invoices: one for each month that is over, the same for ever, corrected by credit notes."""

from datetime import UTC, date, datetime, timedelta
from threading import Barrier, Thread

import pytest
from django.db import connection

from payouts.earnings import services as earnings
from payouts.statements import invoices
from payouts.statements import services as statements
from payouts.statements.models import Paper
from tests import cast
from tests.payouts.purse import charge, eur, give_credit, write_papers
from tests.payouts.statements.papers import words_of

MARCH, APRIL = date(2026, 3, 1), date(2026, 4, 1)
IN_APRIL = datetime(2026, 4, 10, tzinfo=UTC)
MARCH_IS_OVER = datetime(2026, 4, 1, 1, tzinfo=UTC)
APRIL_IS_OVER = datetime(2026, 5, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)


def issue(now: datetime) -> None:
    write_papers(now)
    while statements.issue_invoices(now=now):
        pass


def issued() -> list[tuple[str, date, int]]:
    papers = Paper.objects.filter(kind__in=["invoice", "credit_note"]).order_by("pk")
    return [(str(paper), paper.month, paper.amount_minor) for paper in papers]


@pytest.fixture
def sold(alice, bob, now) -> None:
    """In March 10.00 and 20.00 are paid, 4.00 go back at once and 5.00 are tipped; in April 10.00 are paid."""
    give_credit(alice, 10_000, now)
    charge(alice, bob, 1_000, now, reference="period:1")
    charge(alice, bob, 2_000, now, reference="period:2")
    earnings.give_back(reference="period:2", amount=eur(400), key="g1", now=now + DAY)
    words = {"about": "call:1", "group": "", "label": "Tip", "link": ""}
    earnings.tip(payer=alice, expert=bob, amount=eur(500), key="t", now=now, **words)
    charge(alice, bob, 1_000, IN_APRIL, reference="period:3")


@pytest.mark.django_db
class InvoicesTests:
    def test_one_is_issued_when_a_month_is_over_and_not_before(self, sold):
        issue(MARCH_IS_OVER - timedelta(seconds=1))
        assert issued() == []
        for _ in range(2):
            issue(MARCH_IS_OVER)
        assert issued() == [("INV-2026-000001", MARCH, 780)]

    def test_what_goes_back_later_is_credited_in_the_month_in_which_it_does(self, sold):
        issue(MARCH_IS_OVER)
        earnings.give_back(reference="period:1", amount=eur(1_000), key="g2", now=IN_APRIL + DAY)
        earnings.give_back(reference="period:3", amount=eur(500), key="g3", now=IN_APRIL + DAY)
        issue(APRIL_IS_OVER)
        assert issued() == [
            ("INV-2026-000001", MARCH, 780),
            ("INV-2026-000002", APRIL, 150),
            ("CN-2026-000001", APRIL, 300),
        ]

    def test_once_issued_it_reads_the_same_whatever_happens_later(self, bob, sold, signed_in, settings):
        settings.LEGAL_NAME = "Ring"
        issue(MARCH_IS_OVER)
        path, client = "/earnings/statements/2026-03/invoice.pdf", signed_in(bob)
        before = words_of(client.get(path).content)
        for part in ("Ring", "Bob Leroy", "INV-2026-000001", "period:2", "Total, taxes included €7.80"):
            assert part in before
        settings.LEGAL_NAME = "Other"
        type(bob).objects.filter(pk=bob.pk).update(name="Robert", email="robert@example.test")
        earnings.give_back(reference="period:1", amount=eur(1_000), key="g2", now=IN_APRIL + DAY)
        late = datetime(2026, 3, 31, tzinfo=UTC)  # posted by a clock that was behind
        earnings.give_back(reference="period:2", amount=eur(100), key="g3", now=late)
        issue(APRIL_IS_OVER)
        assert words_of(client.get(path).content) == before
        said = words_of(client.get("/earnings/statements/2026-04/credit-note.pdf").content)
        assert "charged in March 2026" in said
        assert "Total, taxes included €3.30" in said

    def test_a_month_of_tips_alone_needs_none(self, alice, bob, now):
        give_credit(alice, 1_000, now)
        words = {"about": "call:1", "group": "", "label": "Tip", "link": ""}
        earnings.tip(payer=alice, expert=bob, amount=eur(500), key="t", now=now, **words)
        issue(MARCH_IS_OVER)
        assert issued() == []

    def test_a_month_is_not_closed_before_all_of_it_was_read(self, sold):
        assert statements.issue_invoices(now=MARCH_IS_OVER) == 0
        write_papers(MARCH_IS_OVER)
        assert statements.issue_invoices(now=MARCH_IS_OVER) == 1

    def test_dying_before_the_commit_leaves_no_gap(self, sold, monkeypatch):
        write_papers(MARCH_IS_OVER)

        def dies(**named) -> None:
            whole(**named)
            raise KeyboardInterrupt

        whole = invoices.issue
        with monkeypatch.context() as patched:
            patched.setattr(invoices, "issue", dies)
            with pytest.raises(KeyboardInterrupt):
                statements.issue_invoices(now=MARCH_IS_OVER)
        assert issued() == []
        issue(MARCH_IS_OVER)
        assert issued() == [("INV-2026-000001", MARCH, 780)]


@pytest.mark.django_db
class PagesTests:
    def test_they_are_listed_beside_the_statements(self, bob, sold, signed_in):
        issue(MARCH_IS_OVER)
        for path in ("/earnings/", "/earnings/statements/"):
            page = signed_in(bob).get(path).content.decode()
            assert 'href="/earnings/statements/2026-03/invoice.pdf">Invoice INV-2026-000001<' in page

    def test_a_stranger_finds_nothing_and_a_visitor_signs_in(self, eve, sold, signed_in, client):
        issue(MARCH_IS_OVER)
        for name in ("invoice", "credit-note"):
            path = f"/earnings/statements/2026-03/{name}.pdf"
            assert signed_in(eve).get(path).status_code == 404
            assert "/accounts/login/" in client.get(path).url

    def test_a_long_one_is_added_up_by_day(self, bob, sold, signed_in, monkeypatch):
        monkeypatch.setattr("payouts.statements.files.LINES_IN_PDF", 1)
        issue(MARCH_IS_OVER)
        said = words_of(signed_in(bob).get("/earnings/statements/2026-03/invoice.pdf").content)
        assert "2 Mar 2026 2 €30.00 €9.00" in said
        assert "3 Mar 2026 1 −€4.00 −€1.20" in said


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
class RacesTests:
    def test_four_workers_at_once_issue_each_once_without_a_gap(self, alice, now):
        give_credit(alice, 10_000, now)
        for number in range(8):
            charge(alice, cast.member(f"Expert{number} Known"), 1_000, now)
        write_papers(now)
        start = Barrier(4)

        def run() -> None:
            try:
                start.wait()
                statements.issue_invoices(now=MARCH_IS_OVER)
            finally:
                connection.close()

        threads = [Thread(target=run) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        issue(MARCH_IS_OVER)
        assert sorted(issued()) == [(f"INV-2026-{number:06d}", MARCH, 300) for number in range(1, 9)]
