"""Invoices: to make, to follow, to recover."""
