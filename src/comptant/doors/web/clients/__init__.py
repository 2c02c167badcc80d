"""Clients and prospects, one by one."""
