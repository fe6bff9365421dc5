"""Claims on what two nodes must never share: a port, a data folder.

Promise: a claim ends with the last process that holds it, however that process ends. It is a file
lock on an open file that a node's processes inherit, so nothing has to be cleaned up.
"""

import fcntl
import os
import socket
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

# The runner that starts a node exits without a word above 9299; 9200 is left to a real cluster.
PORTS = range(9201, 9300)


def claim(path: Path) -> int | None:
    """Lock the file at `path`, made if needed; its descriptor, or None when another holds it."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return None
    return descriptor


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Wait until no other process is inside a block for the same `path`, then enter."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def claim_port(port: int) -> int | None:
    """Claim a loopback port among this user's nodes; None when any program listens on it."""
    folder = Path(tempfile.gettempdir()) / f"user-sync-ports-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    descriptor = claim(folder / str(port))
    if descriptor is not None and not is_free(port):
        os.close(descriptor)
        return None
    return descriptor


def claim_free_ports() -> Iterator[tuple[int, int]]:
    """Free ports, each with its claim's descriptor, which the caller closes."""
    for port in PORTS:
        if (descriptor := claim_port(port)) is not None:
            yield port, descriptor


def is_free(port: int) -> bool:
    """Whether a node could listen on this loopback port now."""
    for address in ("127.0.0.1", "::1"):
        # A listener on all addresses doesn't keep every system from binding to loopback only.
        with suppress(OSError), closing(socket.create_connection((address, port), timeout=1)):
            return False
    with closing(socket.socket()) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True
