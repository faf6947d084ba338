"""The database itself refuses to change or delete what was posted, its seals and the audit trail, and to rename an account.

A migration that alters one of these tables on SQLite rebuilds it, and has to make its triggers again.
"""

from dataclasses import dataclass

from django.db import migrations

NAMES = "id, kind, owner, currency, credit_normal"


@dataclass(frozen=True)
class Guard:
    """A table whose rows stay: why, the rows that may still change, and what makes a new row the same as one that is there."""

    table: str
    why: str
    once: str | None = None  # a row that is taken this way is passed over, as ON CONFLICT DO NOTHING wants
    taken: str = "id = NEW.id"  # a row that is taken this way is refused
    fixed: str = ""  # when a row no longer changes; empty: always


GUARDS = [
    Guard("payouts_entry", "the ledger only grows", once="key = NEW.key"),
    Guard("payouts_posting", "the ledger only grows"),
    Guard("payouts_seal", "seals stay", once="after_entry = NEW.after_entry"),
    Guard("payouts_auditrecord", "the audit trail only grows"),
    Guard(  # a task changes once, when it is closed
        "payouts_stafftask",
        "the audit trail only grows",
        taken="id = NEW.id OR key = NEW.key",
        fixed="WHEN (OLD.closed_at IS NOT NULL)",
    ),
]


def sqlite():
    yield (
        f"CREATE TRIGGER payouts_account_no_rename BEFORE UPDATE OF {NAMES} ON payouts_account "
        "BEGIN SELECT RAISE(ABORT, 'accounts keep their names'); END"
    )
    for guard in GUARDS:
        for what, when in (("UPDATE", guard.fixed), ("DELETE", "")):
            yield (
                f"CREATE TRIGGER {guard.table}_no_{what.lower()} BEFORE {what} ON {guard.table} {when} "
                f"BEGIN SELECT RAISE(ABORT, '{guard.why}'); END"
            )
    # SQLite's INSERT OR REPLACE deletes the rows in its way without asking the triggers of DELETE: so it finds none in its way.
    account = Guard(
        "payouts_account",
        "the ledger only grows",
        once="kind = NEW.kind AND owner = NEW.owner AND currency = NEW.currency",
    )
    for guard in [*GUARDS, account]:
        yield (
            f"CREATE TRIGGER {guard.table}_no_replace BEFORE INSERT ON {guard.table} "
            f"WHEN EXISTS (SELECT 1 FROM {guard.table} WHERE {guard.taken}) "
            f"BEGIN SELECT RAISE(ABORT, '{guard.why}'); END"
        )
        if guard.once:
            yield (
                f"CREATE TRIGGER {guard.table}_once BEFORE INSERT ON {guard.table} "
                f"WHEN EXISTS (SELECT 1 FROM {guard.table} WHERE {guard.once} AND id <> NEW.id) "
                "BEGIN SELECT RAISE(IGNORE); END"
            )


def postgresql():
    for function, why in (
        ("payouts_refuse", "the ledger only grows"),
        ("payouts_refuse_audit", "the audit trail only grows"),
    ):
        yield (
            f"CREATE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            f"RAISE EXCEPTION '{why}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
        )
    yield (
        f"CREATE TRIGGER payouts_account_no_rename BEFORE UPDATE OF {NAMES} ON payouts_account "
        "FOR EACH ROW EXECUTE FUNCTION payouts_refuse()"
    )
    for guard in GUARDS:
        function = "payouts_refuse_audit()" if "audit" in guard.why else "payouts_refuse()"
        for what, when in (("UPDATE", guard.fixed), ("DELETE", "")):
            yield (
                f"CREATE TRIGGER {guard.table}_no_{what.lower()} BEFORE {what} ON {guard.table} "
                f"FOR EACH ROW {when} EXECUTE FUNCTION {function}"
            )
        yield (
            f"CREATE TRIGGER {guard.table}_no_truncate BEFORE TRUNCATE ON {guard.table} "
            f"FOR EACH STATEMENT EXECUTE FUNCTION {function}"
        )


def switch_on(apps, schema_editor):
    for sql in sqlite() if schema_editor.connection.vendor == "sqlite" else postgresql():
        schema_editor.execute(sql, params=None)


def switch_off(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        for sql in sqlite():
            schema_editor.execute(f"DROP TRIGGER {sql.split()[2]}", params=None)
    else:
        schema_editor.execute("DROP FUNCTION payouts_refuse() CASCADE", params=None)
        schema_editor.execute("DROP FUNCTION payouts_refuse_audit() CASCADE", params=None)


class Migration(migrations.Migration):
    dependencies = [("payouts", "0001_initial")]
    operations = [migrations.RunPython(switch_on, switch_off)]
