"""Measures the product beside its floor: the least that the same work costs on the same machine. `make bench`."""
