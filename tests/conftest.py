"""The engine: one real OpenSearch node for the session, and nodes of their own for a few tests."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from service.engine import Node
from tests.faulty_proxy import FaultyProxy, faulty_proxy

# Whoever runs this in the background, or with nohup, may have told it to ignore signals, and what a
# test starts would inherit that: tests press Ctrl-C and hang up.
signal.signal(signal.SIGINT, signal.default_int_handler)
signal.signal(signal.SIGHUP, signal.SIG_DFL)


@dataclass(frozen=True, slots=True)
class Engine:
    """An OpenSearch that is shared: a test keeps to index names of its own."""

    url: str


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engine]:
    """A real node, started when first asked for.

    `USER_SYNC_TEST_OPENSEARCH_URL` names a running one to use instead, for fast rounds; start it
    by `python -m service.engine run FOLDER`.
    """
    if running := os.environ.get("USER_SYNC_TEST_OPENSEARCH_URL"):
        yield Engine(running)
        return
    with Node.start(tmp_path_factory.mktemp("engine")) as node:
        yield Engine(node.url)


@pytest.fixture
def proxy(engine: Engine) -> Iterator[FaultyProxy]:
    """What stands between the engine and whoever is to meet faults; it passes on all at first."""
    with faulty_proxy(engine.url) as one:
        yield one


@pytest.fixture
def own_engine(tmp_path: Path) -> Iterator[Callable[..., Node]]:
    """Starts nodes that a test may stop, kill and restart: `own_engine(settings={…})`.

    The arguments are those of `Node.start`, without the folder. All are closed after the test.
    """
    with ExitStack() as nodes:
        count = 0

        def start(**arguments: Any) -> Node:
            nonlocal count
            count += 1
            return nodes.enter_context(Node.start(tmp_path / f"engine-{count}", **arguments))

        yield start
