"""`user-sync import` beside a running serve: the users are there, live events win."""

import asyncio
import gzip
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.auth0 import at, event, new_user_id, profile
from tests.acceptance.exports import READ_AT, ndjson, users, written
from tests.acceptance.service_process import Result, Service
from tests.acceptance.site import Site
from tests.waiting import eventually


def rows(result: Result) -> dict[str, str]:
    """The result as it is printed into a pipe."""
    return dict(line.split("\t") for line in result.out.splitlines())


async def found(service: Service, ids: Any) -> dict[str, dict[str, Any]]:
    documents = await service.documents()
    return {user_id: documents[user_id] for user_id in ids if user_id in documents}


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
async def test_an_export_is_indexed(running: Service, tmp_path: Path, packed: bool) -> None:
    export = users(50)
    result = await running.user_sync(
        "import", "--force", written(tmp_path, ndjson(export), packed=packed)
    )
    assert (result.code, rows(result)) == (0, {"lines": "50", "journaled": "50", "bad": "0"})
    assert "user-sync status" in result.err
    await running.drained()
    indexed = await found(running, export)
    assert indexed.keys() == export.keys()
    for user_id, document in indexed.items():
        assert document["email"] == export[user_id]["email"]
        assert document["app_metadata"] == export[user_id]["app_metadata"]
        assert document["identities"] == export[user_id]["identities"]
        assert document["event"]["type"] == "user.read"
        assert document["event"]["time"].startswith("2025-02-01T12:34:56.789")


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
async def test_an_export_comes_from_a_pipe(running: Service, packed: bool) -> None:
    export = users(5)
    text = ndjson(export)
    result = await running.user_sync("import", "-", stdin=gzip.compress(text) if packed else text)
    assert (result.code, rows(result)["journaled"]) == (0, "5")
    await running.drained()
    assert (await found(running, export)).keys() == export.keys()


async def test_an_export_with_nobody_of_the_index_is_refused(
    running: Service, tmp_path: Path
) -> None:
    ours = users(2)
    assert (await running.user_sync("import", "-", stdin=ndjson(ours))).code == 0
    await running.drained()
    theirs = users(600)
    path = written(tmp_path, ndjson(theirs))
    result = await running.user_sync("import", path)
    assert (result.code, result.out) == (1, "")
    assert "is it another tenant's?" in result.err
    assert "Nothing was imported" in result.err

    somebody = next(iter(ours.values()))
    path = written(tmp_path, ndjson([*theirs.values(), somebody]))
    result = await running.user_sync("import", path)
    assert (result.code, rows(result)["journaled"]) == (0, "601")
    await running.drained()
    assert (await found(running, theirs)).keys() == theirs.keys()


async def test_imported_twice_it_changes_nothing(running: Service, tmp_path: Path) -> None:
    export = users(20)
    path = written(tmp_path, ndjson([*export.values(), b'{"user_id": 5, "identities": []}']))
    assert (await running.user_sync("import", "--force", path)).code == 0
    await running.drained()
    first = await found(running, export)
    letters = (await running.status())["journal"]["accounting"]["dead_letters"]

    again = await running.user_sync("import", "--force", path)
    assert again.code == 0
    await running.drained()
    assert await found(running, export) == first
    accounting = (await running.status())["journal"]["accounting"]
    assert accounting["dead_letters"] == letters
    assert accounting["balanced"] is True


async def test_after_the_index_is_lost_the_same_import_brings_every_user_back(
    service: Any, tmp_path: Path
) -> None:
    """At once, too: a repeated line is not a sender's repetition.

    Until then the new index, empty and without a fault, must not pass for a healthy one.
    """
    alone = await service()
    site = Site(alone)
    export = users(20)
    path = written(tmp_path, ndjson(export))
    assert (await alone.user_sync("import", path)).code == 0
    await alone.drained()
    await site.well()
    await alone.stop()
    await alone.engine("DELETE", f"/{alone.index}-000001")
    for _ in ("makes the index", "finds it there"):
        await alone.start()
        await site.tells("bootstrap", "is not the one")
        await alone.stop()
    await alone.start()
    written(tmp_path, ndjson(export)[:-20])
    assert (await alone.user_sync("import", path)).code == 1
    await alone.drained()
    await site.tells("bootstrap", "is not the one")  # for not all are there

    written(tmp_path, ndjson(export))
    assert (await alone.user_sync("import", path)).code == 0
    await alone.drained()
    await site.well()
    assert (await found(alone, export)).keys() == export.keys()

    # serve runs on, and its own check says to bootstrap.
    await alone.engine("DELETE", f"/{alone.index}-000001")
    await site.tells("opensearch", "there is no index")
    assert (await alone.user_sync("bootstrap")).code == 0
    await site.tells("bootstrap", "is not the one")


async def test_live_events_win_whatever_comes_first(running: Service, tmp_path: Path) -> None:
    """The live event of the very change that the export shows, an older one, and a deletion."""
    before, same, newer, deleted = (new_user_id() for _ in range(4))
    earlier, later = "2025-01-01T00:00:00.000Z", "2025-03-01T00:00:00.000Z"
    await running.post(event("updated", before, earlier, nickname="old event"))
    await running.post(event("updated", same, READ_AT, nickname="event"))
    export = [
        profile(before, READ_AT, nickname="export"),
        profile(same, READ_AT, nickname="export"),
        profile(newer, READ_AT, nickname="export"),
        profile(deleted, READ_AT, nickname="export"),
    ]
    assert (
        await running.user_sync("import", "--force", written(tmp_path, ndjson(export)))
    ).code == 0
    await running.post(event("updated", newer, later, nickname="event"))
    await running.post(event("deleted", deleted, later))
    await running.drained()

    assert (
        await running.user_sync("import", "--force", written(tmp_path, ndjson(export)))
    ).code == 0
    await running.drained()
    indexed = await found(running, [before, same, newer, deleted])
    names = {user_id: document["nickname"] for user_id, document in indexed.items()}
    assert names == {before: "export", same: "event", newer: "event"}


async def test_live_events_flow_during_an_import(running: Service, tmp_path: Path) -> None:
    """Some users get a live event while the import runs, before or after their line."""
    export = users(3000)
    path = written(tmp_path, ndjson(export))

    async def live() -> None:
        for user_id in list(export)[::30]:
            status = await running.post(
                event("updated", user_id, "2025-03-01T00:00:00.000Z", nickname="live")
            )
            assert status == 204

    result, _ = await asyncio.gather(running.user_sync("import", "--force", path), live())
    assert result.code == 0
    await running.drained()
    indexed = await found(running, export)
    assert indexed.keys() == export.keys()
    assert {user_id for user_id in export if indexed[user_id]["nickname"] == "live"} == set(
        list(export)[::30]
    )


async def test_a_bad_line_is_told_by_number_and_becomes_a_dead_letter(
    running: Service, tmp_path: Path
) -> None:
    export = users(3)
    good = list(export.values())
    no_time = {"user_id": new_user_id(), "email": "somebody@example.com"}
    text = ndjson([good[0], b"", b"no json, but a secret", good[1], no_time, good[2]])
    result = await running.user_sync("import", "--force", written(tmp_path, text))
    assert (result.code, rows(result)) == (0, {"lines": "5", "journaled": "5", "bad": "2"})
    assert "line 3: line_not_json: " in result.err
    assert "line 5: updated_at_missing: " in result.err
    assert "secret" not in result.err + result.out
    assert "somebody" not in result.err + result.out
    assert no_time["user_id"] not in result.err + result.out
    await running.drained()
    assert (await found(running, export)).keys() == export.keys()

    listed = await running.user_sync("dead-letters", "list", "--reason", "updated_at_missing")
    assert "updated_at" in listed.out
    listed = await running.user_sync("dead-letters", "list", "--reason", "line_not_json")
    seq = listed.out.split("\t")[0]
    shown = await running.user_sync("dead-letters", "show", seq)
    assert "no json, but a secret" in shown.out


async def test_only_the_first_bad_lines_are_told(running: Service, tmp_path: Path) -> None:
    bad = [b'{"user_id": %d, "updated_at": "x"}' % number for number in range(50)]
    result = await running.user_sync(
        "import", "--force", written(tmp_path, ndjson([*users(1).values(), *bad]))
    )
    assert (result.code, rows(result)["bad"]) == (0, "50")
    assert result.err.count("user_id_invalid") == 20
    assert "more bad lines" in result.err


async def test_a_line_beyond_the_body_limit_is_left_out(running: Service, tmp_path: Path) -> None:
    export = users(2)
    first, second = export.values()
    long = profile(new_user_id(), READ_AT, app_metadata={"long": "x" * 70_000})
    result = await running.user_sync(
        "import",
        "--force",
        written(tmp_path, ndjson([first, long, second])),
        settings={"BODY_LIMIT": "64KiB"},
    )
    assert result.code == 1
    assert rows(result) == {
        "lines": "3",
        "journaled": "2",
        "bad": "1",
        "  too long, left out": "1",
    }
    assert "line 2: line_too_long" in result.err
    await running.drained()
    assert (await found(running, export)).keys() == export.keys()


async def test_imported_users_are_those_of_every_deployment(running: Service) -> None:
    """An import names no tenant: it neither adopts one nor is refused."""
    await running.post(event("created", new_user_id(), at(1_740_000_000_000_000)))
    export = users(1)
    assert (await running.user_sync("import", "-", stdin=ndjson(export))).code == 0
    await running.drained()
    assert (await found(running, export)).keys() == export.keys()
    accounting = (await running.status())["journal"]["accounting"]
    assert accounting["refused"] == 0


async def test_an_import_that_outruns_the_indexer_waits_for_it(
    service: Any, tmp_path: Path
) -> None:
    """With OpenSearch away the import stops at its share of the journal; live events go on."""
    small = await service(opensearch_url="http://127.0.0.1:1", JOURNAL_MAX_BYTES="1MiB")
    export = users(2000)
    importing = asyncio.create_task(
        small.user_sync("import", written(tmp_path, ndjson(export)), within=120)
    )

    async def half_full() -> bool:
        return bool(await small.metric("user_sync_journal_bytes") >= 512 * 1024)

    await eventually(half_full)
    assert await small.post(event("created", new_user_id(), READ_AT)) == 204
    assert not importing.done()
    await small.kill()
    result = await importing
    assert result.code == 1
    assert "Waiting" in result.err or "went away" in result.err
    assert "safe" in result.err
