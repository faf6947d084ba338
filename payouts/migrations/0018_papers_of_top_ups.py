"""Credit that was paid for has a numbered confirmation: earlier payments too, so the ledger is read for papers once more."""

from django.db import migrations, models


def number_anew(apps, schema_editor):
    apps.get_model("payouts", "LedgerRead").objects.update(numbered_through=0)


class Migration(migrations.Migration):
    dependencies = [("payouts", "0017_advances_of_before")]

    operations = [
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
                    ("top_up", "Top Up"),
                ],
                max_length=12,
            ),
        ),
        migrations.RunPython(number_anew, migrations.RunPython.noop),
    ]
