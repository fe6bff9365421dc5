"""Log lines: JSON that a collector can rely on, text that a person can read."""

import errno
import io
import json
import logging
import os
from collections.abc import Iterator

import pytest
from aiohttp.http_exceptions import BadHttpMessage, BadStatusLine

from service.observability.logs import LogFormat, configure_logging

log = logging.getLogger("service.somewhere")


class Stream(io.StringIO):
    def getvalue(self) -> str:
        for handler in logging.getLogger().handlers:
            handler.flush()
        return super().getvalue()


class Terminal(Stream):
    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def _restored() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    silenced = [logging.getLogger(name) for name in ("opensearch", "aiohttp.access")]
    yield
    root.handlers[:] = handlers
    root.setLevel(level)
    for logger in silenced:
        logger.disabled = False


def _stream(
    log_format: LogFormat = "json", level: str = "info", *, terminal: bool = False, **environ: str
) -> io.StringIO:
    stream = Terminal() if terminal else Stream()
    configure_logging(log_format, level, stream=stream, environ=environ)
    return stream


def _only_line(stream: io.StringIO) -> dict[str, object]:
    lines = stream.getvalue().splitlines()
    assert len(lines) == 1
    parsed: dict[str, object] = json.loads(lines[0])
    return parsed


def test_a_record_is_one_json_object() -> None:
    stream = _stream()
    log.info("sent %d", 5, extra={"action": "bulk_sent", "events": 5})
    line = _only_line(stream)
    assert list(line) == ["time", "level", "logger", "action", "message", "events"]
    assert line["level"] == "info"
    assert line["logger"] == "service.somewhere"
    assert line["action"] == "bulk_sent"
    assert line["message"] == "sent 5"
    assert line["events"] == 5
    assert str(line["time"]).endswith("Z")


def test_an_exception_is_one_field_and_quotes_nobody() -> None:
    stream = _stream()
    email = "@".join(["anna", "example.com"])
    try:
        int(email)
    except ValueError:
        log.exception("failed", extra={"action": "mapping_failed"})
    line = _only_line(stream)
    assert str(line["exception"]).endswith("ValueError")
    assert "test_logs.py" in str(line["exception"])
    assert email not in stream.getvalue()


@pytest.mark.parametrize("value", ["\ud800", 2**70, object(), {1: {2}}, b"\xff", "two\nlines"])
def test_whatever_a_field_holds_the_line_is_json(value: object) -> None:
    stream = _stream()
    log.info("odd", extra={"action": "odd", "value": value})
    assert _only_line(stream)["message"] in ("odd", "'odd'")


def test_extra_fields_cannot_replace_the_leading_ones() -> None:
    stream = _stream()
    log.info("kept", extra={"action": "x", "level": "other", "time": "never"})
    line = _only_line(stream)
    assert line["level"] == "info"
    assert line["time"] != "never"


def test_records_below_the_level_are_dropped() -> None:
    stream = _stream(level="warning")
    log.info("no", extra={"action": "x"})
    log.warning("yes", extra={"action": "x"})
    assert _only_line(stream)["message"] == "yes"


@pytest.mark.parametrize("name", ["opensearch", "opensearchpy.trace", "aiohttp.access"])
def test_libraries_that_log_user_ids_are_silent(name: str) -> None:
    stream = _stream(level="debug")
    logging.getLogger(name).error("GET /auth0-users/_doc/auth0|anna")
    assert stream.getvalue() == ""


@pytest.mark.parametrize(
    ("error", "lines"),
    [
        (ConnectionResetError(), 0),
        (BadHttpMessage("quotes"), 0),
        (BadStatusLine(), 0),
        (KeyError(), 1),
    ],
)
def test_a_client_that_left_or_speaks_no_http_is_no_fault(error: Exception, lines: int) -> None:
    stream = _stream()
    logging.getLogger("aiohttp.server").error("Error handling request", exc_info=error)
    assert len(stream.getvalue().splitlines()) == lines


def test_nobody_elses_text_makes_a_line_of_its_own_or_moves_the_cursor() -> None:
    stream = _stream("text")
    name = "acme\r\n12:34:56 error\x1b[2J\x9b2J\u202e\ud800 Zoë"
    log.warning("events of %s are refused", name, extra={"action": "x", "tenant": name})
    assert stream.getvalue().count("\n") == 1
    written = r"acme\r\n12:34:56 error\x1b[2J\x9b2J\u202e\ud800 Zoë"
    assert f"events of {written} are refused  x tenant={written}\n" in stream.getvalue()


def test_nor_does_a_line_of_json() -> None:
    stream = _stream("json")
    log.warning("refused", extra={"action": "x", "tenant": "a\x9b2J\u202e"})
    assert stream.getvalue().rstrip("\n").isprintable()
    assert json.loads(stream.getvalue())["tenant"] == "a\x9b2J\u202e"


def test_configuring_again_replaces() -> None:
    first = _stream()
    second = _stream()
    log.info("once", extra={"action": "x"})
    assert first.getvalue() == ""
    assert _only_line(second)["message"] == "once"


def test_auto_is_json_in_a_pipe_and_text_on_a_terminal() -> None:
    piped = _stream("auto")
    log.info("hello", extra={"action": "x"})
    assert _only_line(piped)["message"] == "hello"
    terminal = _stream("auto", terminal=True)
    log.info("hello", extra={"action": "x"})
    assert "hello" in terminal.getvalue()
    assert not terminal.getvalue().startswith("{")


def test_text_names_the_action_and_the_fields() -> None:
    stream = _stream("text")
    log.warning("events are being lost", extra={"action": "events_lost", "times": 3})
    text = stream.getvalue()
    assert " warning  events are being lost  events_lost times=3\n" in text
    assert "\x1b" not in text


def test_colours_only_on_a_terminal_that_wants_them() -> None:
    coloured = _stream("text", terminal=True)
    log.error("red", extra={"action": "x"})
    assert "\x1b[31m" in coloured.getvalue()
    plain = _stream("text", terminal=True, NO_COLOR="1")
    log.error("plain", extra={"action": "x"})
    assert "\x1b" not in plain.getvalue()


def test_text_shows_the_traceback_on_lines_of_its_own() -> None:
    stream = _stream("text")
    try:
        os.close(-1)
    except OSError:
        log.exception("append failed", extra={"action": "append_failed"})
    first, *rest = stream.getvalue().splitlines()
    assert "append failed" in first
    assert rest[-1] == "OSError: [Errno 9] Bad file descriptor"


class Full(io.StringIO):
    def flush(self) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_a_log_that_cannot_be_written_is_told_once(capfd: pytest.CaptureFixture[str]) -> None:
    configure_logging("json", "info", stream=Full())
    logging.getLogger("x").info("one")
    logging.getLogger("x").info("two")
    logging.getLogger().handlers[0].flush()
    assert capfd.readouterr().err == "the log can't be written: No space left on device\n"


def test_a_reader_that_stands_still_keeps_nobody_waiting() -> None:
    """Neither who logs nor, for long, the end; what is missing is told in its place."""
    reading, writing = os.pipe()
    with os.fdopen(reading) as output, os.fdopen(writing, "w") as pipe:
        configure_logging("json", "info", stream=pipe)
        for number in range(20_000):
            log.info("%d", number, extra={"action": "x"})
        logging.getLogger().handlers[0].flush()

        seen, missing = 0, 0
        while seen + missing < 20_000:
            line = json.loads(output.readline())
            if line["action"] == "log_lines_missing":
                missing += line["lines"]
            else:
                assert line["message"] == str(seen + missing)
                seen += 1
        assert missing > 0
        log.info("on", extra={"action": "x"})
        assert json.loads(output.readline())["message"] == "on"
