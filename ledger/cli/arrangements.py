"""`asal arrangement`: arrangements on mutual recognition, who takes part, and who recognises whom."""

from collections.abc import Sequence
from functools import reduce
from operator import or_
from typing import Annotated

import typer

from ledger import arranging
from ledger.aeo.joining import Described
from ledger.aeo.words import directions_words, role_code, role_named
from ledger.arranging import Arranged
from ledger.cli.arrangement_file import ARRANGEMENT_KINDS, SHIPPED, STATES, read_arrangement
from ledger.cli.output import answer, failures, page, table, talk, usage
from ledger.cli.saying import (
    WAITING,
    Wait,
    actor_of,
    begin_of,
    chosen,
    end_of,
    mutual_of,
    told,
)
from ledger.cli.session import MOST, session_of
from ledger.operators import (
    ALL_ROLES,
    Arrangement,
    Direction,
    Mutual,
    OperatorRole,
    Recognition,
    RecognitionTerms,
)
from ledger.said import day
from ledger.writes import AddRecognition, DeclareArrangement, EndRecognition

app = typer.Typer(no_args_is_help=True, help="Arrangements on mutual recognition, and who recognises whom.")

_Member = Annotated[str, typer.Argument(metavar="MEMBER", help="ISO 3166 alpha-2 code.")]
_Which = Annotated[str, typer.Argument(metavar="ARRANGEMENT", help="Code or number of the arrangement.")]
_From = Annotated[
    str, typer.Option("--from", help="Day from which it holds (00:00 UTC), or a moment (RFC 3339).")
]
_HASH_DIGITS = 64


@app.command("list")
def list_arrangements(context: typer.Context) -> None:
    """List the arrangements."""
    session = session_of(context)
    with failures():
        found = list(mutual_of(session).arrangements.values())
    rows = [(a.id, a.code, a.kind.name.lower(), _parties(a), a.title) for a in found]
    titles = ("Number", "Code", "Kind", "Parties", "Title")
    answer(found, as_json=session.as_json, shown=lambda: table(titles, rows, empty="No arrangements."))


@app.command()
def show(context: typer.Context, which: _Which) -> None:
    """Show an arrangement: who takes part from when, and who recognises whom."""
    session = session_of(context)
    with failures():
        mutual = mutual_of(session)
        found = mutual.arrangements[arranging.number_of(which, mutual)]
    steps = {member: steps for (number, member), steps in mutual.participations.items() if number == found.id}
    rows = [row for row in mutual.recognitions.values() if row.arrangement == found.id]
    lines = {"arrangement": found, "participations": steps, "recognitions": rows}

    def shown() -> None:
        page.print(f"{found.code} ({found.kind.name.lower()}, {_parties(found)}): {found.title}")
        lines = [
            (
                member,
                step.state.name.lower().replace("_", "-"),
                day(step.effective_from),
                day(step.recorded_at),
            )
            for member, all_steps in sorted(steps.items())
            for step in all_steps
        ]
        table(("Member", "State", "From", "Recorded"), lines, empty="Nobody takes part yet.")
        columns = ("No.", "Grantor", "Partner", "Programme", "Level", "Roles", "Directions", "From", "Until")
        table(columns, [_line(row, mutual) for row in rows], empty="Nobody recognises anybody yet.")

    answer(lines, as_json=session.as_json, shown=shown)


@app.command("declare")
def declare_arrangement(  # noqa: PLR0913 - each is an option of the command
    context: typer.Context,
    code: Annotated[str, typer.Argument(help="Short name, unique on the ledger, such as AAMRA.")],
    title: Annotated[str, typer.Argument(help="Full title.")],
    *,
    other: Annotated[str | None, typer.Option(help="The other party of a bilateral arrangement.")] = None,
    text_hash: Annotated[str, typer.Option(help="Keccak-256 of the text, 0x and 64 hex digits.")] = "",
    wait: Wait = WAITING,
) -> None:
    """Declare an arrangement: bilateral with --other, else open to all members."""
    session = session_of(context)
    kind = ARRANGEMENT_KINDS["bilateral" if other else "plurilateral"]
    write = DeclareArrangement(kind, other.upper() if other else None, code, title, _hash(text_hash))
    told(
        session, lambda: arranging.say(write, actor_of(session), session.ledger, wait), f"Arrangement {code}"
    )


@app.command()
def participate(
    context: typer.Context,
    which: _Which,
    state: Annotated[str, typer.Argument(help=f"One of: {', '.join(STATES)}.")],
    *,
    since: _From,
    wait: Wait = WAITING,
) -> None:
    """Say how far one's own member is with an arrangement, from some day on."""
    session = session_of(context)
    how_far = chosen(state, STATES, "state")

    def act() -> Arranged:
        number, begins = arranging.number_of(which, mutual_of(session)), begin_of(since)
        actor, ledger = actor_of(session), session.ledger
        return arranging.participate(number, how_far, begins, actor=actor, ledger=ledger, wait=wait)

    told(session, act, f"Participation in {which}, {state},")


@app.command()
def recognise(  # noqa: PLR0913 - each is an option of the command
    context: typer.Context,
    which: _Which,
    partner: _Member,
    programme: Annotated[int, typer.Argument(min=1, max=65535, help="Number of the partner's programme.")],
    *,
    since: _From,
    min_level: Annotated[int, typer.Option(min=1, max=9, help="Lowest level that is recognised.")] = 1,
    role: Annotated[list[str] | None, typer.Option(help="A role that is covered; repeat it.")] = None,
    direction: Annotated[
        list[str] | None, typer.Option(help="import or export, as one's own member sees it.")
    ] = None,
    until: Annotated[str | None, typer.Option(help="Last day, or last moment (RFC 3339).")] = None,
    wait: Wait = WAITING,
) -> None:
    """Recognise operators of a partner; without --role and --direction in all of them."""
    session = session_of(context)

    def act() -> Arranged:
        terms = RecognitionTerms(
            arrangement=arranging.number_of(which, mutual_of(session)),
            partner=partner.upper(),
            programme=programme,
            min_level=min_level,
            roles=reduce(or_, map(role_named, role or []), OperatorRole(0)) or ALL_ROLES,
            directions=_directions(direction or []),
            effective_from=begin_of(since),
            until=end_of(until) if until else None,
        )
        return arranging.say(AddRecognition(terms), actor_of(session), session.ledger, wait)

    told(session, act, f"Recognition of {partner.upper()}")


@app.command()
def end(
    context: typer.Context,
    recognition: Annotated[int, typer.Argument(min=1, max=MOST, help="Number of the recognition.")],
    *,
    since: _From,
    wait: Wait = WAITING,
) -> None:
    """End a recognition of one's own member, from some moment on."""
    session = session_of(context)

    def act() -> Arranged:
        write = EndRecognition(recognition, begin_of(since))
        return arranging.say(write, actor_of(session), session.ledger, wait)

    told(session, act, f"End of recognition {recognition}")


@app.command("apply")
def apply_file(
    context: typer.Context,
    file: Annotated[
        str, typer.Argument(metavar="FILE", help=f"A file, or one that is shipped: {', '.join(SHIPPED)}.")
    ],
    *,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would be written.")] = False,
    wait: Wait = WAITING,
) -> None:
    """Say what a file describes for one's own member and is not on the ledger yet."""
    session = session_of(context)
    done: list[str] = []
    with failures():
        described, actor = _read(file), actor_of(session)
        if not dry_run:
            for wanted, _ in arranging.apply(described, actor, session.ledger, wait):
                done.append(wanted.about)
                talk.print(f"Done: {wanted.about}", markup=False)
        left = arranging.described_todo(described, actor, session.ledger)
    lines = {"done": done, "left": [{"about": one.about, "note": one.note} for one in left]}
    rows = [(one.about, one.note or "to be written") for one in left]
    answer(
        lines,
        as_json=session.as_json,
        shown=lambda: table(("What", "Note"), rows, empty="All that the file describes is on the ledger."),
    )


def _read(file: str) -> Described:
    try:
        return read_arrangement(file)
    except OSError as error:
        usage(f"{file} cannot be read: {error.strerror}")


def _parties(arrangement: Arrangement) -> str:
    return f"{arrangement.member} and {arrangement.other}" if arrangement.other else "any member"


def _line(row: Recognition, mutual: Mutual) -> Sequence[object]:
    """Return the cells of a recognition."""
    roles = "all" if row.roles == ALL_ROLES else " ".join(map(role_code, row.roles))
    last = min((one for one in (row.until, row.ended_from) if one), default=None)
    programme = mutual.programmes[row.programme].code
    directions = " ".join(directions_words(row.directions))
    begin, end = day(row.effective_from), day(last) if last else "open"
    return (row.id, row.grantor, row.partner, programme, row.min_level, roles, directions, begin, end)


def _directions(words: Sequence[str]) -> Direction:
    known = {"import": Direction.IMPORT, "export": Direction.EXPORT}
    found = [chosen(word, known, "direction") for word in words]
    return reduce(or_, found, Direction(0)) or Direction.IMPORT | Direction.EXPORT


def _hash(text: str) -> bytes:
    """Return the hash of an arrangement's text; zero where it is not given."""
    digits = text.lower().removeprefix("0x")
    if text and (len(digits) != _HASH_DIGITS or not all(digit in "0123456789abcdef" for digit in digits)):
        usage("--text-hash is 0x and 64 hex digits")
    return bytes.fromhex(digits) if text else bytes(32)
