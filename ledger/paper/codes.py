"""The QR code that leads from the paper to the page of the certificate."""

from typing import Any, Final

import segno

from ledger.paper.refused import PaperNotPossible

_LARGEST: Final = 6
"""Version of the code, 41 modules each way: at 28 mm a telephone reads it off a photocopy."""
QUIET: Final = 4
"""Modules left white around the code (ISO/IEC 18004)."""


def modules(link: str) -> tuple[tuple[bool, ...], ...]:
    """Return the dark modules of the QR code of a link, row by row, without the quiet zone."""
    return tuple(tuple(bool(module) for module in row) for row in _code(link).matrix)


def _code(link: str) -> Any:  # noqa: ANN401 - the library has no types
    """Return the code at error level M, which survives a fold or a stamp on an eighth of it."""
    made = None
    if link.isascii() and link.startswith(("https://", "http://")):
        try:
            made = segno.make_qr(link, error="m", boost_error=False)
        except segno.DataOverflowError:
            made = None
    if made is None or int(made.version) > _LARGEST:
        message = "the link must be a plain web address of at most 106 characters, so that it can be scanned"
        raise PaperNotPossible("paper.link", message)
    return made
