"""The rules of the room of payments: values in, values out."""

from comptant.journey.payments.rules.room import PAYS_IN_ORDER, PaymentsRoom

__all__ = ["PAYS_IN_ORDER", "PaymentsRoom"]
