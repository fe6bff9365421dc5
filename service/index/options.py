"""What a connection to OpenSearch is given; the library that makes it is not loaded for it."""

from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class OpenSearchOptions:
    """Where the cluster is and how to reach it.

    url: http or https; a path is kept as a prefix. Several of one cluster are separated by commas:
    while one can't be reached, the next is used. username, password: basic authentication, used
    when both are there, before any in the first url. ca_file: PEM file of the authorities to trust
    in place of the system's. timeout_seconds: of a whole request; a `_bulk` under load takes
    seconds. connect_timeout_seconds: a node that is up accepts at once. pool_size: connections
    kept; the indexer's bulks, the refresher, health and a margin.
    """

    url: str = "http://127.0.0.1:9200"
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    ca_file: Path | None = None
    timeout_seconds: float = 30.0
    connect_timeout_seconds: float = 5.0
    pool_size: int = 16

    @property
    def urls(self) -> tuple[str, ...]:
        """Each address by itself."""
        return tuple(self.url.split(","))
