"""The few requests to Auth0's Management API that bring a users export.

What Auth0 can't answer now is asked again, for a while; what it refuses is told with Auth0's words
and what to change.
"""

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any, Final, Self

import aiohttp
from tenacity import (
    AsyncRetrying,
    RetryCallState,
    retry_if_exception_type,
    stop_after_delay,
    wait_random_exponential,
)

from service.directory.errors import DirectoryError, DirectoryUnavailable
from service.directory.options import DirectoryOptions
from service.events.timestamp import InvalidTimestamp, parse_rfc3339

_LONGEST_ANSWER: Final = 1024 * 1024
_LONGEST_EXTRACT: Final = 200
_CHUNK: Final = 256 * 1024
_LONGEST_PAUSE_S: Final = 60.0

_ADVICE: Final[Mapping[int, str]] = {
    401: "Check USER_SYNC_AUTH0_CLIENT_ID and USER_SYNC_AUTH0_CLIENT_SECRET; they are those of a "
    "machine-to-machine application.",
    403: "Authorise the application for the Auth0 Management API, with the permission read:users.",
    404: "Check USER_SYNC_AUTH0_DOMAIN: it is the tenant's own domain, not a custom one.",
}


@dataclass(frozen=True, slots=True)
class ExportJob:
    """created_us: Auth0's time, µs since the epoch. location: of the export, once it is completed;
    good for a minute. percent: done, as far as Auth0 tells. summary: what a failed one says."""

    id: str
    status: str
    created_us: int | None = None
    location: str | None = None
    percent: int | None = None
    summary: str = ""


class ManagementApi:
    """Requests with a token of its own; `async with`. Every one raises DirectoryError.

    waiting: told why a request is repeated.
    """

    def __init__(self, options: DirectoryOptions, waiting: Callable[[str], None]) -> None:
        self._options = options
        self._waiting = waiting
        self._token = ""
        self._backoff = wait_random_exponential(multiplier=0.5, max=_LONGEST_PAUSE_S / 2)

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            # An export is kept as it is stored, compressed.
            auto_decompress=False,
            headers={"accept-encoding": "identity"},
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=True,
        )
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def create_export(self, fields: Sequence[str]) -> ExportJob:
        """Ask for an export of all users, a JSON object a line, with these fields."""
        wanted = [{"name": name} for name in fields]
        body = {"format": "json", "fields": wanted}
        return _job(await self._authorised("POST", "/api/v2/jobs/users-exports", body))

    async def export_job(self, job_id: str) -> ExportJob:
        """How it gets on."""
        return _job(await self._authorised("GET", f"/api/v2/jobs/{job_id}"))

    async def download(self, location: str, into: IO[bytes]) -> None:
        """Write what is there; once. The location carries its own authorisation."""
        # However long a large one takes, a minute of silence is a fault.
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=30, sock_read=60)
        try:
            async with self._session.get(location, timeout=timeout) as answer:
                if answer.status != 200:
                    raise DirectoryUnavailable(f"the export's link was answered {answer.status}")
                async for piece in answer.content.iter_chunked(_CHUNK):
                    into.write(piece)
        except (aiohttp.ClientError, TimeoutError) as error:
            raise DirectoryUnavailable(
                f"the export's download broke off: {_named(error)}"
            ) from None

    async def _authorised(self, method: str, path: str, body: object = None) -> dict[str, Any]:
        fresh = not self._token
        if fresh:
            self._token = await self._new_token()
        try:
            return await self._repeated(method, path, body)
        except _Unauthorised as refusal:
            if fresh:
                raise DirectoryError(str(refusal)) from None
        self._token = ""  # it was good for some hours, of which waiting took some
        return await self._authorised(method, path, body)

    async def _new_token(self) -> str:
        options = self._options
        answer = await self._repeated(
            "POST",
            "/oauth/token",
            {
                "grant_type": "client_credentials",
                "client_id": options.client_id,
                "client_secret": options.client_secret,
                "audience": f"{options.url}/api/v2/",
            },
        )
        token = answer.get("access_token")
        if not isinstance(token, str) or not token:
            raise DirectoryError(f"{options.url}/oauth/token gave no access_token. {_ADVICE[404]}")
        return token

    async def _repeated(self, method: str, path: str, body: object) -> dict[str, Any]:
        retrying = AsyncRetrying(
            retry=retry_if_exception_type(DirectoryUnavailable),
            stop=stop_after_delay(self._options.patience_s),
            wait=self._pause_s,
            before_sleep=self._tell,
            reraise=True,
        )
        return await retrying(self._once, method, path, body)

    async def _once(self, method: str, path: str, body: object) -> dict[str, Any]:
        url = self._options.url + path
        headers = {"authorization": f"Bearer {self._token}"} if self._token else {}
        try:
            async with self._session.request(
                method,
                url,
                json=body,
                headers=headers,
                timeout=aiohttp.ClientTimeout(total=self._options.timeout_s),
                allow_redirects=False,
            ) as answer:
                raw = b""
                async for piece in answer.content.iter_chunked(_CHUNK):
                    raw += piece
                    if len(raw) > _LONGEST_ANSWER:
                        raise DirectoryError(f"{url} answered without an end. {_ADVICE[404]}")
        except (aiohttp.ClientError, TimeoutError) as error:
            raise DirectoryUnavailable(f"{url} doesn't answer: {_named(error)}") from None
        return _read(url, answer, raw)

    def _pause_s(self, state: RetryCallState) -> float:
        error = state.outcome.exception() if state.outcome else None
        if isinstance(error, DirectoryUnavailable) and error.again_in_s is not None:
            return min(max(error.again_in_s, 0.1), _LONGEST_PAUSE_S)
        return self._backoff(state)

    def _tell(self, state: RetryCallState) -> None:
        error = state.outcome.exception() if state.outcome else None
        if state.attempt_number == 1:
            self._waiting(f"{error}; asking again")


class _Unauthorised(DirectoryError):
    """The token isn't taken."""


def _read(url: str, answer: aiohttp.ClientResponse, raw: bytes) -> dict[str, Any]:
    said = _object(raw)
    if answer.status in {200, 201} and said is not None:
        return said
    told = f"{url} answered {answer.status}{_words(said)}"
    if answer.status == 429 or answer.status >= 500:
        raise DirectoryUnavailable(told, again_in_s=_again_in_s(answer.headers))
    advice = _ADVICE.get(answer.status, _ADVICE[404] if said is None else "")
    message = f"{told}. {advice}".rstrip()
    raise _Unauthorised(message) if answer.status == 401 else DirectoryError(message)


def _object(raw: bytes) -> dict[str, Any] | None:
    try:
        said = json.loads(raw)
    except ValueError:
        return None
    return said if isinstance(said, dict) else None


def _words(said: Mapping[str, Any] | None) -> str:
    """What Auth0 says of an error: two kinds of answers have it in two places."""
    if said is None:
        return " without JSON"
    for name in ("message", "error_description", "error"):
        if isinstance(text := said.get(name), str):
            return f" ({text[:_LONGEST_EXTRACT]})"
    return ""


def _again_in_s(headers: Mapping[str, str]) -> float | None:
    """By Retry-After (seconds) or X-RateLimit-Reset (seconds since the epoch)."""
    after, reset = headers.get("Retry-After", ""), headers.get("X-RateLimit-Reset", "")
    if after.isdecimal():
        return float(after)
    return float(reset) - time.time() if reset.isdecimal() else None


def _job(said: Mapping[str, Any]) -> ExportJob:
    def text(name: str) -> str:
        value = said.get(name)
        return value if isinstance(value, str) else ""

    if not text("id") or not text("status"):
        raise DirectoryError(f"Auth0's answer describes no job. {_ADVICE[404]}")
    percent = said.get("percentage_done")
    try:
        created_us = parse_rfc3339(text("created_at")).us
    except InvalidTimestamp:
        created_us = None
    return ExportJob(
        id=text("id"),
        status=text("status"),
        created_us=created_us,
        location=text("location") or None,
        percent=percent if isinstance(percent, int) else None,
        summary=text("summary") or text("message"),
    )


def _named(error: Exception) -> str:
    return f"{type(error).__name__}: {error}".rstrip(": ")
