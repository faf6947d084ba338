"""What payers got back that experts owe."""

from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [
        ("payouts", "0015_credit_notes_of_receipts"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Advance",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=120, unique=True)),
                ("reference", models.CharField(max_length=60)),
                ("currency", models.CharField(max_length=3)),
                ("amount_minor", models.PositiveIntegerField()),
                ("paid_credit_minor", models.PositiveIntegerField()),
                ("left_minor", models.PositiveIntegerField()),
                ("made_at", models.DateTimeField()),
                ("let_go_at", models.DateTimeField(null=True)),
                *(
                    (
                        name,
                        models.ForeignKey(
                            db_index=False,
                            on_delete=models.deletion.PROTECT,
                            related_name="+",
                            to=settings.AUTH_USER_MODEL,
                        ),
                    )
                    for name in ("payer", "expert")
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["payer"],
                        condition=Q(left_minor__gt=0, let_go_at__isnull=True),
                        name="advance_of_payer",
                    ),
                    models.Index(
                        fields=["expert", "id"], condition=Q(left_minor__gt=0), name="advance_unpaid_of_expert"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(left_minor__lte=F("amount_minor")) & Q(paid_credit_minor__lte=F("amount_minor")),
                        name="advance_not_above_its_sum",
                    )
                ],
            },
        ),
    ]
