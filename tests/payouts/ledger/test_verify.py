from io import StringIO

import pytest
from django.core.management import call_command
from django.db import connection

from payouts.earnings import services as earnings
from payouts.wallet import services as wallet
from payouts.withdrawals import services as withdrawals
from tests.payouts.purse import charge, connect_bank, eur, give_credit, make_available

pytestmark = pytest.mark.django_db


def verify_ledger() -> tuple[int, str]:
    out = StringIO()
    try:
        call_command("verify_ledger", stdout=out, stderr=out)
    except SystemExit as ended:
        return ended.code, out.getvalue()
    return 0, out.getvalue()


@pytest.fixture
def a_busy_day(alice, bob, now):
    """Money in every place where it can be."""
    make_available(bob, 5_000, now, payer=alice)
    give_credit(alice, 5_000, now)
    charge(alice, bob, 1_999, now, held=2_500, reference="period:1")
    earnings.give_back(reference="period:1", amount=eur(333), key="back", now=now)
    wallet.hold(payer=alice, amount=eur(700), key="period:2:hold:1", reference="period:2", now=now)
    connect_bank(bob)
    withdrawal = withdrawals.request(expert=bob, amount=eur(2_000), key="form", now=now)
    withdrawals.transfer_made(withdrawal_id=withdrawal.pk, stripe_transfer="tr_1", now=now)


def planted(sql: str) -> None:
    """As somebody would who can switch the triggers and constraints off."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            triggers = cursor.fetchall()
            for name, _ in triggers:
                cursor.execute(f"DROP TRIGGER {name}")
            cursor.execute("PRAGMA ignore_check_constraints = ON")
            cursor.execute(sql)
            cursor.execute("PRAGMA ignore_check_constraints = OFF")
            for _, create in triggers:
                cursor.execute(create)
        else:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET session_replication_role = replica")
            cursor.execute(sql)
            cursor.execute("SET session_replication_role = DEFAULT")


class CleanTests:
    def test_an_empty_ledger_is_clean(self):
        assert verify_ledger() == (0, "The ledger is clean.\nEntries sealed now: 0. The last seal: none\n")

    def test_a_busy_day_is_clean(self, a_busy_day):
        code, said = verify_ledger()
        assert (code, said.splitlines()[0]) == (0, "The ledger is clean.")


class PlantedErrorTests:
    @pytest.mark.parametrize(
        ("sql", "found"),
        [
            ("UPDATE payouts_posting SET amount_minor = amount_minor + 1 WHERE id = (SELECT min(id) FROM payouts_posting)",
             "its content is not what was posted"),
            ("UPDATE payouts_account SET balance_minor = balance_minor + 1 WHERE kind = 'caller_credit'",
             "its postings make"),
            ("UPDATE payouts_account SET owner = 'user:999999' WHERE kind = 'caller_hold'",
             "what is held differs from the open holds"),
            ("DELETE FROM payouts_posting WHERE entry_id = (SELECT max(id) FROM payouts_entry)", "moves nothing"),
            ("UPDATE payouts_entry SET reference = 'period:999' WHERE kind = 'capture'", "not what was posted"),
            ("UPDATE payouts_account SET currency = 'USD' WHERE kind = 'commission'", "mixes currencies"),
            ("UPDATE payouts_account SET kind = 'pocket' WHERE kind = 'commission'", "no such kind of account"),
            ("UPDATE payouts_hold SET amount_minor = amount_minor - 1 WHERE is_open", "open holds"),
            ("UPDATE payouts_creditlot SET remaining_minor = remaining_minor - 1 WHERE remaining_minor > 0",
             "what is left of the top-ups"),
            ("UPDATE payouts_earning SET given_back_minor = 0", "what is pending differs"),
            ("UPDATE payouts_earning SET price_minor = price_minor + 10, commission_minor = commission_minor + 10",
             "the platform's share"),
            ("UPDATE payouts_withdrawal SET state = 'failed'", "on its way differs"),
            ("UPDATE payouts_withdrawal SET stripe_transfer = NULL", "what lies at Stripe differs"),
            ("UPDATE payouts_earning SET released_at = NULL", "what is available differs"),
            ("UPDATE payouts_earning SET waits = 1 WHERE released_at IS NULL", "waits for 1 reasons"),
        ],
    )  # fmt: skip
    def test_it_is_found(self, a_busy_day, plants_an_error, sql, found):
        planted(sql)
        code, said = verify_ledger()
        assert code == 1
        assert found in said
        assert "Faults found:" in said

    @pytest.mark.postgres  # SQLite refuses it
    def test_so_is_a_posting_without_its_entry(self, a_busy_day, plants_an_error):
        planted("UPDATE payouts_posting SET entry_id = 1000000000 WHERE id = (SELECT max(id) FROM payouts_posting)")
        code, said = verify_ledger()
        assert code == 1
        assert "its entry does not exist" in said
