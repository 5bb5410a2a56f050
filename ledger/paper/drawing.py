"""Drawing pages into a PDF."""

from collections.abc import Iterable
from typing import Any, Final

from fpdf import FPDF

from ledger.paper.fonts import BOLD, OTHERS, REGULAR, needed, runs, width
from ledger.paper.marks import Frame, Mark, Page, Pattern, Rule, Text

_FOR_SHAPING: Final = ("GDEF", "GPOS", "GSUB")
_LINE = 0.2
"""Width of frames and rules in millimetres."""


def draw(pages: Iterable[Page], pdf: FPDF) -> None:
    """Draw the pages, with the fonts that their texts need."""
    pages = list(pages)
    _take_fonts(pdf, [mark.text for page in pages for mark in page if isinstance(mark, Text)])
    pdf.set_auto_page_break(auto=False)
    pdf.set_margin(0)
    pdf.c_margin = 0
    for page in pages:
        pdf.add_page()
        pdf.set_line_width(_LINE)
        for mark in page:
            _draw(mark, pdf)


def _take_fonts(pdf: FPDF, texts: list[str]) -> None:
    others = needed(texts)
    for font in (REGULAR, BOLD, *others):
        pdf.add_font(font.family, style="B" if font.bold else "", fname=font.path)
    for one in pdf.fonts.values():
        _forget_layout(one)
    pdf.set_text_shaping(use_shaping_engine=True, direction="ltr")


def _forget_layout(font: Any) -> None:  # noqa: ANN401 - core fonts and others in one
    """Leave the tables for shaping out of what goes into the file.

    HarfBuzz shapes from its own reading of the font and names every glyph.  The library drops these tables
    from the subset, but only after it has read them all, which was a third of the time for a certificate.
    """
    for table in _FOR_SHAPING:
        if table in font.ttfont:
            del font.ttfont[table]


def _draw(mark: Mark, pdf: FPDF) -> None:
    match mark:
        case Text():
            _write(mark, pdf)
        case Frame():
            pdf.rect(mark.x, mark.y, mark.wide, mark.high)
        case Rule():
            pdf.line(mark.x, mark.y, mark.to_x, mark.to_y)
        case Pattern():
            _draw_code(mark, pdf)


def _write(line: Text, pdf: FPDF) -> None:
    """Write a line of text, each run with its own font.

    The library's own fallback fonts are not used: it draws the first run of a line in the size of the line
    before, and leaves gaps between runs.
    """
    x = line.x
    for font, run in runs(line.text, bold=line.bold):
        pdf.set_font(font.family, style="B" if font.bold else "", size=line.size)
        pdf.set_xy(x, line.y)
        if font in OTHERS:  # shaped glyphs stand in another order than the letters; who copies gets these
            spoken = run.encode("utf-16-be").hex().upper()
            pdf._out(f"/Span <</ActualText <FEFF{spoken}>>> BDC")  # noqa: SLF001 - the library has no other way
            pdf.cell(0, line.high, run)
            pdf._out("EMC")  # noqa: SLF001
        else:
            pdf.cell(0, line.high, run)
        x += width(run, line.size, bold=line.bold)


def _draw_code(code: Pattern, pdf: FPDF) -> None:
    """Draw a QR code: dark modules that touch in a row are one rectangle, so that no hairline parts them."""
    step = code.side / len(code.modules)
    for number, row in enumerate(code.modules):
        start = None
        for column, dark in enumerate((*row, False)):
            if dark and start is None:
                start = column
            elif not dark and start is not None:
                x, wide = code.x + start * step, (column - start) * step
                pdf.rect(x, code.y + number * step, wide, step, style="F")
                start = None
