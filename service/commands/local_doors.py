"""The doors of a service on this machine, as a command finds them, and what `/healthz` says."""

import ipaddress
from typing import Any

import aiohttp

from service.observability.health import complaints
from service.settings import Settings

_PATIENCE = aiohttp.ClientTimeout(total=5)


def webhook_url(settings: Settings) -> str | None:
    """Where this machine's serve takes events; None when it takes any free port."""
    return _url(settings.doors.host, settings.doors.port, "/webhook")


def healthz_url(settings: Settings) -> str | None:
    """Where this machine's serve tells its health; None when it takes any free port."""
    return _url(settings.doors.private_host, settings.doors.private_port, "/healthz")


def _url(host: str, port: int, path: str) -> str | None:
    if port == 0:
        return None
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return f"http://{host}:{port}{path}"
    if address.is_unspecified:
        address = ipaddress.ip_address("127.0.0.1" if address.version == 4 else "::1")
    shown = f"[{address}]" if address.version == 6 else str(address)
    return f"http://{shown}:{port}{path}"


async def ask_health(settings: Settings) -> list[str]:
    """What /healthz complains about, a line each, or why it couldn't be asked."""
    url = healthz_url(settings)
    if url is None:
        return ["/healthz was not asked: USER_SYNC_PRIVATE_PORT is 0"]
    try:
        async with (
            aiohttp.ClientSession(timeout=_PATIENCE) as session,
            session.get(url, allow_redirects=False) as answer,
        ):
            health: Any = await answer.json()
    except (aiohttp.ClientError, TimeoutError, ValueError) as error:
        return [f"{url} could not be asked ({type(error).__name__}): run verify beside the service"]
    if not isinstance(health, dict) or "checks" not in health:
        return [f"{url} is no user-sync's, by its answer: run verify beside the service"]
    return complaints(health) or [f"{url} says that all is well"]
