"""Every refusal is counted; losses are told, with their reasons, at most once a minute."""

import logging

import pytest

from service.receiver.refusals import Refusal, Refusals
from tests.unit.journal.samples import Clock

SECOND_US = 1_000_000


def lost(caplog: pytest.LogCaptureFixture) -> list[dict[str, int]]:
    reasons = [str(reason) for reason in Refusal]
    return [
        {reason: vars(record)[reason] for reason in reasons if reason in vars(record)}
        for record in caplog.records
        if vars(record).get("action") == "events_lost" and record.levelno == logging.WARNING
    ]


def test_each_is_counted() -> None:
    counted: list[str] = []
    refusals = Refusals(counted.append, Clock(0))
    for reason in Refusal:
        refusals.add(reason)
    assert counted == [reason.value for reason in Refusal]


def test_losses_are_told_at_once_and_then_once_a_minute(caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock(0)
    refusals = Refusals(lambda _: None, clock)
    for second in range(61):
        clock.us = second * SECOND_US
        refusals.add(Refusal.UNAUTHORISED)
        if second % 10 == 0:
            refusals.add(Refusal.TOO_LARGE)
    assert lost(caplog) == [{"unauthorised": 1}, {"unauthorised": 60, "too_large": 6}]
    assert "Events are being lost" in caplog.text


@pytest.mark.parametrize(
    "reason",
    [Refusal.JOURNAL_UNAVAILABLE, Refusal.INCOMPLETE, Refusal.FAULT, Refusal.MALFORMED_HTTP],
)
def test_what_is_sent_again_is_no_loss(reason: Refusal, caplog: pytest.LogCaptureFixture) -> None:
    Refusals(lambda _: None, Clock(0)).add(reason)
    assert lost(caplog) == []


def test_that_nothing_can_be_kept_is_told_with_why(caplog: pytest.LogCaptureFixture) -> None:
    """Auth0 tries three times within seconds: what lasts longer is a loss."""
    clock = Clock(0)
    counted: list[str] = []
    refusals = Refusals(counted.append, clock)
    for second in range(61):
        clock.us = second * SECOND_US
        refusals.put_off("the journal is full")
    assert counted == [Refusal.JOURNAL_UNAVAILABLE] * 61
    told = [vars(record) for record in caplog.records]
    assert [(line["action"], line["requests"]) for line in told] == [
        ("events_put_off", 1),
        ("events_put_off", 60),
    ]
    assert "the journal is full" in caplog.text
