"""The database itself refuses to change or delete what was posted, and to rename an account."""

from django.db import migrations

TABLES = ["payouts_entry", "payouts_posting"]
NAMES = "id, kind, owner, currency, credit_normal"

SQLITE_ON = [
    f"CREATE TRIGGER {table}_no_{what.lower()} BEFORE {what} ON {table} "
    "BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END"
    for table in TABLES
    for what in ("UPDATE", "DELETE")
] + [
    f"CREATE TRIGGER payouts_account_no_rename BEFORE UPDATE OF {NAMES} ON payouts_account "
    "BEGIN SELECT RAISE(ABORT, 'accounts keep their names'); END",
]

# SQLite's INSERT OR REPLACE deletes the rows in its way without asking the triggers of DELETE: so it finds none in its way.
# A row whose key or name is taken is passed over, which is also what ON CONFLICT DO NOTHING wants (it asks these too).
for table in [*TABLES, "payouts_account"]:
    SQLITE_ON.append(
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
        f"WHEN EXISTS (SELECT 1 FROM {table} WHERE id = NEW.id) "
        "BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END"
    )
SQLITE_ON += [
    "CREATE TRIGGER payouts_entry_once BEFORE INSERT ON payouts_entry "
    "WHEN EXISTS (SELECT 1 FROM payouts_entry WHERE key = NEW.key AND id <> NEW.id) "
    "BEGIN SELECT RAISE(IGNORE); END",
    "CREATE TRIGGER payouts_account_once BEFORE INSERT ON payouts_account WHEN EXISTS (SELECT 1 FROM payouts_account "
    "WHERE kind = NEW.kind AND owner = NEW.owner AND currency = NEW.currency AND id <> NEW.id) "
    "BEGIN SELECT RAISE(IGNORE); END",
]
SQLITE_OFF = [f"DROP TRIGGER {sql.split()[2]}" for sql in SQLITE_ON]

POSTGRESQL_ON = [
    "CREATE FUNCTION payouts_refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    "RAISE EXCEPTION 'the ledger only grows' USING ERRCODE = 'integrity_constraint_violation'; END $$",
    f"CREATE TRIGGER payouts_account_no_rename BEFORE UPDATE OF {NAMES} ON payouts_account "
    "FOR EACH ROW EXECUTE FUNCTION payouts_refuse()",
]
for table in TABLES:
    POSTGRESQL_ON += [
        f"CREATE TRIGGER {table}_no_change BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION payouts_refuse()",
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION payouts_refuse()",
    ]
POSTGRESQL_OFF = ["DROP FUNCTION payouts_refuse() CASCADE"]


def switch_on(apps, schema_editor):
    for sql in SQLITE_ON if schema_editor.connection.vendor == "sqlite" else POSTGRESQL_ON:
        schema_editor.execute(sql, params=None)


def switch_off(apps, schema_editor):
    for sql in SQLITE_OFF if schema_editor.connection.vendor == "sqlite" else POSTGRESQL_OFF:
        schema_editor.execute(sql, params=None)


class Migration(migrations.Migration):
    dependencies = [("payouts", "0001_initial")]
    operations = [migrations.RunPython(switch_on, switch_off)]
