"""Experts: their public profile, and presence (who can be called now)."""
