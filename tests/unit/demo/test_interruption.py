"""Signals: all end the demo alike, and none is lost or left changed."""

import signal
from collections.abc import Iterator

import pytest

from service.demo.interruption import interruptible

SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    before = [signal.getsignal(number) for number in SIGNALS]
    yield
    for number, handler in zip(SIGNALS, before, strict=True):
        signal.signal(number, handler)


@pytest.mark.parametrize("number", SIGNALS)
def test_every_signal_interrupts_and_gives_its_exit_code(number: signal.Signals) -> None:
    with interruptible() as interruption:
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(number)
        assert interruption.exit_code == 128 + number


@pytest.mark.parametrize("number", SIGNALS)
def test_the_end_is_not_interrupted(number: signal.Signals) -> None:
    with interruptible() as interruption:
        interruption.no_more()
        signal.raise_signal(number)


def test_a_background_job_of_a_shell_can_be_interrupted_too() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with interruptible(), pytest.raises(KeyboardInterrupt):
        signal.raise_signal(signal.SIGINT)


def test_nohup_is_obeyed() -> None:
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    with interruptible():
        signal.raise_signal(signal.SIGHUP)


def test_handlers_come_back_unless_the_process_ends() -> None:
    before = [signal.getsignal(number) for number in SIGNALS]
    with interruptible():
        pass
    assert [signal.getsignal(number) for number in SIGNALS] == before
    with interruptible() as interruption:
        interruption.no_more()
        interruption.final = True
    assert [signal.getsignal(number) for number in SIGNALS] == [signal.SIG_IGN] * 3
