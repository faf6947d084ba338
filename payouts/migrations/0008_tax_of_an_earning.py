from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("payouts", "0007_task_parties")]
    operations = [
        migrations.AddField("earning", "tax_minor", models.PositiveIntegerField(default=0)),
    ]
