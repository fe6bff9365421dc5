"""`user-sync dead-letters`: what couldn't be indexed is shown, replayed, dropped, and counted."""

import orjson
import pytest

from service.clock import clock_us
from tests.acceptance.auth0 import at, event, new_user_id
from tests.acceptance.conftest import StartService
from tests.acceptance.service_process import Service
from tests.waiting import eventually

TIME = "2025-02-01T12:34:56.789Z"
FUTURE = at(4_000_000_000_000_000)


@pytest.fixture
async def one(service: StartService) -> Service:
    """A service without history."""
    return await service()


async def seqs(service: Service, *options: str) -> list[str]:
    listed = await service.user_sync("dead-letters", "list", *options)
    assert listed.code == 0, listed.err
    return [line.split("\t")[0] for line in listed.out.splitlines()]


async def test_poison_is_acknowledged_and_shown_as_it_was_received(one: Service) -> None:
    body = b'{"specversion": "1.0",  "type": "user.created", "id": "evt_1", "data": 5}'
    neighbour = event("created", new_user_id(), TIME)
    assert await one.post(body) == 204
    assert await one.post(neighbour) == 204
    await one.drained()

    listed = await one.user_sync("dead-letters", "list")
    seq, _, code, kind, attempts, size, reason = listed.out.rstrip("\n").split("\t")
    assert (code, kind, attempts, size) == ("data_invalid", "user.created", "1", str(len(body)))
    assert reason
    shown = await one.user_sync("dead-letters", "show", seq)
    assert shown.out.encode() == body
    assert reason in shown.err
    assert (await one.documents()).keys() == {neighbour["data"]["object"]["user_id"]}


async def test_a_replay_works_once_the_cause_is_gone(one: Service) -> None:
    """An event from a clock that runs ahead is taken when the tolerance is raised."""
    user_id = new_user_id()
    in_two_hours = at(clock_us() + 7_200_000_000)
    await one.post(event("created", user_id, in_two_hours))
    await one.drained()
    (seq,) = await seqs(one, "--reason", "time_in_future")

    still_bad = await one.user_sync("dead-letters", "replay", seq)
    assert (still_bad.code, "1 dead letter went back" in still_bad.out) == (0, True), still_bad
    await one.drained()
    (anew,) = await seqs(one, "--reason", "time_in_future")
    assert anew != seq

    one.settings["FUTURE_TOLERANCE"] = "3h"
    await one.restart()
    replayed = await one.user_sync("dead-letters", "replay", "--reason", "time_in_future")
    assert replayed.code == 0
    await one.drained()
    assert await seqs(one) == []
    assert (await one.documents()).keys() == {user_id}
    accounting = (await one.status())["journal"]["accounting"]
    assert (accounting["applied"], accounting["balanced"]) == (1, True)
    assert sum(accounting["received"].values()) == 1


async def test_dropped_dead_letters_are_counted(one: Service) -> None:
    for number in range(3):
        await one.post({"type": "user.created", "id": f"evt_{number}"})
    await one.drained()
    first, *others = await seqs(one)

    asked = await one.user_sync("dead-letters", "drop", first, stdin=b"n\n")
    assert asked.code == 1
    assert len(await seqs(one)) == 3
    assert (await one.user_sync("dead-letters", "drop", first, "--yes")).code == 0
    assert await seqs(one) == others
    assert (await one.user_sync("dead-letters", "drop", "--all", "--yes")).code == 0
    assert await seqs(one) == []
    accounting = (await one.status())["journal"]["accounting"]
    assert (accounting["dropped"], accounting["balanced"]) == (3, True)


async def test_auth0_may_deliver_poison_again(one: Service) -> None:
    """A redelivery of what became a dead letter is no early duplicate."""
    poison = event("created", new_user_id(), FUTURE)
    for number in (1, 2):
        assert await one.post(poison) == 204

        async def buried(number: int = number) -> bool:
            letters = await one.metric("user_sync_dead_letters")
            return letters == number

        await eventually(buried)


async def test_it_works_without_serve_too(one: Service) -> None:
    user_id = new_user_id()
    await one.post(event("created", user_id, FUTURE))
    await one.drained()
    await one.stop()
    (seq,) = await seqs(one)
    shown = await one.user_sync("dead-letters", "show", seq)
    assert orjson.loads(shown.out)["data"]["object"]["user_id"] == user_id
    replayed = await one.user_sync("dead-letters", "replay", seq)
    assert replayed.code == 0
    assert "No serve is running" in replayed.err
    assert (await one.status())["journal"]["events"] == 1


async def test_what_is_not_there_is_an_error(one: Service) -> None:
    for command in (("show", "7"), ("replay", "7"), ("drop", "7", "--yes")):
        result = await one.user_sync("dead-letters", *command)
        assert result.code == 1
        assert "Traceback" not in result.err
    assert (await one.user_sync("dead-letters", "replay")).code == 2


async def test_when_every_event_is_ahead_of_the_clock_the_clock_is_told_wrong(
    one: Service,
) -> None:
    """Nothing is lost, but nobody would know why nothing becomes searchable."""

    async def clock_is(ok: bool) -> bool:
        return bool((await one.health())["checks"]["clock"]["ok"] is ok)

    in_two_hours = at(clock_us() + 7_200_000_000)
    for _ in range(2):
        await one.post(event("created", new_user_id(), in_two_hours))
    await one.drained()
    assert await clock_is(True)
    await one.post(event("created", new_user_id(), in_two_hours))
    await eventually(lambda: clock_is(False), what="the complaint")
    check = (await one.health())["checks"]["clock"]
    assert "the last 3 events are too far ahead" in check["state"]
    assert "replay --reason time_in_future" in check["advice"]

    await one.post(event("created", new_user_id(), TIME))
    await eventually(lambda: clock_is(True), what="the end of the complaint")
