"""A certificate on A4: the first page as people know it, and continuation sheets for what does not fit.

Nothing is cut off.  Boxes grow to a bound, what is beyond it goes on after the goods lines; these go on from
page to page, and a line that is longer than the room is divided.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final

from ledger.paper.codes import QUIET
from ledger.paper.form import SIGNED_BY_CUSTOMS
from ledger.paper.marks import EDGE, HIGH, INNER, Frame, Mark, Page, Pattern, Rule, Text
from ledger.paper.sheet import Column, Sheet
from ledger.paper.typesetting import BODY, PAD, SMALL, STRONG, TITLE, Set, Style, boxed, ticked

_TOP: Final = 11.0
_FOOT: Final = 9.5
"""Height of the foot."""
_BOTTOM: Final = HIGH - 11.0 - _FOOT
_HALF: Final = INNER / 2
_CODE: Final = 28.0
"""Side of the QR code, without its quiet zone."""
_HEADING: Final = Style(8.0, 3.7, bold=True)
_FORM: Final = Style(12.0, 5.6, bold=True)
_TICKS_A_ROW: Final = 4
_MOST: Final = {"left": 9, "side": 9, "signed": 13, "remarks": 3}
"""Lines of a box on the first page."""
_TOGETHER: Final = 12
"""Lines of a goods line that are not parted between two pages."""
_LEAST: Final = {"left": 27.0, "side": 27.0, "signed": 38.0}
"""Heights below which a box does not look like the form's, in millimetres."""


@dataclass(slots=True)
class _Pages:
    """Pages as they grow; `y` is how far the last one is filled."""

    sheet: Sheet
    floor: float = _BOTTOM
    y: float = _TOP
    pages: list[Page] = field(default_factory=lambda: [[]])

    def draw(self, *marks: Mark) -> None:
        self.pages[-1] += marks

    @property
    def room(self) -> float:
        return self.floor - self.y

    def turn(self) -> None:
        """Begin a continuation sheet, headed with what it belongs to."""
        self.pages.append([])
        self.floor = _BOTTOM
        title = f"{self.sheet.title[0]}: {self.sheet.form}, continuation sheet"
        self.draw(*_HEADING.set([title], EDGE, _TOP))
        given = [f"{self.sheet.known_by} {self.sheet.reference}", self.sheet.facts[0]]
        lines = [line for text in given for line in BODY.lines(text, INNER)]
        self.draw(*BODY.set(lines, EDGE, _TOP + _HEADING.leading + 0.4))
        self.y = _TOP + _HEADING.leading + 1.6 + len(lines) * BODY.leading


def laid_out(sheet: Sheet, code: tuple[tuple[bool, ...], ...] = (), words: str = "") -> list[Page]:
    """Return the pages of a certificate, with a QR code and the words under it where there is one."""
    pages = _Pages(sheet)
    boxes = [boxed(box, _HALF, _MOST["left"]) for box in sheet.left]
    _head(pages, boxes, code, words)
    boxes += _side_by_side(pages)
    low = _signed(sheet)
    boxes += [one for one in low.boxes if one.more]
    foot = len(pages.pages) - 1
    pages.floor = _BOTTOM - low.high
    low.draw(pages.pages[foot], pages.floor)
    _goods(pages)
    _further(pages, boxes)
    for number, page in enumerate(pages.pages, 1):
        page.extend(_foot(sheet, number, len(pages.pages)))
    return pages.pages


def _head(pages: _Pages, boxes: Sequence[Set], code: tuple[tuple[bool, ...], ...], words: str) -> None:
    """Draw the parties on the left, and beside them what this is, its reference and the QR code."""
    sheet, x, room = pages.sheet, EDGE + _HALF + PAD, _HALF - 2 * PAD
    marks: list[Mark] = []
    y = pages.y + PAD
    reference = STRONG.lines(f"{sheet.known_by} {sheet.reference}", room)
    beside = room - _CODE - 8 if code else room
    titles = [line for title in sheet.title for line in _HEADING.lines(title, room)]
    for style, lines in ((STRONG, reference), (_HEADING, titles)):
        marks += style.set(lines, x, y)
        y += len(lines) * style.leading + 0.8
    top = y
    for style, lines in (
        (_FORM, _FORM.lines(sheet.form, beside)),
        (BODY, [line for fact in sheet.facts for line in BODY.lines(fact, beside)]),
    ):
        marks += style.set(lines, x, y)
        y += len(lines) * style.leading
    if code:
        marks += (qr := _scanned(code, words, EDGE + INNER - PAD, top))
        y = max(y, *(mark.y + mark.high for mark in qr if isinstance(mark, Text)))
    shares = [max(one.high, _LEAST["left"]) for one in boxes]
    high = max(sum(shares), y + PAD - pages.y)
    shares[-1] += high - sum(shares)
    left = pages.y
    for one, share in zip(boxes, shares, strict=True):
        pages.draw(*one.at(EDGE, left, share))
        left += share
    pages.draw(Frame(EDGE + _HALF, pages.y, _HALF, high), *marks)
    pages.y += high


def _scanned(code: tuple[tuple[bool, ...], ...], words: str, right: float, top: float) -> list[Mark]:
    """Return a QR code with white around it, and the words under it."""
    quiet = _CODE / len(code) * QUIET
    x = right - _CODE - quiet / 2
    lines = SMALL.lines(words, _CODE + quiet)
    return [
        Pattern(x, top + quiet / 2, _CODE, code),
        *SMALL.set(lines, x, top + _CODE + quiet),
    ]


def _side_by_side(pages: _Pages) -> list[Set]:
    """Draw transport and, where the form has it, the box for the importing customs."""
    given = [box for box in (pages.sheet.transport, pages.sheet.official) if box]
    boxes = [boxed(box, INNER / len(given), _MOST["side"]) for box in given]
    least = _LEAST["side"] if pages.sheet.official else 0.0
    high = max(least, *(one.high for one in boxes))
    for number, one in enumerate(boxes):
        pages.draw(*one.at(EDGE + number * one.wide, pages.y, high))
    if pages.sheet.official:
        _signing_line(pages, EDGE + _HALF, pages.y + high)
    pages.y += high
    return [one for one in boxes if one.more]


def _signing_line(pages: _Pages, x: float, bottom: float) -> None:
    y = bottom - TITLE.leading - PAD
    pages.draw(Rule(x + PAD, y, x + _HALF - PAD, y), *TITLE.set([SIGNED_BY_CUSTOMS], x + PAD, y + 0.2))


@dataclass(frozen=True, slots=True)
class _Low:
    """The boxes at the bottom of the first page."""

    remarks: Set | None
    signed: Sequence[Set]
    tall: float
    ticks: Set
    rows: int

    @property
    def boxes(self) -> Iterator[Set]:
        yield from (self.remarks,) if self.remarks else ()
        yield from self.signed

    @property
    def high(self) -> float:
        remarks = self.remarks.high if self.remarks else 0.0
        return remarks + self.tall + self._ticks_high

    @property
    def _ticks_high(self) -> float:
        return self.rows * 4.0 + 2 * PAD

    def draw(self, page: Page, y: float) -> None:
        if self.remarks:
            page += self.remarks.at(EDGE, y, self.remarks.high)
            y += self.remarks.high
        for number, one in enumerate(self.signed):
            page += one.at(EDGE + number * _HALF, y, self.tall)
        y += self.tall
        page.append(Frame(EDGE, y, INNER, self._ticks_high))
        page += TITLE.set(self.ticks.title, EDGE + PAD, y + PAD + 0.5)
        indent = max(8.0, max(map(TITLE.width, self.ticks.title)) + 4)
        a_row = min(_TICKS_A_ROW, len(self.ticks.box.ticks))
        step = (INNER - indent) / a_row
        for number, (words, on) in enumerate(self.ticks.box.ticks):
            row, column = divmod(number, a_row)
            page += ticked(EDGE + indent + column * step, y + PAD + row * 4.0, [words], on=on)


def _signed(sheet: Sheet) -> _Low:
    """Set what stands at the bottom of the first page."""
    signed = [boxed(box, _HALF, _MOST["signed"]) for box in sheet.signed]
    rows = -(-len(sheet.ticks.ticks) // _TICKS_A_ROW)
    return _Low(
        remarks=boxed(sheet.remarks, INNER, _MOST["remarks"]) if sheet.remarks else None,
        signed=signed,
        tall=max(_LEAST["signed"], *(one.high for one in signed)),
        ticks=boxed(sheet.ticks, INNER, 0),
        rows=rows,
    )


def _goods(pages: _Pages) -> None:
    """Draw the goods lines, over as many pages as they need, and the line that ends them."""
    sheet = pages.sheet
    top = _heading(pages)
    for row in sheet.rows:
        cells = [
            BODY.lines(text, column.wide - 2 * PAD) for text, column in zip(row, sheet.columns, strict=True)
        ]
        again = False
        while any(cells):
            fitting = int((pages.room - 2 * PAD) // BODY.leading)
            tall = max(map(len, cells))
            if fitting < min(tall, _TOGETHER):
                _columns(pages, top)
                pages.turn()
                top = _heading(pages)
                continue
            _row(pages, [cell[:fitting] for cell in cells])
            cells = [cell[fitting:] for cell in cells]
            if any(cells) and not again and row[0]:
                cells[0] = [f"({row[0]})", *cells[0]]
                again = True
    if pages.room < SMALL.leading + 1:
        _columns(pages, top)
        pages.turn()
        top = _heading(pages)
    ending = f"— {sheet.closing} —"
    x = EDGE + sum(column.wide for column in sheet.columns[:2]) + PAD
    pages.draw(*SMALL.set([ending], x, pages.y + 0.4))
    if len(pages.pages) > 1:
        pages.y += SMALL.leading + 1.2
    else:
        pages.y = pages.floor
    _columns(pages, top)


def _heading(pages: _Pages) -> float:
    """Draw the titles of the columns; returns where the table begins."""
    columns = pages.sheet.columns
    titles = [TITLE.lines(column.title, column.wide - 2 * PAD) for column in columns]
    top, high = pages.y, max(map(len, titles)) * TITLE.leading + 2 * PAD
    for x, lines in zip(_lefts(columns), titles, strict=True):
        pages.draw(*TITLE.set(lines, x + PAD, top + PAD))
    pages.y += high
    pages.draw(Rule(EDGE, pages.y, EDGE + INNER, pages.y))
    return top


def _row(pages: _Pages, cells: Sequence[Sequence[str]]) -> None:
    for x, lines in zip(_lefts(pages.sheet.columns), cells, strict=True):
        pages.draw(*BODY.set(lines, x + PAD, pages.y + PAD / 2))
    pages.y += max(map(len, cells)) * BODY.leading + PAD
    pages.draw(Rule(EDGE, pages.y, EDGE + INNER, pages.y))


def _columns(pages: _Pages, top: float) -> None:
    """Draw the frames of the columns of a page that is full."""
    bottom = pages.floor if len(pages.pages) == 1 else pages.y
    for x, column in zip(_lefts(pages.sheet.columns), pages.sheet.columns, strict=True):
        pages.draw(Frame(x, top, column.wide, bottom - top))


def _lefts(columns: Sequence[Column]) -> Iterator[float]:
    x = EDGE
    for column in columns:
        yield x
        x += column.wide


def _further(pages: _Pages, boxes: Sequence[Set]) -> None:
    """Draw what the boxes had no room for, and what the form has no box for."""
    parts = [(f"{one.box.title}, continued", "\n".join(one.more)) for one in boxes if one.more]
    if pages.sheet.further:
        parts.append(("Further particulars", pages.sheet.further))
    for title, text in parts:
        if len(pages.pages) == 1 or pages.room < 4 * BODY.leading:
            pages.turn()
        _flowed(pages, title, BODY.lines(text, INNER - 2 * PAD))


def _flowed(pages: _Pages, title: str, lines: list[str]) -> None:
    """Draw a text across the page, over as many pages as it needs."""
    pages.y += PAD
    pages.draw(*TITLE.set([title], EDGE, pages.y))
    pages.y += TITLE.leading
    while lines:
        fitting = int(pages.room // BODY.leading)
        pages.draw(*BODY.set(lines[:fitting], EDGE + PAD, pages.y))
        pages.y += len(lines[:fitting]) * BODY.leading
        lines = lines[fitting:]
        if lines:
            pages.turn()


def _foot(sheet: Sheet, number: int, last: int) -> Iterator[Mark]:
    """Yield the foot of a page."""
    y = HIGH - 11.0 - _FOOT + 0.8
    count = f"Page {number} of {last}"
    lines = [line for text in sheet.foot.split("\n") for line in SMALL.lines(text, INNER - 24)]
    yield from SMALL.set(lines, EDGE, y)
    yield from BODY.set([count], EDGE + INNER - BODY.width(count), y)
