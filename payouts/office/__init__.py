"""What staff must see to (tasks), and what staff did (the audit trail)."""
