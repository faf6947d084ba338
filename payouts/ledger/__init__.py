"""The ledger: every cent, append-only. LEDGER.md is the chart of accounts; `services.post` is the only writer."""
