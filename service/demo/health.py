"""Waits until the demo's service has made its index and says that all is well."""

import http.client
import json
import time
from typing import Final

from service.demo.errors import DemoError
from service.demo.log_tail import log_tail
from service.demo.service_process import ServiceProcess
from service.observability.health import complaints

_HEALTHY_SECONDS: Final = 30.0
_POLL_SECONDS: Final = 0.05


def until_healthy(service: ServiceProcess) -> None:
    """Return once `/healthz` is well. Raises DemoError, with what it complains of."""
    deadline = time.monotonic() + _HEALTHY_SECONDS
    while said := _ask(service.doors.private_port):
        service.require()
        if time.monotonic() > deadline:
            listed = "\n".join(f"  {complaint}" for complaint in said)
            raise DemoError(
                f"user-sync serve isn't well after {_HEALTHY_SECONDS:g} s; it says:\n{listed}\n"
                f"The end of its log:\n{log_tail(service.log_file)}"
            )
        time.sleep(_POLL_SECONDS)


def _ask(port: int) -> list[str]:
    """What it complains of; empty when all is well."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return complaints(json.loads(connection.getresponse().read()))
    except (OSError, http.client.HTTPException, ValueError) as error:
        return [f"/healthz does not answer ({type(error).__name__})"]
    finally:
        connection.close()
