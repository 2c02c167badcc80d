"""The rules of the room of recovery: values in, values out."""

from comptant.journey.recovery.rules.room import RecoveryRoom

__all__ = ["RecoveryRoom"]
