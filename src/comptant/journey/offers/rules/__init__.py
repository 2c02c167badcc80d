"""The rules of the room of offers: values in, values out."""
