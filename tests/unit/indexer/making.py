"""Journaled events, claimed and parsed."""

from service.indexer.chain import Candidate


def candidate(
    seq: int, user: str = "a", *, version: int | None = None, body: bytes = b"{}"
) -> Candidate:
    """version: without one, later events are newer."""
    return Candidate(
        seq=seq,
        received_us=0,
        attempts=0,
        type="user.updated",
        user=user,
        version=seq if version is None else version,
        body=body,
        revives_us=None,
        parsed_us=0,
        event=None,
    )
