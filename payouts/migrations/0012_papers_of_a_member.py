from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("payouts", "0011_disputed_lots"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.AlterField(
            model_name="paper",
            name="kind",
            field=models.CharField(
                choices=[
                    ("receipt", "Receipt"),
                    ("invoice", "Invoice"),
                    ("credit_note", "Credit Note"),
                    ("refund", "Refund"),
                ],
                max_length=12,
            ),
        ),
        migrations.AddIndex(
            model_name="paper", index=models.Index(fields=["owner", "-id"], name="paper_of_owner")
        ),
    ]
