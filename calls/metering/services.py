"""The verbs of the metering. Each takes `now`, is one transaction, and tells the room when something changed.

offers.py (asking, by prices.py), consent.py (answering), agreements.py (agreeing before ringing), periods.py (the meter's
buttons, the end of a call), hearings.py (what the witnesses say), still_there.py (when nobody speaks), stored.py (what is
unused of acts), sweep.py (deadlines), states.py and receipts.py (what people are shown).
"""

from calls.metering.afterwards import (
    TooLittleBilled,
    contest,
    contest_tip,
    give_back,
    payer_paid,
    review,
    reviewing,
    tip,
    tipping,
)
from calls.metering.agreements import agree, agreed_rates, begin_agreed, card, drop_agreed
from calls.metering.consent import (
    accept,
    accept_offer,
    refuse_offer,
    start_adding_credit,
    start_making_account,
    withdraw_offer,
)
from calls.metering.credit import filled_up
from calls.metering.errors import MeterRefused, OfferRefused, TermsChanged
from calls.metering.hearings import hearing, process_died, silence
from calls.metering.mail import send_receipt
from calls.metering.offers import offer_stored, send_offer
from calls.metering.periods import back_to_free, cancel_act, end_for_call, pause, raise_cap, ready, resume
from calls.metering.prices import earning_text, preview
from calls.metering.receipts import PeriodRow, Receipt, charged, receipt
from calls.metering.settlement import END_REASONS, may_give_back
from calls.metering.states import latest_offer, latest_period, meter_state, offer_state, stored_state, there_is
from calls.metering.still_there import here, nobody_speaks, spoken
from calls.metering.stored import give_back_expired, give_back_stored, kept_past_date, stored_of_member
from calls.metering.sweep import sweep
from calls.metering.texts import per_minute
from calls.metering.track_record import TrackRecord, track_record

__all__ = [
    "END_REASONS",
    "MeterRefused",
    "OfferRefused",
    "PeriodRow",
    "Receipt",
    "TermsChanged",
    "TooLittleBilled",
    "TrackRecord",
    "accept",
    "accept_offer",
    "agree",
    "agreed_rates",
    "back_to_free",
    "begin_agreed",
    "cancel_act",
    "card",
    "charged",
    "contest",
    "contest_tip",
    "drop_agreed",
    "earning_text",
    "end_for_call",
    "filled_up",
    "give_back",
    "give_back_expired",
    "give_back_stored",
    "hearing",
    "here",
    "kept_past_date",
    "latest_offer",
    "latest_period",
    "may_give_back",
    "meter_state",
    "nobody_speaks",
    "offer_state",
    "offer_stored",
    "pause",
    "payer_paid",
    "per_minute",
    "preview",
    "process_died",
    "raise_cap",
    "ready",
    "receipt",
    "refuse_offer",
    "resume",
    "review",
    "reviewing",
    "send_offer",
    "send_receipt",
    "silence",
    "spoken",
    "start_adding_credit",
    "start_making_account",
    "stored_of_member",
    "stored_state",
    "sweep",
    "there_is",
    "tip",
    "tipping",
    "track_record",
    "withdraw_offer",
]
