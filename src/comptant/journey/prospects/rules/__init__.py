"""The rules of the room of prospects: values in, values out."""
