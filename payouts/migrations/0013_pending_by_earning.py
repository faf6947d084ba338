"""What is pending is the sum of the earnings that are not released; each has a floor of its own."""

from django.db import migrations, models

FORGET = "UPDATE payouts_account SET balance_minor = NULL WHERE kind = 'expert_pending'"
REMEMBER = """
    UPDATE payouts_account SET balance_minor = (
        SELECT coalesce(sum(CASE WHEN credit_id = payouts_account.id THEN amount_minor ELSE -amount_minor END), 0)
        FROM payouts_posting WHERE payouts_account.id IN (credit_id, debit_id)
    ) WHERE kind = 'expert_pending'
"""


class Migration(migrations.Migration):
    dependencies = [("payouts", "0012_papers_of_a_member")]

    operations = [
        migrations.RunSQL(FORGET, REMEMBER),
        migrations.AddConstraint(
            "earning",
            models.CheckConstraint(
                condition=models.Q(given_back_minor__lte=models.F("price_minor")),
                name="earning_gives_back_its_price_at_most",
            ),
        ),
    ]
