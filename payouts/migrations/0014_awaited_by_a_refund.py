"""What a refund made at Stripe's dashboard still waits for."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("payouts", "0013_pending_by_earning")]

    operations = [migrations.AddField("refund", "awaited_minor", models.PositiveIntegerField(default=0))]
