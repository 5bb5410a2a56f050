"""`asal exporter`: authorise certified and approved exporters; their records."""

from pathlib import Path
from typing import Annotated, Any

import typer

from ledger import exporters
from ledger.aeo.days import moment_asked
from ledger.cli.output import EXIT_PENDING, answer, failures, page, table, usage
from ledger.cli.saying import WAITING, Wait
from ledger.cli.session import Session, read_text, session_of, write_text
from ledger.exporter_acts import ExporterAct, ExporterAction, ExporterFile
from ledger.exporter_records import record_bytes, record_hash, record_in
from ledger.ports import Ledger
from ledger.strict_json import loads

app = typer.Typer(no_args_is_help=True, help="Certified and approved exporters: authorisations, records.")
_PAGE = 500
"""Exporters that are read at a time."""
Code = Annotated[str, typer.Argument(metavar="CODE", help="The exporter's authorisation code.")]
Note = Annotated[str, typer.Option("--note", help="Reasons in words; stays in this archive.")]
Member = Annotated[
    str | None, typer.Option("--member", help="Whose exporter; the acting authority's unless told.")
]


def _saying(act: ExporterAct, text: str) -> None:
    """Add the command of an act that takes particulars from a file."""

    @app.command(act.value, help=text)
    def command(
        context: typer.Context,
        code: Code,
        file: Annotated[
            Path, typer.Argument(metavar="FILE", help="What is said of the exporter: a JSON object.")
        ],
        *,
        note: Note = "",
        wait: Wait = WAITING,
    ) -> None:
        session = session_of(context)
        with failures():
            said = loads(read_text(file))
            if not isinstance(said, dict):
                usage(f"{file} does not hold a JSON object")
            _done(session, act, code, wait, note=note, particulars=said)


def _changing(act: ExporterAct, text: str) -> None:
    """Add the command of an act that says nothing but why."""

    @app.command(act.value, help=text)
    def command(context: typer.Context, code: Code, *, note: Note = "", wait: Wait = WAITING) -> None:
        session = session_of(context)
        with failures():
            _done(session, act, code, wait, note=note)


_saying(ExporterAct.AUTHORISE, "Authorise an exporter; the file holds all that its record does.")
_saying(ExporterAct.AMEND, "Change what is said of an exporter; the file holds what changes.")
_changing(ExporterAct.SUSPEND, "Suspend an exporter, from now on.")
_changing(ExporterAct.REINSTATE, "End a suspension.")
_changing(ExporterAct.WITHDRAW, "Withdraw an authorisation for good, from now on.")


@app.command()
def show(
    context: typer.Context,
    code: Code,
    *,
    member: Member = None,
    on: Annotated[str | None, typer.Option("--on", help="A day; now unless told.")] = None,
) -> None:
    """Show how an exporter stands, or stood on a day, with its record of that time."""
    session = session_of(context)
    with failures():
        told = _told(exporters.known(_member(session, member), code, session.ledger), on, session.ledger)
    record = told["record"] or {}

    def shown() -> None:
        rows = [(name, told[name]) for name in ("member", "code", "at", "status", "authorised", "pending")]
        rows += [(name, record[name]) for name in ("scheme", "name", "address", "issuedOn") if record]
        rows += [("signatory", one["name"]) for one in record.get("signatories", ())]
        rows += [("product", f"{one['hsCode']} {one['description']}") for one in record.get("products", ())]
        table(("", ""), rows, empty="")
        if not record:
            page.print("Its record is not in this archive; take it in with `asal exporter take`.")

    answer(told, as_json=session.as_json, shown=shown)


@app.command("list")
def list_exporters(context: typer.Context, *, member: Member = None) -> None:
    """List the exporters of which a record is in this archive, by code."""
    session = session_of(context)
    with failures():
        found, whose, after = [], _member(session, member), None
        while files := exporters.exporters(session.ledger, member=whose, after=after, limit=_PAGE):
            after = (whose, files[-1].held.code)
            found += [_told(file, None, session.ledger) for file in files]
    rows = [
        (one["code"], one["record"]["name"] if one["record"] else "", one["status"], one["authorised"])
        for one in found
    ]
    titles = ("Code", "Name", "Status", "Authorised")
    answer(found, as_json=session.as_json, shown=lambda: table(titles, rows, empty="No exporters."))


@app.command()
def give(
    context: typer.Context,
    code: Code,
    *,
    member: Member = None,
    out: Annotated[Path | None, typer.Option("--out", help="Where to write it, instead of the page.")] = None,
) -> None:
    """Write an exporter's newest record, to hand it to other members by any channel."""
    session = session_of(context)
    with failures():
        record = exporters.record_at_hand(_member(session, member), code, session.ledger)
    if out is None:
        answer(record.document(), as_json=True, shown=lambda: None)
        return
    write_text(out, record_bytes(record).decode())
    told = {"member": record.member, "code": record.code, "file": str(out), "hash": record_hash(record)}
    answer(told, as_json=session.as_json, shown=lambda: page.print(f"{out}: the record of {record.code}."))


@app.command()
def take(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Records, as they were given.")],
) -> None:
    """Keep records of exporters of other authorities; each only if the ledger names its hash."""
    session = session_of(context)
    with failures():
        taken = [exporters.take(record_in(read_text(path)), session.ledger) for path in files]
    kept = [
        {"member": one.member, "code": one.code, "hash": record_hash(one), "name": one.name} for one in taken
    ]

    def shown() -> None:
        rows = [(one.member, one.code, one.name) for one in taken]
        table(("Member", "Code", "Name"), rows, empty="Nothing.")

    answer(kept, as_json=session.as_json, shown=shown)


def _done(session: Session, act: ExporterAct, code: str, wait: float, **more: Any) -> None:  # noqa: ANN401 - of an act
    """Carry an act out and tell what came of it; what is only accepted ends with exit code 15."""
    authority, account = session.authority()
    ledger = session.ledger
    action = ExporterAction(act=act, member=_member(session, None), code=code, **more)
    done = exporters.act_on(action, authority=authority, account=account, ledger=ledger, wait=wait)
    told = {
        "state": "recorded" if done.recorded else "accepted",
        "repeated": done.repeated,
        "version": done.event.version,
        "recordHash": done.event.record_hash,
        "exporter": _told(done.file, None, ledger),
    }
    how = "was done before" if done.repeated else "is recorded" if done.recorded else "is accepted"
    status = done.event.status.name.lower()
    answer(
        told,
        as_json=session.as_json,
        shown=lambda: page.print(f"`{act}` of {code} {how}; it is {status}."),
    )
    if not done.recorded:
        raise typer.Exit(EXIT_PENDING)


def _told(file: ExporterFile, on: str | None, ledger: Ledger) -> dict[str, Any]:
    """Return how an exporter stands at a moment as JSON members."""
    at = moment_asked(file.present(ledger.clock()), on=on)
    held = file.held.at(at)
    records = exporters.records_of(file, ledger)
    newest = file.hashes[-1] if file.hashes else b""
    record = records.get(held.record_hash if held else newest)
    return {
        "member": file.held.member,
        "code": file.held.code,
        "at": at,
        "status": held.status.name.lower() if held else "none",
        "authorised": file.held.authorised_at(at),
        "pending": bool(file.coming),
        "versions": file.held.versions,
        "record": record.document() if record else None,
    }


def _member(session: Session, member: str | None) -> str:
    """Return the member named, or that of the acting authority."""
    if member:
        return member.upper()
    authority = session.members.authority(session.authority()[0])
    return authority.member if authority else ""
