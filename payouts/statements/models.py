from django.conf import settings
from django.db import models
from django.db.models import Q

from payouts.money import Money


class LedgerRead(models.Model):
    """One row: how far the ledger has been written into statements, the last month that is closed, and how far callers'
    papers have their numbers.

    Whoever reads on moves `through_entry` by a conditional update, in the transaction that writes the lines; whoever
    numbers on, `numbered_through` in the one that writes the papers.
    """

    through_entry = models.BigIntegerField(default=0)
    closed_month = models.DateField(null=True)  # its first day; what is read later counts in a later month
    numbered_through = models.BigIntegerField(default=0)


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

    @property
    def gross_minor(self) -> int:
        """Of what was sold, or went back of it: both shares."""
        return self.net_minor + self.commission_minor


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
    papers_at = models.DateTimeField(null=True)  # when its invoice and credit note were issued, if it needed any

    class Meta:
        indexes = [
            models.Index(fields=["month"], condition=Q(papers_at__isnull=True), name="statement_month_to_invoice")
        ]
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


class NumberSeries(models.Model):
    """The last number given to a kind of paper in a year. Its row is locked from before a number is taken until the paper
    with that number is committed: so there is no gap, and nobody has the same one."""

    kind = models.CharField(max_length=12)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["kind", "year"], name="series_one_per_kind_and_year")]

    def __str__(self) -> str:
        return f"{self.kind} {self.year}"


class Paper(models.Model):
    """A numbered receipt, invoice or credit note: numbered once, never changed. Who issued it, and to whom, as it was then.

    For callers: a receipt is `about` a charge or a tip ("period:12"); a credit note of a receipt about the entry by which
    a part of it went back (its key: "give_back:5") and `corrects` that receipt; a confirmation about credit that was paid
    for ("topup:5"); a refund about unused credit that was sent back to a card ("refund:3"). For experts: an invoice and a
    credit note of the commission, about a month. The sums are what it was issued for, and of a credit note what went back:
    both above zero.
    """

    class Kind(models.TextChoices):
        RECEIPT = "receipt"
        INVOICE = "invoice"
        CREDIT_NOTE = "credit_note"
        REFUND = "refund"
        RECEIPT_NOTE = "receipt_note"
        TOP_UP = "top_up"

    PREFIXES = {
        Kind.RECEIPT: "R",
        Kind.INVOICE: "INV",
        Kind.CREDIT_NOTE: "CN",
        Kind.REFUND: "RF",
        Kind.RECEIPT_NOTE: "RCN",
        Kind.TOP_UP: "TU",
    }

    kind = models.CharField(max_length=12, choices=Kind.choices)
    year = models.PositiveSmallIntegerField()
    number = models.PositiveBigIntegerField()
    about = models.CharField(max_length=60)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", db_index=False)
    month = models.DateField(null=True)  # of an expert's invoice or credit note
    corrects = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="notes")
    currency = models.CharField(max_length=3)
    amount_minor = models.BigIntegerField()
    issuer = models.JSONField()  # name, address, tax_number
    recipient = models.CharField(max_length=300)
    issued_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "year", "number"], name="paper_number_once"),
            models.UniqueConstraint(fields=["kind", "about"], name="paper_once_for_each_cause"),
        ]
        indexes = [
            models.Index(fields=["owner", "-month"], condition=Q(month__isnull=False), name="paper_of_expert_by_month"),
            models.Index(fields=["owner", "-id"], name="paper_of_owner"),
        ]

    def __str__(self) -> str:
        return f"{self.PREFIXES[self.Kind(self.kind)]}-{self.year}-{self.number:06d}"

    @property
    def amount(self) -> Money:
        return Money(self.amount_minor, self.currency)

    @property
    def reference(self) -> str:
        """What the paper is about, as the ledger knows it; of a credit note of a receipt, what was paid."""
        return (self.corrects or self).about
