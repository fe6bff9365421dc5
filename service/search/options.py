"""What a search may cost, and who may search."""

from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class SearchOptions:
    """tokens: bearer tokens that may search; none: the API is off.

    engine_timeout_s: how long OpenSearch may search; ten times what the slowest query of the
    grammar takes. request_timeout_s: how long its answer may take in all, waiting for a connection
    included. page_bytes: of OpenSearch's answer, from which on a page has fewer users than were
    asked for, and a look-up is refused: more would stop everything else for seconds, and take ten
    times its memory.
    export_page_bytes: about what one page of an export holds, so that memory stays the
    same however large the documents. exports: at once; each keeps a point in time open, of which a
    node allows 300. stall_s: how long an export waits for a client that takes nothing.
    """

    tokens: Sequence[str] = field(default=(), repr=False)
    engine_timeout_s: float = 2.0
    request_timeout_s: float = 3.0
    export_timeout_s: float = 30.0
    page_bytes: int = 16 << 20
    export_page_bytes: int = 2 << 20
    exports: int = 4
    stall_s: float = 60.0
