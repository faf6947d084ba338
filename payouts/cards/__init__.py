"""Saved cards: Stripe keeps them, members see by what they know them; credit with one press, or by itself when it runs low."""
