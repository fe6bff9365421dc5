"""The private door answers /healthz with every check, and /metrics."""

from aiohttp.test_utils import TestClient, TestServer

from service.observability.health import Check, Health
from service.observability.metrics import Metrics
from service.observability.private import private_app


def _door(*checks: Check) -> TestServer:
    return TestServer(private_app(Metrics(), lambda: Health(checks)))


async def test_healthz_is_200_when_every_check_holds() -> None:
    async with TestClient(_door(Check("journal", True, "empty"))) as client:
        answer = await client.get("/healthz")
        assert answer.status == 200
        assert answer.headers["Cache-Control"] == "no-store"
        assert (await answer.json())["checks"]["journal"]["state"] == "empty"


async def test_healthz_is_503_and_says_what_to_do() -> None:
    failing = Check("index", False, "the alias is missing", "run user-sync bootstrap")
    async with TestClient(_door(Check("journal", True, "empty"), failing)) as client:
        answer = await client.get("/healthz")
        assert answer.status == 503
        body = await answer.json()
        assert body["status"] == "failing"
        assert body["checks"]["index"] == {
            "ok": False,
            "state": "the alias is missing",
            "advice": "run user-sync bootstrap",
        }


async def test_metrics_are_prometheus_text() -> None:
    async with TestClient(_door()) as client:
        answer = await client.get("/metrics")
        assert answer.status == 200
        assert answer.headers["Content-Type"].startswith("text/plain; version=")
        assert "user_sync_bulk_seconds_count 0.0" in await answer.text()


async def test_metrics_are_openmetrics_for_who_asks() -> None:
    async with TestClient(_door()) as client:
        accept = {"Accept": "application/openmetrics-text; version=1.0.0"}
        answer = await client.get("/metrics", headers=accept)
        assert answer.headers["Content-Type"].startswith("application/openmetrics-text")
        assert (await answer.text()).endswith("# EOF\n")


async def test_nothing_else_is_there() -> None:
    async with TestClient(_door()) as client:
        assert (await client.get("/")).status == 404
        assert (await client.post("/webhook")).status == 404
