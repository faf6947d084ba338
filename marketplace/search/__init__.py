"""Search: a query becomes ranked profiles; who can answer now comes first."""
