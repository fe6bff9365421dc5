"""The picture that `user-sync status` draws, in words and as JSON."""

import dataclasses

import pytest

from service.commands.index_view import Counts
from service.commands.status import Picture, as_dict, lines
from service.journal.records import Accounting, ComparisonResult, JournalStatus
from service.settings import load_settings

NOW_US = 1_764_000_000_000_000
MINUTE_US = 60_000_000

FIGURES = Accounting(
    received={"user.created": 5, "other": 2},
    applied=2,
    stale=0,
    duplicate=1,
    superseded=0,
    ignored=1,
    test=1,
    refused=0,
    dropped=0,
    dead_letters=1,
    journal=1,
    bytes=2500,
)
JOURNAL = JournalStatus(
    accounting=FIGURES,
    last_seq=7,
    oldest_seq=7,
    oldest_received_us=NOW_US - 5 * MINUTE_US,
    last_test_us=NOW_US - 120 * MINUTE_US,
    last_comparison=ComparisonResult(NOW_US - 60 * MINUTE_US, 2),
    tenant="acme",
    refusal="",
)
PICTURE = Picture(JOURNAL, {"status": "ok", "checks": {}}, Counts(1204, 3), NOW_US)


def rows(picture: Picture) -> dict[str, str]:
    return {name.strip(): text for name, text in lines(picture, load_settings({})) if name}


def told(picture: Picture) -> str:
    return "\n".join(f"{name} {text}" for name, text in lines(picture, load_settings({})))


def test_the_figures_in_words() -> None:
    table = rows(PICTURE)
    assert table["service"] == "running"
    assert table["index"] == "auth0-users: 1,204 users, 3 tombstones"
    assert table["journal"] == "1 event, the oldest waits 5 min"
    assert table["dead letters"] == "1"
    assert table["last test event"] == "2025-11-24 14:00:00 UTC, 2 h ago"
    assert table["last comparison"] == "2025-11-24 15:00:00 UTC, 1 h ago: 2 differences"
    assert table["tenant"] == "acme"
    assert table["received"] == "7"
    assert table["user.created"] == "5"
    assert table["= applied"] == "2"
    assert table["balanced"] == "yes"


def test_all_ends_are_listed() -> None:
    ends = {name[2:].replace(" ", "_") for name in rows(PICTURE) if name.startswith("= ")}
    fields = {field.name for field in dataclasses.fields(Accounting)}
    assert ends == fields - {"received", "bytes"}


def test_complaints_of_the_service_are_shown() -> None:
    check = {"ok": False, "state": "no answer", "advice": "start it"}
    picture = dataclasses.replace(PICTURE, owner={"checks": {"opensearch": check}})
    assert rows(picture)["service"] == "running, with complaints"
    assert "opensearch: no answer; start it" in told(picture)


def test_what_a_rebuild_fills_or_has_left_is_told() -> None:
    picture = dataclasses.replace(PICTURE, index=Counts(1204, 3, "auth0-users-000002"))
    assert "a rebuild fills auth0-users-000002; if none is running" in told(picture)
    assert "a rebuild" not in told(PICTURE)


def test_nothing_running_and_no_journal() -> None:
    picture = Picture(None, None, "OpenSearch at … can't be reached", NOW_US)
    table = rows(picture)
    assert table["service"] == "not running"
    assert table["index"] == "OpenSearch at … can't be reached"
    assert table["journal"].startswith("there is none at ")


def test_a_journal_that_takes_nothing_says_why() -> None:
    full = dataclasses.replace(JOURNAL, refusal="the disk is full")
    assert "takes no events: the disk is full" in told(dataclasses.replace(PICTURE, journal=full))


def test_a_fresh_journal() -> None:
    fresh = dataclasses.replace(
        JOURNAL, oldest_received_us=None, last_test_us=None, last_comparison=None, tenant=None
    )
    table = rows(dataclasses.replace(PICTURE, journal=fresh))
    assert "oldest" not in table["journal"]
    assert table["last test event"] == "none yet"
    assert table["last comparison"] == "none yet: user-sync reconcile"
    assert table["tenant"] == "the first event's will be adopted"


def test_what_does_not_balance_is_shouted() -> None:
    odd = dataclasses.replace(JOURNAL, accounting=dataclasses.replace(FIGURES, applied=9))
    assert rows(dataclasses.replace(PICTURE, journal=odd))["balanced"] == "NO"


def test_json_for_scripts() -> None:
    shown = as_dict(PICTURE)
    assert shown["running"] is True
    assert shown["index"] == {"users": 1204, "tombstones": 3, "filled": None}
    assert shown["journal"]["events"] == 1
    assert shown["journal"]["oldest_age_seconds"] == 300.0
    assert shown["journal"]["accounting"]["received"] == {"user.created": 5, "other": 2}
    assert shown["journal"]["accounting"]["balanced"] is True


@pytest.mark.parametrize("index", ["unreachable"])
def test_json_without_journal_or_index(index: str) -> None:
    shown = as_dict(Picture(None, None, index, NOW_US))
    assert shown["running"] is False
    assert shown["journal"] is None
    assert shown["index"] == {"error": "unreachable"}
