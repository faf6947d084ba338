"""Papers: monthly statements for experts, numbered receipts, refunds and commission invoices, made from what the ledger says."""
