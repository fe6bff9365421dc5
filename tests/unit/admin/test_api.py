"""The admin API over a real journal: who may, what it answers, what it logs."""

import logging
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer, make_mocked_request

from service.admin import dead_letters
from service.admin.app import admin_app
from service.admin.problems import tell_problems
from service.journal.journal import Journal
from service.journal.options import JournalOptions
from service.journal.records import (
    Burial,
    ComparisonResult,
    Disposition,
    Entry,
    Outcome,
    Settlement,
)
from service.observability.health import Check, Health
from service.observability.metrics import Metrics

NOW_US = 1_700_000_000_000_000
ANNA = {"Authorization": "Bearer anna-token"}
Client = TestClient[web.Request, web.Application]


@pytest.fixture
async def journal(tmp_path: Path) -> AsyncIterator[Journal]:
    options = JournalOptions(min_free_disk_bytes=0, duplicate_window_us=0)
    journal = await Journal.open(tmp_path / "journal.db", options, now_us=lambda: NOW_US)
    yield journal
    await journal.close()


@pytest.fixture
async def client(journal: Journal) -> AsyncIterator[Client]:
    metrics = Metrics()
    metrics.requests_refused.labels("not_json").inc(3)
    metrics.searchable_lag_seconds.observe(0.03)
    health = Health((Check("indexing", False, "no_answer, for 5 s", "look at it"),))
    tokens = {"anna": "anna-token", "ops": "ops-token"}
    losses = {"unauthorised": 401, "not_json": 400}
    admin = admin_app(
        journal, tokens, lambda: health, metrics, losses=losses, now_us=lambda: NOW_US
    )
    app = web.Application()
    app.add_subapp("/api/v1/admin", admin)
    async with TestClient(TestServer(app)) as made:
        yield made


async def bury(journal: Journal, *bodies: bytes, code: str = "odd") -> list[int]:
    """Dead letters with these bodies; their seqs."""
    first = journal.last_seq() + 1
    await journal.append([Entry(body, "user.created", Disposition.STORE) for body in bodies])
    seqs = list(range(first, journal.last_seq() + 1))
    await journal.settle([], [Burial(seq, code, "is odd", 1, "user.created") for seq in seqs])
    return seqs


async def get(client: Client, path: str) -> Any:
    async with client.get(f"/api/v1/admin{path}", headers=ANNA) as reply:
        assert reply.status == 200, await reply.text()
        assert reply.headers["Cache-Control"] == "no-store"
        return await reply.json()


async def post(client: Client, path: str, body: Any) -> Any:
    async with client.post(f"/api/v1/admin{path}", json=body, headers=ANNA) as reply:
        assert reply.status == 200, await reply.text()
        return await reply.json()


@pytest.mark.parametrize(
    "authorization",
    [
        None,
        "",
        "Bearer",
        "Bearer ",
        "Bearer wrong",
        "Basic anna-token",
        "anna-token",
        "Bearer anna",
    ],
)
@pytest.mark.parametrize("path", ["/status", "/dead-letters", "/nowhere"])
async def test_nothing_without_a_token(
    client: Client, authorization: str | None, path: str
) -> None:
    headers = {} if authorization is None else {"Authorization": authorization}
    async with client.get(f"/api/v1/admin{path}", headers=headers) as reply:
        assert reply.status == 401
        assert reply.headers["WWW-Authenticate"].startswith("Bearer")
        assert reply.content_type == "application/problem+json"
        problem = await reply.json()
    assert problem["type"] == "urn:auth0-opensearch-sync:problem:unauthorized"
    assert problem["status"] == 401


async def test_status_tells_everything_at_once(client: Client, journal: Journal) -> None:
    await journal.append([Entry(b"x", "user.created", Disposition.STORE)])
    await journal.append([Entry(b"x", "test", Disposition.TEST)])
    await bury(journal, b"y")
    assert (await get(client, "/status"))["last_comparison"] is None
    await journal.note_comparison(ComparisonResult(NOW_US, 2))
    told = await get(client, "/status")
    assert told["last_comparison"] == {
        "exported_at": "2023-11-14T22:13:20.000000Z",
        "differences": 2,
    }
    assert told["status"] == "failing"
    assert told["checks"][0]["advice"] == "look at it"
    assert told["journal"]["events"] == 1
    assert told["journal"]["takes_events"] is True
    assert told["accounting"]["received"] == 3
    assert told["accounting"]["received_by_type"] == {"user.created": 2, "test": 1}
    assert told["accounting"]["dead_letters"] == 1
    assert told["accounting"]["balanced"] is True
    assert told["last_test_event"] == "2023-11-14T22:13:20.000000Z"
    assert told["door"]["losses"] == [
        {"reason": "unauthorised", "http_status": 401, "requests": 0},
        {"reason": "not_json", "http_status": 400, "requests": 3},
    ]
    assert told["searchable_lag"]["events"] == 1
    assert told["searchable_lag"]["buckets"][-1] == {"le_seconds": None, "events": 1}


async def test_dead_letters_come_in_pages_with_the_reasons_counted(
    client: Client, journal: Journal
) -> None:
    await bury(journal, b"a", b"b", b"c")
    await bury(journal, b"d", code="even")
    first = await get(client, "/dead-letters?limit=2&reason=odd")
    assert [letter["seq"] for letter in first["dead_letters"]] == [1, 2]
    assert first["total"] == 3
    assert first["by_reason"] == {"odd": 3, "even": 1}
    rest = await get(client, f"/dead-letters?limit=2&reason=odd&after={first['next']}")
    assert [letter["seq"] for letter in rest["dead_letters"]] == [3]
    assert rest["next"] is None
    assert (await get(client, "/dead-letters"))["total"] == 4
    assert "body" not in str(first)


async def test_a_body_is_shown_when_asked_for_and_the_look_is_logged(
    client: Client, journal: Journal, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    await bury(journal, b'{"email":"grace@example.com"}', b"\xff\x00")
    assert "body" not in await get(client, "/dead-letters/1")
    assert not [r for r in caplog.records if getattr(r, "action", "") == "dead_letter_read"]

    shown = await get(client, "/dead-letters/1?body=true")
    assert (shown["body"], shown["body_encoding"]) == ('{"email":"grace@example.com"}', "utf-8")
    assert (await get(client, "/dead-letters/2?body=true"))["body"] == "/wA="
    told = [r for r in caplog.records if getattr(r, "action", "") == "dead_letter_read"]
    assert [(getattr(r, "who", ""), getattr(r, "seqs", "")) for r in told] == [
        ("anna", "1"),
        ("anna", "2"),
    ]
    assert "grace" not in caplog.text


async def test_a_replay_is_logged_and_followed(
    client: Client, journal: Journal, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    await bury(journal, b"a", b"b")
    answer = await post(client, "/dead-letters/replay", {"seqs": [2, 1, 99], "force": True})
    assert answer == {
        "replayed": 2,
        "new_seqs": "3-4",
        "not_found": [99],
        "more": False,
        "up_to": None,
    }
    told = next(r for r in caplog.records if getattr(r, "action", "") == "dead_letters_replayed")
    assert vars(told)["who"] == "anna"
    assert (vars(told)["seqs"], vars(told)["events"], vars(told)["force"]) == ("1-2", 2, True)
    assert all(
        record.forced for record in await journal.claim(after=0, max_events=9, max_bytes=999)
    )

    waiting = await get(client, "/replays?seqs=3-4")
    assert waiting == {"events": 2, "waiting": 2, "dead_letters": {}, "outcomes": {}, "left": 0}
    await journal.settle([Settlement(3, Outcome.APPLIED)], [Burial(4, "odd", "still", 2, "other")])
    ended = await get(client, "/replays?seqs=3-4")
    assert (ended["waiting"], ended["dead_letters"]) == (0, {"odd": 1})
    assert (ended["outcomes"], ended["left"]) == ({"applied": 1}, 0)


async def test_all_of_a_reason_are_taken_in_bounded_parts(
    client: Client, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dead_letters, "PAGE", 2)
    monkeypatch.setattr(dead_letters, "MOST_AT_ONCE", 5)
    await bury(journal, *(b"%d" % n for n in range(7)))
    await bury(journal, b"other", code="even")
    first = await post(client, "/dead-letters/replay", {"reason": "odd"})
    assert (first["replayed"], first["more"]) == (5, True)
    second = await post(client, "/dead-letters/replay", {"reason": "odd"})
    assert (second["replayed"], second["more"]) == (2, False)
    assert journal.accounting().dead_letters == 1
    assert (await post(client, "/dead-letters/replay", {"reason": "odd"}))["replayed"] == 0


async def test_what_failed_again_is_not_taken_again(
    client: Client, journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dead_letters, "MOST_AT_ONCE", 2)
    await bury(journal, b"a", b"b", b"c")
    answers = []
    asked: dict[str, Any] = {"reason": "odd"}
    for _ in range(2):
        answers.append(await post(client, "/dead-letters/replay", asked))
        again = [record.seq for record in await journal.claim(after=0, max_events=9, max_bytes=99)]
        await journal.settle([], [Burial(seq, "odd", "still", 2, "user.created") for seq in again])
        asked["up_to"] = answers[-1]["up_to"]
    assert [(one["replayed"], one["more"], one["up_to"]) for one in answers] == [
        (2, True, 3),
        (1, False, 3),
    ]
    assert journal.accounting().dead_letters == 3


async def test_what_came_since_the_list_was_read_is_not_dropped(
    client: Client, journal: Journal
) -> None:
    """Not even when it waited already, under a number given before."""
    await bury(journal, b"a", b"b")
    await bury(journal, b"other", code="even")
    await journal.append([Entry(b"c", "user.created", Disposition.STORE)])
    listed = await get(client, "/dead-letters?reason=odd&limit=1")
    assert (listed["total"], listed["up_to"]) == (2, 2)
    assert (await get(client, "/dead-letters"))["up_to"] == 3
    assert (await get(client, "/dead-letters?reason=none"))["up_to"] is None
    await journal.settle([], [Burial(4, "odd", "is odd", 1, "user.created")])
    answer = await post(client, "/dead-letters/drop", {"reason": "odd", "up_to": listed["up_to"]})
    assert (answer["dropped"], answer["up_to"]) == (2, 2)
    assert (await get(client, "/dead-letters"))["by_reason"] == {"odd": 1, "even": 1}
    beyond = await post(client, "/dead-letters/drop", {"reason": "odd", "up_to": 2**63 - 1})
    assert (beyond["dropped"], beyond["up_to"]) == (1, 4)


async def test_dropped_ones_are_counted(client: Client, journal: Journal) -> None:
    await bury(journal, b"a", b"b", b"c")
    answer = await post(client, "/dead-letters/drop", {"seqs": [1, 9]})
    assert answer == {"dropped": 1, "not_found": 1, "more": False, "up_to": None}
    assert (await post(client, "/dead-letters/drop", {"reason": "odd"}))["dropped"] == 2
    books = journal.accounting()
    assert (books.dead_letters, books.dropped) == (0, 3)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/dead-letters/replay", b"no json"),
        ("/dead-letters/replay", b"[]"),
        ("/dead-letters/replay", b"{}"),
        ("/dead-letters/replay", b'{"seqs": []}'),
        ("/dead-letters/replay", b'{"seqs": [1], "reason": "odd"}'),
        ("/dead-letters/replay", b'{"seqs": ["1"]}'),
        ("/dead-letters/replay", b'{"seqs": [9223372036854775808]}'),
        ("/dead-letters/replay", b'{"seqs": [1], "forse": true}'),
        ("/dead-letters/drop", b'{"seqs": [1], "force": true}'),
        ("/dead-letters/drop", b'{"reason": ""}'),
        ("/dead-letters/drop", b'{"seqs": [1], "up_to": 1}'),
        ("/dead-letters/drop", b'{"reason": "odd", "up_to": 0}'),
        ("/dead-letters/drop", b'{"up_to": 1}'),
    ],
)
async def test_a_mistake_changes_nothing(
    client: Client, journal: Journal, path: str, body: bytes
) -> None:
    await bury(journal, b"a")
    async with client.post(f"/api/v1/admin{path}", data=body, headers=ANNA) as reply:
        assert reply.status == 400
        detail = (await reply.json())["detail"]
    assert detail
    assert "Value error" not in detail, "the validator's own words are none of the answer"
    assert journal.accounting().dead_letters == 1


async def test_a_body_that_is_not_encoded_as_it_says_is_refused(
    client: Client, journal: Journal
) -> None:
    await bury(journal, b"a")
    path, headers = "/api/v1/admin/dead-letters/drop", {**ANNA, "Content-Encoding": "gzip"}
    async with client.post(path, data=b'{"seqs": [1]}', headers=headers) as reply:
        assert reply.status == 400
        assert "Content-Encoding" in (await reply.json())["detail"]
    assert journal.accounting().dead_letters == 1


async def test_a_body_has_a_limit(client: Client, journal: Journal) -> None:
    await bury(journal, b"a")
    body = b'{"seqs": [1]}'
    for size, status in ((256 * 1024, 200), (256 * 1024 + 1, 413)):
        padded = body.ljust(size)
        path = "/api/v1/admin/dead-letters/replay"
        async with client.post(path, data=padded, headers=ANNA) as reply:
            assert reply.status == status
            told = await reply.json()
    assert "262144 bytes" in told["detail"]


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/dead-letters?limit=0", 400),
        ("/dead-letters?limit=x", 400),
        ("/dead-letters?after=9223372036854775808", 400),
        ("/dead-letters?sort=seq", 400),
        ("/dead-letters/1", 404),
        ("/dead-letters/999999999999999999", 404),
        ("/dead-letters/one", 404),
        ("/replays", 400),
        ("/replays?seqs=1", 400),
        ("/nowhere", 404),
        ("/dead-letters/replay", 404),
    ],
)
async def test_what_is_not_there_is_a_problem(client: Client, path: str, status: int) -> None:
    async with client.get(f"/api/v1/admin{path}", headers=ANNA) as reply:
        assert reply.status in {status, 405}
        assert reply.content_type == "application/problem+json"


async def test_a_closed_journal_is_a_503(client: Client, journal: Journal) -> None:
    await journal.close()
    async with client.get("/api/v1/admin/dead-letters", headers=ANNA) as reply:
        assert reply.status == 503
        assert reply.headers["Retry-After"]


async def test_without_tokens_it_is_off(journal: Journal) -> None:
    off = admin_app(journal, {}, lambda: Health(()), Metrics(), losses={}, now_us=lambda: NOW_US)
    app = web.Application()
    app.add_subapp("/api/v1/admin", off)
    async with (
        TestClient(TestServer(app)) as client,
        client.get("/api/v1/admin/status", headers=ANNA) as reply,
    ):
        assert reply.status == 404
        assert "USER_SYNC_ADMIN_TOKENS" in (await reply.json())["detail"]


async def test_who_leaves_in_the_middle_of_asking_is_no_fault(
    caplog: pytest.LogCaptureFixture,
) -> None:
    async def gone(_: web.Request) -> web.StreamResponse:
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        await tell_problems(make_mocked_request("POST", "/"), gone)
    assert caplog.records == []
