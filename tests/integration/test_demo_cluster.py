"""What the demo leaves on a cluster that isn't its own: nothing."""

import asyncio
import uuid
from io import StringIO

from rich.console import Console

from service.demo.cluster import Cluster, named_cluster
from service.demo.page import Page
from service.demo.telling import Teller
from service.index.bootstrap import find_indices
from service.index.connection import connect
from service.settings import load_settings
from tests.conftest import Engine


async def indices(cluster: Cluster, *created: str) -> list[str]:
    """Those of the demo, after these were created."""
    client = connect(cluster.options)
    try:
        for name in created:
            await client.indices.create(index=name)
        return sorted(await find_indices(client, cluster.names))
    finally:
        await client.close()


def test_an_index_that_a_rebuild_has_made_goes_too(engine: Engine) -> None:
    settings = load_settings({"USER_SYNC_OPENSEARCH_URL": engine.url})
    out = StringIO()
    teller = Teller(Page(Console(file=out)))
    with named_cluster(settings, f"auth0-users-demo-{uuid.uuid4().hex}", teller) as cluster:
        both = [cluster.names.numbered(1), cluster.names.numbered(2)]
        assert asyncio.run(indices(cluster, *both)) == both
    assert asyncio.run(indices(cluster)) == []
    assert "left" not in out.getvalue()
