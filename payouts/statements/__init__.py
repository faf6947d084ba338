"""Papers: monthly statements for experts, numbered receipts and commission invoices, made from what the ledger says."""
