"""What can keep a door shut."""


class CannotListen(Exception):
    """The address can't be listened on. str() tells a person why."""
