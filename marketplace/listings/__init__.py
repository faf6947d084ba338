"""Listings: what an expert offers, per minute, as an act of time or as an act of work."""
