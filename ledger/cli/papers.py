"""`asal certificate paper`: a certificate as PDF to print, with its envelope inside."""

from pathlib import Path
from typing import Annotated

import typer

from ledger.cli.certificates import envelope_file
from ledger.cli.output import answer, failures, page
from ledger.cli.session import session_of, write_bytes
from ledger.paper import paper_of


def paper(
    context: typer.Context,
    envelope: Annotated[Path, typer.Argument(help="An envelope, JSON or PDF.")],
    *,
    out: Annotated[Path, typer.Option("--out", help="Where to write the PDF.")],
    link: Annotated[
        str, typer.Option(help="Address of the certificate's page, for the QR code; none without it.")
    ] = "",
    endorsement: Annotated[
        str, typer.Option(help="What box 12 is endorsed with, such as that it is a certified true copy.")
    ] = "",
) -> None:
    """Write a certificate as PDF: the form to print, with the envelope inside."""
    session = session_of(context)
    with failures():
        content = paper_of(envelope_file(envelope), link=link, endorsement=endorsement)
    write_bytes(out, content)
    told = {"file": str(out), "bytes": len(content)}
    answer(
        told, as_json=session.as_json, shown=lambda: page.print(f"{out}: {len(content)} bytes.", markup=False)
    )
