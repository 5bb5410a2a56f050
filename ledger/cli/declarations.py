"""`asal declaration`: register declarations of exporters; `asal look-up`: what other members may see."""

from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from ledger.cli.certificates import certificate_in, handed_out, pending, show_issued
from ledger.cli.output import answer, failures, table, usage
from ledger.cli.session import session_of
from ledger.declaring import declare
from ledger.looking_up import look_exporter_up
from ledger.looking_up import look_up as looked_up

app = typer.Typer(no_args_is_help=True, help="Declarations of certified and approved exporters.")


@app.command()
def register(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Declarations in JSON.")],
    *,
    out: Annotated[Path, typer.Option("--out", help="Folder for the envelopes to hand out.")] = Path(
        "envelopes"
    ),
) -> None:
    """Register declarations and write their envelopes; repeating the command changes nothing.

    Refused when exporter, signatory or goods are not listed on the day (OCP Rule 2.6).
    """
    session = session_of(context)
    done: list[dict[str, object]] = []
    with failures():
        authority, account = session.authority()
        for path in files:
            declaration = certificate_in(path)
            issued = declare(declaration, authority=authority, account=account, ledger=session.ledger)
            done.append(handed_out(issued, out))
    answer(done, as_json=session.as_json, shown=lambda: show_issued(done))
    raise typer.Exit(pending(done))


def look_up(
    context: typer.Context,
    number: Annotated[str, typer.Argument(metavar="NUMBER", help="Number of a certificate.")] = "",
    *,
    issued_on: Annotated[
        datetime | None, typer.Option("--issued-on", formats=["%Y-%m-%d"], help="Its date of issue.")
    ] = None,
    exporter: Annotated[
        str | None, typer.Option("--exporter", help="Look an approved exporter up instead, by its code.")
    ] = None,
) -> None:
    """Show the six particulars of certificates issued here, as other members see them (RCEP Art. 3.17.7)."""
    session = session_of(context)
    if bool(number) == bool(exporter):
        usage("give either NUMBER or --exporter CODE")
    with failures():
        if exporter:
            approved = look_exporter_up(exporter, session.ledger)
            approvals = [
                (one.member, one.code, one.name, ", ".join(one.chapters), one.authorised) for one in approved
            ]
            columns = ("Member", "Code", "Name", "Chapters", "Authorised")
            answer(
                approved,
                as_json=session.as_json,
                shown=lambda: table(columns, approvals, empty="No such approved exporter."),
            )
            return
        authority = session.members.authority(session.authority()[0])
        day = issued_on.date() if issued_on else None
        found = looked_up(number, session.ledger, asking=authority.member if authority else "", issued_on=day)
    rows = [
        (
            one.number,
            one.issued_on,
            one.exporter,
            line.hs_code,
            line.description,
            line.quantity,
            line.unit,
            one.standing,
        )
        for one in found
        for line in one.lines
    ]
    titles = ("Number", "Issued on", "Exporter", "HS code", "Description", "Quantity", "Unit", "Standing")
    answer(
        found, as_json=session.as_json, shown=lambda: table(titles, rows, empty="No such certificate here.")
    )
