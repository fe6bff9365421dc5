"""What stands between the service and OpenSearch breaks, under load, in every way it can.

Whatever it does, no sender notices, `/healthz` tells why nothing is written, nothing is lost, and
once it is over everything goes on without a hand.
"""

from collections.abc import AsyncIterator, Iterator, Sequence

import pytest
import pytest_asyncio

from tests.acceptance.conftest import StartService
from tests.acceptance.service_process import Service
from tests.acceptance.site import Site
from tests.conftest import Engine
from tests.faulty_proxy import (
    Answer,
    CutAnswer,
    FaultyProxy,
    HangUp,
    Misbehaviour,
    RefuseItems,
    Request,
    Silence,
    faulty_proxy,
)
from tests.waiting import eventually

# Refusals in a row until a fault counts as endured.
ENOUGH = 5

HTML = "text/html"
PAGE = b"<html><body>Something went wrong</body></html>"
GOOD = "Basic aW5kZXhlcjpyaWdodA=="  # indexer:right


def error(kind: str, status: int) -> dict[str, object]:
    """A `_bulk` item's result."""
    return {"status": status, "error": {"type": kind, "reason": "for a test"}}


REJECTED = error("opensearch_rejected_execution_exception", 429)
FORBIDDEN = error("security_exception", 403)


def every_second(user_id: str) -> bool:
    """Half of the users."""
    return int(user_id[-1], 16) % 2 == 0


@pytest.fixture(scope="module")
def proxy(engine: Engine) -> Iterator[FaultyProxy]:
    with faulty_proxy(engine.url) as one:
        yield one


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shared(
    engine: Engine, proxy: FaultyProxy, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Site]:
    service = Service(
        tmp_path_factory.mktemp("service"), proxy.url, {"OPENSEARCH_TIMEOUT": "500ms"}
    )
    service.engine_url = engine.url
    await service.start()
    yield Site(service)
    await service.clean_up()


@pytest.fixture
def site(shared: Site, proxy: FaultyProxy) -> Iterator[Site]:
    """All is well at the start, whatever the last test left."""
    proxy.heal()
    yield shared
    proxy.heal()


CASES: dict[str, tuple[Sequence[Misbehaviour | None], str]] = {
    "429 to all": ([Answer(429, b'{"error":"slow down"}')], "status_429"),
    "429 to every other": ([Answer(429, b""), None], "status_429"),
    "429 to every item": (
        [RefuseItems(lambda _: True, REJECTED)],
        "opensearch_rejected_execution_exception",
    ),
    "429 to some items": (
        [RefuseItems(every_second, REJECTED)],
        "opensearch_rejected_execution_exception",
    ),
    "403 to some items": ([RefuseItems(every_second, FORBIDDEN)], "security_exception"),
    "503": ([Answer(503, b'{"error":{"type":"cluster_manager_not_discovered"}}')], "status_503"),
    "a proxy's pages": (
        [Answer(status, PAGE, HTML) for status in (502, 400, 403, 404, 302, 500)],
        "status_502",
    ),
    "200s that are no answer": (
        [
            Answer(200, PAGE, HTML),
            Answer(200, b"ok", "text/plain"),
            Answer(200, b'{"items":[]}'),
            Answer(200, b'{"items":[{"index":{"status":201}}'),
            Answer(200, b""),
        ],
        "unreadable_answer",
    ),
    "answers cut in half": ([CutAnswer()], "no_answer"),
    "connections closed": ([HangUp(), HangUp(forwarded=True)], "no_answer"),
    "no answer within the time-out": ([Silence()], "no_answer"),
}


@pytest.mark.parametrize(("ways", "told"), CASES.values(), ids=CASES)
async def test_bulks_that_fail(
    site: Site, proxy: FaultyProxy, ways: Sequence[Misbehaviour | None], told: str
) -> None:
    async with site.traffic() as traffic:
        proxy.break_bulks(*ways)
        await site.tells("indexing", told)

        async def enough() -> bool:
            return proxy.met >= ENOUGH

        await eventually(enough)
        proxy.heal()
    await site.recovered()
    assert traffic.answers.keys() == {204}


@pytest.mark.parametrize("early", [False, True], ids=["after the body", "before the body"])
async def test_413_to_big_bulks_only(site: Site, proxy: FaultyProxy, early: bool) -> None:
    """They go in halves; nothing is lost, and no hand is needed to choose another size."""
    answer = Answer(413, PAGE, HTML, early=early)

    def fault(request: Request) -> Misbehaviour | None:
        return answer if request.is_bulk and request.size > 5_000 else None

    proxy.break_bulks(Answer(503))
    async with site.traffic() as traffic:
        await site.tells("indexing", "status_503")

        async def many() -> bool:
            return traffic.acknowledged > 60

        await eventually(many)
        proxy.heal()
        proxy.fault = fault

        async def met() -> bool:
            return proxy.met > 0

        await eventually(met)
    await site.recovered()
    assert traffic.answers.keys() == {204}


async def test_wrong_credentials(service: StartService, engine: Engine, proxy: FaultyProxy) -> None:
    def guard(request: Request) -> Misbehaviour | None:
        right = request.headers.get("authorization") == GOOD
        return None if right else Answer(401, b"Unauthorized", "text/plain")

    proxy.heal()
    proxy.fault = guard
    one = await service(
        opensearch_url=proxy.url, OPENSEARCH_USERNAME="indexer", OPENSEARCH_PASSWORD="wrong"
    )
    one.engine_url = engine.url
    site = Site(one)
    async with site.traffic() as traffic:
        await site.tells("opensearch", "credentials", "401")
        await site.tells("bootstrap", "401: Unauthorized")

        async def some() -> bool:
            return traffic.acknowledged > 20

        await eventually(some)
    one.settings["OPENSEARCH_PASSWORD"] = "right"
    await one.restart()
    await site.recovered()

    # The cluster's password is changed while the service runs, and changed back.
    async with site.traffic() as later:
        proxy.fault = lambda _: Answer(401, b"Unauthorized", "text/plain")
        await site.tells("indexing", "status_401")
        proxy.fault = guard
    await site.recovered()
    assert traffic.answers.keys() == later.answers.keys() == {204}
