from contextlib import suppress

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from payouts.ledger import accounts, services
from payouts.ledger.models import Entry, Posting
from payouts.ledger.services import KeyReused, Line, Overdraft
from payouts.money import BadAmount, Money

pytestmark = pytest.mark.django_db


def eur(minor: int) -> Money:
    return Money(minor, "EUR")


def top_up(now, *, user: int = 1, minor: int = 1_000, key: str = "topup:1:paid"):
    lines = [Line(accounts.stripe_pending(), accounts.caller_credit(user), eur(minor))]
    return services.post(key=key, kind="top_up", lines=lines, now=now)


def hold(now, *, user: int = 1, minor: int = 1_000, key: str = "period:1:hold:1"):
    lines = [Line(accounts.caller_credit(user), accounts.caller_hold(user), eur(minor))]
    return services.post(key=key, kind="hold", lines=lines, now=now)


class PostTests:
    def test_money_moves_from_one_account_to_the_other(self, now):
        top_up(now, minor=1_840)
        assert services.balance(accounts.caller_credit(1), "EUR") == eur(1_840)
        assert services.balance(accounts.stripe_pending(), "EUR") == eur(1_840)

    def test_into_a_transaction_that_is_broken_nothing_is_posted(self, now):
        """PostgreSQL would say so at the next statement; SQLite would write, and somebody might commit it."""
        with transaction.atomic():
            transaction.set_rollback(True)
            with pytest.raises(transaction.TransactionManagementError):
                top_up(now)
            transaction.set_rollback(False)
        assert not Entry.objects.exists()

    def test_same_key_moves_money_once(self, now):
        first, again = top_up(now), top_up(now)
        assert (first.is_new, again.is_new) == (True, False)
        assert first.entry_id == again.entry_id
        assert services.balance(accounts.caller_credit(1), "EUR") == eur(1_000)

    @pytest.mark.parametrize("other", [{"minor": 1_001}, {"user": 2}])
    def test_same_key_with_other_content_is_refused(self, now, other):
        top_up(now)
        with pytest.raises(KeyReused):
            top_up(now, **other)
        assert services.balance(accounts.stripe_pending(), "EUR") == eur(1_000)

    def test_same_key_in_another_currency_is_refused(self, now):
        top_up(now)
        lines = [Line(accounts.stripe_pending(), accounts.caller_credit(1), Money(1_000, "USD"))]
        with pytest.raises(KeyReused):
            services.post(key="topup:1:paid", kind="top_up", lines=lines, now=now)

    def test_no_account_of_a_member_goes_below_zero(self, now):
        top_up(now, minor=999)
        with pytest.raises(Overdraft) as refused:
            hold(now, minor=1_000)
        assert refused.value.account_kind == "caller_credit"
        assert services.balance(accounts.caller_credit(1), "EUR") == eur(999)
        assert not Entry.objects.filter(kind="hold").exists()

    def test_an_overdraft_leaves_a_larger_transaction_usable(self, now):
        with transaction.atomic():
            with pytest.raises(Overdraft):
                hold(now)
            top_up(now)
        assert services.balance(accounts.caller_credit(1), "EUR") == eur(1_000)

    def test_several_lines_move_together_and_are_judged_by_their_sum(self, now):
        lines = [
            Line(accounts.caller_credit(1), accounts.caller_hold(1), eur(500)),
            Line(accounts.stripe_pending(), accounts.caller_credit(1), eur(500)),
        ]
        services.post(key="both", kind="test", lines=lines, now=now)
        assert services.balance(accounts.caller_hold(1), "EUR") == eur(500)
        assert services.balance(accounts.caller_credit(1), "EUR") == eur(0)

    def test_currencies_have_accounts_of_their_own(self, now):
        top_up(now)
        lines = [Line(accounts.stripe_pending(), accounts.caller_credit(1), Money(70, "USD"))]
        services.post(key="dollars", kind="top_up", lines=lines, now=now)
        assert services.balance(accounts.caller_credit(1), "USD") == Money(70, "USD")
        assert services.balance(accounts.caller_credit(1), "EUR") == eur(1_000)

    def test_what_lies_at_stripe_for_an_expert_is_positive_when_debited(self, now):
        lines = [Line(accounts.connected(7), accounts.stripe_available(), eur(2_000))]
        services.post(key="transfer", kind="transfer", lines=lines, now=now)
        assert services.balance(accounts.connected(7), "EUR") == eur(2_000)
        assert services.balance(accounts.stripe_available(), "EUR") == eur(-2_000)

    def test_an_unknown_account_is_empty(self, now):
        assert services.balance(accounts.caller_credit(404), "EUR") == eur(0)

    @pytest.mark.django_db(transaction=True)
    def test_one_statement_or_three_once_the_accounts_are_known(self, now):
        """Three on SQLite, which cannot write two tables in one."""
        top_up(now)
        hold(now, minor=10)
        with CaptureQueriesContext(connection) as seen:
            hold(now, minor=10, key="again")
        written = [q["sql"].split()[0] for q in seen]
        in_turn = ["BEGIN", "INSERT", "WITH", "INSERT", "COMMIT"]
        assert written == (["WITH"] if connection.vendor == "postgresql" else in_turn)

    @pytest.mark.django_db(transaction=True)
    def test_refused_nothing_at_all_is_written(self, now):
        """Not in a transaction: nobody takes back what a statement has written."""
        top_up(now, minor=10)
        with pytest.raises(Overdraft) as refused:
            hold(now, minor=11)
        assert refused.value.account_kind == "caller_credit"
        assert (Entry.objects.count(), Posting.objects.count()) == (1, 1)
        assert services.balance(accounts.caller_hold(1), "EUR") == eur(0)

    def test_known_it_is_known_though_there_is_not_enough_by_now(self, now):
        top_up(now, minor=10)
        first = hold(now, minor=10)
        assert hold(now, minor=10) == services.Posted(first.entry_id, is_new=False)

    def test_between_the_platforms_own_accounts_no_balance_stands_in_the_way(self, now):
        lines = [Line(accounts.stripe_available(), accounts.stripe_pending(), eur(500))]
        for is_new in (True, False):
            assert services.post(key="settled", kind="settled", lines=lines, now=now).is_new is is_new
        assert services.balance(accounts.stripe_available(), "EUR") == eur(500)


class BadLineTests:
    @pytest.mark.parametrize("minor", [0, -1])
    def test_nothing_and_less_than_nothing_do_not_move(self, now, minor):
        with pytest.raises(BadAmount):
            top_up(now, minor=minor)

    def test_fractions_are_not_money(self, now):
        with pytest.raises(BadAmount):
            top_up(now, minor=10.5)

    def test_an_entry_needs_lines(self, now):
        with pytest.raises(BadAmount):
            services.post(key="empty", kind="test", lines=[], now=now)

    def test_an_entry_has_one_currency(self, now):
        lines = [
            Line(accounts.stripe_pending(), accounts.caller_credit(1), eur(1)),
            Line(accounts.stripe_pending(), accounts.caller_credit(1), Money(1, "USD")),
        ]
        with pytest.raises(BadAmount):
            services.post(key="mixed", kind="test", lines=lines, now=now)

    def test_money_does_not_move_in_place(self, now):
        lines = [Line(accounts.caller_credit(1), accounts.caller_credit(1), eur(1))]
        with pytest.raises(BadAmount):
            services.post(key="loop", kind="test", lines=lines, now=now)


class OnlyGrowsTests:
    """History refuses to change whoever asks: the ORM, SQL, the admin."""

    @pytest.mark.parametrize("table", [Entry, Posting])
    def test_rows_cannot_be_deleted(self, now, table):
        top_up(now)
        with pytest.raises(IntegrityError), transaction.atomic():
            table.objects.all()._raw_delete("default")

    def test_amounts_cannot_be_changed(self, now):
        top_up(now)
        with pytest.raises(IntegrityError), transaction.atomic():
            Posting.objects.update(amount_minor=1)

    def test_causes_cannot_be_changed(self, now):
        top_up(now)
        with pytest.raises(IntegrityError), transaction.atomic():
            Entry.objects.update(key="another")

    def test_an_account_keeps_its_owner(self, now):
        top_up(now)
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE payouts_account SET owner = 'user:2' WHERE owner = 'user:1'")

    def test_a_cached_balance_cannot_be_set_below_zero(self, now):
        top_up(now)
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE payouts_account SET balance_minor = -1 WHERE kind = 'caller_credit'")

    @pytest.mark.parametrize(
        ("table", "columns", "values"),
        [
            (
                "posting",
                'id, entry_id, debit_id, credit_id, amount_minor, "group"',
                "id, entry_id, debit_id, credit_id, 1, ''",
            ),
            ("entry", "id, key, fingerprint, kind, reference, posted_at", "id, 'x', '', kind, reference, posted_at"),
            (
                "account",
                "id, kind, owner, currency, credit_normal, balance_minor",
                "id, kind, 'x', currency, credit_normal, 0",
            ),
            (
                "entry",
                "id, key, fingerprint, kind, reference, posted_at",
                "id + 9, key, '', kind, reference, posted_at",
            ),
            (
                "account",
                "id, kind, owner, currency, credit_normal, balance_minor",
                "id + 9, kind, owner, currency, credit_normal, 0",
            ),
        ],
        ids=["posting", "entry", "account", "entry by its key", "account by its name"],
    )
    def test_no_row_can_be_put_in_the_place_of_another(self, now, table, columns, values):
        """SQLite's REPLACE deletes the row in the way without asking the triggers of DELETE."""
        top_up(now)
        rows = f"SELECT * FROM payouts_{table} ORDER BY id"
        verb = "INSERT OR REPLACE" if connection.vendor == "sqlite" else "INSERT"
        with connection.cursor() as cursor:
            before = cursor.execute(rows).fetchall()
            with suppress(IntegrityError), transaction.atomic():
                cursor.execute(f"{verb} INTO payouts_{table} ({columns}) SELECT {values} FROM payouts_{table}")
            assert cursor.execute(rows).fetchall() == before

    def test_an_account_keeps_its_number(self, now):
        top_up(now)
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("UPDATE payouts_account SET id = id + 100")

    @pytest.mark.postgres
    @pytest.mark.django_db(transaction=True)
    def test_tables_cannot_be_emptied(self, now):
        top_up(now)
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("TRUNCATE payouts_posting")


class RememberedAccountTests:
    @pytest.mark.django_db(transaction=True)
    def test_a_rolled_back_account_is_not_remembered(self, now):
        """SQLite gives the id of a rolled back row to the next one: remembering it would pay the wrong person."""

        class Never(Exception):
            pass

        with pytest.raises(Never), transaction.atomic():
            top_up(now, user=1, key="never")
            raise Never
        top_up(now, user=2, minor=30, key="second")
        top_up(now, user=1, minor=70, key="first")
        assert services.balance(accounts.caller_credit(1), "EUR") == eur(70)
        assert services.balance(accounts.caller_credit(2), "EUR") == eur(30)
