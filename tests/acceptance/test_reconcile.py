"""`user-sync reconcile` beside a running serve: drift of every kind is found, and mended."""

from typing import Any
from urllib.parse import quote

from service.clock import clock_us
from tests.acceptance.auth0 import at, event, new_user_id, profile
from tests.acceptance.exports import READ_AT, ndjson, users, written
from tests.acceptance.reconciling import (
    BEFORE,
    SECOND_US,
    bootstrapped,
    found,
    imported,
    lose,
    overwrite,
    reconcile,
)
from tests.acceptance.service_process import Service


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
        "reconcile", written(synced.folder, ndjson(export)), "--exported-at", at(clock_us())
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
    result = await synced.user_sync("reconcile", path, "--exported-at", at(clock_us()))
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
    path, exported_at = written(synced.folder, ndjson(export)), at(clock_us())

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
    exported_at_us = clock_us() - 10 * SECOND_US
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


async def test_what_somebody_else_wrote_into_the_index_is_found_and_mended(
    synced: Service,
) -> None:
    export = users(3)
    without_event, of_the_future, _ = export
    await imported(synced, export)
    future = {"id": "e", "type": "user.created", "time": "2100-01-01T00:00:00Z"}
    by_hand: dict[str, dict[str, Any]] = {
        without_event: {"user_id": without_event, "name": "X"},
        of_the_future: {"user_id": of_the_future, "name": "X", "event": future},
        "stranger": {"user_id": "stranger", "name": "X"},
        "to come": {"user_id": "to come", "event": future},
        "no id": {"name": "X"},
        "copy": {"user_id": without_event},
    }
    for name, document in by_hand.items():
        path = f"/{synced.index}-write/_doc/{quote(name)}"
        await synced.engine("PUT", path, document)
    result, said = await reconcile(synced, export, "--repair", "--delete-surplus", "4")
    assert found(said) == {
        without_event: "outdated",
        of_the_future: "outdated",
        **dict.fromkeys(("stranger", "to come", "no id", "copy"), "surplus"),
    }
    assert result.code == 0
    await synced.drained()
    assert (await synced.documents()).keys() == export.keys()
    result, said = await reconcile(synced, export)
    assert (result.code, said["equal"]) == (0, 3)


async def test_an_event_since_the_export_outranks_a_repair_that_comes_later(
    synced: Service,
) -> None:
    export = users(1)
    (user_id,) = export
    await bootstrapped(synced)
    exported_at_us = clock_us() - 10 * SECOND_US
    result, said = await reconcile(synced, export, "--repair", exported_at=at(exported_at_us))
    assert (result.code, found(said)) == (0, {user_id: "missing"})
    await synced.post(event("deleted", user_id, at(exported_at_us + 1000)))
    await synced.drained()
    assert user_id not in await synced.documents()


async def test_a_deletion_in_the_export_s_own_second_stays(synced: Service) -> None:
    """Auth0's events may have whole seconds only, a job's created_at has milliseconds."""
    export = users(2)
    deleted, deleted_later = export
    await imported(synced, export)
    second_us = (clock_us() // SECOND_US - 10) * SECOND_US
    second = at(second_us).replace(".000", "")
    await synced.post(event("deleted", deleted, second))
    await synced.drained()
    await lose(synced, deleted_later)
    result, said = await reconcile(
        synced, export, "--repair", exported_at=at(second_us + SECOND_US // 2)
    )
    assert (result.code, found(said)) == (0, {deleted_later: "missing"})
    await synced.post(event("deleted", deleted_later, second))
    await synced.drained()
    assert await synced.documents() == {}


async def test_of_a_user_whom_the_export_has_twice_the_newest_line_counts(
    synced: Service,
) -> None:
    """It was being written while the user changed; in whatever order it met the two."""
    export = users(3)
    first, second, third = export
    await imported(synced, export)
    older = "2025-01-01T00:00:00.000Z"
    lines = [
        profile(first, older, nickname="older"),
        *export.values(),
        profile(second, older, nickname="older"),
        profile(third, BEFORE, nickname="newer"),
        profile(third, older, nickname="older"),
    ]
    result, said = await reconcile(synced, lines, "--repair")
    assert (result.code, found(said)) == (0, {third: "outdated"})
    assert (said["lines"], said["older_lines"], said["repairs_journaled"]) == (3, 4, 1)
    await synced.drained()
    documents = await synced.documents()
    assert documents[third]["nickname"] == "newer"
    assert documents[first]["nickname"] == export[first]["nickname"]
    result, said = await reconcile(synced, lines)
    assert (result.code, said["equal"]) == (0, 3)


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
