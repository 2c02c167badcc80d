"""Offers: written, presented, sent; extra requests."""
