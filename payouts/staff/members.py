"""One member's money as staff see it; and what speaks for or against two accounts: of a review, of an advance."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import F, Q, QuerySet, Sum

from payouts.earnings import services as earnings_of
from payouts.earnings.models import Earning
from payouts.ledger import accounts
from payouts.ledger import services as ledger
from payouts.money import Money
from payouts.safety.models import Freeze, Review
from payouts.wallet.models import Advance, Hold, TopUp
from payouts.withdrawals.models import Withdrawal

ROWS_SHOWN = 20
OF_MEMBER = (
    accounts.caller_credit,
    accounts.caller_hold,
    accounts.caller_promo,
    accounts.caller_promo_hold,
    accounts.expert_available,
    accounts.expert_debt,
    accounts.connected,
)


@dataclass(frozen=True, slots=True)
class Facts:
    """Of one account of a review. Sums of all time."""

    member: AbstractBaseUser
    paid_in: Money
    earned: Money
    withdrawn: Money


@dataclass(frozen=True, slots=True)
class Together:
    """What these two did with each other."""

    count: int
    price: Money


def balances(member: AbstractBaseUser) -> list[tuple[str, Money]]:
    refs = [account(member.pk) for account in OF_MEMBER]
    found = ledger.balances(refs, settings.CURRENCY)
    pending = earnings_of.pending(of=Earning.objects.filter(expert_id=member.pk))
    return [*((ref.kind, found[ref]) for ref in refs), (accounts.expert_pending(member.pk).kind, pending)]


def open_holds(member: AbstractBaseUser) -> QuerySet[Hold]:
    return Hold.objects.filter(member_id=member.pk, is_open=True).order_by("-held_at")


def top_ups(member: AbstractBaseUser) -> QuerySet[TopUp]:
    return TopUp.objects.filter(member_id=member.pk).order_by("-made_at")[:ROWS_SHOWN]


def earnings(member: AbstractBaseUser) -> QuerySet[Earning]:
    of_member = Earning.objects.filter(expert_id=member.pk).select_related("payer")
    return of_member.order_by("-captured_at")[:ROWS_SHOWN]


def withdrawals(member: AbstractBaseUser) -> QuerySet[Withdrawal]:
    return Withdrawal.objects.filter(expert_id=member.pk).order_by("-requested_at", "-pk")[:ROWS_SHOWN]


def freezes(member: AbstractBaseUser) -> QuerySet[Freeze]:
    return Freeze.objects.filter(member_id=member.pk).order_by("-begun_at")[:ROWS_SHOWN]


def is_frozen(member: AbstractBaseUser, *, now: datetime) -> bool:
    return Freeze.objects.filter(Q(ends_at=None) | Q(ends_at__gt=now), member_id=member.pk).exists()


def facts(member: AbstractBaseUser) -> Facts:
    paid = TopUp.objects.filter(member_id=member.pk, state=TopUp.State.PAID)
    earned = Earning.objects.filter(expert_id=member.pk)
    out = Withdrawal.objects.filter(expert_id=member.pk, state=Withdrawal.State.PAID)
    return Facts(member, _sum(paid, "amount_minor"), _sum(earned, "amount_minor"), _sum(out, "amount_minor"))


def together(two: Review | Advance) -> Together:
    between = Earning.objects.filter(expert_id=two.expert_id, payer_id=two.payer_id)
    return Together(between.count(), _sum(between, F("price_minor") - F("given_back_minor")))


def _sum(rows: QuerySet, minor: object) -> Money:
    return Money(rows.aggregate(sum=Sum(minor))["sum"] or 0, settings.CURRENCY)
