"""Runs a node until Ctrl-C or SIGTERM, for a developer who wants one at hand.

With its address in `USER_SYNC_TEST_OPENSEARCH_URL`, the test suite uses it instead of its own.
"""

import signal
import threading
from pathlib import Path

from service.engine.node import Node


def run(folder: Path) -> None:
    """Start a node on `folder`, print its address, wait, stop it."""
    ended = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: ended.set())
    with Node.start(folder, heap="1g") as node:
        print(node.url, flush=True)
        ended.wait()
