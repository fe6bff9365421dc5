"""A listening receiver with its journal and a client, and the events to send."""

from dataclasses import dataclass, field

import orjson
from aiohttp import ClientSession

from service.journal.journal import Journal
from service.receiver.receiver import Receiver
from tests.unit.receiver.door import AUTHORISED, HOST

LIMIT = 300_000  # bytes; above thread_above_bytes, so that both ways of parsing are taken


def event(number: int, event_type: str = "user.created", **attributes: str) -> bytes:
    """A CloudEvent as Auth0 writes it, about a user of its own."""
    return orjson.dumps(
        {
            "specversion": "1.0",
            "type": event_type,
            "source": "urn:auth0:acme.auth0app.com",
            "id": f"evt_{number}",
            "time": "2025-02-01T12:34:56.123Z",
            "a0tenant": "acme",
            **attributes,
            "data": {"object": {"user_id": f"auth0|{number}", "email": "ada@example.com"}},
        }
    )


@dataclass
class OpenDoor:
    """A listening receiver, its journal, and a client that holds the credential."""

    receiver: Receiver
    journal: Journal
    client: ClientSession
    refused: list[str] = field(default_factory=list)

    @property
    def webhook(self) -> str:
        """The URL that Auth0 is given."""
        return f"http://{HOST}:{self.receiver.port}/webhook"

    async def post(self, body: bytes, **headers: str) -> int:
        """The status of one POST with the right credential."""
        named = AUTHORISED | {name.replace("_", "-"): value for name, value in headers.items()}
        async with self.client.post(self.webhook, data=body, headers=named) as answer:
            content = await answer.read()
            if answer.status == 204:
                assert content == b""
            else:
                assert list(orjson.loads(content)) == ["error"]
            return answer.status

    async def kept(self) -> list[bytes]:
        """The bodies in the journal, in their order."""
        records = await self.journal.claim(after=0, max_events=1_000_000, max_bytes=1 << 30)
        return [record.body for record in records]
