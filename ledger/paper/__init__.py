"""Certificates on paper: the form people know as a PDF, with the envelope inside, and the way back.

The only room that draws or reads PDF, and the only one that makes QR codes.
"""

from ledger.paper.codes import qr_svg
from ledger.paper.printing import paper_of
from ledger.paper.reading import envelope_in, is_pdf
from ledger.paper.refused import PaperNotPossible

__all__ = ["PaperNotPossible", "envelope_in", "is_pdf", "paper_of", "qr_svg"]
