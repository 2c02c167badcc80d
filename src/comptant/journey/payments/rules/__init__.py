"""The rules of the room of payments: values in, values out."""
