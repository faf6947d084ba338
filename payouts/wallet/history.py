"""What happened to a member's credit, page by page: each page costs the same, however much there is."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.contrib.auth.base_user import AbstractBaseUser

from payouts.money import Money
from payouts.wallet.models import CreditLot, LotUse

READ_AT_ONCE = 30  # a page and a little more


@dataclass(frozen=True, slots=True)
class Move:
    """One line of the wallet's history. `amount` is signed: what it did to the member's money."""

    at: datetime
    kind: str  # top_up, promo, charge, tip, give_back, expired, refund, refund_back, dispute, dispute_back
    amount: Money
    reference: str


@dataclass(frozen=True, slots=True)
class Page:
    """`older`: what to ask for to see the moves before these; empty when these are the first ones ever."""

    moves: list[Move]
    older: str


def history(*, member: AbstractBaseUser, count: int, before: str = "") -> Page:
    """What came in and what went out, newest first. What is only held is in `open_holds`.

    Lots are what came in, their uses what went out or came back. Both are read from the newest on and merged; `before`
    says how far each has been read. Anything else than an `older` of ours is the newest page.
    """
    known = re.fullmatch(r"([0-9]{1,18})-([0-9]{1,18})", before, re.ASCII)
    lot_id, use_id = (int(known[1]), int(known[2])) if known else (None, None)
    came, went = _came(member, lot_id), _went(member, use_id)
    lot, use = next(came, None), next(went, None)
    moves: list[Move] = []
    while len(moves) < count and (lot or use):
        if use and (lot is None or use[1].at >= lot[1].at):
            use_id, move = use
            use = next(went, None)
        elif lot:
            lot_id, move = lot
            lot = next(came, None)
        moves.append(move)
    newest = 10**18 - 1
    older = f"{newest if lot_id is None else lot_id}-{newest if use_id is None else use_id}"
    return Page(moves, older if lot or use else "")


def _came(member: AbstractBaseUser, before: int | None) -> Iterator[tuple[int, Move]]:
    while True:
        lots = CreditLot.objects.filter(member_id=member.pk).select_related("top_up").order_by("-pk")
        read = list((lots if before is None else lots.filter(pk__lt=before))[:READ_AT_ONCE])
        for lot in read:
            yield lot.pk, _arrival(lot)
        if len(read) < READ_AT_ONCE:
            return
        before = read[-1].pk


def _arrival(lot: CreditLot) -> Move:
    amount = Money(lot.amount_minor, lot.currency)
    if lot.top_up is None:
        return Move(lot.granted_at or lot.expires_at, "promo", amount, f"promo:{lot.pk}")  # type: ignore[arg-type]
    return Move(lot.top_up.paid_at or lot.top_up.made_at, "top_up", amount, f"topup:{lot.top_up_id}")


def _went(member: AbstractBaseUser, before: int | None) -> Iterator[tuple[int, Move]]:
    """One move for all the lots that it touched."""
    for (at, reference), uses in groupby(_uses(member, before), key=lambda use: (use.used_at, use.reference)):
        of_one = list(uses)
        amount = Money(-sum(use.amount_minor for use in of_one), of_one[0].lot.currency)
        yield of_one[-1].pk, Move(at, _kind(reference, is_back=amount.minor > 0), amount, reference)


def _kind(reference: str, *, is_back: bool) -> str:
    about = reference.partition(":")[0]
    if about in ("refund", "dispute"):
        return f"{about}_back" if is_back else about
    return "give_back" if is_back else {"promo": "expired", "tip": "tip"}.get(about, "charge")


def _uses(member: AbstractBaseUser, before: int | None) -> Iterator[LotUse]:
    while True:
        uses = LotUse.objects.filter(member_id=member.pk).select_related("lot").order_by("-pk")
        read = list((uses if before is None else uses.filter(pk__lt=before))[:READ_AT_ONCE])
        yield from read
        if len(read) < READ_AT_ONCE:
            return
        before = read[-1].pk
