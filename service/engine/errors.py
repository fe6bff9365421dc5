"""What can go wrong with the engine, in words for the person who has to act on it."""


class EngineError(Exception):
    """The engine cannot be installed or started; the message says why and what to do."""
