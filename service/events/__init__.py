"""CloudEvents, pure: bytes to a validated event, its time and its external version."""
