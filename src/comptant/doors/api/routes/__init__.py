"""The routes of the API, room by room: read, call one action or query, answer."""
