"""Something else than OpenSearch answers at its address: that is a state, never a crash."""

from collections.abc import Iterator

import pytest
from opensearchpy import AsyncOpenSearch
from opensearchpy.exceptions import OpenSearchException

from service.index.bootstrap import bootstrap
from service.index.connection import connect
from service.index.names import IndexNames
from service.index.options import OpenSearchOptions
from service.index.purge import purge_tombstones
from service.index.state import index_state
from tests.conftest import Engine
from tests.faulty_proxy import Answer, CutAnswer, FaultyProxy, HangUp, Misbehaviour, faulty_proxy

PAGE = b"<html>Welcome to nginx!</html>"
STRANGE = [
    Answer(200, b"{}"),
    Answer(200, b"[]"),
    Answer(200, b"null"),
    Answer(200, b'{"x": {}, "hits": [], "index_templates": {}, "count": null}'),
    Answer(200, b"ok", "text/plain"),
    Answer(200, PAGE, "text/html"),
    Answer(204),
    Answer(302),
    Answer(401, PAGE, "text/html"),
    CutAnswer(),
    HangUp(),
]


@pytest.fixture(scope="module")
def proxy(engine: Engine) -> Iterator[FaultyProxy]:
    with faulty_proxy(engine.url) as one:
        yield one


async def nothing(_newest_us: int) -> None:
    raise AssertionError("nothing is to be remembered")


@pytest.mark.parametrize("way", STRANGE, ids=str)
async def test_nothing_else_is_taken_for_opensearch(proxy: FaultyProxy, way: Misbehaviour) -> None:
    client: AsyncOpenSearch = connect(OpenSearchOptions(url=proxy.url))
    names = IndexNames("t-strange")
    proxy.fault = lambda _: way
    with pytest.raises(OpenSearchException):
        await bootstrap(client, names)
    with pytest.raises(OpenSearchException):
        await purge_tombstones(client, names, older_than_us=1, remember=nothing)
    state = await index_state(client, names)
    assert state.problem
    await client.close()
