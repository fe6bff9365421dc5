"""`user-sync reconcile` run and read, and an index that drifts."""

from collections.abc import Mapping
from typing import Any

import orjson

from service.clock import clock_us
from tests.acceptance.auth0 import at
from tests.acceptance.exports import ndjson, written
from tests.acceptance.service_process import Result, Service
from tests.waiting import eventually

SECOND_US = 1_000_000
BEFORE = "2025-02-02T00:00:00.000Z"
"""After exports.READ_AT, and long before any export."""


async def reconcile(
    service: Service, export: Any, *arguments: str, exported_at: str = "", **more: Any
) -> tuple[Result, dict[str, Any]]:
    """Run it; its result and what it says as JSON."""
    path = export if isinstance(export, str) else written(service.folder, ndjson(export))
    at_ = exported_at or at(clock_us())
    result = await service.user_sync(
        "reconcile", path, "--exported-at", at_, "--json", *arguments, **more
    )
    assert result.out, result.err
    return result, orjson.loads(result.out)


def found(said: Mapping[str, Any]) -> dict[str, str]:
    """Who differs, and how."""
    return {one["user_id"]: one["standing"] for one in said["users"]}


async def bootstrapped(service: Service) -> None:
    """Wait until there is an index: serve makes it when it runs already."""

    async def there() -> bool:
        found: bool = (await service.health())["status"] == "ok"
        return found

    await eventually(there, what="a healthy /healthz")


async def imported(service: Service, export: Mapping[str, Any]) -> None:
    path = written(service.folder, ndjson(export))
    assert (await service.user_sync("import", path)).code == 0
    await service.drained()


async def overwrite(service: Service, user_id: str, **fields: Any) -> None:
    """Change a document behind the service's back."""
    document = (await service.documents())[user_id]
    version = document.pop("_version") + 1
    await service.engine(
        "PUT",
        f"/{service.index}-write/_doc/{user_id.replace('|', '%7C')}"
        f"?version={version}&version_type=external",
        {**document, **fields},
    )


async def lose(service: Service, user_id: str) -> None:
    """Remove a document behind the service's back."""
    await service.engine("DELETE", f"/{service.index}-write/_doc/{user_id.replace('|', '%7C')}")
