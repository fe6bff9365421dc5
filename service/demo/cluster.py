"""The OpenSearch that the demo plays on: a node of its own, or the cluster that the settings name.

On a cluster it keeps to an index of its own, of a new name, and removes it in the end.
"""

import asyncio
import os
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from opensearchpy.exceptions import OpenSearchException

from service.demo.errors import DemoError
from service.demo.folder import NODE
from service.demo.installing import ensure_engine
from service.demo.log_tail import log_tail
from service.demo.telling import Teller
from service.engine import Node
from service.index.bootstrap import find_indices
from service.index.connection import connect
from service.index.names import IndexNames
from service.index.options import OpenSearchOptions
from service.index.templates import load_templates
from service.settings import Settings
from service.wiring.stage_options import opensearch_options

URL_VARIABLE: Final = "USER_SYNC_OPENSEARCH_URL"
_PREFIX: Final = "USER_SYNC_OPENSEARCH_"
_REMOVAL_SECONDS: Final = 15.0


@dataclass(frozen=True, slots=True)
class Cluster:
    """What the demo needs to know of it.

    environ: the USER_SYNC_OPENSEARCH_… variables that lead there. node: ours, or None.
    """

    options: OpenSearchOptions
    names: IndexNames
    environ: Mapping[str, str]
    node: Node | None = None

    def require(self) -> None:
        """Raises DemoError, with the end of its log, when our own node has ended."""
        if self.node is not None and not self.node.running:
            raise DemoError(f"OpenSearch has ended:\n{log_tail(self.node.log_file)}")


@contextmanager
def own_node(folder: Path, teller: Teller) -> Iterator[Cluster]:
    """A node with its data in the folder; whatever is missing for one is downloaded.

    Raises EngineError, DemoError.
    """
    ensure_engine(teller.page.console)
    started = time.monotonic()
    with teller.page.waiting("OpenSearch starts"):
        node = Node.start(folder / NODE)
    try:
        teller.started("OpenSearch", node.url, f"in {time.monotonic() - started:.1f} s")
        options = OpenSearchOptions(url=node.url)
        yield Cluster(options, IndexNames("auth0-users"), {URL_VARIABLE: node.url}, node)
    finally:
        node.kill()  # its data goes with the folder: no need to close them well
        node.close()


@contextmanager
def named_cluster(settings: Settings, index: str, teller: Teller) -> Iterator[Cluster]:
    """The cluster of the settings. Raises opensearch-py's exceptions, DemoError."""
    options = opensearch_options(settings)
    names = IndexNames(index)
    with teller.page.waiting(f"{options.url} is asked"):
        version = asyncio.run(_version(options))
    teller.started("OpenSearch", options.url, version)
    teller.started("index", names.readers, "removed in the end")
    environ = {name: text for name, text in os.environ.items() if name.startswith(_PREFIX)}
    try:
        yield Cluster(options, names, environ)
    finally:
        left = asyncio.run(_remove(options, names))
        if left:
            teller.left_behind(options.url, left)


async def _version(options: OpenSearchOptions) -> str:
    client = connect(options)
    try:
        answer = await client.info()
    finally:
        await client.close()
    about = answer.get("version", {}) if isinstance(answer, dict) else {}
    if about.get("distribution") != "opensearch":
        raise DemoError(f"what answers at {options.url} is not OpenSearch")
    return str(about.get("number"))


async def _remove(options: OpenSearchOptions, names: IndexNames) -> list[str]:
    """Remove what was made, by a rebuild too; the paths that could not be removed."""
    left = [f"/{names.first}", f"/_index_template/{names.template}"]
    left += [f"/_component_template/{name}" for name in load_templates(names).components]
    client = connect(options)
    try:
        async with asyncio.timeout(_REMOVAL_SECONDS):
            left[:1] = [f"/{index}" for index in await find_indices(client, names)]
            while left:
                await client.transport.perform_request("DELETE", left[0], params={"ignore": 404})
                del left[0]
    except (OpenSearchException, TimeoutError):
        pass
    finally:
        await client.close()
    return left
