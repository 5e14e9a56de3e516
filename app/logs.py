"""How log lines look: constant events with bound keys, for a person or for a machine.

Written to standard error, so that what a verb prints stays clean. Refuses to shorten or enrich:
what may not be logged (note text, secrets) is kept out where the line is written.
"""

from __future__ import annotations

import logging
import sys

import structlog

from config.settings import LogFormat


def on_one_line(
    _: object, __: str, event: structlog.typing.EventDict
) -> structlog.typing.EventDict:
    """Write control characters of values as escapes, so that no value can forge a line.

    JSON does that by itself; a terminal would also obey them.
    """
    return {name: _plain(value) for name, value in event.items()}


def _plain(value: object) -> object:
    if not isinstance(value, str) or value.isprintable():
        return value
    return "".join(
        each if each.isprintable() else each.encode("unicode_escape").decode() for each in value
    )


def configure(log_format: LogFormat, level: int = logging.INFO) -> None:
    """Set up structlog for the whole process."""
    is_json = log_format is LogFormat.JSON
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if is_json
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            *([] if is_json else [on_one_line]),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
