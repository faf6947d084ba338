"""One million ledger rows: the pages of the money cost the database what they cost with a thousand.

The same calls a month, but for a thousand times as long; a fifth of them are alice's, a fifth bob's. Every statement of a
page is asked for its plan: none reads a table from end to end, and together they look at no more rows than before, each
found through an index.
"""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client

from payouts.earnings import quarters
from payouts.earnings import services as earnings
from payouts.ledger import services as ledger
from payouts.ledger.accounts import caller_credit, expert_pending, stripe_pending
from payouts.money import Money
from payouts.wallet import services as wallet
from payouts.withdrawals.models import BankConnection, Withdrawal

pytestmark = [pytest.mark.prove, pytest.mark.postgres, pytest.mark.django_db]
A_THOUSAND, A_MILLION = 200, 200_000  # paid periods, of five postings each
LARGE = 5_000  # rows from which on reading all of a table counts as a scan
MEMBERS = 500
A_YEAR = 366 * 6 * 2 // 5 + 50  # the earnings that bob has in one
ROWS_A_SALE = 1 + 3 + 3 * 5  # the earning, its entries, their postings with both accounts
# What all members own together is added up from their cached balances: as many rows as there are accounts, not lines.
MAY_SCAN = {"/staff/": {"payouts_account"}}
BLOCKS_A_ROW, BLOCKS_A_STATEMENT = 4, 10  # the depth of an index, and what each statement reads beside

# Of period n: who pays and earns, when it was. Accounts: 3 a member, made beforehand.
PERIODS = """
    WITH period AS (
        SELECT n, CASE WHEN n % 5 = 0 THEN {alice} ELSE {first} + n % {members} END AS payer,
               CASE WHEN n % 5 = 0 THEN {bob} WHEN n % 5 = 1 THEN {bob} ELSE {first} + (n * 7) % {members} END AS expert,
               timestamptz '{now}' - ({most} - n) * interval '4 hours' AS at,
               ({most} - n) * interval '4 hours' < interval '14 days' AS is_pending
        FROM generate_series({low}, {high}) AS n
    )
"""
ROWS = [
    # Each tenth period begins with a top-up of its payer.
    """INSERT INTO payouts_topup (id, member_id, amount_minor, currency, state, way, return_path, made_at, paid_at)
       SELECT 1000000 + n, payer, 10000, 'EUR', 'paid', 'page', '/wallet/', at, at FROM period WHERE n % 10 = 0""",
    """INSERT INTO payouts_creditlot (id, member_id, kind, top_up_id, amount_minor, remaining_minor, currency, is_disputed)
       SELECT 1000000 + n, payer, 'paid', 1000000 + n, 10000, 0, 'EUR', false FROM period WHERE n % 10 = 0""",
    """INSERT INTO payouts_lotuse (lot_id, member_id, reference, amount_minor, used_at)
       SELECT 1000000 + n / 10 * 10, payer, 'period:' || n, 1000, at FROM period""",
    """INSERT INTO payouts_hold (member_id, key, reference, amount_minor, promotional_minor, currency, captured_minor,
                                 freed_minor, is_open, held_at, closed_at)
       SELECT payer, 'period:' || n || ':hold:1', 'period:' || n, 1500, 0, 'EUR', 1000, 500, false, at, at FROM period""",
    """INSERT INTO payouts_earning (expert_id, payer_id, reference, spent_as, "group", label, link, currency, price_minor,
                                    commission_minor, commission_percent, amount_minor, tax_minor, given_back_minor, captured_at,
                                    release_at, released_at, waits)
       SELECT expert, payer, 'period:' || n, '', 'listing:5', 'Call', '/calls/1/', 'EUR', 1000, 300, 30, 700, 0, 0, at,
              at + interval '14 days', CASE WHEN NOT is_pending THEN at + interval '14 days' END, 0 FROM period""",
    """INSERT INTO payouts_entry (id, key, fingerprint, kind, reference, posted_at)
       SELECT 1000000 + n * 3 + k, 'period:' || n || ':' || k, md5(n::text), 'capture', 'period:' || n, at
       FROM period, generate_series(0, 2) AS k""",
    """INSERT INTO payouts_posting (entry_id, debit_id, credit_id, amount_minor, "group")
       SELECT 1000000 + n * 3 + k / 2, 1000000 + 10 * payer + k % 2,
              CASE k % 2 WHEN 0 THEN 1000000 + 10 * expert + 2 ELSE 1000000 END, 100, 'listing:5'
       FROM period, generate_series(0, 4) AS k ORDER BY n, k""",
    """INSERT INTO payouts_statementline (expert_id, month, entry_id, at, kind, reference, label, link, currency, pending_minor,
                                          available_minor, owed_minor, commission_minor, sold_month)
       SELECT expert, date_trunc('month', at)::date, 1000000 + n * 3, at, 'capture', 'period:' || n, 'Call', '/calls/1/', 'EUR',
              700, 0, 0, 300, date_trunc('month', at)::date FROM period""",
    """INSERT INTO payouts_paper (kind, year, number, about, owner_id, currency, amount_minor, issuer, recipient, issued_at)
       SELECT 'receipt', 2020, n + 1, 'period:' || n, payer, 'EUR', 1000, '{}', 'Somebody', at FROM period""",
    """INSERT INTO payouts_paper (kind, year, number, about, owner_id, currency, amount_minor, issuer, recipient, issued_at)
       SELECT 'top_up', 2020, n + 1, 'topup:' || 1000000 + n, payer, 'EUR', 10000, '{}', 'Somebody', at
       FROM period WHERE n % 10 = 0""",
    # Each tenth was given back after its expert had withdrawn it, and paid later.
    """INSERT INTO payouts_advance (payer_id, expert_id, key, reference, currency, amount_minor, paid_credit_minor, left_minor,
                                    made_at)
       SELECT payer, expert, 'give_back:' || n, 'period:' || n, 'EUR', 700, 700, 0, at FROM period WHERE n % 10 = 5""",
    """INSERT INTO payouts_paper (kind, year, number, about, corrects_id, owner_id, currency, amount_minor, issuer, recipient,
                                  issued_at)
       SELECT 'receipt_note', 2020, n + 1, 'give_back:' || n, receipt.id, payer, 'EUR', 1000, '{}', 'Somebody', at
       FROM period JOIN payouts_paper AS receipt ON receipt.kind = 'receipt' AND receipt.about = 'period:' || n
       WHERE n % 10 = 5""",
    """INSERT INTO payouts_stripeevent (event_id, endpoint, type, account, payload, received_at, due_at, attempts,
                                        processed_at, error)
       SELECT 'evt_' || n, 'platform', 'charge.updated', '', '{}', at, at, 1, at, '' FROM period WHERE n % 5 = 0""",
    """INSERT INTO payouts_outboxrow (action, key, payload, state, attempts, due_at, error, made_at, done_at)
       SELECT 'mail.receipt', 'mail:' || n, '{}', 'done', 1, at, '', at, at FROM period WHERE n % 5 = 0""",
    """INSERT INTO payouts_auditrecord (staff_id, act, reference, reason, done_at)
       SELECT payer, 'event.replay', 'evt_' || n, '', at FROM period WHERE n % 5 = 0""",
]
# Bob has been here for ten years, before and after: a row a month.
MONTHS = """
    INSERT INTO payouts_statementmonth (expert_id, month, currency, lines, pending_minor, available_minor, owed_minor,
                                        gross_minor, commission_minor)
    SELECT %s, date_trunc('month', %s::date - n * interval '1 month')::date, 'EUR', 73, 51100, 0, 0, 73000, 21900
    FROM generate_series(0, 119) AS n
"""


@pytest.fixture
def load(alice, bob, now) -> Callable[[int, int], None]:
    def load(low: int, high: int) -> None:
        words = {"alice": alice.pk, "bob": bob.pk, "first": 1_000_000, "members": MEMBERS, "most": A_MILLION}
        period = PERIODS.format(**words, now=now.isoformat(), low=low, high=high)
        with connection.cursor() as cursor:
            # As it comes from a copy: neither foreign keys nor triggers are asked.
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET session_replication_role = replica")
            for sql in ROWS:
                cursor.execute(period + sql)
            cursor.execute("SET session_replication_role = DEFAULT")
            cursor.execute("ANALYZE")

    return load


@pytest.fixture
def people(alice, bob, now) -> None:
    """Alice has credit and bob earnings, whose balances are cached; both have spent and withdrawn."""
    lines = [ledger.Line(caller_credit(alice.pk), expert_pending(bob.pk), Money(100, "EUR"))]
    start = [ledger.Line(stripe_pending(), caller_credit(alice.pk), Money(5_000, "EUR"))]
    with connection.cursor() as cursor:  # as many accounts as ten thousand members have
        cursor.execute(
            "INSERT INTO payouts_account (id, kind, owner, currency, credit_normal, balance_minor) "
            "SELECT 1000000 + 10 * member + place, kind, 'user:' || member, 'EUR', true, cached "
            "FROM (SELECT %s UNION SELECT %s UNION SELECT generate_series(1000000, 1000000 + %s)) AS members (member), "
            "(VALUES (0, 'caller_hold', 0), (1, 'caller_credit', 0), (2, 'expert_pending', NULL)) AS kinds (place, kind, cached) "
            "UNION SELECT 1000000, 'commission', '', 'EUR', true, NULL",
            [alice.pk, bob.pk, MEMBERS],
        )
        cursor.execute(
            "INSERT INTO payouts_account (kind, owner, currency, credit_normal, balance_minor) "
            "SELECT kind, 'user:' || n, 'EUR', true, cached FROM generate_series(3000000, 3010000) AS n, "
            "(VALUES ('caller_credit', 100), ('caller_hold', 100), ('expert_pending', NULL)) AS kinds (kind, cached)"
        )
        cursor.execute(MONTHS, [bob.pk, now])
    ledger.post(key="start", kind="test", lines=start, now=now)
    ledger.post(key="spent", kind="test", lines=lines, now=now)
    wallet.set_monthly_limit(member=alice, limit=Money(500_000, "EUR"), now=now)
    BankConnection.objects.create(
        expert=bob, stripe_account="acct_1", transfers_status="active", payouts_status="active"
    )
    Withdrawal.objects.create(expert=bob, key="one", amount_minor=2_000, currency="EUR", requested_at=now)


class Seen:
    """Every SELECT of a stretch of the programme with its plan, as PostgreSQL carried it out."""

    def __init__(self) -> None:
        self.plans: list[tuple[str, dict]] = []

    def __call__(self, execute, sql, params, many, context):
        if sql.lstrip().upper().startswith(("SELECT", "WITH")):
            with connection.connection.cursor() as cursor:
                cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {sql}", params)
                found = cursor.fetchone()[0]
            plan = json.loads(found) if isinstance(found, str) else found
            self.plans.append((sql, plan[0]["Plan"]))
        return execute(sql, params, many, context)

    @property
    def blocks(self) -> int:
        return sum(plan["Shared Hit Blocks"] + plan["Shared Read Blocks"] for _, plan in self.plans)

    @property
    def rows(self) -> int:
        """Looked at, those that a filter threw away included."""
        leaves = [node for _, plan in self.plans for node in nodes(plan) if not node.get("Plans")]
        return sum(
            (leaf["Actual Rows"] + leaf.get("Rows Removed by Filter", 0)) * leaf["Actual Loops"] for leaf in leaves
        )

    def scans(self, large: set[str]) -> list[str]:
        return [
            f"{node['Relation Name']}: {sql}"
            for sql, plan in self.plans
            for node in nodes(plan)
            if node["Node Type"] == "Seq Scan" and node["Relation Name"] in large
        ]

    def show(self, name: str) -> None:
        print(f"\n=== {name}: {len(self.plans)} statements, {self.rows} rows, {self.blocks} blocks")  # noqa: T201
        for sql, plan in self.plans:
            print(" ".join(sql.split())[:110])  # noqa: T201
            for node in nodes(plan):
                where = node.get("Index Name") or node.get("Relation Name") or ""
                took = f"{node['Actual Rows']} rows, {node['Actual Total Time']} ms"
                print(f"    {node['Node Type']} {where}: {took}")  # noqa: T201


def nodes(plan: dict) -> Iterator[dict]:
    yield plan
    for part in plan.get("Plans", []):
        yield from nodes(part)


def large_tables() -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT relname FROM pg_class WHERE relkind = 'r' AND reltuples > %s", [LARGE])
        return {name for (name,) in cursor.fetchall()}


def seen(what: Callable[[], object]) -> Seen:
    what()  # once unseen, for what a first time alone does
    watcher = Seen()
    with connection.execute_wrapper(watcher):
        what()
    return watcher


def staff_pages(alice, bob) -> list[str]:
    """Those of the back office that show money or what moves it, as staff come to them; the ledger by each way into it."""
    return [
        *(f"/staff/{name}/" for name in ("tasks", "reviews", "events", "outbox", "audit")),
        *(f"/staff/{name}/?state=waiting" for name in ("events", "outbox")),
        *(f"/staff/members/{member.pk}/{what}/" for member in (alice, bob) for what in ("money", "papers")),
        f"/staff/members/{alice.pk}/papers/?before={A_MILLION}",
        "/staff/ledger/",
        f"/staff/ledger/?before={1_000_000 + 3 * (A_MILLION - 100)}",
        "/staff/ledger/?account=commission",
        "/staff/ledger/?account=suspense",
        f"/staff/ledger/?account=expert_pending&owner=user:{bob.pk}",
        f"/staff/ledger/?owner=user:{alice.pk}",
        f"/staff/ledger/?reference=period:{A_MILLION - 5}",
        f"/staff/ledger/?key=period:{A_MILLION - 5}:1",
        f"/staff/ledger/?owner=user:{alice.pk}&reference=period:{A_MILLION - 5}",
    ]


class PagesTests:
    def test_they_read_no_more_with_a_million_rows_than_with_a_thousand(
        self, alice, bob, sam, now, signed_in, load, people, plants_an_error
    ):
        def page(client: Client, path: str) -> Callable[[], object]:
            def get() -> None:
                assert client.get(path).status_code == 200

            return get

        def an_old_page() -> None:
            wallet.history(member=alice, count=25, before="1000100-1000000")

        stretches = {
            "/wallet/": page(signed_in(alice), "/wallet/"),
            "/earnings/": page(signed_in(bob), "/earnings/"),
            "a month's statement": page(signed_in(bob), f"/earnings/statements/{now:%Y-%m}/"),
            "a month as CSV": page(signed_in(bob), f"/earnings/statements/{now - timedelta(days=20):%Y-%m}.csv"),
            "an old page of the history": an_old_page,
            "/staff/": page(signed_in(sam), "/staff/"),
            **{path: page(signed_in(sam), path) for path in staff_pages(alice, bob)},
            "what a capture asks about the expert": lambda: earnings.release_date(expert=bob, release_from=now),
            "what a hold asks about the month": lambda: wallet.monthly(member=alice, now=now + timedelta(seconds=1)),
        }
        load(A_MILLION - A_THOUSAND, A_MILLION)
        before = {name: seen(what) for name, what in stretches.items()}
        load(1, A_MILLION - A_THOUSAND - 1)
        large = large_tables()
        assert {"payouts_posting", "payouts_entry", "payouts_earning", "payouts_hold", "payouts_lotuse"} <= large
        assert {"payouts_paper", "payouts_advance"} <= large
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM payouts_posting")
            assert cursor.fetchone()[0] >= 1_000_000
        faults = []
        for name, what in stretches.items():
            after = seen(what)
            after.show(name)
            faults += [f"{name} scans {scan}" for scan in after.scans(large - MAY_SCAN.get(name, set()))]
            if after.rows > 1.2 * before[name].rows + 50:
                faults.append(f"{name}: {before[name].rows} -> {after.rows} rows")
            if after.blocks > BLOCKS_A_ROW * after.rows + BLOCKS_A_STATEMENT * len(after.plans):
                faults.append(f"{name}: {after.blocks} blocks for {after.rows} rows")
        assert faults == []
        for by in ("day", "week", "month", "listing"):
            chart = seen(lambda by=by: earnings.chart(expert=bob, by=by, now=now))
            chart.show(f"the chart by {by}")
            assert chart.scans(large) == []
            assert 0 < chart.rows <= A_YEAR
        tax = seen(lambda: quarters.of_year(expert=bob, year=2025))
        tax.show("the expert's figures for taxes")
        assert tax.scans(large) == []
        assert 0 < tax.rows <= A_YEAR * ROWS_A_SALE
