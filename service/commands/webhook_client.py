"""Posts to a webhook as Auth0 does, and says in plain words why it wasn't accepted."""

from base64 import b64encode
from dataclasses import dataclass

import aiohttp

from service.settings import Settings


class NotAccepted(Exception):
    """The event was not acknowledged. Its text says why and what to do.

    perhaps_kept: the service may have kept it all the same, as after a time-out.
    """

    def __init__(self, why: str, *, perhaps_kept: bool = False) -> None:
        super().__init__(why)
        self.perhaps_kept = perhaps_kept


@dataclass(frozen=True, slots=True)
class Target:
    """Where to post and with which headers."""

    url: str
    headers: dict[str, str]


def credential(settings: Settings) -> dict[str, str] | None:
    """The header that opens the webhook; None when no credential is set."""
    webhook = settings.webhook
    if webhook.tokens:
        return {"Authorization": f"Bearer {webhook.tokens[0].get_secret_value()}"}
    if webhook.basic:
        pair = webhook.basic[0]
        both = f"{pair.username}:{pair.password.get_secret_value()}"
        return {"Authorization": f"Basic {b64encode(both.encode()).decode()}"}
    if webhook.headers:
        return {webhook.headers[0].name: webhook.headers[0].value.get_secret_value()}
    return None


async def post(session: aiohttp.ClientSession, target: Target, body: bytes) -> None:
    """Post one structured CloudEvent; returns when it is acknowledged. Raises NotAccepted."""
    headers = {"Content-Type": "application/cloudevents+json", **target.headers}
    try:
        async with session.post(
            target.url, data=body, headers=headers, allow_redirects=False
        ) as answer:
            status = answer.status
            words = "" if status < 300 else (await answer.text(errors="replace"))[:300]
            location = answer.headers.get("Location", "")
    except TimeoutError:
        raise NotAccepted(f"{target.url} did not answer in time", perhaps_kept=True) from None
    except (aiohttp.ClientError, ValueError) as error:
        unsent = (aiohttp.ClientConnectorError, aiohttp.NonHttpUrlClientError, ValueError)
        sent = not isinstance(error, unsent)
        raise NotAccepted(unreachable(target.url, error), perhaps_kept=sent) from None
    if not 200 <= status < 300:
        why = refused(target.url, status, words, location)
        raise NotAccepted(why, perhaps_kept=status >= 500)


def unreachable(url: str, error: Exception) -> str:
    """Why nothing could be posted."""
    match error:
        case aiohttp.ClientConnectorCertificateError():
            return f"{url} shows a certificate that this machine does not trust"
        case aiohttp.ClientConnectorDNSError():
            return f"{url}: no such host is known"
        case aiohttp.ClientConnectorError() if isinstance(error.os_error, ConnectionRefusedError):
            return f"nothing listens at {url} (connection refused): is user-sync serve running?"
        case aiohttp.InvalidURL() | aiohttp.NonHttpUrlClientError() | ValueError():
            return f"{url} is no URL; right would be https://events.example.com/webhook"
        case aiohttp.ServerDisconnectedError():
            return f"{url} closed the connection without an answer"
        case _:
            return f"{url} can't be reached: {type(error).__name__}"


def refused(url: str, status: int, words: str, location: str) -> str:
    """What an answer that is no success means, and what to do."""
    advice = {
        401: "the service has another credential than this command: the first of"
        " USER_SYNC_WEBHOOK_TOKENS, _BASIC or _HEADER must be one of the service's",
        403: "something in front of the service keeps this out",
        404: "there is nothing at this path: the URL ends in /webhook",
        405: "this is not the webhook: the URL ends in /webhook",
        502: "a proxy in front can't reach the service: is user-sync serve running?",
        503: "the service can't keep events now",
    }.get(status, "this is not what the webhook answers")
    if 300 <= status < 400:
        advice = f"it redirects, which Auth0 does not follow; use {location} itself"
    said = f" ({words.strip()})" if words.strip() else ""
    return f"{url} answers {status}: {advice}{said}"
