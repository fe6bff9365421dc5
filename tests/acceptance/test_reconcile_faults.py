"""`user-sync reconcile` of bad exports, at wrong times, and while things break."""

import asyncio
import gzip
import os
import signal
import time
from pathlib import Path
from typing import Any

import pytest

from service.clock import clock_us
from tests.acceptance.auth0 import at, event, profile
from tests.acceptance.exports import READ_AT, ndjson, users, written
from tests.acceptance.reconciling import (
    BEFORE,
    SECOND_US,
    bootstrapped,
    found,
    imported,
    lose,
    reconcile,
)
from tests.acceptance.service_process import COMMAND, Service
from tests.conftest import Engine
from tests.faulty_proxy import Answer, CutAnswer, HangUp, Misbehaviour, Request, faulty_proxy


async def test_with_a_bad_line_nobody_is_deleted(synced: Service) -> None:
    """It may be the very user's whom the export seems to lack."""
    export = users(3)
    hidden = next(iter(export))
    await imported(synced, export)
    lines = [b'{"user_id": "cut', *list(export.values())[1:]]
    result, said = await reconcile(synced, lines, "--repair", "--delete-surplus", "5")
    assert (result.code, said["bad_lines"], found(said)) == (1, 1, {hidden: "surplus"})
    assert "line 1: line_not_json" in result.err
    assert "bad lines" in result.err
    assert said["deletions_journaled"] == 0
    await synced.drained()
    assert hidden in await synced.documents()


@pytest.mark.parametrize("stored", ["gzip", "plain"])
async def test_a_cut_export_is_not_compared(synced: Service, stored: str) -> None:
    export = users(500)
    await imported(synced, export)
    path = synced.folder / "cut.json"
    text = ndjson(export)
    path.write_bytes(gzip.compress(text)[:-2000] if stored == "gzip" else text[:-2000])
    result = await synced.user_sync(
        "reconcile",
        str(path),
        "--exported-at",
        at(clock_us()),
        "--repair",
        "--delete-surplus",
        "999",
    )
    assert (result.code, result.out) == (2, "")
    assert "cut off" in result.err
    assert "Nothing was changed" in result.err
    await synced.drained()
    assert len(await synced.documents()) == 500


async def test_after_a_repair_from_a_wrong_export_the_right_one_of_the_same_time_tells(
    synced: Service,
) -> None:
    """Yesterday's file, say, or one of which half the users are not ours."""
    export = users(4)
    deleted, differing, *_ = export
    await imported(synced, export)
    strangers = users(2)
    wrong = {**export, **strangers, differing: {**export[differing], "nickname": "wrong"}}
    del wrong[deleted]
    repair = ("--repair", "--delete-surplus", "9")
    exported_at_us = clock_us() - 10 * SECOND_US
    exported_at = at(exported_at_us)
    result, said = await reconcile(synced, wrong, *repair, exported_at=exported_at)
    assert (said["repairs_journaled"], said["deletions_journaled"]) == (3, 1), result.err
    await synced.drained()

    result, said = await reconcile(synced, export, *repair, exported_at=exported_at)
    left = {deleted: "missing", differing: "differing"}
    assert (result.code, found(said)) == (1, {**left, **dict.fromkeys(strangers, "surplus")})
    assert (said["repairs_journaled"], said["deletions_journaled"]) == (0, 2)
    assert "2 users differ though they were repaired" in result.err
    await synced.drained()
    _, said = await reconcile(synced, export, exported_at=exported_at)
    assert found(said) == left
    later = at(exported_at_us + SECOND_US)
    result, said = await reconcile(synced, export, "--repair", exported_at=later)
    assert (result.code, found(said)) == (0, left)
    await synced.drained()
    result, said = await reconcile(synced, export, exported_at=later)
    assert (result.code, said["equal"]) == (0, 4)


async def test_an_export_of_nobody_in_the_index_changes_nothing(synced: Service) -> None:
    """Another tenant's, most likely."""
    export = users(3)
    await imported(synced, export)
    result, said = await reconcile(synced, users(2), "--repair", "--delete-surplus", "9")
    assert (result.code, said["missing"], said["surplus"]) == (1, 2, 3)
    assert (said["repairs_journaled"], said["deletions_journaled"]) == (0, 0)
    assert "is it another tenant's?" in result.err
    assert "run it again" not in result.err
    await synced.drained()
    assert (await synced.documents()).keys() == export.keys()


async def test_it_reads_a_pipe(synced: Service) -> None:
    export = users(5)
    await imported(synced, export)
    result, said = await reconcile(synced, "-", stdin=gzip.compress(ndjson(export)))
    assert (result.code, said["equal"]) == (0, 5)


async def test_interrupted_while_a_pipe_is_read_it_does_not_say_that_they_differ(
    service: Any,
) -> None:
    alone: Service = await service(started=False)
    process = await asyncio.create_subprocess_exec(
        *COMMAND,
        *("reconcile", "-", "--exported-at", at(clock_us())),
        env=alone.env,
        cwd=alone.folder,
        stdin=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stdin is not None
    process.stdin.write(ndjson(users(2000)))  # more than a pipe holds
    await process.stdin.drain()
    process.send_signal(signal.SIGINT)
    _, err = await asyncio.wait_for(process.communicate(), 20)
    assert process.returncode == 130
    assert b"Interrupted; nothing was changed" in err


async def test_events_on_their_way_are_waited_for(synced: Service) -> None:
    """Each user's last event arrives while the comparison runs."""
    export = users(2000)
    path = written(synced.folder, ndjson(export))
    await bootstrapped(synced)

    async def arriving() -> None:
        batch = [event("created", user_id, READ_AT) for user_id in export]
        for start in range(0, 2000, 200):
            assert await synced.post(batch[start : start + 200]) == 204

    (result, said), _ = await asyncio.gather(reconcile(synced, path), arriving())
    assert (result.code, said["equal"]) == (0, 2000), result.err


async def test_an_engine_that_is_away_for_a_moment_does_not_end_it(
    service: Any, engine: Engine
) -> None:
    """Each of its requests but the first fails a few times, in another way each time."""
    export = users(2500)
    with faulty_proxy(engine.url) as proxy:
        started: Service = await service(opensearch_url=proxy.url)
        await imported(started, export)
        missing = next(iter(export))
        await lose(started, missing)
        ways: list[Misbehaviour | None] = [HangUp(), Answer(503), CutAnswer(), Answer(429), None]

        def fault(request: Request) -> Misbehaviour | None:
            reads = request.path.startswith(f"/{started.index}-write/_mget")
            return ways[request.number % len(ways)] if reads else None

        proxy.fault = fault
        result, said = await reconcile(started, export)
        assert proxy.met > 10
    assert (result.code, said["equal"]) == (1, 2499)
    assert found(said) == {missing: "missing"}


async def test_without_a_service_what_waits_is_told(synced: Service) -> None:
    export = users(3)
    await imported(synced, export)
    await synced.stop()
    user_id = next(iter(export))
    export[user_id] = profile(user_id, BEFORE, nickname="new")
    assert (await synced.user_sync("import", written(synced.folder, ndjson(export)))).code == 0
    result, said = await reconcile(synced, export)
    assert (result.code, found(said)) == (1, {user_id: "outdated"})
    assert "No serve is running, and 3 events in the journal may explain differences" in result.err


async def test_a_repair_with_few_fields_says_what_becomes_of_missing_users(
    synced: Service,
) -> None:
    export = users(2)
    await imported(synced, export)
    brief = [{"user_id": user_id, "updated_at": READ_AT} for user_id in export]
    result, _ = await reconcile(synced, brief)
    assert "few of their fields" not in result.err
    result, _ = await reconcile(synced, brief, "--repair")
    assert "users that are missing are indexed with those only" in result.err


async def test_another_machine_without_a_journal_can_compare(synced: Service) -> None:
    export = users(3)
    await imported(synced, export)
    elsewhere = synced.folder / "elsewhere" / "journal.db"
    result, said = await reconcile(synced, export, settings={"JOURNAL_PATH": str(elsewhere)})
    assert (result.code, said["equal"]) == (0, 3)
    assert not elsewhere.parent.exists()


async def test_without_an_index_it_says_what_to_do(service: Any) -> None:
    alone = await service(started=False)
    result = await alone.user_sync(
        "reconcile", "-", "--exported-at", at(clock_us()), stdin=ndjson(users(3))
    )
    assert (result.code, result.out) == (2, "")
    assert "run user-sync bootstrap" in result.err
    assert "Nothing was changed" in result.err


@pytest.mark.parametrize(
    ("exported_at", "words"),
    [
        ("2026-01-01T00:00:00", "has no offset"),
        ("yesterday", "is not an RFC 3339 time"),
        ("2100-01-01T00:00:00Z", "in the future"),
        ("2025-01-01T00:00:00Z", "USER_SYNC_TOMBSTONE_RETENTION"),
    ],
)
async def test_an_impossible_time_of_export_is_refused(
    service: Any, exported_at: str, words: str
) -> None:
    alone = await service(started=False)
    result = await alone.user_sync(
        "reconcile", "-", "--exported-at", exported_at, stdin=ndjson(users(3))
    )
    assert result.code == 2
    assert result.out == ""
    assert words in result.err


async def test_an_export_older_than_the_time_given_is_refused(service: Any, tmp_path: Path) -> None:
    alone = await service(started=False)
    path = Path(written(tmp_path, ndjson(users(3))))
    written_s = time.time() - 3600
    os.utime(path, (written_s, written_s))
    result = await alone.user_sync("reconcile", str(path), "--exported-at", at(clock_us()))
    assert result.code == 2
    assert "was written" in result.err


async def test_what_is_no_export_is_refused(service: Any) -> None:
    alone = await service(started=False)
    result = await alone.user_sync(
        "reconcile", "-", "--exported-at", at(clock_us()), stdin=b"Id,Email\nauth0|1,a@b.c\n"
    )
    assert result.code == 2
    assert "is a CSV" in result.err
    assert "Nothing was compared" in result.err


async def test_a_part_of_the_metadata_can_not_be_ignored(service: Any) -> None:
    alone = await service(started=False)
    ignoring = ("--exported-at", at(clock_us()), "--ignore", "name,app_metadata.seen")
    result = await alone.user_sync("reconcile", "-", *ignoring, stdin=ndjson(users(3)))
    assert result.code == 2
    assert "name app_metadata" in result.err
