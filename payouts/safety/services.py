"""The verbs of safety: freezes.py (withdrawals wait), sightings.py (where somebody was seen), rules.py (what looks wrong)."""

from payouts.safety.freezes import Frozen, freeze, frozen, lift, thaw
from payouts.safety.rules import Suspicion, suspicions
from payouts.safety.sightings import LOOK_AGAIN, forget_old, saw, sharing

__all__ = [
    "LOOK_AGAIN",
    "Frozen",
    "Suspicion",
    "forget_old",
    "freeze",
    "frozen",
    "lift",
    "saw",
    "sharing",
    "suspicions",
    "thaw",
]
