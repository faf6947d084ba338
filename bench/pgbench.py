"""The same statements from PostgreSQL's own load generator, written in C: as cheap as a client can be.

The statements are not copied here: one settlement is done through our service, what reaches the database is recorded,
and each value that changes from one settlement to the next becomes a variable of pgbench.
"""

import re
import resource
import subprocess
from dataclasses import dataclass
from pathlib import Path

from django.db import connection

from bench import settlement
from bench.programs import Work
from tests.harness.servers import postgres_programs

KEY = "recorded"
TPS = re.compile(r"tps = ([0-9.]+)")


@dataclass(frozen=True)
class Recorded:
    sql: str
    values: list
    in_transaction: bool


@dataclass(frozen=True)
class Script:
    """`text` for a file, and the values that never change: they are parameters for pgbench as they are for us."""

    text: str
    fixed: dict[str, str]


def record() -> list[Recorded]:
    """What one settlement of caller 1 with expert 2 sends."""
    seen: list[Recorded] = []

    def note(execute, sql, params, many, context):
        seen.append(Recorded(sql, list(params or []), connection.in_atomic_block))
        return execute(sql, params, many, context)

    settlement.settle("before the recording", caller=1, expert=2)  # the account ids are known from here on
    with connection.execute_wrapper(note):
        settlement.settle(KEY, caller=1, expert=2)
    return seen


def script(statements: list[Recorded], first_ids: dict[str, int]) -> Script:
    """Those statements for pgbench, in a transaction where they were in one."""
    changing = {
        KEY: "key",
        str(first_ids["caller_hold"] + 1): "hold",
        str(first_ids["caller_credit"] + 1): "credit",
        str(first_ids["expert_pending"] + 2): "earning",
    }
    is_transaction = any(statement.in_transaction for statement in statements)
    last, fixed = settlement.PEOPLE - 1, dict[str, str]()
    lines = [
        "\\set n :n + 1",
        "\\set key 1000000000 * (:client_id + 1) + :n",
        f"\\set caller random(0, {last})",
        f"\\set expert random(0, {last})",
        f"\\set hold {first_ids['caller_hold']} + :caller",
        f"\\set credit {first_ids['caller_credit']} + :caller",
        f"\\set earning {first_ids['expert_pending']} + :expert",
        *(["BEGIN;"] if is_transaction else []),
        *(_with_variables(statement, changing, fixed) + ";" for statement in statements),
        *(["COMMIT;"] if is_transaction else []),
        "",
    ]
    return Script("\n".join(lines), fixed)


def _with_variables(statement: Recorded, changing: dict, fixed: dict[str, str]) -> str:
    """Every value becomes a variable; what is new to `fixed` is added there."""
    values = iter(statement.values)

    def next_variable(_match: re.Match) -> str:
        value = next(values)
        if value in changing:
            return f":{changing[value]}"
        if value == "":
            return "''"  # pgbench has no empty variables
        name = f"fixed{len(fixed)}"
        fixed[name] = str(value)
        return f":{name}"

    return " ".join(re.sub("%s", next_variable, statement.sql).split())


def run(path: Path, fixed: dict[str, str], *, clients: int, count: int, start: int) -> Work:
    """`count` transactions by each of `clients` connections. Keys begin after `start`, so that none comes twice."""
    database = connection.settings_dict
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [
            *(str(postgres_programs() / "pgbench"), "-n", "-M", "prepared", "-f", str(path)),
            *("-c", str(clients), "-j", str(clients), "-t", str(count), "-D", f"n={start}"),
            *(part for name, value in fixed.items() for part in ("-D", f"{name}={value}")),
            *("-h", database["HOST"], "-p", str(database["PORT"]), "-U", database["USER"], database["NAME"]),
        ],
        capture_output=True,
        text=True,
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    found = TPS.search(done.stdout)
    if done.returncode or not found:
        raise RuntimeError(f"pgbench: {done.stderr}")
    return Work(count=clients * count, cpu_s=cpu, wall_s=clients * count / float(found[1]))
