"""The service's log: one line of JSON for each event on standard error, with fields from one short list.

What is not on the list is left out, whoever logged it; texts of other libraries are left out whole, because
they may repeat what was sent.  Of exceptions the class and the place are told, never the message.
"""

import logging
import sys
import threading
from collections.abc import Mapping, MutableMapping
from types import TracebackType
from typing import Any, BinaryIO, Final, Literal

import orjson
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

Style = Literal["json", "console"]

ALLOWED: Final = frozenset(
    "time level event logger request_id method route status ms bytes authority account certificate dispatch "
    "nonce transaction alarm rule block error place".split()
)
"""Every field that a line may have; `docs/reference/metrics.md` says what each holds."""
_EXTRA: Final = ALLOWED - {"time", "level", "event", "logger"}
"""Fields that may come with a message of the standard library's logging, by `extra`."""
_OURS: Final = ("asal", "ledger", "api", "uvicorn")
"""Loggers whose texts hold no particulars."""
_LONGEST: Final = 500
"""Characters of a text that are kept."""


def set_up(style: Style, stream: BinaryIO | None = None) -> structlog.typing.FilteringBoundLogger:
    """Send everything that this process logs through one gate; returns the logger for answers."""
    out = stream or sys.stderr.buffer
    structlog.configure(
        processors=[*_FIRST, *_renderer(style, colours=out.isatty())],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.BytesLoggerFactory(file=out),
        cache_logger_on_first_use=False,
    )
    root = logging.getLogger()
    root.handlers = [each for each in root.handlers if not isinstance(each, Bridge)]
    root.addHandler(Bridge())
    root.setLevel(logging.INFO)
    for name in ("uvicorn", "uvicorn.error"):
        logging.getLogger(name).handlers, logging.getLogger(name).propagate = [], True
    silenced = logging.getLogger("uvicorn.access")  # it would log paths
    silenced.handlers, silenced.propagate = [], False
    threading.excepthook = _thread_failed
    logger: structlog.typing.FilteringBoundLogger = structlog.get_logger().bind()
    return logger


def place_of(trace: TracebackType | None) -> str:
    """Return file and line where an error was raised."""
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}" if trace else "an unknown place"


class Bridge(logging.Handler):
    """Hands what was logged with the standard library on to structlog."""

    def emit(self, record: logging.LogRecord) -> None:
        """Hand one message on, as far as it may be told."""
        if record.levelno < logging.WARNING and not _is_ours(record.name):
            return
        try:
            structlog.get_logger().log(
                record.levelno, _text(record), logger=record.name, **_given(record), **_failure(record)
            )
        except Exception:  # noqa: BLE001 - a log must not fail what it is about
            self.handleError(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - of logging
        """Say that a message could not be logged; the usual answer would print its arguments."""
        structlog.get_logger().error("a message could not be logged", logger=record.name)


def _is_ours(name: str) -> bool:
    return name.partition(".")[0] in _OURS


def _text(record: logging.LogRecord) -> str:
    """Return the text of a message of ours, and for others only that there was one."""
    return record.getMessage().strip() if _is_ours(record.name) else "a library logged something"


def _given(record: logging.LogRecord) -> dict[str, Any]:
    """Return the fields that came with a message of ours."""
    return {name: record.__dict__[name] for name in _EXTRA & record.__dict__.keys()}


def _failure(record: logging.LogRecord) -> dict[str, str]:
    """Return class and place of the exception that came with a message, unless they are given already."""
    if not record.exc_info or record.exc_info[0] is None:
        return {}
    told = {"error": record.exc_info[0].__name__, "place": place_of(record.exc_info[2])}
    return {name: value for name, value in told.items() if name not in record.__dict__}


def _thread_failed(failed: threading.ExceptHookArgs) -> None:
    """Log the end of a thread; the usual answer would print the exception's message."""
    place = place_of(failed.exc_traceback)
    structlog.get_logger().critical("a thread failed", error=failed.exc_type.__name__, place=place)


def only_allowed(_: WrappedLogger, __: str, told: EventDict) -> EventDict:
    """Leave out every field that is not on the list, and every value that is no number or short text."""
    return {name: _short(value) for name, value in told.items() if name in ALLOWED}


def _short(value: object) -> object:
    if isinstance(value, str):
        return value if len(value) <= _LONGEST else value[:_LONGEST]
    return value if value is None or isinstance(value, int | float) else type(value).__name__


def _renderer(style: Style, *, colours: bool) -> tuple[Processor, ...]:
    """Return what makes bytes of a line."""
    if style == "json":
        return (_json,)
    shown = structlog.dev.ConsoleRenderer(colors=colours, timestamp_key="time", pad_event_to=30)
    return (shown, _encoded)


def _json(_: WrappedLogger, __: str, told: MutableMapping[str, Any]) -> bytes:
    return orjson.dumps(told)


def _encoded(_: WrappedLogger, __: str, line: str | Mapping[str, Any]) -> bytes:
    return str(line).encode()


_FIRST: Final[tuple[Processor, ...]] = (
    structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
    structlog.processors.add_log_level,
    only_allowed,
)
