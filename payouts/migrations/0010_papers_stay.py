"""The database itself refuses to change or delete a receipt, invoice or credit note that was issued."""

from django.db import migrations

WHY = "papers stay as they were issued"


def sqlite():
    for what in ("UPDATE", "DELETE"):
        yield (
            f"CREATE TRIGGER payouts_paper_no_{what.lower()} BEFORE {what} ON payouts_paper "
            f"BEGIN SELECT RAISE(ABORT, '{WHY}'); END"
        )


def postgresql():
    yield (
        "CREATE FUNCTION payouts_refuse_paper() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        f"RAISE EXCEPTION '{WHY}' USING ERRCODE = 'integrity_constraint_violation'; END $$"
    )
    for what, each in (("UPDATE", "ROW"), ("DELETE", "ROW"), ("TRUNCATE", "STATEMENT")):
        yield (
            f"CREATE TRIGGER payouts_paper_no_{what.lower()} BEFORE {what} ON payouts_paper "
            f"FOR EACH {each} EXECUTE FUNCTION payouts_refuse_paper()"
        )


def switch_on(apps, schema_editor):
    for sql in sqlite() if schema_editor.connection.vendor == "sqlite" else postgresql():
        schema_editor.execute(sql, params=None)


def switch_off(apps, schema_editor):
    if schema_editor.connection.vendor == "sqlite":
        for sql in sqlite():
            schema_editor.execute(f"DROP TRIGGER {sql.split()[2]}", params=None)
    else:
        schema_editor.execute("DROP FUNCTION payouts_refuse_paper() CASCADE", params=None)


class Migration(migrations.Migration):
    dependencies = [("payouts", "0009_lines_of_an_account")]
    operations = [migrations.RunPython(switch_on, switch_off)]
