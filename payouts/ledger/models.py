from django.db import models
from django.db.models import Q


class Account(models.Model):
    """A place where money is. Members' accounts cache their balance under a floor of zero; others cache nothing (accounts.py).

    `owner` is an opaque reference ("user:7", "withdrawal:3"; empty for the platform's own). Balances are signed towards the
    account's normal side: a credit-normal account with 500 holds 500 for its owner.
    """

    kind = models.CharField(max_length=24)
    owner = models.CharField(max_length=40, blank=True)
    currency = models.CharField(max_length=3)
    credit_normal = models.BooleanField()
    balance_minor = models.BigIntegerField(null=True)  # null: summed when asked

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "owner", "currency"], name="account_once"),
            models.CheckConstraint(
                condition=Q(balance_minor__isnull=True) | Q(balance_minor__gte=0), name="account_never_below_zero"
            ),
        ]

    def __str__(self) -> str:
        return " ".join(part for part in (self.kind, self.owner, self.currency) if part)


class Entry(models.Model):
    """A move with its cause. Same key and same content: no effect; same key, other content: an error."""

    key = models.CharField(max_length=120)
    fingerprint = models.CharField(max_length=64)
    kind = models.CharField(max_length=32)
    reference = models.CharField(max_length=60, blank=True)
    posted_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "entries"
        # A constraint instead of unique=True: that makes a second index for LIKE, which every posting would pay for.
        constraints = [models.UniqueConstraint(fields=["key"], name="entry_once_per_key")]
        indexes = [
            models.Index(fields=["reference"], name="entry_of_reference"),
            # What corrects a sale is reported for the quarter in which it happens. Partial: few entries pay for it.
            models.Index(
                fields=["posted_at"],
                condition=Q(kind__in=["give_back", "take_back", "waive_commission", "part"]),
                name="entry_of_correction",
            ),
        ]

    def __str__(self) -> str:
        return self.key


class Posting(models.Model):
    """`amount_minor` from one account to another: one debit, one credit, so it cannot be unbalanced."""

    # No constraint on PostgreSQL: only posting.py writes, the entry and its postings in one statement, and entries are never
    # deleted. It took a thirtieth of a settlement; what anybody else might write, verify.py finds.
    entry = models.ForeignKey(Entry, on_delete=models.PROTECT, related_name="postings", db_constraint=False)
    debit = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    credit = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="+", db_index=False)
    amount_minor = models.BigIntegerField()
    group = models.CharField(max_length=40, blank=True)  # what was sold, e.g. "listing:5": for statements

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="posting_above_zero"),
            models.CheckConstraint(condition=~Q(debit=models.F("credit")), name="posting_between_two_accounts"),
        ]
        indexes = [  # an account's lines, the newest first; they serve the foreign keys too
            models.Index(fields=["debit", "id"], name="posting_of_debit"),
            models.Index(fields=["credit", "id"], name="posting_of_credit"),
        ]


class Seal(models.Model):
    """Covers the entries after `after_entry` up to `through_entry`; `hash` of them and of the seal before (seals.py)."""

    after_entry = models.BigIntegerField(unique=True)
    through_entry = models.BigIntegerField()
    entries = models.PositiveIntegerField()
    hash = models.CharField(max_length=64)
    sealed_at = models.DateTimeField()


class BooksCheck(models.Model):
    """One night's check of all the books: claimed by one worker. `head` is the last seal's hash by then."""

    day = models.DateField(unique=True)
    claimed_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    faults = models.PositiveIntegerField(default=0)
    head = models.CharField(max_length=64, blank=True)
