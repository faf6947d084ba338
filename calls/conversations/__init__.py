"""Conversations: the note that a caller leaves when the expert cannot answer, and the chat of a call."""
