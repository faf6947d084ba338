"""The verbs of saved cards: see keeping.py (which there are), paying.py (one press), automatic.py (when credit runs low)."""

from payouts.cards.automatic import FILLED_UP, after_spending, rule_of, switch_off, switch_on
from payouts.cards.keeping import refresh_cards, refresh_cards_of, remove_card, saved_cards, usable_cards
from payouts.cards.paying import SentBefore, ask, cancel, confirm, give_up, order, pay, refill, settle

__all__ = [
    "FILLED_UP",
    "SentBefore",
    "after_spending",
    "ask",
    "cancel",
    "confirm",
    "give_up",
    "order",
    "pay",
    "refill",
    "refresh_cards",
    "refresh_cards_of",
    "remove_card",
    "rule_of",
    "saved_cards",
    "settle",
    "switch_off",
    "switch_on",
    "usable_cards",
]
