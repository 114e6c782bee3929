"""Log lines of a process: one line each, with the number of the request, and nothing about a person.

Messages are masked as conversations are. Of an error only its kind and its places in the code are written: its words
may quote what somebody typed.
"""

from __future__ import annotations

import logging
import sys
import traceback
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import orjson

from review.basics import request_id
from review.privacy.masking import mask_text
from review.privacy.recognisers import recognisers
from review.settings.logs import LogSettings

FIELDS = "fields"
"""The attribute of a record with what a line says beside its message: names and numbers of our own."""


def begin_logging(settings: LogSettings) -> None:
    """Write the lines of this process as the settings say, those of Streamlit and of the server included."""
    handler = _Handler()
    handler.setFormatter(Lines(as_json=settings.format == "json"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    level = getattr(logging, settings.level.upper())
    root.setLevel(level)

    def ours(logger: logging.Logger) -> None:
        """Take away a logger's own handlers, which would write lines of another form."""
        logger.handlers[:], logger.propagate = [], True
        logger.setLevel(max(level, logging.WARNING))

    for name, logger in list(logging.Logger.manager.loggerDict.items()):
        if isinstance(logger, logging.Logger) and name.split(".")[0] in ("streamlit", "uvicorn", "websockets"):
            ours(logger)
    if (theirs := sys.modules.get("streamlit.logger")) is not None:
        # Streamlit makes loggers with handlers of their own whenever it loads a part of itself.
        vars(theirs)["setup_formatter"] = ours


def say(logger: logging.Logger, message: str, **fields: str | int | float) -> None:
    """Write one line about something that was done; ``fields`` hold names and numbers of our own."""
    logger.info(message, extra={FIELDS: fields})


class _Handler(logging.StreamHandler):
    """Writes lines. Python itself would write the unmasked words of a line that fails."""

    def handleError(self, record: logging.LogRecord) -> None:
        """Say that a line could not be written, and no more."""
        kind = sys.exc_info()[0]
        with suppress(OSError, ValueError):
            self.stream.write(f"a line of {record.name} was not written ({kind.__name__ if kind else None})\n")


class Lines(logging.Formatter):
    """Writes a record as one line, of text or of JSON."""

    def __init__(self, *, as_json: bool) -> None:
        super().__init__()
        self._as_json, self._wanted = as_json, recognisers()

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        fields: dict[str, Any] = getattr(record, FIELDS, None) or {}
        message = _sound(record.getMessage())
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "request": request_id.current(),
            "message": message if fields else mask_text(message, self._wanted)[0],
            **fields,
        }
        error = record.exc_info[1] if record.exc_info else None
        if error is not None:
            line |= {"error": type(error).__name__, "places": _places(error)}
        line = {name: _sound(value) for name, value in line.items()}
        if self._as_json:
            return orjson.dumps(line, default=str).decode()
        at, level, logger, request, said = (line.pop(k) for k in ("at", "level", "logger", "request", "message"))
        rest = "".join(f" {name}={value}" for name, value in line.items())
        return " ".join(f"{at} {level} {logger} [{request}] {said}{rest}".split())


def _sound(value: Any) -> Any:
    """Return a text that can be written: half a character, such as of a broken file name, becomes a question mark."""
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else value


def _places(error: BaseException) -> list[str]:
    """Return where an error came from, the outermost place first; no line of code, which may hold a text."""
    frames = traceback.extract_tb(error.__traceback__)
    return [f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno} {frame.name}" for frame in frames[-12:]]
