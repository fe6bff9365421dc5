"""Health is the conjunction of its checks, and a check that fails to run is a failing check."""

import pytest

from service.observability.health import Check, complaints, examine


def _good() -> Check:
    return Check("journal", True, "accepts events")


def _bad() -> Check:
    return Check("opensearch", False, "no answer from 127.0.0.1:9200", "start OpenSearch")


def _broken() -> Check:
    raise RuntimeError("auth0|secret")


def test_all_checks_hold() -> None:
    health = examine([_good])
    assert health.ok
    assert health.as_dict() == {
        "status": "ok",
        "checks": {"journal": {"ok": True, "state": "accepts events", "advice": ""}},
    }


def test_one_failing_check_fails_the_whole() -> None:
    health = examine([_good, _bad])
    assert not health.ok
    assert [check.name for check in health.checks] == ["journal", "opensearch"]
    assert health.as_dict()["status"] == "failing"


def test_a_check_that_raises_is_a_failing_check(caplog: pytest.LogCaptureFixture) -> None:
    health = examine([_broken, _good])
    broken, good = health.checks
    assert not broken.ok
    assert broken.name == "_broken"
    assert "RuntimeError" in broken.state
    assert "auth0" not in broken.state
    assert good.ok
    assert [getattr(record, "action", "") for record in caplog.records] == ["check_failed"]


def test_complaints_are_the_failing_checks_with_advice() -> None:
    health = {
        "checks": {
            "journal": {"ok": True, "state": "empty", "advice": ""},
            "opensearch": {"ok": False, "state": "no answer", "advice": "start it"},
            "lag": {"ok": False, "state": "3 min", "advice": ""},
        }
    }
    assert complaints(health) == ["opensearch: no answer; start it", "lag: 3 min"]


@pytest.mark.parametrize("health", [None, [], {}, {"checks": 5}, {"checks": {"x": 5}}])
def test_what_is_no_health_has_no_complaints(health: object) -> None:
    assert complaints(health) == []
