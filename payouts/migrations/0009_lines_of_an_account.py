"""An account's lines are found from the newest on, through one index: without it they are looked for among all lines.

The indexes that Django made for the two foreign keys go: these serve in their place, and a posting pays for no more than
before. They are dropped by name, for Django's own way would rebuild the table on SQLite, and lose the triggers that guard it.
"""

import django.db.models.deletion
from django.db import migrations, models


def of_side(side: str, old_index: str) -> list:
    key = models.ForeignKey(
        db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="payouts.account"
    )
    return [
        migrations.AddIndex("posting", models.Index(fields=[side, "id"], name=f"posting_of_{side}")),
        migrations.SeparateDatabaseAndState(
            state_operations=[migrations.AlterField("posting", side, key)],
            database_operations=[
                migrations.RunSQL(
                    f"DROP INDEX {old_index}", f"CREATE INDEX {old_index} ON payouts_posting ({side}_id)"
                )
            ],
        ),
    ]


class Migration(migrations.Migration):
    dependencies = [("payouts", "0008_tax_of_an_earning")]

    operations = [
        *of_side("debit", "payouts_posting_debit_id_0c447519"),
        *of_side("credit", "payouts_posting_credit_id_479d9eee"),
    ]
