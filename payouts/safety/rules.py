"""What makes an earning look like a stolen card on its way to a bank account. Each rule has a code, which staff are shown."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser

from payouts.safety.sightings import shared

NEW_FOR = timedelta(days=7)
NEW_WITH_NEW = "new_with_new"
ON_DEBT = "on_debt"
SAME = ("card", "bank", "device", "address")  # the strongest first


@dataclass(frozen=True, slots=True)
class Suspicion:
    """`codes`: same_card, same_bank, same_device, same_address, new_with_new, on_debt."""

    codes: list[str]


def suspicions(
    *,
    payer: AbstractBaseUser,
    expert: AbstractBaseUser,
    moved_since: Callable[[datetime], int],
    rests_on_debt: bool,
    now: datetime,
) -> Suspicion | None:
    """Why staff should look before this expert is paid by this payer; None: nothing speaks against it.

    One person behind two accounts shares a card, a bank account, a device or an address. Two accounts made this week that
    move SUSPICIOUS_MINOR in it, in however many charges, are looked at too: `moved_since` a moment, from payer to expert.
    So is what is paid by somebody whose credit `rests_on_debt`: another expert gave it back, and has not paid it.
    """
    both = shared(payer, expert)
    codes = [f"same_{kind}" for kind in SAME if kind in both]
    are_new = all(_is_new(member, now) for member in (payer, expert))
    if are_new and moved_since(now - NEW_FOR) >= settings.SUSPICIOUS_MINOR:
        codes.append(NEW_WITH_NEW)
    if rests_on_debt:
        codes.append(ON_DEBT)
    return Suspicion(codes) if codes else None


def _is_new(member: AbstractBaseUser, now: datetime) -> bool:
    joined: datetime = member.date_joined  # type: ignore[attr-defined]
    return now - joined < NEW_FOR
