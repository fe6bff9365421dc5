"""Settings: every USER_SYNC_… environment variable, read once into small frozen groups."""
