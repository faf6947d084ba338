"""Who may reach whom: blocks and reports. Rings and messages ask here."""
