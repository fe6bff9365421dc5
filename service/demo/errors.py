"""What can keep the demo from being played, in words for the person who has to act on it."""


class DemoError(Exception):
    """The demo can't be played; the message says why and what to do."""
