"""Earnings: the expert's part, pending until its release date, then available."""
