"""Who administers: bearer tokens that have names.

Every token is compared, each in constant time, so an answer's timing tells nothing.
"""

import hmac
from collections.abc import Mapping


class NamedTokens:
    """tokens: by name. Names are shown and logged, tokens never."""

    def __init__(self, tokens: Mapping[str, str]) -> None:
        self._tokens = {name: token.encode() for name, token in tokens.items()}

    def holder(self, authorization: str) -> str | None:
        """The name of the token in an Authorization header; None when it holds none of ours."""
        scheme, _, given = authorization.partition(" ")
        candidate = given.strip(" ").encode("utf-8", "surrogatepass")
        found: str | None = None
        for name, token in self._tokens.items():
            if hmac.compare_digest(candidate, token):
                found = name
        return found if scheme.lower() == "bearer" else None
