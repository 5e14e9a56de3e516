"""How log lines look: constant events with bound keys, for a person or for a machine.

Written to standard error, so that what a verb prints stays clean. Refuses to shorten or enrich:
what may not be logged (note text, secrets) is kept out where the line is written.
"""

from __future__ import annotations

import logging
import sys

import structlog

from config.settings import LogFormat


def configure(log_format: LogFormat, level: int = logging.INFO) -> None:
    """Set up structlog for the whole process."""
    renderer: structlog.typing.Processor = (
        structlog.processors.JSONRenderer()
        if log_format is LogFormat.JSON
        else structlog.dev.ConsoleRenderer(colors=sys.stderr.isatty())
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
