"""Who may reach whom, and who is never asked to pay: blocks, reports, free callers. Rings, messages and offers ask here."""
