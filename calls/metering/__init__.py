"""Metering: offers, paid periods, and what the call costs. `billing.py` is the rule, `services.py` its verbs."""
