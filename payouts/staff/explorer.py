"""Entries of the ledger, page by page: each page reads what it shows through an index, however long the ledger is."""

from dataclasses import dataclass, field

from django.conf import settings
from django.db.models import Prefetch, Q, QuerySet

from payouts.ledger import services as ledger
from payouts.ledger.accounts import KINDS, AccountRef
from payouts.ledger.models import Account, Entry, Posting
from payouts.money import Money

ENTRIES_A_PAGE = 50


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for; empty: everything. `before`: the place up to which newer pages have read."""

    account: str = ""
    owner: str = ""
    reference: str = ""
    key: str = ""
    before: int | None = None


@dataclass(slots=True)
class Page:
    """`older`: the next page's `before`; None on the last one."""

    entries: list[Entry] = field(default_factory=list)
    older: int | None = None


class WhoseAccount(Exception):
    """Every member has an account of this kind: it needs an owner."""


def page(wanted: Wanted) -> Page:
    """Raises WhoseAccount."""
    if wanted.account or wanted.owner:
        return _of_accounts(_accounts(wanted), wanted)
    found = _narrowed(Entry.objects.all(), wanted)
    if wanted.before is not None:
        found = found.filter(pk__lt=wanted.before)
    entries = list(_with_lines(found)[: ENTRIES_A_PAGE + 1])
    shown = entries[:ENTRIES_A_PAGE]
    return Page(shown, shown[-1].pk if len(entries) > ENTRIES_A_PAGE else None)


def balances(wanted: Wanted) -> list[tuple[str, Money]]:
    """Of the chosen accounts that cache theirs. What caches none has to be summed over all its lines: see `sum_of`."""
    cached = _accounts(wanted).exclude(balance_minor=None).order_by("kind")
    return [(account.kind, Money(account.balance_minor or 0, account.currency)) for account in cached]


def sum_of(account: AccountRef) -> Money:
    """Of one that caches none, from its first line on: only when asked for."""
    return ledger.balance(account, settings.CURRENCY)


def has_to_be_summed(kind: str) -> bool:
    return kind in KINDS and not KINDS[kind].is_floored


def is_platforms(kind: str) -> bool:
    return has_to_be_summed(kind) and not KINDS[kind].is_summed


def _accounts(wanted: Wanted) -> QuerySet[Account]:
    """Named in full, so that they are found by their index: kind, owner, currency."""
    if wanted.account and not wanted.owner and not is_platforms(wanted.account):
        raise WhoseAccount
    kinds = [wanted.account] if wanted.account else list(KINDS)
    return Account.objects.filter(kind__in=kinds, owner=wanted.owner, currency=settings.CURRENCY)


def _narrowed(entries: QuerySet[Entry], wanted: Wanted) -> QuerySet[Entry]:
    if wanted.key:
        entries = entries.filter(key=wanted.key)
    return entries.filter(reference=wanted.reference) if wanted.reference else entries


def _with_lines(entries: QuerySet[Entry]) -> QuerySet[Entry]:
    lines = Posting.objects.select_related("debit", "credit").order_by("pk")
    return entries.order_by("-pk").prefetch_related(Prefetch("postings", queryset=lines))


def _of_accounts(accounts: QuerySet[Account], wanted: Wanted) -> Page:
    ids = list(accounts.values_list("pk", flat=True))
    if wanted.key or wanted.reference:  # few: their accounts are looked at afterwards
        touching = Q(postings__debit__in=ids) | Q(postings__credit__in=ids)
        found = _narrowed(Entry.objects.filter(touching), wanted).distinct()
        return Page(list(_with_lines(found)[:ENTRIES_A_PAGE]))
    lines = _newest_lines(ids, wanted.before)
    shown = lines[:ENTRIES_A_PAGE]
    entries = list(_with_lines(Entry.objects.filter(pk__in={entry for _line, entry in shown})))
    if wanted.before is not None:  # shown on the page before, where its newest line was
        entries = [entry for entry in entries if not _touches(entry, set(ids), wanted.before)]
    return Page(entries, shown[-1][0] if len(lines) > ENTRIES_A_PAGE else None)


def _newest_lines(account_ids: list[int], before: int | None) -> list[tuple[int, int]]:
    """Line and entry, newest first: of each account and side through that side's index, then merged."""
    lines: list[tuple[int, int]] = []
    for account_id in account_ids:
        for side in ("debit_id", "credit_id"):
            of_side = Posting.objects.filter(**{side: account_id}).order_by("-pk")
            if before is not None:
                of_side = of_side.filter(pk__lt=before)
            lines += of_side.values_list("pk", "entry_id")[: ENTRIES_A_PAGE + 1]
    return sorted(set(lines), reverse=True)[: ENTRIES_A_PAGE + 1]


def _touches(entry: Entry, account_ids: set[int], since: int) -> bool:
    return any(line.pk >= since and account_ids & {line.debit_id, line.credit_id} for line in entry.postings.all())
