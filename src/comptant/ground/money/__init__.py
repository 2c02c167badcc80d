"""Amounts, rounding, sharing and working days: arithmetic that knows no deal and no database."""
