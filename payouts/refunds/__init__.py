"""Refunds: unused paid credit back to the cards it came from, one row for each top-up that it touches."""
