"""Who administers: bearer tokens that have names."""

from collections.abc import Mapping, Sequence

from service.doors.secrets import bearer, encoded, is_one_of


class NamedTokens:
    """tokens: by name. Names are shown and logged, tokens never."""

    def __init__(self, tokens: Mapping[str, str]) -> None:
        self._tokens = {name: encoded([token]) for name, token in tokens.items()}

    def holder(self, authorization: Sequence[str]) -> str | None:
        """The name of the token in a request's Authorization headers; None without one of ours.

        All are compared, so that an answer's timing tells nothing.
        """
        given = bearer(authorization)
        found: str | None = None
        for name, token in self._tokens.items():
            if given is not None and is_one_of(given, token):
                found = name
        return found
