"""Reading the envelope back out of a certificate that came as PDF."""

from io import BytesIO
from typing import Final

from pypdf import PdfReader

from ledger.errors import InputMalformed
from ledger.paper.attaching import NAME

_MARK: Final = b"%PDF-"
_SEARCHED: Final = 1024
"""Bytes at the beginning in which readers look for the mark of a PDF."""


def is_pdf(data: bytes) -> bool:
    """Whether bytes are meant to be a PDF; nothing is said about what is in it."""
    return _MARK in data[:_SEARCHED]


def envelope_in(pdf: bytes) -> bytes:
    """Return the JSON text of the envelope in a PDF, unread; raises `InputMalformed`."""
    try:
        found = PdfReader(BytesIO(pdf)).attachments.get(NAME, [])
    except Exception:  # noqa: BLE001 - whatever a broken file does to its reader
        found = []
    if len(found) != 1:
        message = (
            "this PDF has no certificate in it: a scan has none; ask for the PDF that the issuing authority "
            "gave out"
        )
        raise InputMalformed("pdf.not-ours", message)
    return found[0]
