"""`asal programme`: the programmes under which members authorise operators."""

from typing import Annotated

import typer

from ledger import arranging
from ledger.cli.arrangement_file import PROGRAMME_KINDS
from ledger.cli.output import answer, failures, table
from ledger.cli.saying import WAITING, Wait, actor_of, chosen, mutual_of, told
from ledger.cli.session import session_of
from ledger.writes import DeclareProgramme

app = typer.Typer(no_args_is_help=True, help="Programmes under which members authorise operators.")


@app.command("list")
def list_programmes(context: typer.Context) -> None:
    """List the programmes of all members."""
    session = session_of(context)
    with failures():
        found = list(mutual_of(session).programmes.values())
    rows = [(p.id, p.member, p.code, p.kind.name.lower().replace("_", "-"), p.levels, p.name) for p in found]
    titles = ("Number", "Member", "Code", "Kind", "Levels", "Name")
    answer(found, as_json=session.as_json, shown=lambda: table(titles, rows, empty="No programmes."))


@app.command()
def declare(  # noqa: PLR0913 - each is an option of the command
    context: typer.Context,
    code: Annotated[str, typer.Argument(help="Short name, unique in the member, such as STP-PLUS.")],
    name: Annotated[str, typer.Argument(help="Full name.")],
    *,
    kind: Annotated[str, typer.Option(help=f"One of: {', '.join(PROGRAMME_KINDS)}.")] = "safe-aeo",
    levels: Annotated[int, typer.Option(min=1, max=9, help="How many levels it has.")] = 1,
    wait: Wait = WAITING,
) -> None:
    """Declare a programme of one's own member."""
    session = session_of(context)
    write = DeclareProgramme(code, name, chosen(kind, PROGRAMME_KINDS, "kind"), levels)
    told(session, lambda: arranging.say(write, actor_of(session), session.ledger, wait), f"Programme {code}")
