"""Every cent: the ledger, the wallet, earnings, withdrawals, and Stripe. Knows users and opaque references, no calls."""
