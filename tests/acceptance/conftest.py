"""The real command against the real engine, as a user runs it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
import pytest_asyncio

from tests.acceptance.service_process import Service
from tests.conftest import Engine

StartService = Callable[..., Awaitable[Service]]


@pytest.fixture
async def service(engine: Engine, tmp_path: Path) -> AsyncIterator[StartService]:
    """Starts services: `await service(TENANT="acme")`; settings without USER_SYNC_.

    opensearch_url: another engine than the session's. started: False only sets it up, for commands
    with nothing running.
    """
    made: list[Service] = []

    async def start(
        *, opensearch_url: str = engine.url, started: bool = True, **settings: str
    ) -> Service:
        folder = tmp_path / f"service-{len(made)}"
        folder.mkdir()
        one = Service(folder, opensearch_url, settings)
        made.append(one)
        if started:
            await one.start()
        return one

    yield start
    for one in made:
        await one.clean_up()


@pytest.fixture
async def synced(service: StartService) -> Service:
    """A service with an index of its own, for what looks at every user there is."""
    return await service()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(
    engine: Engine, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Service]:
    """One running service for a module's tests: each keeps to users of its own."""
    one = Service(tmp_path_factory.mktemp("service"), engine.url, {})
    await one.start()
    yield one
    await one.clean_up()
