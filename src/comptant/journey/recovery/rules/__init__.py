"""The rules of the room of recovery: values in, values out."""
