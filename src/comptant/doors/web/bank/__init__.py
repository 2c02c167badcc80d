"""Bank lines and the invoices they pay."""
