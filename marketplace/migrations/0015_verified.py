from django.db import migrations, models


def whom_stripe_has_checked(apps, schema_editor):
    banks = apps.get_model("payouts", "BankConnection").objects.exclude(stripe_account=None)
    checked = banks.filter(is_closed=False, transfers_status="active", payouts_status="active")
    experts = list(checked.values_list("expert_id", flat=True))
    for model in ("Profile", "Entry"):
        apps.get_model("marketplace", model).objects.filter(user__in=experts).update(verified=True)


class Migration(migrations.Migration):
    dependencies = [("marketplace", "0014_presence_choices"), ("payouts", "0021_parts_of_a_purchase")]

    operations = [
        migrations.AddField("entry", "verified", models.BooleanField(default=False)),
        migrations.AddField("profile", "verified", models.BooleanField(default=False, editable=False)),
        migrations.RunPython(whom_stripe_has_checked, migrations.RunPython.noop),
    ]
