"""Django's PostgreSQL backend with the few turns that let one schema run on one machine or on Citus.

Source: reference rules R2, R4, R7, R9, R16 on scaling out; docs/decisions/0002-schema-rules.md.
"""
