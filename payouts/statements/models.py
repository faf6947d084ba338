from django.conf import settings
from django.db import models
from django.db.models import Q

from payouts.money import Money


class LedgerRead(models.Model):
    """One row: how far the ledger has been written into statements, and the last month that is closed.

    Whoever reads on moves `through_entry` by a conditional update, in the transaction that writes the lines.
    """

    through_entry = models.BigIntegerField(default=0)
    closed_month = models.DateField(null=True)  # its first day; what is read later counts in a later month


class StatementLine(models.Model):
    """What one ledger entry did to one expert's money: signed changes, written once and never changed.

    `month` is that of the entry, or the first one still open when the entry was read. `sold_month`: of what moves a
    commission, the month of the charge it belongs to, so that a correction knows which invoice it corrects.
    """

    expert = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    month = models.DateField()
    entry_id = models.BigIntegerField()  # not a foreign key: nothing outside the ledger points into it
    at = models.DateTimeField()
    kind = models.CharField(max_length=32)
    reference = models.CharField(max_length=60, blank=True)
    label = models.CharField(max_length=120, blank=True)
    link = models.CharField(max_length=120, blank=True)
    currency = models.CharField(max_length=3)
    pending_minor = models.BigIntegerField(default=0)
    available_minor = models.BigIntegerField(default=0)
    owed_minor = models.BigIntegerField(default=0)
    commission_minor = models.BigIntegerField(default=0)  # of the platform's share
    sold_month = models.DateField(null=True)

    class Meta:
        constraints = [
            # Also the index that a statement is read by: one month of one expert, in the ledger's order.
            models.UniqueConstraint(fields=["expert", "month", "entry_id"], name="statement_line_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.reference}"

    @property
    def net_minor(self) -> int:
        """What it did to all that the expert has here."""
        return self.pending_minor + self.available_minor - self.owed_minor


class StatementMonth(models.Model):
    """The sums of a month's lines, so that an opening balance needs no more than one row for each month before."""

    expert = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    month = models.DateField()
    currency = models.CharField(max_length=3)
    lines = models.PositiveIntegerField(default=0)
    pending_minor = models.BigIntegerField(default=0)
    available_minor = models.BigIntegerField(default=0)
    owed_minor = models.BigIntegerField(default=0)
    gross_minor = models.BigIntegerField(default=0)  # charges and tips, less what went back of them
    commission_minor = models.BigIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["expert", "currency", "month"], name="statement_month_once"),
            models.CheckConstraint(condition=Q(lines__gt=0), name="statement_month_has_lines"),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"

    @property
    def gross(self) -> Money:
        return Money(self.gross_minor, self.currency)

    @property
    def commission(self) -> Money:
        return Money(self.commission_minor, self.currency)

    @property
    def net(self) -> Money:
        """Earned, less what went back."""
        return self.gross - self.commission
