"""The log of every program: one line per event, its facts behind it as ``key=value``, on standard error.

Over the standard library's logging: systemd's journal takes the lines, and a unit has no memory to spare for more.
"""

from __future__ import annotations

import logging
import sys
from datetime import UTC, datetime
from typing import TextIO


class FactsLog:
    """A logger whose messages are an event's name and what is known of it."""

    def __init__(self, name: str) -> None:
        self._logger = logging.getLogger(name)

    def debug(self, event: str, **facts: object) -> None:
        self._say(logging.DEBUG, event, facts)

    def info(self, event: str, **facts: object) -> None:
        self._say(logging.INFO, event, facts)

    def warning(self, event: str, **facts: object) -> None:
        self._say(logging.WARNING, event, facts)

    def error(self, event: str, **facts: object) -> None:
        self._say(logging.ERROR, event, facts)

    def exception(self, event: str, **facts: object) -> None:
        """Within an ``except``: the traceback goes with it."""
        self._say(logging.ERROR, event, facts, exc_info=True)

    def _say(self, level: int, event: str, facts: dict[str, object], *, exc_info: bool = False) -> None:
        if self._logger.isEnabledFor(level):
            told = "".join(f" {key}={_quoted(value)}" for key, value in facts.items())
            self._logger.log(level, "event=%s%s", event, told, exc_info=exc_info)


def set_up_log(stream: TextIO = sys.stderr) -> None:
    """Send the log to a stream, each line with its instant (UTC) and level. Other libraries: warnings only."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_Lines("timestamp=%(asctime)s level=%(levelname)s %(message)s"))
    logging.basicConfig(handlers=[handler], level=logging.WARNING, force=True)
    for ours in ("vuoro_mqtt", "vuoro_hub", "vuoro_devices", "vuoro_provisioning"):
        logging.getLogger(ours).setLevel(logging.INFO)


class _Lines(logging.Formatter):
    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:
        return datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")

    def format(self, record: logging.LogRecord) -> str:
        record.levelname = record.levelname.lower()
        return super().format(record)


def _quoted(value: object) -> str:
    """A value on one line: bare where it is one word."""
    text = str(value)
    return text if text and not any(sign in text for sign in ' "\n\r\t=') else repr(text)
