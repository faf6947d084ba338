"""The move that is measured: the end of a paid period, as three legs from a caller's hold.

python -m bench.settlement spread|hot PREFIX CONNECTIONS    takes orders, see programs.py
"""

import os
import random
import sys
from datetime import UTC, datetime

import django
from django.db import connection, transaction

from bench import size
from bench.programs import take_orders
from payouts.ledger import accounts
from payouts.ledger import services as ledger
from payouts.money import Money

PEOPLE = size(1_000, small=10)
HOLD_MINOR = 10**15
MOMENT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
WARM_UP = 50  # for each connection: by then its statement is prepared and planned
EARNING, COMMISSION, REST = 1_400, 600, 500  # minor units


def main(experts: str, prefix: str, connections: str) -> None:
    django.setup()
    know_every_account()
    chance = random.Random(prefix)
    take_orders(
        lambda number: settle(
            f"{prefix}:{number}",
            caller=chance.randrange(PEOPLE),
            expert=0 if experts == "hot" else chance.randrange(PEOPLE),
        ),
        warm_up=WARM_UP * int(connections),
        threads=int(connections),
    )


def know_every_account() -> None:
    """As a process that has served for a while: it remembers the accounts' row ids."""
    kinds = (accounts.caller_hold, accounts.caller_credit, accounts.expert_pending)
    with transaction.atomic():
        accounts.ids_of({kind(number) for kind in kinds for number in range(PEOPLE)}, "EUR")


def settle(key: str, *, caller: int, expert: int) -> None:
    """Three lines: the expert's part, the commission, and what the cap left over."""
    hold = accounts.caller_hold(caller)
    lines = [
        ledger.Line(hold, accounts.expert_pending(expert), Money(EARNING, "EUR"), "listing:1"),
        ledger.Line(hold, accounts.commission(), Money(COMMISSION, "EUR")),
        ledger.Line(hold, accounts.caller_credit(caller), Money(REST, "EUR")),
    ]
    ledger.post(key=key, kind="capture", lines=lines, now=MOMENT, reference="period:1")


def make_accounts() -> dict[str, int]:
    """Everybody's accounts with money in the holds. The first row id of each kind; the others follow one by one."""
    source = accounts.stripe_pending()
    first = ledger.Line(source, accounts.commission(), Money(1, "EUR"))
    ledger.post(key="set-up", kind="set_up", lines=[first], now=MOMENT)
    for kind, amount in (("caller_hold", HOLD_MINOR), ("caller_credit", 1), ("expert_pending", 1)):
        for number in range(PEOPLE):
            line = ledger.Line(source, accounts.AccountRef(kind, f"user:{number}"), Money(amount, "EUR"))
            ledger.post(key=f"set-up:{kind}:{number}", kind="set_up", lines=[line], now=MOMENT)
    settle("set-up:settlement", caller=0, expert=0)
    with connection.cursor() as cursor:
        cursor.execute("SELECT kind, min(id), max(id), count(*) FROM payouts_account GROUP BY kind")
        found = {kind: (low, high, count) for kind, low, high, count in cursor.fetchall()}
    for kind in ("caller_hold", "caller_credit", "expert_pending"):
        low, high, count = found[kind]
        assert high - low + 1 == count == PEOPLE, f"{kind}: row ids have gaps"
    return {kind: low for kind, (low, _, _) in found.items()}


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "marketplace.settings")
    main(*sys.argv[1:])
