"""Stripe, both ways: gateway.py calls it (the only `import stripe`), webhooks.py is called by it."""
