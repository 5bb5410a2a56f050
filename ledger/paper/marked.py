"""What the files of this room are known by, and how large they may be."""

from typing import Final

NAME: Final = "envelope.json"
"""The attached envelope."""
LARGEST: Final = 512 * 1024
"""Bytes of an envelope that is put into a PDF, or taken out of one."""
_MARK: Final = b"%PDF-"
_SEARCHED: Final = 1024
"""Bytes at the beginning in which readers look for the mark of a PDF."""


def is_pdf(data: bytes) -> bool:
    """Whether bytes are meant to be a PDF; nothing is said about what is in it."""
    return _MARK in data[:_SEARCHED]
