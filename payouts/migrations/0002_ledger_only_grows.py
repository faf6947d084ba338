"""The database itself refuses to change or delete what was posted, and to rename an account."""

from django.db import migrations

TABLES = ["payouts_entry", "payouts_posting"]
NAMES = "kind, owner, currency, credit_normal"

SQLITE_ON = [
    f"CREATE TRIGGER {table}_no_{what.lower()} BEFORE {what} ON {table} "
    "BEGIN SELECT RAISE(ABORT, 'the ledger only grows'); END"
    for table in TABLES
    for what in ("UPDATE", "DELETE")
] + [
    f"CREATE TRIGGER payouts_account_no_rename BEFORE UPDATE OF {NAMES} ON payouts_account "
    "BEGIN SELECT RAISE(ABORT, 'accounts keep their names'); END",
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
