"""`asal recognise`: is this operator recognised there?  The exit code is the answer's.

`asal recognise SG1234567890AB --host TH` is short for `asal recognise ask …`.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, Final

import typer
from typer.core import TyperGroup

from ledger import partner_lists, recognising
from ledger.aeo.told import Told
from ledger.cli import recognition_lists
from ledger.cli.output import EXIT_REFUSED, EXIT_UNAVAILABLE, answer, complain, failures, page, table, talk
from ledger.cli.recognition_told import (
    named,
    proof_report,
    report,
    row_report,
    show,
    show_proof,
    write_csv,
    yes,
)
from ledger.cli.session import Session, read_text, session_of, write_text
from ledger.codes.members import called
from ledger.errors import Unavailable
from ledger.operators import Reason
from ledger.partner_lists import rows_of_csv
from ledger.ports import Ledger
from ledger.proving import check, prove
from ledger.recognising import Asked
from ledger.strict_json import loads

EXIT_NOT_RECOGNISED: Final = 10
EXIT_NOT_FOUND: Final = 14
EXIT_CANNOT_CHECK: Final = 20


class _Asking(TyperGroup):
    """Takes a code where a command stands as the question about it."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 - the library's own
        """Put `ask` before what is no command and no option."""
        if args and args[0] not in self.commands and not args[0].startswith("-"):
            args = ["ask", *args]
        return super().parse_args(ctx, args)


app = typer.Typer(cls=_Asking, no_args_is_help=True, help="Is an operator recognised elsewhere?")
app.command("benefits")(recognition_lists.list_benefits)
app.command("changes")(recognition_lists.list_changes)
app.command("latency")(recognition_lists.report_latency)

_Operator = Annotated[str, typer.Argument(help="Operator code as it is written.")]
_Host = Annotated[str, typer.Option(help="The member that is to recognise it, such as TH.")]
_Role = Annotated[str, typer.Option(help="In which role: exporter, importer, manufacturer, broker, …")]
_Direction = Annotated[str | None, typer.Option(help="import or export, as the host sees it.")]
_On = Annotated[str | None, typer.Option(help="For a day, such as 2026-11-22; today unless told.")]
_At = Annotated[str | None, typer.Option(help="For a moment, such as 2026-11-22T08:00:00Z.")]
_Known = Annotated[str | None, typer.Option(help="As the ledger knew it at a moment.")]
_Whose = Annotated[str | None, typer.Option("--member", help="Whose code it is, if it does not say so.")]


@app.command()
def ask(  # noqa: PLR0913 - each is an option of the command line
    context: typer.Context,
    operator: _Operator,
    *,
    host: _Host,
    role: _Role = "exporter",
    direction: _Direction = None,
    on: _On = None,
    at: _At = None,
    known: _Known = None,
    member: _Whose = None,
    proof: Annotated[
        Path | None, typer.Option(help="Also write the answer, signed, to this file; needs a key.")
    ] = None,
) -> None:
    """Say whether a member recognises another's operator, why, and by what.

    Exits with 0 when it does, 10 when not, 14 when nothing is recorded of it, 20 when nobody answers.
    """
    session = session_of(context)
    asked = Asked(
        operator=operator,
        host=host,
        role=role,
        direction=direction,
        on=on,
        at=at,
        known=known,
        member=member,
    )
    with failures(), _cannot_check():
        told = recognising.recognise(asked, _ledger(session))
        if proof:
            document = prove(asked, _ledger(session), session.account)
            write_text(proof, json.dumps(document, ensure_ascii=False, indent=2) + "\n")
            talk.print(f"The signed answer is in {proof}.", markup=False)
    answer(report(told), as_json=session.as_json, shown=lambda: show(told))
    raise typer.Exit(_exit_code(told))


@app.command("hosts")
def list_hosts(  # noqa: PLR0913 - each is an option of the command line
    context: typer.Context,
    operator: _Operator,
    *,
    role: _Role = "exporter",
    direction: _Direction = None,
    on: _On = None,
    at: _At = None,
    known: _Known = None,
    member: _Whose = None,
) -> None:
    """Say for every member but its own whether it recognises an operator.

    Exits with 0 when one does, 10 when none, 14 when nothing is recorded of it, 20 when nobody answers.
    """
    session = session_of(context)
    asked = Asked(operator=operator, role=role, direction=direction, on=on, at=at, known=known, member=member)
    with failures(), _cannot_check():
        found = recognising.hosts(asked, _ledger(session))

    def shown() -> None:
        for one in found[:1]:
            page.print(f"{one.operator}  {named(one)}", markup=False)
        rows = [(called(one.question.host), yes(one), one.sentence) for one in found]
        table(("member", "recognised", "why"), rows, empty="There is no other member.")

    answer([report(one) for one in found], as_json=session.as_json, shown=shown)
    raise typer.Exit(min(map(_exit_code, found), default=EXIT_NOT_RECOGNISED))


@app.command("list")
def check_list(  # noqa: PLR0913 - each is an option of the command line
    context: typer.Context,
    file: Annotated[
        Path, typer.Argument(help="Partners as CSV with a column `operator`; - for standard input.")
    ],
    *,
    host: Annotated[str, typer.Option(help="Where they are to be recognised, unless a row says.")] = "",
    role: _Role = "exporter",
    direction: _Direction = None,
    on: _On = None,
    at: _At = None,
    known: _Known = None,
) -> None:
    """Answer for each row of a list of partners, as CSV, or with --json as JSON.

    Exits with 3 when rows could not be read, 20 when nobody answers.
    """
    session = session_of(context)
    common = Asked(operator="", host=host, role=role, direction=direction, on=on, at=at, known=known)
    data = sys.stdin.buffer.read() if str(file) == "-" else read_text(file)
    with failures(), _cannot_check():
        lines = list(partner_lists.checked(rows_of_csv(data), common, _ledger(session)))
    answer([row_report(line) for line in lines], as_json=session.as_json, shown=lambda: write_csv(lines))
    wrong = [line for line in lines if line.told is None]
    fine = sum(line.told is not None and line.told.recognised for line in lines)
    talk.print(f"{len(lines)} rows, {fine} recognised, {len(wrong)} not answered.")
    raise typer.Exit(EXIT_REFUSED if wrong else 0)


@app.command("verify")
def verify_proof(
    context: typer.Context,
    file: Annotated[Path, typer.Argument(help="A signed answer.")],
) -> None:
    """Say whose signature is under an answer, whether that key was entitled, and what the ledger says.

    Exits with 0 GENUINE, 10 NOT_CONFIRMED, 12 ALTERED, 13 SIGNER_NOT_ENTITLED, 14 ANOTHER_LEDGER,
    15 NOT_COMPARABLE, 20 when nobody answers, 3 for a file that is no proof.
    """
    session = session_of(context)
    data = read_text(file)
    with failures(), _cannot_check():
        found = check(loads(data), _ledger(session))
    answer(proof_report(found), as_json=session.as_json, shown=lambda: show_proof(found))
    raise typer.Exit(found.exit_code)


def _ledger(session: Session) -> Ledger:
    """Return the ledger to ask: with an archive also the names of operators, which are in there."""
    return session.opened.verifier


@contextmanager
def _cannot_check() -> Iterator[None]:
    """End with the code of its own when nobody answers: that says nothing about the operator."""
    try:
        yield
    except Unavailable as error:
        complain(error, EXIT_UNAVAILABLE)
        raise typer.Exit(EXIT_CANNOT_CHECK) from None


def _exit_code(told: Told) -> int:
    if told.recognised:
        return 0
    return EXIT_NOT_FOUND if told.reason is Reason.NOT_FOUND else EXIT_NOT_RECOGNISED
