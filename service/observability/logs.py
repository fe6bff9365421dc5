"""Logs: one JSON object a line on stdout, or text for a terminal.

Every record carries a stable `action` key to search and alert on, and no personal data: libraries
whose records hold URLs or bodies are silenced, exceptions appear without their messages.
"""

import logging
import os
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Literal, TextIO

import orjson
from aiohttp.http_exceptions import HttpProcessingError

from service.observability.log_writer import LogWriter, writing_to
from service.observability.printable import printable, printable_json
from service.observability.tracebacks import describe

LogFormat = Literal["auto", "json", "text"]

# What logging itself puts on a record; the rest came as `extra`.
_STANDARD = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_LEADING = ("time", "level", "logger", "action", "message")

# opensearch-py logs URLs, which hold user ids, and bodies; the access log holds paths.
_SILENCED = ("opensearch", "opensearchpy.trace", "aiohttp.access")

_COLOURS = {"WARNING": "\x1b[33m", "ERROR": "\x1b[31m", "CRITICAL": "\x1b[1;31m"}
# Docker kills what doesn't end within 10 s, of which stopping may take 8, and cutting off who is
# left one more.
_READER_STANDS_STILL_S = 0.5

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
    coloured = out.isatty() and not environ.get("NO_COLOR")
    formatter = TextFormatter(coloured=coloured) if text else JsonFormatter()
    handler = _Handler(out, formatter)
    root = logging.getLogger()
    for earlier in root.handlers:
        if isinstance(earlier, _Handler):
            earlier.close()
    root.handlers[:] = [handler]
    root.setLevel(level.upper())
    for name in _SILENCED:
        logging.getLogger(name).disabled = True
    logging.getLogger("aiohttp.server").addFilter(_is_a_fault)


def _is_a_fault(record: logging.LogRecord) -> bool:
    """A client that left in the middle is none: a download that was cut, an import's Ctrl-C. Nor is
    one that doesn't speak HTTP, as anybody can, without a credential and as often as they like."""
    return not (
        record.exc_info and isinstance(record.exc_info[1], ConnectionError | HttpProcessingError)
    )


class _Handler(logging.Handler):
    """Formats where a record is made, for what it refers to may change; writes elsewhere."""

    def __init__(self, out: TextIO, formatter: logging.Formatter) -> None:
        super().__init__()
        self.setFormatter(formatter)
        self._writer = LogWriter(writing_to(out), self._missing)

    def emit(self, record: logging.LogRecord) -> None:
        """Never waits."""
        try:
            line = self.format(record)
        except Exception:
            self.handleError(record)
        else:
            self._writer.put(line)

    def flush(self) -> None:
        """At the exit too; a reader that stands still doesn't keep the process from ending."""
        self._writer.flush(_READER_STANDS_STILL_S)

    def close(self) -> None:
        """Nothing more comes."""
        self._writer.close()
        super().close()

    def _missing(self, lines: int) -> str:
        record = logging.makeLogRecord(
            {
                "name": __name__,
                "levelno": logging.WARNING,
                "levelname": "WARNING",
                "msg": "%d lines of the log are missing here: nobody read it for a while",
                "args": (lines,),
                "action": "log_lines_missing",
                "lines": lines,
            }
        )
        return self.format(record)


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
            written = orjson.dumps(line, default=str, option=orjson.OPT_NON_STR_KEYS)
        except TypeError:  # a lone surrogate or a number beyond 64 bits
            written = orjson.dumps({key: ascii(value) for key, value in line.items()})
        return printable_json(written.decode())


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
        details = printable(details)
        if self._coloured:
            time, details = f"{_DIM}{time}{_RESET}", f"{_DIM}{details}{_RESET}"
            if colour := _COLOURS.get(record.levelname):
                level = f"{colour}{level}{_RESET}"
        text = f"{time} {level} {printable(record.getMessage())}  {details}".rstrip()
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
