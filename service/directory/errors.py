"""What may keep Auth0 from giving an export."""


class DirectoryError(Exception):
    """There is no export. str() says why, and what to do."""


class DirectoryUnavailable(DirectoryError):
    """Nothing is wrong with the request: the network, Auth0 or its rate limit is in the way.

    again_in_s: seconds after which Auth0 takes requests again, where it says so.
    """

    def __init__(self, message: str, *, again_in_s: float | None = None) -> None:
        super().__init__(message)
        self.again_in_s = again_in_s
