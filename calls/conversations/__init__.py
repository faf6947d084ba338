"""Conversations: for now the note that a caller leaves when the expert cannot answer."""
