"""Listings: what an expert offers, per minute or as an act of time."""
