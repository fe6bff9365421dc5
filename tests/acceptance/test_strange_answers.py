"""Something else than OpenSearch answers at its address: `serve` stays up, tells, and recovers."""

from tests.acceptance.auth0 import event, new_user_id
from tests.acceptance.conftest import StartService
from tests.acceptance.service_process import Service
from tests.conftest import Engine
from tests.faulty_proxy import Answer, CutAnswer, FaultyProxy, Misbehaviour, Request, faulty_proxy
from tests.waiting import eventually

TIME = "2025-02-01T12:34:56.789Z"
STRANGE: tuple[Misbehaviour, ...] = (
    Answer(200, b"{}"),
    Answer(200, b"[]"),
    Answer(200, b"null"),
    Answer(200, b"ok", "text/plain"),
    Answer(200, b"<html>Welcome to nginx!</html>", "text/html"),
    CutAnswer(),
)


async def go_through_all(one: Service, proxy: FaultyProxy) -> None:
    """Each request is answered in the next strange way, until every part of `serve` met some."""

    def fault(_: Request) -> Misbehaviour:
        return STRANGE[proxy.met % len(STRANGE)]

    async def met_them() -> bool:
        assert one.process is not None
        assert one.process.poll() is None, one.log.read_text()[-3000:]
        return proxy.met > len(STRANGE)

    proxy.heal()
    proxy.fault = fault
    await eventually(met_them, within=60)
    assert await one.post(event("created", new_user_id(), TIME)) == 204

    async def tells() -> bool:
        health = await one.health()
        assert health["checks"]["background"]["ok"], health
        return bool(health["status"] == "failing")

    await eventually(tells)
    proxy.heal()


async def test_serve_bears_any_answer(service: StartService, engine: Engine) -> None:
    with faulty_proxy(engine.url) as proxy:
        # Tombstones of a second, so that housekeeping asks every second.
        one = await service(started=False, opensearch_url=proxy.url, TOMBSTONE_RETENTION="1s")
        one.engine_url = engine.url
        proxy.fault = lambda _: STRANGE[0]
        await one.start()
        await go_through_all(one, proxy)
        await one.drained()
        assert await one.post(event("created", new_user_id(), TIME)) == 204
        await one.drained()
        await go_through_all(one, proxy)
        await one.drained()
        assert len(await one.documents()) == 3

        async def well() -> bool:
            return bool((await one.health())["status"] == "ok")

        await eventually(well)
        await one.stop()
        actions = {line["action"] for line in one.log_lines()}
        assert "background_failed" not in actions
