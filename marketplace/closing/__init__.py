"""Closing an account: the profile goes at once, every cent follows on its date, then the door shuts (PRODUCT.md, section 3)."""
