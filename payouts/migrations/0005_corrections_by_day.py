from django.db import migrations, models

KINDS = ["give_back", "take_back", "waive_commission", "part"]


class Migration(migrations.Migration):
    dependencies = [("payouts", "0004_statements")]
    operations = [
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(
                condition=models.Q(("kind__in", KINDS)), fields=["posted_at"], name="entry_of_correction"
            ),
        ),
    ]
