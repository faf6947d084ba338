"""Withdrawals: an expert moves available earnings to their bank through Stripe Connect."""
