"""PostgreSQL no longer looks for each posting's entry once more: the statement that writes the one writes the other (posting.py).

SQLite keeps its constraint: to lose it the table would be rebuilt, and lose the triggers that guard it.
"""

import django.db.models.deletion
from django.db import migrations, models

NAME = "payouts_posting_entry_id_2b1e5b1d_fk_payouts_entry_id"


def drop(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(f"ALTER TABLE payouts_posting DROP CONSTRAINT {NAME}")


def add(apps, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(
            f"ALTER TABLE payouts_posting ADD CONSTRAINT {NAME} FOREIGN KEY (entry_id) REFERENCES payouts_entry (id) "
            "DEFERRABLE INITIALLY DEFERRED"
        )


class Migration(migrations.Migration):
    dependencies = [("payouts", "0019_plurals")]
    key = models.ForeignKey(
        db_constraint=False,
        on_delete=django.db.models.deletion.PROTECT,
        related_name="postings",
        to="payouts.entry",
    )
    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.AlterField("posting", "entry", key)],
            database_operations=[migrations.RunPython(drop, add)],
        )
    ]
