"""The public door before a real journal.

Whatever a test sends, the journal's accounting must balance at its end.
"""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientSession

from service.journal.journal import Journal
from service.journal.options import JournalOptions
from service.receiver.authorisation import Credentials
from service.receiver.options import ReceiverOptions
from service.receiver.receiver import Receiver
from tests.integration.receiver.open_door import LIMIT, OpenDoor
from tests.unit.receiver.door import HOST, TOKEN


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[OpenDoor]:
    """An open door before an empty journal."""
    refused: list[str] = []
    journal = await Journal.open(tmp_path / "journal.db", JournalOptions())
    options = ReceiverOptions(max_body_bytes=LIMIT, body_timeout_s=5, stop_timeout_s=5)
    credentials = Credentials(
        bearer_tokens=["older-token", TOKEN],
        basic=[("auth0", "pass:word")],
        headers=[("X-Webhook-Key", "a key")],
    )
    receiver = Receiver(journal, credentials, options, refused=refused.append, now_us=lambda: 0)
    await receiver.start(HOST, 0)
    async with ClientSession() as client:
        yield OpenDoor(receiver, journal, client, refused)
    await receiver.stop()
    assert journal.accounting().balanced
    await journal.close()
