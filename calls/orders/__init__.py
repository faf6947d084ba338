"""Orders: acts of work that were bought, from the hold to the delivery and the payment."""
