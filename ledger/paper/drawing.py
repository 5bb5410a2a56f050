"""Drawing a certificate on A4."""

from collections.abc import Mapping
from importlib.resources import as_file, files
from typing import Any

from fpdf import FPDF

from ledger.envelope import canonical, leaves
from ledger.paper.reading import NAME
from ledger.presented import opened


def paper_of(envelope: Mapping[str, Any], *, link: str = "", endorsement: str = "") -> bytes:
    """Return a certificate as PDF/A-3B with its envelope inside; raises `PaperNotPossible`."""
    fields = opened(envelope).visible.fields
    pdf = FPDF(format="A4", enforce_compliance="PDF/A-3B")
    with as_file(files("ledger.paper") / "fonts" / "NotoSans-Regular.ttf") as font:
        pdf.add_font("noto", fname=font)
    pdf.set_font("noto", size=8)
    pdf.set_title(f"Certificate {fields.get('reference', '')}")
    pdf.add_page()
    for text in (endorsement, link, *(f"{path}: {value}" for path, value in leaves(fields))):
        pdf.multi_cell(0, 4, str(text), new_x="LMARGIN", new_y="NEXT")
    pdf.embed_file(
        bytes=canonical(dict(envelope)),
        basename=NAME,
        mime_type="application/json",
        associated_file_relationship="Source",
    )
    return bytes(pdf.output())
