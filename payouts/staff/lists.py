"""What moves money, row by row, the newest first: top-ups, refunds, holds, withdrawals. To look at; nothing is changed here."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from payouts.money import Money
from payouts.refunds.models import Refund
from payouts.staff.words import said
from payouts.wallet.models import Hold, TopUp
from payouts.withdrawals.models import Withdrawal


@dataclass(frozen=True, slots=True)
class Cell:
    """Of a table: a text, a moment or a sum, and where it leads."""

    text: str = ""
    at: datetime | None = None
    amount: Money | None = None
    link: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """`states`: how its rows can be told apart, with what the address calls it: each a filter of `rows`."""

    title: Promise
    columns: tuple[Promise, ...]
    rows: Callable[[], QuerySet[Any]]
    whose: str
    cells: Callable[[Any], list[Cell]]
    states: tuple[tuple[str, dict[str, Any]], ...]

    def found(self, *, state: str, member_id: int | None) -> QuerySet[Any]:
        rows = self.rows().select_related(self.whose).filter(**dict(self.states).get(state, {}))
        return rows.filter(**{f"{self.whose}_id": member_id}) if member_id else rows


def _member(member: AbstractBaseUser) -> Cell:
    return Cell(str(member), link=reverse("staff_member_money", args=[member.pk]))


def _sum(amount: Money, reference: str) -> Cell:
    return Cell(amount=amount, link=f"{reverse('staff_ledger')}?reference={reference}")


def _top_up(row: TopUp) -> list[Cell]:
    at_stripe = row.stripe_intent or row.stripe_session or ""
    state = Cell(said(row.state))
    return [Cell(str(row.pk)), _member(row.member), Cell(at=row.made_at), state, Cell(at_stripe),
            _sum(row.amount, f"topup:{row.pk}")]  # fmt: skip


def _refund(row: Refund) -> list[Cell]:
    state = Cell(" ".join(part for part in (said(row.state), row.failure_code) if part))
    if row.state == Refund.State.REFUSED:
        state = Cell(
            _("refused ({code}): settle it").format(code=row.failure_code), link=reverse("staff_settle", args=[row.pk])
        )
    return [Cell(str(row.pk)), _member(row.member), Cell(at=row.requested_at), state, Cell(row.stripe_refund or ""),
            _sum(row.amount, row.reference)]  # fmt: skip


def _hold(row: Hold) -> list[Cell]:
    state = Cell(_("open") if row.is_open else _("closed"))
    return [Cell(row.key), _member(row.member), Cell(at=row.held_at), state, Cell(row.reference),
            _sum(row.amount, row.reference)]  # fmt: skip


def _withdrawal(row: Withdrawal) -> list[Cell]:
    state = Cell(": ".join(part for part in (said(row.state), row.failure_message) if part))
    return [Cell(str(row.pk)), _member(row.expert), Cell(at=row.requested_at), state,
            Cell(row.stripe_payout or row.stripe_transfer or ""), _sum(row.amount, f"withdrawal:{row.pk}")]  # fmt: skip


def _by_state(*states: str) -> tuple[tuple[str, dict[str, Any]], ...]:
    return tuple((state, {"state": state}) for state in states)


NUMBER, MEMBER, STATE = gettext_lazy("Number"), gettext_lazy("Member"), gettext_lazy("State")
ASKED, AT_STRIPE, AMOUNT = gettext_lazy("Asked (UTC)"), gettext_lazy("At Stripe"), gettext_lazy("Amount")
HOLD, SINCE, ABOUT = gettext_lazy("Hold"), gettext_lazy("Since (UTC)"), gettext_lazy("About")
USUAL = (NUMBER, MEMBER, ASKED, STATE, AT_STRIPE, AMOUNT)
TABLES = {
    "top_ups": Table(
        gettext_lazy("Top-ups"), USUAL, TopUp.objects.all, "member", _top_up, _by_state(*TopUp.State.values)
    ),
    "refunds": Table(
        gettext_lazy("Refunds"), USUAL, Refund.objects.all, "member", _refund, _by_state(*Refund.State.values)
    ),
    "holds": Table(
        gettext_lazy("Holds"),
        (HOLD, MEMBER, SINCE, STATE, ABOUT, AMOUNT),
        Hold.objects.all,
        "member",
        _hold,
        (("open", {"is_open": True}), ("closed", {"is_open": False})),
    ),
    "withdrawals": Table(
        gettext_lazy("Withdrawals"),
        USUAL,
        Withdrawal.objects.all,
        "expert",
        _withdrawal,
        _by_state(*Withdrawal.State.values),
    ),
}
