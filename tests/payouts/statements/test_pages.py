from datetime import timedelta

import pytest

from payouts.statements import views
from tests.payouts.purse import charge, give_credit, write_papers

pytestmark = pytest.mark.django_db
PAGES = ["/earnings/statements/2026-03/", "/earnings/statements/2026-03.csv"]


@pytest.fixture
def march(alice, bob, now):
    give_credit(alice, 10_000, now)
    for number in range(3):
        charge(alice, bob, 1_000, now + timedelta(days=number), reference=f"period:{number + 1}")
    write_papers(now)


class PagesTests:
    def test_months_are_listed_where_the_earnings_are_with_their_files(self, bob, signed_in, march):
        for path in ("/earnings/", "/earnings/statements/"):
            page = signed_in(bob).get(path).content.decode()
            assert "March 2026" in page
            assert 'href="/earnings/statements/2026-03.csv"' in page

    def test_a_month_shows_its_movements_between_its_balances(self, bob, signed_in, march):
        page = signed_in(bob).get(PAGES[0]).content.decode()
        assert page.index("Opening balance") < page.index("period:1") < page.index("period:3")
        assert page.index("period:3") < page.index("Closing balance") < page.rindex("€21.00")

    def test_the_file_is_saved_under_its_month(self, bob, signed_in, march):
        answer = signed_in(bob).get(PAGES[1])
        assert answer["Content-Disposition"] == 'attachment; filename="statement-2026-03.csv"'
        assert answer["Content-Type"] == "text/csv; charset=utf-8"
        assert answer.content.decode().count("\r\n") == 6

    @pytest.mark.parametrize("path", PAGES)
    def test_a_stranger_finds_nothing_and_a_visitor_signs_in(self, eve, signed_in, client, march, path):
        assert signed_in(eve).get(path).status_code == 404
        assert "/accounts/login/" in client.get(path).url

    @pytest.mark.parametrize("month", ["2026-02", "2026-04", "2026-13", "2026-00", "0000-01", "9999-12"])
    def test_other_months_are_not_there(self, bob, signed_in, march, month):
        for path in (f"/earnings/statements/{month}/", f"/earnings/statements/{month}.csv"):
            assert signed_in(bob).get(path).status_code == 404

    def test_a_long_month_is_read_page_by_page(self, bob, signed_in, march, monkeypatch):
        monkeypatch.setattr(views, "LINES_SHOWN", 2)
        client = signed_in(bob)
        first = client.get(PAGES[0])
        page = client.get(f"{PAGES[0]}?after={first.context['more']}").content.decode()
        assert "period:3" not in first.content.decode()
        assert "period:2" not in page
        assert "€21.00" in page
        for nonsense in ("x", "-1", "9" * 40, "٣"):
            assert client.get(PAGES[0], {"after": nonsense}).status_code == 200

    @pytest.mark.parametrize(("path", "queries"), [("/earnings/statements/", 6), (PAGES[0], 7), (PAGES[1], 5)])
    def test_each_knows_its_queries(self, bob, signed_in, march, django_assert_num_queries, path, queries):
        client = signed_in(bob)
        client.get(path)
        with django_assert_num_queries(queries):
            client.get(path)
