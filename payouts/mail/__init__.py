"""Mails to members about their money: queued with what causes them, sent by the outbox's worker."""
