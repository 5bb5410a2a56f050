"""What stands on a certificate's paper, before anything is said about where on it."""

from dataclasses import dataclass
from datetime import date

HIDDEN = "hidden by the holder"


@dataclass(frozen=True, slots=True)
class Box:
    """A box of the form; what does not fit goes on on a continuation sheet."""

    title: str
    """As printed, with its number."""
    text: str
    """Paragraphs, one a line."""
    ticks: tuple[tuple[str, bool], ...] = ()
    """Little squares with their words, ticked or empty."""
    endorsement: str = ""
    """Printed large above the text."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the goods lines."""

    title: str
    wide: float
    """Millimetres."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A certificate, ready to be laid out."""

    title: tuple[str, ...]
    """The arrangement, and what this is."""
    form: str
    """Name of the form, such as FORM D."""
    known_by: str
    """What the reference is called."""
    reference: str
    facts: tuple[str, ...]
    """What stands beside the reference: where and when it was issued, and for whom."""
    left: tuple[Box, ...]
    """Down the left side."""
    transport: Box
    official: Box | None
    """For the importing customs, empty."""
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    """Goods lines, a text for each column."""
    closing: str
    """Says that no goods line follows."""
    remarks: Box | None
    signed: tuple[Box, ...]
    """Declaration and certification, side by side."""
    ticks: Box
    further: str
    """What the document says and the form has no box for; a paragraph each."""
    foot: str
    """Small, on every page."""
    issued_on: date
