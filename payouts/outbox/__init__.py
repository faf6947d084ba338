"""The outbox: work for the world outside (Stripe, mail), written with the row that causes it, done by the worker."""
