"""`asal operator show`, `list` and `record`: looking at cases, and handing records over."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from ledger import authorising
from ledger.aeo.case_told import case_brief, case_told
from ledger.aeo.codes import parse_operator_code
from ledger.aeo.records import record_bytes, record_hash
from ledger.cli.operator_options import Code
from ledger.cli.output import answer, failures, page, table
from ledger.cli.session import Session, read_text, session_of, write_text

app = typer.Typer(no_args_is_help=True, help="Records of operators, which prove themselves by their hash.")
_PAGE = 500
"""Cases that are read at a time."""


@app.command("export")
def export_record(
    context: typer.Context,
    code: Code,
    *,
    out: Annotated[Path | None, typer.Option("--out", help="Where to write it, instead of the page.")] = None,
) -> None:
    """Write an operator's newest record, to hand it to partners by any channel."""
    session = session_of(context)
    with failures():
        record = authorising.record_at_hand(parse_operator_code(code), session.ledger)
    if out is None:
        answer(record.document(), as_json=True, shown=lambda: None)
        return
    write_text(out, record_bytes(record).decode())
    told = {"operator": record.operator, "file": str(out), "hash": record_hash(record)}
    answer(
        told, as_json=session.as_json, shown=lambda: page.print(f"{out}: the record of {record.operator}.")
    )


@app.command("import")
def import_records(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Records, as they were exported.")],
) -> None:
    """Keep records of other authorities; each only if the ledger names its hash for that operator."""
    session = session_of(context)
    kept: list[dict[str, Any]] = []
    with failures():
        for path in files:
            record = authorising.take_in(read_text(path), session.ledger)
            kept.append({"operator": record.operator, "hash": record_hash(record), "name": record.name})

    def shown() -> None:
        table(("Operator", "Name"), [(one["operator"], one["name"]) for one in kept], empty="Nothing.")

    answer(kept, as_json=session.as_json, shown=shown)


def show(context: typer.Context, code: Code) -> None:
    """Show an operator's case: where it is, what may be done, and all that happened."""
    session = session_of(context)
    with failures():
        case = authorising.case_of(parse_operator_code(code), session.ledger)
        record = authorising.newest_record(case, session.ledger)
        told = case_told(case, record, session.ledger.clock())
    listed = ("due", "statuses", "events", "allowed", "roles", "consent")

    def shown() -> None:
        lists = [(name, ", ".join(told[name])) for name in ("roles", "consent", "allowed")]
        rows = [(name, value) for name, value in told.items() if name not in listed and value is not None]
        if told["due"]:
            lists.append(("due", f"{told['due']['on']} ({told['due']['of']})"))
        table(("", ""), [*rows, *lists], empty="")
        titles = ("Seq", "Act", "Effective", "Recorded", "Ground", "State", "Office")
        cells = ("seq", "act", "effective", "recordedAt", "ground", "state", "office")
        table(
            titles, [[one[cell] or "" for cell in cells] for one in told["events"]], empty="No events here."
        )

    answer(told, as_json=session.as_json, shown=shown)


def list_cases(
    context: typer.Context,
    *,
    stage: Annotated[str | None, typer.Option("--stage", help="Only cases in this stage.")] = None,
    late: Annotated[bool, typer.Option("--late", help="Only cases whose due date is past.")] = False,
    member: Annotated[
        str | None, typer.Option("--member", help="Whose operators; the acting authority's unless told.")
    ] = None,
) -> None:
    """List the operators that have a case in this archive, by code."""
    session = session_of(context)
    with failures():
        found = list(_briefs(session, (member or _own_member(session)).upper()))
    wanted = [
        one
        for one in found
        if (stage is None or one["stage"] == stage) and (not late or (one["due"] and one["due"]["late"]))
    ]
    titles = ("Operator", "Name", "Stage", "Level", "Roles", "Until", "Due")
    rows = [
        (
            one["operator"],
            one["name"] or "",
            one["stage"],
            one["level"],
            ", ".join(one["roles"]),
            one["until"] or "",
            one["due"]["on"] if one["due"] else "",
        )
        for one in wanted
    ]
    answer(wanted, as_json=session.as_json, shown=lambda: table(titles, rows, empty="No operators."))


def _own_member(session: Session) -> str:
    """Return the member of the acting authority."""
    authority = session.members.authority(session.authority()[0])
    return authority.member if authority else ""


def _briefs(session: Session, member: str) -> Iterator[dict[str, Any]]:
    """Yield the cases of a member's operators, by code."""
    ledger, after = session.ledger, None
    while cases := authorising.cases(ledger, member=member, after=after, limit=_PAGE):
        after = cases[-1].operator
        records = authorising.newest_records(cases, ledger)
        for case in cases:
            yield case_brief(case, records.get(case.operator), ledger.clock())
