"""`asal certificate decide, clarify, decisions, split-use` and `asal statement`: what customs decides."""

import json
import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated

import typer

from ledger.clarifying import Answer, clarify, set_split_use
from ledger.cli.certificates import Identity, identity_of
from ledger.cli.output import EXIT_PENDING, answer, failures, page, table, usage
from ledger.cli.saying import WAITING, Wait, chosen
from ledger.cli.session import read_text, session_of, write_text
from ledger.deciding import Decided, decide
from ledger.deciding_asked import Asked, Grant, Refusal
from ledger.deciding_told import DecisionTold, decisions_of
from ledger.origin.facts import LateGround
from ledger.origin.reasons import LATE_WORDS
from ledger.statement_exchange import statement_held, take_statement
from ledger.statements import Statement, statement_bytes, statement_hash
from ledger.texts import DECIMAL_PATTERN

app = typer.Typer()
"""Commands of `asal certificate`."""
statements = typer.Typer(
    no_args_is_help=True, help="Hand statements of decisions, answers and checks over, and take them."
)
_LATE = {word: ground for ground, word in LATE_WORDS.items() if ground is not LateGround.NONE}
StatementName = Annotated[
    str, typer.Argument(metavar="HASH", help="The statement's hash on the ledger: 0x and 64 hex digits.")
]


@app.command("decide")
def decide_on(  # noqa: PLR0913 - each is an option of the command line
    context: typer.Context,
    identity: Identity,
    *,
    declaration: Annotated[str, typer.Option(help="Number of the import declaration.")],
    presented_on: Annotated[str, typer.Option(help="Day on which the proof was presented: YYYY-MM-DD.")],
    office: Annotated[str, typer.Option(help="The deciding office.")],
    grant: Annotated[
        list[str] | None, typer.Option(help="A line and what it draws down, such as '1=1200.50 KGM'.")
    ] = None,
    refuse: Annotated[
        list[str] | None, typer.Option(help="A line and reasons, such as '3=ORIGIN-DOUBTED,EXPIRED'.")
    ] = None,
    text: Annotated[
        list[str] | None, typer.Option(help="What is said to a refused line, such as '3=Which mill?'.")
    ] = None,
    late: Annotated[
        str | None, typer.Option(help=f"Why a late proof is accepted: {', '.join(_LATE)}.")
    ] = None,
    late_text: Annotated[str, typer.Option(help="The same in words.")] = "",
    wait: Wait = WAITING,
) -> None:
    """Grant or refuse preference for goods lines under one import declaration, as customs.

    Lines that are not named stay undecided.  With one problem nothing is done, and all problems are told.
    """
    session = session_of(context)
    asked = Asked(
        certificate=identity_of(identity),
        declaration=declaration,
        presented_on=_day(presented_on),
        lines=_lines(grant or (), refuse or (), text or ()),
        office=office,
        late=chosen(late, _LATE, "ground of late presentation") if late else LateGround.NONE,
        late_text=late_text,
    )
    with failures():
        authority, account = session.authority()
        done = decide(asked, authority=authority, account=account, ledger=session.ledger, wait=wait)
    told = {
        "certificate": done.decision.certificate,
        "declaration": done.decision.number,
        "state": done.decision.state,
        "repeated": done.repeated,
        "remaining": {str(line): left for line, left in sorted(done.remaining.items())},
        "statement": done.decision.statement,
    }
    answer(told, as_json=session.as_json, shown=lambda: _show_decided(done))
    raise typer.Exit(0 if done.recorded else EXIT_PENDING)


@app.command("clarify")
def clarify_refusal(  # noqa: PLR0913 - each is an option of the command line
    context: typer.Context,
    identity: Identity,
    *,
    line: Annotated[list[int], typer.Option(min=1, max=64, help="A refused line; name each.")],
    text: Annotated[str, typer.Option(help="The answer.")],
    evidence: Annotated[
        list[str] | None, typer.Option(help="Keccak-256 of a file that goes to customs otherwise.")
    ] = None,
    wait: Wait = WAITING,
) -> None:
    """Answer the refusal of lines as the issuing authority; customs must then reconsider them."""
    session = session_of(context)
    named = tuple(identity_of(one) for one in evidence or ())
    given = Answer(certificate=identity_of(identity), lines=tuple(line), text=text, evidence=named)
    with failures():
        authority, account = session.authority()
        done = clarify(given, authority=authority, account=account, ledger=session.ledger, wait=wait)
    state = "recorded" if done.recorded else "accepted"
    told = {"state": state, "repeated": done.repeated, "statement": statement_hash(done.statement)}
    answer(told, as_json=session.as_json, shown=lambda: page.print(_handing(done.statement, state)))
    raise typer.Exit(0 if done.recorded else EXIT_PENDING)


@app.command("decisions")
def decisions(context: typer.Context, identity: Identity) -> None:
    """Tell who granted what of a certificate, and what remains of each line."""
    session = session_of(context)
    with failures():
        found = decisions_of(identity_of(identity), session.ledger)
    told = {
        "certificate": found.certificate,
        "lines": [
            {
                "line": one.line,
                "unit": one.unit,
                "certified": one.certified,
                "drawn": one.drawn,
                "remaining": one.remaining,
                "complete": one.complete,
                "state": one.state,
                "usedUp": one.used_up,
                "suspended": one.suspended,
            }
            for one in found.lines
        ],
        "decisions": found.decisions,
        "asOf": found.as_of,
    }

    def shown() -> None:
        rows = [
            (one.line, one.state, one.certified, one.drawn, one.remaining, one.unit) for one in found.lines
        ]
        table(("line", "state", "certified", "drawn", "remaining", "unit"), rows, empty="")
        for one in found.decisions:
            page.print(_sentence(one), markup=False)
        if not all(one.complete for one in found.lines):
            page.print("Some statements are not kept here; take them: asal statement take")

    answer(told, as_json=session.as_json, shown=shown)


@app.command("split-use")
def split_use(
    context: typer.Context,
    *,
    allowed: Annotated[
        bool | None, typer.Option("--allow/--forbid", help="Say so as customs; without it, tell how it is.")
    ] = None,
    wait: Wait = WAITING,
) -> None:
    """Whether a line may be drawn down under several declarations in the member of the key at hand."""
    session = session_of(context)
    state = "recorded"
    with failures():
        authority, account = session.authority()
        found = session.members.authority(authority)
        member = found.member if found else ""
        if allowed is None:
            allowed = session.ledger.procedures.split_use(member)
        else:
            ledger = session.ledger
            done = set_split_use(
                allowed=allowed, authority=authority, account=account, ledger=ledger, wait=wait
            )
            state = "recorded" if done.recorded else "accepted"
    told = {"member": member, "allowed": allowed, "state": state}
    many = "several declarations" if allowed else "one declaration"
    answer(told, as_json=session.as_json, shown=lambda: page.print(f"{member}: a line has {many} ({state})."))
    raise typer.Exit(0 if state == "recorded" else EXIT_PENDING)


@statements.command("give")
def give(
    context: typer.Context,
    name: StatementName,
    *,
    out: Annotated[Path | None, typer.Option("--out", help="File to write it to.")] = None,
) -> None:
    """Write a statement out as it is handed to the other side, by any channel."""
    session = session_of(context)
    with failures():
        statement = statement_held(identity_of(name), session.ledger)
    text = statement_bytes(statement).decode()
    if out is None:
        typer.echo(text)
        return
    write_text(out, text)
    told = {"statement": statement_hash(statement), "file": str(out)}
    answer(told, as_json=session.as_json, shown=lambda: page.print(f"Written to {out}.", markup=False))


@statements.command("take")
def take(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(metavar="FILE…", help="Statements that were handed over.")],
) -> None:
    """Keep statements of the other side, if the ledger names them; who gave them need not be trusted."""
    session = session_of(context)
    taken: list[Statement] = []
    with failures():
        for path in files:
            taken.append(take_statement(read_text(path), session.ledger))  # noqa: PERF401 - each is kept
    told = [
        {"statement": statement_hash(one), "kind": one.kind, "certificate": one.certificate} for one in taken
    ]

    def shown() -> None:
        for one in taken:
            page.print(f"0x{statement_hash(one).hex()}  {one.kind.value} of {one.member}", markup=False)

    answer(told, as_json=session.as_json, shown=shown)


@statements.command("show")
def show(context: typer.Context, name: StatementName) -> None:
    """Show a statement that is kept here."""
    session = session_of(context)
    with failures():
        statement = statement_held(identity_of(name), session.ledger)

    def shown() -> None:
        said = f"{statement.authority}, {statement.member}, {statement.at:%d %b %Y %H:%M:%S}"
        page.print(f"{statement.kind.value} of 0x{statement.certificate.hex()}\n{said}", markup=False)
        page.print(json.dumps(dict(statement.body), ensure_ascii=False, indent=2), markup=False)

    answer(statement.document(), as_json=session.as_json, shown=shown)


def _lines(
    grants: Iterable[str], refusals: Iterable[str], texts: Iterable[str]
) -> dict[int, Grant | Refusal]:
    lines: dict[int, Grant | Refusal] = {}
    said = dict(_numbered(one, "--text") for one in texts)
    for number, told in (_numbered(one, "--grant") for one in grants):
        lines[number] = _grant(told)
    for number, told in (_numbered(one, "--refuse") for one in refusals):
        if number in lines:
            usage(f"line {number} is named twice; each line is granted or refused once")
        reasons = tuple(code.strip() for code in told.split(","))
        lines[number] = Refusal(reasons, said.pop(number, ""))
    if said:
        usage(f"--text says something to line {min(said)}, which is not refused")
    return lines


def _numbered(text: str, option: str) -> tuple[int, str]:
    number, equals, told = text.partition("=")
    if not equals or not (number.isascii() and number.isdecimal() and len(number) <= 2):  # noqa: PLR2004
        usage(f"{option} is LINE=…, such as {option} '1=…'")
    return int(number), told.strip()


def _grant(told: str) -> Grant:
    quantity, _, unit = told.partition(" ")
    if not re.fullmatch(DECIMAL_PATTERN, quantity):
        usage("--grant is LINE=QUANTITY UNIT in plain digits, such as '1=1200.50 KGM'")
    return Grant(Decimal(quantity), unit.strip())


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        usage("--presented-on is a day, YYYY-MM-DD")


def _show_decided(done: Decided) -> None:
    state = "was decided so before" if done.repeated else f"is {done.decision.state.value}"
    page.print(f"The decision under {done.decision.number} {state}.", markup=False)
    for line, left in sorted(done.remaining.items()):
        page.print(f"  line {line}: {left:f} remain")
    page.print(_handing(done.statement, done.decision.state.value))


def _handing(statement: Statement, state: str) -> str:
    named = f"0x{statement_hash(statement).hex()}"
    return f"Statement {named} ({state}); hand it over: asal statement give {named}"


def _sentence(one: DecisionTold) -> str:
    who = f"{one.who.name}, {one.who.member}" if one.who else "customs"
    number = one.said.get("declaration") if one.said else f"0x{one.declaration.hex()[:16]}…"
    parts = [f"{word} {', '.join(map(str, lines))}" for word, lines in _parts(one) if lines]
    return f"{one.at:%d %b %Y}  {who}, declaration {number}: {'; '.join(parts)} ({one.state.value})"


def _parts(one: DecisionTold) -> Iterable[tuple[str, tuple[int, ...]]]:
    return ("granted", one.granted), ("refused", one.refused)
