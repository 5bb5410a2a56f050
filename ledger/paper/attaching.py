"""What makes the drawing an archive: the envelope inside, the description of the file, fixed dates."""

import hashlib
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from xml.sax.saxutils import escape

from fpdf import FPDF
from fpdf.enums import TextDirection
from fpdf.line_break import Fragment

from ledger.paper.marked import NAME

_LANGUAGE: Final = "en-GB"
_XMP: Final = """\
<x:xmpmeta xmlns:x="adobe:ns:meta/">
  <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
    <rdf:Description rdf:about=""
        xmlns:dc="http://purl.org/dc/elements/1.1/"
        xmlns:xmp="http://ns.adobe.com/xap/1.0/"
        xmlns:pdf="http://ns.adobe.com/pdf/1.3/"
        xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
      <pdfaid:part>3</pdfaid:part>
      <pdfaid:conformance>B</pdfaid:conformance>
      <dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
      <dc:language><rdf:Bag><rdf:li>{language}</rdf:li></rdf:Bag></dc:language>
      <xmp:CreateDate>{at}</xmp:CreateDate>
      <xmp:ModifyDate>{at}</xmp:ModifyDate>
      <xmp:MetadataDate>{at}</xmp:MetadataDate>
      <xmp:CreatorTool>{tool}</xmp:CreatorTool>
      <pdf:Producer>{tool}</pdf:Producer>
    </rdf:Description>
  </rdf:RDF>
</x:xmpmeta>"""
_TOOL: Final = "Asal"


class Archived(FPDF):
    """A PDF/A-3B whose bytes follow from what is in it: the clock has no part in them."""

    def __init__(self, title: str, at: datetime, *, made_of: bytes) -> None:
        """Begin a file; its identifier follows from what it is made of."""
        super().__init__(format="A4", enforce_compliance="PDF/A-3B")
        self._name = hashlib.sha256(made_of).hexdigest()[:32].upper()
        self.set_title(title)
        self.set_lang(_LANGUAGE)
        self.set_creator(_TOOL)
        self.set_producer(_TOOL)
        self.set_creation_date(at)
        words = {"title": escape(title), "language": _LANGUAGE, "at": at.isoformat(), "tool": _TOOL}
        self.set_xmp_metadata(_XMP.format(**words))

    def enclose(self, envelope: bytes, at: datetime) -> None:
        """Put the envelope into the file, as what its pages are drawn from (`/Source`)."""
        self.embed_file(
            bytes=envelope,
            basename=NAME,
            mime_type="application/json",
            associated_file_relationship="Source",
            desc="The electronic certificate: this is what is verified",
            creation_date=at,
            modification_date=at,
            compress=True,
        )

    def _preload_bidirectional_text(self, text: str, markdown: bool) -> Sequence[Fragment]:  # noqa: FBT001
        """Return a text as one piece from left to right, as `ledger.paper.fonts` has given it.

        No font here has a script that runs from right to left, and a character that turns the writing round
        is printed by its number; so there is nothing to find out, which took a third of the time of drawing.
        """
        if self.text_shaping:
            direction = TextDirection.LTR
            self.text_shaping |= {"paragraph_direction": direction, "fragment_direction": direction}
        return self._preload_font_styles(text, markdown)

    def file_id(self) -> str:
        """Return the identifier of the file."""
        return f"<{self._name}><{self._name}>"
