"""Exceptions in the log say where and what, and never quote what could be a person's data."""

import sqlite3

import pytest

from service.observability.tracebacks import describe, headline


def _raise(error: BaseException) -> None:
    raise error


def _caught(error: BaseException) -> BaseException:
    with pytest.raises(type(error)) as caught:
        _raise(error)
    return caught.value


def test_a_message_that_can_quote_a_profile_is_left_out() -> None:
    text = describe(_caught(ValueError("invalid literal: 'anna@example.com'")))
    assert "anna" not in text
    assert text.endswith("ValueError")
    assert "test_tracebacks.py" in text


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (OSError(28, "No space left on device"), "No space left on device"),
        (ConnectionRefusedError("refused"), "ConnectionRefusedError: refused"),
        (sqlite3.OperationalError("database or disk is full"), "database or disk is full"),
    ],
)
def test_the_systems_own_words_are_kept(error: Exception, said: str) -> None:
    assert said in headline(error)


def test_the_chain_stands_cause_first() -> None:
    cause = _caught(KeyError("anna@example.com"))
    error = RuntimeError("outer")
    error.__cause__ = cause
    text = describe(error)
    assert text.index("KeyError") < text.index("which led to:") < text.index("RuntimeError")
    assert "anna" not in text


def test_a_suppressed_context_is_left_out() -> None:
    error = RuntimeError("outer")
    error.__context__ = KeyError("inner")
    assert "KeyError" in describe(error)
    error.__suppress_context__ = True
    assert "KeyError" not in describe(error)


def test_a_chain_that_bites_its_tail_ends() -> None:
    one, other = RuntimeError(), ValueError()
    one.__context__, other.__context__ = other, one
    assert describe(one).count("ValueError") == 1


def test_members_of_a_group_are_described() -> None:
    group = ExceptionGroup("users", [ValueError("anna"), OSError("disk")])
    text = describe(_caught(group))
    assert "1 of 2: ValueError" in text
    assert "2 of 2: OSError: disk" in text
    assert "anna" not in text
