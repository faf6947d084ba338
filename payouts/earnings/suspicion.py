"""Earnings that staff look at before they are released: the rules are payouts.safety's, the waiting is ours."""

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from itertools import permutations
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import F, Sum
from django.utils.translation import gettext as _

from payouts.earnings import giving_back, to_cards, waiting
from payouts.earnings.models import UNUSED, Earning, EarningWait
from payouts.in_english import in_english
from payouts.money import Money
from payouts.office import services as office
from payouts.outbox import services as outbox
from payouts.safety import services as safety
from payouts.safety import words
from payouts.safety.models import Review
from payouts.safety.rules import NEW_WITH_NEW
from payouts.wallet import services as wallet

REASON = "review"
Verdict = Review.Verdict


def hold_if_suspicious(
    *, earning: Earning, payer: AbstractBaseUser, expert: AbstractBaseUser, now: datetime
) -> Review | None:
    """To be called in the transaction of the capture, before its entry is posted."""
    codes = _codes(payer, expert, now)
    if not codes:
        return None
    if NEW_WITH_NEW in codes:  # so is what came before it in this week; in its own time, for it takes locks
        payload = {"member": payer.pk, "others": [expert.pk]}
        outbox.enqueue(action=safety.LOOK_AGAIN, key=f"{earning.reference}:week", payload=payload, now=now)
    return _hold(earning, codes, now)


def hold_part(*, part: Earning, now: datetime) -> Review | None:
    """Of a purchase that staff look at, or found to be fraud, or that looks wrong by now: what is earned of it later waits."""
    purchase = to_cards.purchase_of(part).values("reference")
    looked_at = Review.objects.filter(reference__in=purchase).exclude(verdict=Verdict.FINE).first()
    codes = looked_at.reasons if looked_at else _codes(part.payer, part.expert, now)
    return _hold(part, codes, now) if codes else None


def look_again(payload: dict[str, Any], *, key: str) -> Callable[[datetime], object]:
    """The outbox's handler of safety.LOOK_AGAIN: something has come out about a member and `others` (unless they are named:
    who shares a card or a bank account). What either earned from the other and is still pending waits for staff, even where
    they had looked, if there is a reason that they did not see."""
    member_id = payload["member"]
    others = payload.get("others") or safety.sharing(member_id=member_id)
    people = get_user_model().objects.in_bulk([member_id, *others])

    def finish(now: datetime) -> None:
        found: list[tuple[Earning, list[str]]] = []
        for other_id in others:
            for pair in permutations(people[one] for one in (member_id, other_id) if one in people):
                if len(pair) == 2:  # nobody's account was deleted since
                    found += _pending_of_pair(*pair, now=now)
        for earning, codes in sorted(found, key=lambda each: each[0].pk):  # locked in this order
            with suppress(waiting.AlreadyReleased):
                _hold_or_reopen(earning, codes, now)

    return finish


def _pending_of_pair(
    payer: AbstractBaseUser, expert: AbstractBaseUser, *, now: datetime
) -> list[tuple[Earning, list[str]]]:
    codes = _codes(payer, expert, now)
    if not codes:
        return []
    pending = Earning.objects.filter(payer_id=payer.pk, expert_id=expert.pk, released_at=None, price_minor__gt=0)
    return [(earning, codes) for earning in pending.exclude(reasons_to_wait__reason=UNUSED)]


def _codes(payer: AbstractBaseUser, expert: AbstractBaseUser, now: datetime) -> list[str]:
    def moved_since(start: datetime) -> int:
        recent = Earning.objects.filter(payer_id=payer.pk, expert_id=expert.pk, captured_at__gt=start)
        return recent.aggregate(minor=Sum(F("price_minor") - F("given_back_minor")))["minor"] or 0

    rests = wallet.rests_on_debt(payer=payer, of_others_than=expert)
    found = safety.suspicions(payer=payer, expert=expert, moved_since=moved_since, rests_on_debt=rests, now=now)
    return found.codes if found else []


def _hold_or_reopen(earning: Earning, codes: list[str], now: datetime) -> None:
    waiting.locked(earning.reference)  # before its review: of two who look at once the second one finds it
    review = Review.objects.select_for_update(no_key=True).filter(reference=earning.reference).first()
    if review is None:
        _hold(earning, codes, now)
        return
    unseen = [code for code in codes if code not in review.reasons]
    if not unseen:
        return
    review.reasons = [*review.reasons, *unseen]
    if review.verdict == Verdict.FINE:
        waiting.wait(reference=earning.reference, reason=REASON, now=now)
        review.verdict, review.decided_at, review.decided_by, review.note = Verdict.OPEN, None, None, ""
        _ask_staff(earning, review, unseen, now)
    review.save()


def _hold(earning: Earning, codes: list[str], now: datetime) -> Review:
    waiting.wait(reference=earning.reference, reason=REASON, now=now)
    review = Review.objects.create(
        reference=earning.reference,
        expert_id=earning.expert_id,
        payer_id=earning.payer_id,
        reasons=codes,
        opened_at=now,
    )
    _ask_staff(earning, review, codes, now)
    return review


@in_english
def _ask_staff(earning: Earning, review: Review, codes: list[str], now: datetime) -> None:
    """Until they have decided nothing leaves for the expert's bank (PRODUCT.md, section 3)."""
    key = f"{review.reference}:review:{len(review.reasons)}"  # reopened, it has more reasons than before
    safety.freeze(member=earning.expert, reason="review", key=key, now=now)
    text = _("Before this earning is released:") + " " + " ".join(words.reason_text(code) for code in codes)
    parties = (earning.expert_id, earning.payer_id)
    office.open_task(kind="review", key=key, reference=earning.reference, text=text, now=now, parties=parties)


def _keys(review: Review) -> list[str]:
    """Of the tasks and freezes that it ever had."""
    return [f"{review.reference}:review:{number}" for number in range(1, len(review.reasons) + 1)]


@transaction.atomic
def decide(*, review_id: int, staff: AbstractBaseUser, verdict: str, note: str, now: datetime) -> None:
    """Fine: the earning is released on its date. Fraud: it stays until `give_back`, nothing more leaves for the expert's bank,
    and transfers that still can be are reversed.

    Of two who decide the first one counts. Raises office's PartyToIt, ValueError for a verdict or an empty note.
    """
    if verdict not in (Verdict.FINE, Verdict.FRAUD) or not note.strip():
        raise ValueError("a verdict needs its reason")
    review, purchase = _locked(review_id)
    office.check_no_party(staff=staff, parties=(review.expert_id, review.payer_id))
    if review.verdict != Verdict.OPEN:
        return
    if verdict == Verdict.FRAUD:
        _fraud(review, purchase, now)
    review.verdict, review.decided_at, review.note = verdict, now, note
    review.decided_by_id = staff.pk
    review.save()
    office.record(staff=staff, act=f"review.{verdict}", reference=review.reference, reason=note, now=now)
    for key in _keys(review):
        office.settle_task(key=key, staff=staff, note=note, now=now)
    if verdict == Verdict.FINE:
        waiting.let_go(reference=review.reference, reason=REASON)
    safety.thaw(keys=_keys(review), now=now)  # a freeze for another reason, that of the fraud among them, lasts


def _locked(review_id: int) -> tuple[Review, list[Earning]]:
    """With the whole purchase: of two who decide about parts of it, or decide and give back, the later one sees the other's."""
    reference = Review.objects.values_list("reference", flat=True).get(pk=review_id)
    purchase = to_cards.purchase_of(Earning.objects.get(reference=reference))
    parts = list(purchase.select_for_update(no_key=True).order_by("pk"))
    reviews = Review.objects.select_for_update(no_key=True, of=("self",)).select_related("expert", "payer")
    return reviews.get(pk=review_id), parts


@in_english
def _fraud(review: Review, purchase: list[Earning], now: datetime) -> None:
    """Before the verdict is kept: what came back of a purchase goes to its cards with the first verdict about it, and no part of
    it is released any more."""
    key = to_cards.task_key(review.reference)
    earning = next(part for part in purchase if part.reference == review.reference)
    safety.freeze(member=review.expert, reason="review", key=key, now=now)
    outbox.enqueue(action="stripe.recall", key=f"{key}:recall", payload={"expert": review.expert_id}, now=now)
    if not to_cards.is_fraud(earning):
        to_cards.send_what_came_back_before(earning, key=f"{key}:before", now=now)
    for part in to_cards.left(purchase):
        if not part.reasons_to_wait.filter(reason=UNUSED).exists():  # what is stored waits, and goes back by itself
            waiting.wait(reference=part.reference, reason=REASON, now=now)
    if to_cards.left(purchase):
        text = _("Fraud was found. If no bank takes the payment back, give it back to the payer's card.")
        parties = (review.expert_id, review.payer_id)
        office.open_task(kind="fraud", key=key, reference=review.reference, text=text, now=now, parties=parties)


class NothingToGiveBack(Exception):
    """It was not found to be fraud, nothing of it is left, or a claim or a dispute about it is open. Nothing moved."""


def to_give_back(review: Review) -> Money | None:
    """What `give_back` would move, of all parts of the purchase together. None: nothing."""
    earning = Earning.objects.filter(reference=review.reference).first()
    parts = _to_give_back(review, list(to_cards.purchase_of(earning))) if earning else []
    return sum((part.price for part in parts[1:]), parts[0].price) if parts else None


def _to_give_back(review: Review, purchase: list[Earning]) -> list[Earning]:
    """Nothing of what a claim or a dispute decides about."""
    if review.verdict != Verdict.FRAUD:
        return []
    others = EarningWait.objects.filter(earning__in=purchase).exclude(reason__in=[REASON, UNUSED])
    waiting_for_others = set(others.values_list("earning", flat=True))
    return [part for part in to_cards.left(purchase) if part.pk not in waiting_for_others]


@transaction.atomic
def give_back(*, review_id: int, staff: AbstractBaseUser, reason: str, now: datetime) -> None:
    """What was found to be fraud does not stay here, in whatever parts: what of it came from a card is sent there (to_cards.py).

    Raises NothingToGiveBack, office's PartyToIt, ValueError for an empty reason.
    """
    if not reason.strip():
        raise ValueError("it needs its reason")
    review, purchase = _locked(review_id)
    office.check_no_party(staff=staff, parties=(review.expert_id, review.payer_id))
    parts = _to_give_back(review, purchase)
    if not parts:
        raise NothingToGiveBack(review.reference)
    office.record(staff=staff, act="review.give_back", reference=review.reference, reason=reason, now=now)
    if len(parts) == len(to_cards.left(purchase)):  # no claim decides about the rest
        office.settle_task(key=to_cards.task_key(review.reference), staff=staff, note=reason, now=now)
    for part in parts:
        key = f"{to_cards.task_key(part.reference)}:back:{part.given_back_minor}"  # a late witness may put more into it
        giving_back.give_back(reference=part.reference, amount=part.price, key=key, now=now)
