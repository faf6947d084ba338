"""The database itself refuses to change or delete a record of the audit trail, or a task that is closed.

As with the ledger (0002): a migration that alters these tables on SQLite rebuilds them and has to make the triggers again.
"""

from django.db import migrations, models

AUDIT, TASK = "payouts_auditrecord", "payouts_stafftask"
WHY = "the audit trail only grows"
# What, on which table, and when: a task changes once, when it is closed.
REFUSED = [
    ("UPDATE", AUDIT, ""),
    ("DELETE", AUDIT, ""),
    ("UPDATE", TASK, "WHEN (OLD.closed_at IS NOT NULL)"),
    ("DELETE", TASK, ""),
]

SQLITE_ON = [
    f"CREATE TRIGGER {table}_no_{what.lower()} BEFORE {what} ON {table} {when} BEGIN SELECT RAISE(ABORT, '{WHY}'); END"
    for what, table, when in REFUSED
]
# INSERT OR REPLACE deletes the rows in its way without asking the triggers of DELETE: so it finds none in its way.
for table, taken in ((AUDIT, "id = NEW.id"), (TASK, "id = NEW.id OR key = NEW.key")):
    SQLITE_ON.append(
        f"CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} "
        f"WHEN EXISTS (SELECT 1 FROM {table} WHERE {taken}) BEGIN SELECT RAISE(ABORT, '{WHY}'); END"
    )
SQLITE_OFF = [f"DROP TRIGGER {sql.split()[2]}" for sql in SQLITE_ON]

POSTGRESQL_ON = [
    "CREATE FUNCTION payouts_refuse_audit() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
    f"RAISE EXCEPTION '{WHY}' USING ERRCODE = 'integrity_constraint_violation'; END $$",
    *(
        f"CREATE TRIGGER {table}_no_{what.lower()} BEFORE {what} ON {table} "
        f"FOR EACH ROW {when} EXECUTE FUNCTION payouts_refuse_audit()"
        for what, table, when in REFUSED
    ),
    *(
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION payouts_refuse_audit()"
        for table in (AUDIT, TASK)
    ),
]
POSTGRESQL_OFF = ["DROP FUNCTION payouts_refuse_audit() CASCADE"]


def switch_on(apps, schema_editor):
    for sql in SQLITE_ON if schema_editor.connection.vendor == "sqlite" else POSTGRESQL_ON:
        schema_editor.execute(sql, params=None)


def switch_off(apps, schema_editor):
    for sql in SQLITE_OFF if schema_editor.connection.vendor == "sqlite" else POSTGRESQL_OFF:
        schema_editor.execute(sql, params=None)


class Migration(migrations.Migration):
    dependencies = [("payouts", "0021_instant_payouts")]
    operations = [
        migrations.AddIndex(
            model_name="outboxrow",
            index=models.Index(fields=["id"], condition=models.Q(state="given_up"), name="outbox_given_up"),
        ),
        migrations.RunPython(switch_on, switch_off),
    ]
