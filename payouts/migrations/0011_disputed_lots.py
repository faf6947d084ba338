"""A lot says whether its top-up is disputed."""

from django.db import migrations, models


def mark(apps, schema_editor):
    """Those that a bank has taken back, or may, by now."""
    dispute = apps.get_model("payouts", "Dispute")
    against = models.Q(status__in=["needs_response", "under_review", "appeal_needs_response", "appeal_under_review"])
    against |= models.Q(status="lost") | models.Q(status="prevented", moved_minor__gt=0)
    lots = dispute.objects.filter(against).values("lot")
    apps.get_model("payouts", "CreditLot").objects.filter(pk__in=lots).update(is_disputed=True)


class Migration(migrations.Migration):
    dependencies = [("payouts", "0010_papers_stay")]

    operations = [
        migrations.AddField("creditlot", "is_disputed", models.BooleanField(default=False)),
        migrations.RunPython(mark, migrations.RunPython.noop),
    ]
