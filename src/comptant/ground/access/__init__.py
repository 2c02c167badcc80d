"""How people prove who they are, beyond their password."""
