"""`user-sync reconcile` beside a running serve: drift of every kind is found, and mended."""

import asyncio
import gzip
import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.acceptance.auth0 import at, event, new_user_id, profile
from tests.acceptance.exports import READ_AT, ndjson, users, written
from tests.acceptance.service_process import Result, Service
from tests.conftest import Engine
from tests.faulty_proxy import Answer, CutAnswer, HangUp, Misbehaviour, Request, faulty_proxy

SECOND_US = 1_000_000
BEFORE = "2025-02-02T00:00:00.000Z"
"""After READ_AT, and long before any export."""


def now_us() -> int:
    return time.time_ns() // 1000


@pytest.fixture
async def synced(service: Any) -> Service:
    """A service with an index of its own: surplus users are looked for everywhere."""
    started: Service = await service()
    return started


async def reconcile(
    service: Service, export: Any, *arguments: str, exported_at: str = "", **more: Any
) -> tuple[Result, dict[str, Any]]:
    """Run it; its result and what it says as JSON."""
    path = export if isinstance(export, str) else written(service.folder, ndjson(export))
    at_ = exported_at or at(now_us())
    result = await service.user_sync(
        "reconcile", path, "--exported-at", at_, "--json", *arguments, **more
    )
    assert result.out, result.err
    return result, orjson.loads(result.out)


def found(said: Mapping[str, Any]) -> dict[str, str]:
    """Who differs, and how."""
    return {one["user_id"]: one["standing"] for one in said["users"]}


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


async def test_what_was_imported_and_what_events_told_is_equal(synced: Service) -> None:
    export = users(30)
    told = list(export)[:10]
    for user_id in told:
        # Half a second after the profile's own time, as events are.
        await synced.post(
            {**event("updated", user_id, READ_AT), "time": "2025-02-01T12:34:57.289Z"}
        )
    await imported(synced, export)
    result = await synced.user_sync(
        "reconcile", written(synced.folder, ndjson(export)), "--exported-at", at(now_us())
    )
    assert result.code == 0, result.err
    rows = dict(line.split("\t") for line in result.out.splitlines())
    assert rows == {
        "users in the export": "30",
        "bad lines": "0",
        "equal": "30",
        "changed since": "0",
        "missing": "0",
        "outdated": "0",
        "differing": "0",
        "surplus": "0",
    }
    assert "The index is equal to the export." in result.err


async def test_every_kind_of_drift_is_found_and_nothing_is_changed(synced: Service) -> None:
    export = users(12)
    missing, outdated, differing, deleted, *others = export
    await imported(synced, export)
    await lose(synced, missing)
    export[outdated] = profile(outdated, BEFORE, email="new@example.com")
    await overwrite(synced, differing, blocked=True, nickname="else")
    await synced.post(event("deleted", deleted, BEFORE))
    surplus = new_user_id()
    await synced.post(event("created", surplus, BEFORE))
    await synced.drained()
    before = await synced.documents(tombstones=True)
    accounting = (await synced.status())["journal"]["accounting"]

    path = written(synced.folder, ndjson(export))
    result = await synced.user_sync("reconcile", path, "--exported-at", at(now_us()))
    assert result.code == 1
    rows = dict(line.split("\t") for line in result.out.splitlines())
    assert rows["equal"] == str(len(others))
    assert rows["missing"] == "2"
    assert [rows[name] for name in ("outdated", "differing", "surplus")] == ["1", "1", "1"]
    assert [rows[f"  differ in {name}"] for name in ("email", "updated_at", "nickname")] == [
        "1"
    ] * 3
    assert f"missing: {missing}" in result.err
    assert f"differing: {differing}: nickname" in result.err
    assert f"surplus: {surplus}" in result.err
    assert "--repair --delete-surplus 1" in result.err

    _, said = await reconcile(synced, path)
    assert found(said) == {
        missing: "missing",
        deleted: "missing",
        outdated: "outdated",
        differing: "differing",
        surplus: "surplus",
    }
    assert await synced.documents(tombstones=True) == before
    assert (await synced.status())["journal"]["accounting"] == accounting


async def test_a_repair_makes_the_index_equal(synced: Service) -> None:
    export = users(9)
    missing, outdated, differing, deleted, *_ = export
    await imported(synced, export)
    await lose(synced, missing)
    export[outdated] = profile(outdated, BEFORE, email="new@example.com")
    await overwrite(synced, differing, nickname="else", last_ip="10.0.0.1")
    await synced.post(event("deleted", deleted, BEFORE))
    surplus = new_user_id()
    await synced.post(event("created", surplus, BEFORE))
    await synced.drained()
    path, exported_at = written(synced.folder, ndjson(export)), at(now_us())

    result, said = await reconcile(
        synced, path, "--repair", "--delete-surplus", "1", exported_at=exported_at
    )
    assert result.code == 0, result.err
    assert (said["repairs_journaled"], said["deletions_journaled"]) == (4, 1)
    await synced.drained()
    result, said = await reconcile(synced, path, exported_at=exported_at)
    assert (result.code, said["equal"]) == (0, 9)
    documents = await synced.documents(tombstones=True)
    assert documents[surplus].keys() == {
        "user_id",
        "deleted_at",
        "event",
        "indexed_at",
        "_version",
    }
    assert documents[outdated]["email"] == "new@example.com"
    # The journal's late events can't undo it.
    await synced.post(event("updated", surplus, "2025-03-01T00:00:00.000Z"))
    await synced.post(event("deleted", deleted, "2025-03-01T00:00:00.000Z"))
    await synced.drained()
    assert (await synced.documents()).keys() == export.keys()
    assert (await synced.status())["journal"]["accounting"]["balanced"] is True


async def test_what_happened_since_the_export_is_no_drift_and_stays(synced: Service) -> None:
    export = users(4)
    updated, deleted, kept, _ = export
    await imported(synced, export)
    exported_at_us = now_us() - 10 * SECOND_US
    since = at(exported_at_us + SECOND_US)
    created = new_user_id()
    await synced.post(event("updated", updated, since, nickname="since"))
    await synced.post(event("deleted", deleted, since))
    await synced.post(event("created", created, since))
    await synced.drained()
    before = await synced.documents(tombstones=True)

    result, said = await reconcile(
        synced,
        export,
        *("--repair", "--delete-surplus", "100"),
        exported_at=at(exported_at_us),
    )
    assert (result.code, found(said)) == (0, {})
    assert (said["equal"], said["changed_since"]) == (2, 2)
    await synced.drained()
    assert await synced.documents(tombstones=True) == before
    assert kept in before


async def test_an_event_since_the_export_outranks_a_repair_that_comes_later(
    synced: Service,
) -> None:
    export = users(1)
    (user_id,) = export
    exported_at_us = now_us() - 10 * SECOND_US
    result, said = await reconcile(synced, export, "--repair", exported_at=at(exported_at_us))
    assert (result.code, found(said)) == (0, {user_id: "missing"})
    await synced.post(event("deleted", user_id, at(exported_at_us + 1000)))
    await synced.drained()
    assert user_id not in await synced.documents()


async def test_more_surplus_users_than_expected_are_all_kept(synced: Service) -> None:
    export = users(2)
    await imported(synced, export)
    others = [new_user_id() for _ in range(3)]
    for user_id in others:
        await synced.post(event("created", user_id, BEFORE))
    await synced.drained()
    result, said = await reconcile(synced, export, "--delete-surplus", "2")
    assert (result.code, said["surplus"], said["deletions_journaled"]) == (1, 3, 0)
    assert "more than the 2 that may be deleted" in result.err
    await synced.drained()
    assert set(others) < (await synced.documents()).keys()


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


async def test_a_cut_export_is_not_compared(synced: Service) -> None:
    export = users(500)
    await imported(synced, export)
    path = synced.folder / "cut.json.gz"
    path.write_bytes(gzip.compress(ndjson(export))[:-2000])
    result = await synced.user_sync(
        "reconcile", str(path), "--exported-at", at(now_us()), "--repair", "--delete-surplus", "999"
    )
    assert (result.code, result.out) == (1, "")
    assert "cut off" in result.err
    assert "Nothing was compared" in result.err
    await synced.drained()
    assert len(await synced.documents()) == 500


async def test_it_reads_a_pipe(synced: Service) -> None:
    export = users(5)
    await imported(synced, export)
    result, said = await reconcile(synced, "-", stdin=gzip.compress(ndjson(export)))
    assert (result.code, said["equal"]) == (0, 5)


async def test_what_the_export_is_silent_about_is_not_compared_and_survives_a_repair(
    synced: Service,
) -> None:
    one, other = users(2)
    for user_id in (one, other):
        identity = {
            "connection": "google",
            "provider": "google-oauth2",
            "user_id": user_id[-20:],
            "profileData": {"email": "g@example.com"},
            "access_token": "kept",
        }
        await synced.post(
            event(
                "updated",
                user_id,
                READ_AT,
                last_ip="10.0.0.1",
                custom={"a": 1},
                identities=[identity],
            )
        )
    await synced.drained()

    def brief(user_id: str, **fields: Any) -> dict[str, Any]:
        full = profile(user_id, READ_AT, **fields)
        full["identities"] = [
            {"connection": "google", "provider": "google-oauth2", "user_id": user_id[-20:]}
        ]
        del full["user_metadata"]
        return full

    result, said = await reconcile(synced, [brief(one), brief(other)])
    assert (result.code, said["equal"]) == (0, 2)
    silent = ("user_metadata", "last_ip", "custom")
    of_identities = ("identities.profileData", "identities.access_token")
    assert said["not_compared"] == dict.fromkeys((*silent, *of_identities), 2)
    assert "give --complete" in result.err

    export = [brief(one), brief(other, email="new@example.com")]
    result, said = await reconcile(synced, export, "--repair")
    assert (result.code, said["fields"]) == (0, {"email": 1})
    await synced.drained()
    documents = await synced.documents()
    ours = ("_version", "event", "indexed_at", "email", "user_id", "identities", "name", "nickname")
    kept = {name: documents[other][name] for name in documents[other] if name not in ours}
    assert documents[other]["email"] == "new@example.com"
    assert kept == {
        **{name: documents[one][name] for name in documents[one] if name not in ours},
        "picture": documents[other]["picture"],
    }
    assert documents[other]["identities"][0]["profileData"] == {"email": "g@example.com"}
    assert documents[other]["identities"][0]["unknown_fields"] == {"access_token": "kept"}
    result, _ = await reconcile(synced, export)
    assert result.code == 0


async def test_of_an_export_of_all_fields_what_nobody_has_is_compared(synced: Service) -> None:
    """The only user who was ever blocked isn't any more."""
    export = users(2)
    await imported(synced, export)
    user_id = next(iter(export))
    await overwrite(synced, user_id, blocked=True)
    result, said = await reconcile(synced, export)
    assert (result.code, said["not_compared"]) == (0, {"blocked": 1})
    result, said = await reconcile(synced, export, "--complete", "--repair")
    assert (result.code, said["fields"]) == (0, {"blocked": 1})
    await synced.drained()
    assert "blocked" not in (await synced.documents())[user_id]


async def test_fields_can_be_ignored(synced: Service) -> None:
    export = users(2)
    await imported(synced, export)
    for user in export.values():
        user["logins_count"] = 5
        user["last_login"] = "2025-02-01T12:34:56.789Z"
    result, said = await reconcile(synced, export)
    assert (result.code, said["fields"]) == (1, {"logins_count": 2, "last_login": 2})
    result, said = await reconcile(synced, export, "--ignore", "last_login, logins_count")
    assert (result.code, said["equal"]) == (0, 2)


async def test_excluded_fields_are_neither_compared_nor_indexed(service: Any) -> None:
    private = await service(EXCLUDE_FIELDS="email,app_metadata.secret")
    export = users(2)
    for user in export.values():
        user["app_metadata"] = {"plan": "pro", "secret": "s"}
    await imported(private, export)
    result, said = await reconcile(private, export)
    assert (result.code, said["equal"]) == (0, 2)


async def test_events_on_their_way_are_waited_for(synced: Service) -> None:
    """Each user's last event arrives while the comparison runs."""
    export = users(2000)
    path = written(synced.folder, ndjson(export))

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
        "reconcile", "-", "--exported-at", at(now_us()), stdin=ndjson(users(3))
    )
    assert (result.code, result.out) == (1, "")
    assert "run user-sync bootstrap" in result.err


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
    assert result.code in (1, 2)
    assert result.out == ""
    assert words in result.err


async def test_an_export_older_than_the_time_given_is_refused(service: Any, tmp_path: Path) -> None:
    alone = await service(started=False)
    path = Path(written(tmp_path, ndjson(users(3))))
    written_s = time.time() - 3600
    os.utime(path, (written_s, written_s))
    result = await alone.user_sync("reconcile", str(path), "--exported-at", at(now_us()))
    assert result.code == 1
    assert "was written" in result.err


async def test_what_is_no_export_is_refused(service: Any) -> None:
    alone = await service(started=False)
    result = await alone.user_sync(
        "reconcile", "-", "--exported-at", at(now_us()), stdin=b"Id,Email\nauth0|1,a@b.c\n"
    )
    assert result.code == 1
    assert "is a CSV" in result.err
    assert "Nothing was compared" in result.err
