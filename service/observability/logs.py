"""Logs: one JSON object a line on stdout, or text for a terminal.

Every record carries a stable `action` key to search and alert on, and no personal data: libraries
whose records hold URLs or bodies are silenced, exceptions appear without their messages.
"""

import logging
import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime
from typing import Literal, TextIO

import orjson

from service.observability.tracebacks import describe

LogFormat = Literal["auto", "json", "text"]

# What logging itself puts on a record; the rest came as `extra`.
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_LEADING = ("time", "level", "logger", "action", "message")

# opensearch-py logs URLs, which hold user ids, and bodies; the access log holds paths.
_SILENCED = ("opensearch", "opensearchpy.trace", "aiohttp.access")

_COLOURS = {"WARNING": "\x1b[33m", "ERROR": "\x1b[31m", "CRITICAL": "\x1b[1;31m"}
_DIM, _RESET = "\x1b[2m", "\x1b[0m"


def configure_logging(
    log_format: LogFormat,
    level: str,
    *,
    stream: TextIO | None = None,
    environ: Mapping[str, str] = os.environ,
) -> None:
    """Send every record of level and above to stream (stdout), replacing earlier handlers.

    log_format: `auto` is text on a terminal, JSON elsewhere. level: `debug` to `error`.
    environ: NO_COLOR switches colours off.
    """
    out = stream or sys.stdout
    text = log_format == "text" or (log_format == "auto" and out.isatty())
    handler = _Handler(out)
    coloured = out.isatty() and not environ.get("NO_COLOR")
    handler.setFormatter(TextFormatter(coloured=coloured) if text else JsonFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in _SILENCED:
        logging.getLogger(name).disabled = True
    logging.getLogger("aiohttp.server").addFilter(_is_a_fault)


def _is_a_fault(record: logging.LogRecord) -> bool:
    """A client that left in the middle is none: a download that was cut, an import's Ctrl-C."""
    return not (record.exc_info and isinstance(record.exc_info[1], ConnectionError))


class _Handler(logging.StreamHandler[TextIO]):
    """Lines that can't be written, on a full disk say, are missing; what runs goes on."""

    _told = False

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's name
        """One sentence instead of logging's own trace for every line."""
        error = sys.exc_info()[1]
        if not isinstance(error, OSError):
            super().handleError(record)
        elif not self._told:
            self._told = True
            with suppress(OSError):  # stderr may end at the same place
                print(f"the log can't be written: {error.strerror}", file=sys.stderr)


class JsonFormatter(logging.Formatter):
    """One object a line: time, level, logger, action, message, the extra fields, exception."""

    def format(self, record: logging.LogRecord) -> str:
        """One line of JSON, whatever the extra fields hold."""
        line: dict[str, object] = {
            "time": _rfc3339(record.created),
            "level": record.levelname.lower(),
            "logger": record.name,
            "action": _action(record),
            "message": record.getMessage(),
            **_extra(record),
        }
        if record.exc_info and record.exc_info[1] is not None:
            line["exception"] = describe(record.exc_info[1])
        try:
            return orjson.dumps(line, default=str, option=orjson.OPT_NON_STR_KEYS).decode()
        except TypeError:  # a lone surrogate or a number beyond 64 bits
            plain = {key: ascii(value) for key, value in line.items()}
            return orjson.dumps(plain).decode()


class TextFormatter(logging.Formatter):
    """`12:34:56 warning message  (action key=value …)`, tracebacks on lines of their own."""

    def __init__(self, *, coloured: bool) -> None:
        super().__init__()
        self._coloured = coloured

    def format(self, record: logging.LogRecord) -> str:
        """The text, UTC."""
        time = _rfc3339(record.created)[11:19]
        level = record.levelname.lower().ljust(8)
        details = " ".join(
            [_action(record), *(f"{key}={value}" for key, value in _extra(record).items())]
        )
        if self._coloured:
            time, details = f"{_DIM}{time}{_RESET}", f"{_DIM}{details}{_RESET}"
            if colour := _COLOURS.get(record.levelname):
                level = f"{colour}{level}{_RESET}"
        text = f"{time} {level} {record.getMessage()}  {details}".rstrip()
        if record.exc_info and record.exc_info[1] is not None:
            text += "\n" + describe(record.exc_info[1])
        return text


def _rfc3339(seconds: float) -> str:
    moment = datetime.fromtimestamp(seconds, UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _action(record: logging.LogRecord) -> str:
    """Records of libraries have none."""
    return str(getattr(record, "action", ""))


def _extra(record: logging.LogRecord) -> dict[str, object]:
    return {
        key: value
        for key, value in vars(record).items()
        if key not in _STANDARD and key not in _LEADING
    }
