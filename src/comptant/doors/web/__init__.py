"""The web door: pages, and the addresses that lead to them."""
