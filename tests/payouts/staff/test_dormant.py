"""The report of money that nobody came for."""

import csv
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone

from payouts.money import Money
from payouts.staff import dormant
from payouts.wallet import services as wallet
from tests import cast
from tests.payouts.purse import eur, give_credit, give_promo, make_available

pytestmark = pytest.mark.django_db
A_YEAR = timedelta(days=366)


def seen(member, at) -> None:
    type(member).objects.filter(pk=member.pk).update(last_login=at)


def report(now, since=A_YEAR) -> dict[str, tuple[Money, Money]]:
    return {row.member.name: (row.credit, row.earnings) for row in dormant.found(since=now - since)}


@pytest.fixture
def later(now):
    return now + 2 * A_YEAR


class DormantTests:
    def test_finds_who_left_credit_and_who_left_earnings(self, alice, bob, now, later):
        make_available(bob, 700, now, payer=alice)
        give_credit(alice, 2_000, now)
        wallet.hold(payer=alice, amount=eur(500), key="h", reference="period:1", now=now)
        assert report(later) == {"Alice Martin": (eur(2_000), eur(0)), "Bob Leroy": (eur(0), eur(700))}

    def test_not_who_signed_in_since(self, alice, now, later):
        give_credit(alice, 2_000, now)
        seen(alice, later - timedelta(days=5))
        assert report(later) == {}

    def test_nor_whose_money_moved_since(self, alice, now, later):
        give_credit(alice, 2_000, now)
        wallet.hold(payer=alice, amount=eur(500), key="h", reference="period:1", now=later - timedelta(days=5))
        assert report(later) == {}

    def test_nor_who_has_nothing_but_a_present(self, alice, eve, now, later):
        give_promo(alice, 500, now)
        assert report(later) == {}

    def test_each_of_many_is_found_once(self, now, later):
        for number in range(12):
            give_credit(cast.member(f"Caller{number}"), 100 + number, now)
        assert len(list(dormant.found(since=later - A_YEAR))) == 12


class CommandTests:
    def test_writes_a_line_for_each(self, alice):
        then = timezone.now() - timedelta(days=900)
        give_credit(alice, 2_050, then)
        seen(alice, then)
        out = StringIO()
        call_command("dormancy_report", "--months", "24", stdout=out)
        [line] = csv.DictReader(StringIO(out.getvalue()))
        day = f"{then:%Y-%m-%d}"
        assert line == {
            "member": str(alice.pk),
            "name": "Alice Martin",
            "email": "alice@example.test",
            "currency": "EUR",
            "credit": "20.50",
            "earnings": "0.00",
            "last_seen": day,
            "last_moved": day,
        }

    def test_a_name_that_a_spreadsheet_would_run_is_text(self, alice, now):
        alice.name = "=cmd()"
        alice.save()
        give_credit(alice, 100, now - 4 * A_YEAR)
        out = StringIO()
        call_command("dormancy_report", stdout=out)
        assert "'=cmd()" in out.getvalue()
