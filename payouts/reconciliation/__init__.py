"""Stripe's books against ours: every balance transaction has its ledger entry, and both sides agree to the cent."""
