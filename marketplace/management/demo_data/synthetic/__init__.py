"""Experts by the thousand, who resemble real ones only in numbers: to measure with, not to read."""
