"""The sample history: what its steps expect is what a plain reading of its events gives."""

import json
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from service.demo.events import TENANT, Message
from service.demo.history import history
from service.demo.story import Step
from service.events.event import parse_event
from service.events.poison import PoisonEvent

NOW_US = 1_795_000_000_000_000
HOUR_US = 3_600_000_000


@pytest.fixture
def steps() -> list[Step]:
    return history(NOW_US, seed=7)


def messages(steps: list[Step]) -> Iterator[Message]:
    for step in steps:
        for delivery in step.deliveries:
            yield from delivery.messages


def ours(steps: list[Step]) -> Iterator[dict[str, Any]]:
    """Events about users of our tenant that are no poison, as they are posted."""
    for message in messages(steps):
        event = message.envelope()
        about_user = event["type"].startswith("user.") and "a0purpose" not in event
        if about_user and event["a0tenant"] == TENANT and message.at_us < NOW_US:
            yield event


def test_each_step_expects_the_newest_of_what_has_arrived_by_then(steps: list[Step]) -> None:
    expected: dict[str, str] = {}
    for number, step in enumerate(steps, 1):
        expected |= {event.user_id: event.message.id for event in step.leaves}
        newest: dict[str, tuple[datetime, str]] = {}
        for event in ours(steps[:number]):
            user = event["data"]["object"]
            said = (datetime.fromisoformat(user["updated_at"]), event["id"])
            newest[user["user_id"]] = max(said, newest.get(user["user_id"], said))
        assert {user_id: event_id for user_id, (_, event_id) in newest.items()} == expected


def test_every_event_is_one_the_service_takes_but_the_poison(steps: list[Step]) -> None:
    refused = []
    for message in messages(steps):
        if not message.kind.startswith("user.") or message.purpose:
            continue
        body = json.dumps(message.envelope()).encode()
        try:
            parse_event(body, now_us=NOW_US, future_tolerance_us=HOUR_US)
        except PoisonEvent as poison:
            refused.append(poison.code)
    assert refused == ["time_in_future"]


def test_all_but_the_poison_lies_in_the_last_hours(steps: list[Step]) -> None:
    times = [message.at_us for message in messages(steps)]
    assert min(times) > NOW_US - 5 * HOUR_US
    assert sorted(times)[-2] < NOW_US - HOUR_US / 2


def test_an_event_delivered_again_has_its_id_and_any_other_has_another(steps: list[Step]) -> None:
    said: dict[str, dict[str, Any]] = {}
    for message in messages(steps):
        event = message.envelope()
        assert said.setdefault(event["id"], event) == event


def test_the_counts_cover_every_event(steps: list[Step]) -> None:
    for step in steps:
        posted = sum(len(delivery.messages) for delivery in step.deliveries)
        assert sum(step.counts.values()) == posted, step.title


def test_what_is_to_be_quoted_is_expected(steps: list[Step]) -> None:
    for step in steps:
        assert set(step.shows) <= {event.user_id for event in step.leaves}
        assert step.shows or step.confirms


def test_the_first_title_counts_right(steps: list[Step]) -> None:
    assert steps[0].title.startswith("Fifteen ")
    assert len(steps[0].deliveries) == 15


def test_the_busy_hour_is_in_another_order_for_another_seed_alone(steps: list[Step]) -> None:
    def order(seed: int) -> list[bytes]:
        return [delivery.body for delivery in history(NOW_US, seed)[-1].deliveries]

    assert order(7) == order(7)
    assert order(7) != order(8)


def test_a_batch_is_an_array_and_bytes_differ_where_the_story_says_so(steps: list[Step]) -> None:
    batch = next(d for step in steps for d in step.deliveries if len(d.messages) > 1)
    assert len(json.loads(batch.body)) == 3
    assert batch.content_type == "application/cloudevents-batch+json"

    first, same, spaced = steps[1].deliveries
    assert first.body == same.body != spaced.body
    assert json.loads(first.body) == json.loads(spaced.body)


def test_there_are_people_to_search_for(steps: list[Step]) -> None:
    names = {event.person.name for step in steps for event in step.leaves}
    assert sum(name.startswith("Ann") for name in names) >= 3
    assert sum(name.endswith("Smith") for name in names) >= 3
    profiles = [event.person.profile for step in steps for event in step.leaves]
    assert len({p["email"] for p in profiles if p.get("email", "").endswith("@acme.com")}) >= 5
    assert any(len(p["identities"]) > 1 for p in profiles)
    assert any("phone_number" in p for p in profiles)
