"""Disputes: a card's bank takes a top-up back. Evidence, the decision, and who bears what."""
