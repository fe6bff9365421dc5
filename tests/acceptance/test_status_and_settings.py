"""`user-sync status` and `user-sync settings`, beside a running serve and alone."""

import json

from tests.acceptance.auth0 import event, new_user_id
from tests.acceptance.conftest import StartService
from tests.acceptance.service_process import Service

TIME = "2025-02-01T12:34:56.789Z"


async def test_status_tells_journal_accounting_and_index(service: StartService) -> None:
    one = await service()
    kept, gone = new_user_id(), new_user_id()
    first = event("created", kept, TIME)
    await one.post([first, event("created", gone, TIME), event("deleted", gone, TIME)])
    await one.drained()
    await one.post(first)
    await one.post(event("created", kept, TIME, attributes={"type": "organization.created"}))
    await one.post(event("created", kept, TIME, attributes={"a0purpose": "test"}))
    await one.post(event("created", kept, TIME, attributes={"a0tenant": "somebody-else"}))
    await one.post(event("created", "", TIME))
    await one.drained()

    status = await one.status()
    assert status["running"] is True
    assert (status["index"]["users"], status["index"]["tombstones"]) == (1, 1)
    journal = status["journal"]
    assert (journal["events"], journal["takes_events"], journal["tenant"]) == (
        0,
        True,
        "acceptance",
    )
    assert journal["last_test_us"] > 0
    accounting = journal["accounting"]
    assert accounting["balanced"] is True
    assert sum(accounting["received"].values()) == 8
    for name in ("duplicate", "ignored", "test", "refused", "dead_letters"):
        assert (name, accounting[name]) == (name, 1)
    assert accounting["applied"] + accounting["superseded"] == 3

    shown = await one.user_sync("status")
    assert shown.code == 0
    text = dict(line.split("\t") for line in shown.out.splitlines())
    assert text["service"] == "running"
    assert text["index"] == f"{one.index}: 1 user, 1 tombstone"
    assert text["= dead letters"] == "1"
    assert text["balanced"] == "yes"

    await one.stop()
    stopped = await one.status()
    assert (stopped["running"], stopped["owner"]) == (False, None)
    assert stopped["journal"]["accounting"] == accounting
    assert stopped["index"] == status["index"]


async def test_status_with_nothing_there_says_so(service: StartService) -> None:
    one = await service(started=False, opensearch_url="http://127.0.0.1:1")
    shown = await one.user_sync("status")
    assert "not running" in shown.out
    assert "there is none at" in shown.out
    assert "can't be reached" in shown.out
    assert "Traceback" not in shown.err


async def test_settings_are_all_shown_and_secrets_are_not(service: StartService) -> None:
    one: Service = await service(
        started=False, OPENSEARCH_USERNAME="sync", OPENSEARCH_PASSWORD="hunter2-hunter2"
    )
    shown = await one.user_sync("settings")
    assert shown.code == 0
    rows = {line.split("\t")[0]: line.split("\t")[1:] for line in shown.out.splitlines()}
    assert one.index in rows["USER_SYNC_INDEX"]
    assert one.token not in shown.out
    assert "hunter2" not in shown.out


async def test_a_wrong_setting_is_named_with_an_example(service: StartService) -> None:
    one = await service(started=False)
    result = await one.user_sync("status", settings={"PORT": "eighty", "BODY_LIMT": "1MiB"})
    assert result.code == 2
    assert "USER_SYNC_PORT" in result.err
    assert "for example" in result.err
    assert "USER_SYNC_BODY_LIMT" in result.err
    assert "Traceback" not in result.err


async def test_status_as_json_is_one_object(running: Service) -> None:
    result = await running.user_sync("status", "--json")
    assert isinstance(json.loads(result.out), dict)
    assert result.err == ""
