"""Stripe, both ways: gateway.py calls it (through client.py, the only `import stripe`), webhooks.py is called by it."""
