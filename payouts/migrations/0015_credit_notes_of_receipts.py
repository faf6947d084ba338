"""What went back of a receipt has a credit note of its own. Callers' papers are numbered with a mark of their own, which starts
at the first entry: what was posted before each kind of paper was known gets its number too, and nothing gets two."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("payouts", "0014_awaited_by_a_refund")]

    operations = [
        migrations.AddField("ledgerread", "numbered_through", models.BigIntegerField(default=0)),
        migrations.AddField(
            "paper",
            "corrects",
            models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="notes", to="payouts.paper"
            ),
        ),
        migrations.AlterField(
            "paper",
            "kind",
            models.CharField(
                choices=[
                    ("receipt", "Receipt"),
                    ("invoice", "Invoice"),
                    ("credit_note", "Credit Note"),
                    ("refund", "Refund"),
                    ("receipt_note", "Receipt Note"),
                ],
                max_length=12,
            ),
        ),
    ]
