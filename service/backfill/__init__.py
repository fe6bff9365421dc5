"""Users read from the directory instead of from its events."""
