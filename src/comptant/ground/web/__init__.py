"""The room of the web: layout, components, the typed request, refusals turned into answers."""
