"""Rooms and the life of a call in them: ring, answer, decline, join, leave, end."""
