"""Certificates on paper: the form people know as a PDF, with the envelope inside, and the way back.

The only room that draws or reads PDF, and the only one that makes QR codes.  What it draws and reads with is
loaded when it is first used: that takes longer than the rest of the program, and most runs print nothing.
"""

from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

from ledger.paper.marked import is_pdf
from ledger.paper.refused import PaperNotPossible

__all__ = ["PaperNotPossible", "edition", "envelope_in", "is_pdf", "paper_of"]


def paper_of(envelope: Mapping[str, Any], *, link: str = "", endorsement: str = "") -> bytes:
    """Return a certificate as PDF; see `ledger.paper.printing.paper_of`."""
    from ledger.paper import printing  # noqa: PLC0415 - loaded when it is first used

    return printing.paper_of(envelope, link=link, endorsement=endorsement)


@cache
def edition() -> str:
    """Return by what this way of printing is known: two that differ may print one envelope differently.

    It follows from the files of this folder and of the lists of codes, and from the library that draws.
    """
    here = Path(__file__).parent
    known = sha256(version("fpdf2").encode())
    for folder in (here, here.parent / "codes"):
        for file in sorted(one for one in folder.rglob("*") if one.suffix not in {".pyc", ""}):
            known.update(file.read_bytes())
    return known.hexdigest()


def envelope_in(pdf: bytes) -> bytes:
    """Return the JSON text of the envelope in a PDF, unread; see `ledger.paper.reading.envelope_in`."""
    from ledger.paper import reading  # noqa: PLC0415 - loaded when it is first used

    return reading.envelope_in(pdf)
