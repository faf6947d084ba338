"""The sandbox stands in for Stripe when there is no key: the same HTTP API, hosted pages, signed events."""
