"""Receiving at the desk: what an importer presents is verified and shown before it is received.

Between the two steps nothing is kept here: the page that shows the verdict carries the file.
"""

import base64
import binascii
from dataclasses import dataclass
from typing import Any, Final

from api.desks.posted import Posted
from api.pages.present import Trouble, trouble_of
from api.schemas import EnvelopeBody
from ledger import strict_json
from ledger.errors import EnvelopeMalformed, InputMalformed
from ledger.paper import envelope_in, is_pdf
from ledger.ports import Ledger
from ledger.presented import Examination, examined, opened
from ledger.said import said
from ledger.verdict import Verdict
from ledger.verifying import verify_examined

FILE: Final = "envelope"
"""The control of the file."""
COPY: Final = "copy"
"""The field in which the page carries the file, in base64."""


@dataclass(frozen=True, slots=True)
class Presented:
    """What was presented, read and judged."""

    document: dict[str, Any]
    seen: Examination
    verdict: Verdict
    content: bytes
    """The file."""
    inside: bytes | None
    """The envelope in it, where the file is a PDF."""

    @property
    def copy(self) -> str:
        """The envelope as the page carries it on."""
        return base64.b64encode(self.content if self.inside is None else self.inside).decode()


def presented(sent: Posted, ledger: Ledger) -> Presented | Trouble:
    """Return what was presented with its verdict, or why it cannot be read."""
    try:
        content = base64.b64decode(sent.one(COPY), validate=True) if sent.one(COPY) else sent.file
    except binascii.Error:
        content = b""
    if not content:
        return Trouble(FILE, said("Choose the file that the importer presents"))
    try:
        inside = envelope_in(content) if is_pdf(content) else None
        document: EnvelopeBody = strict_json.loads(content if inside is None else inside)
        seen = examined(opened(document))
    except (InputMalformed, EnvelopeMalformed) as error:
        return trouble_of(error)
    return Presented(document, seen, verify_examined(seen, ledger), content, inside)
