"""`asal case`: the steps of verification cases, from both sides."""

from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import typer

from ledger import checking
from ledger.arranging import Actor
from ledger.checking_carrying import Checked
from ledger.checking_said import GROUNDS, NOTHING, Opening, Words
from ledger.checking_told import checked
from ledger.cli import cases_told
from ledger.cli.cases_told import Number
from ledger.cli.certificates import Identity, identity_of
from ledger.cli.operator_options import Evidence, hashes
from ledger.cli.output import EXIT_PENDING, answer, failures, page, usage
from ledger.cli.saying import WAITING, Wait, actor_of, chosen
from ledger.cli.session import Session, session_of
from ledger.origin.facts import Step
from ledger.origin.lines import MOST_LINES
from ledger.ports import Ledger

app = typer.Typer(no_args_is_help=True, help="Verification cases: retroactive checks and visits.")
app.command("list")(cases_told.list_cases)
app.command("show")(cases_told.show)
Text = Annotated[str, typer.Option("--text", help="What is said, for the other side; never on the ledger.")]
Reasons = Annotated[list[str] | None, typer.Option("--reason", help="A reason; may be repeated.")]
Turn = Annotated[
    int | None,
    typer.Option(min=1, help="At which turn of the case it is meant, to say the same once more."),
]


@app.command("open")
def open_(  # noqa: PLR0913 - each is an option of the command
    context: typer.Context,
    identity: Identity,
    *,
    lines: Annotated[str, typer.Option(help="Goods lines in question, such as 1,3.")],
    ground: Annotated[str, typer.Option(help="random, or doubt, which needs --text or --reason.")],
    suspend: Annotated[str, typer.Option(help="Those of them of which no preference is given.")] = "",
    about: Annotated[
        str | None, typer.Option(help="Id of an original behind the certificate, to ask its issuer.")
    ] = None,
    text: Text = "",
    reason: Reasons = None,
    evidence: Evidence = None,
    wait: Wait = WAITING,
) -> None:
    """Ask the issuer of a certificate to verify the origin of its lines (OCP Rule 18)."""
    session = session_of(context)
    with failures():
        opening = Opening(
            certificate=identity_of(identity),
            about=identity_of(about) if about else None,
            lines=_lines(lines),
            suspended=_lines(suspend),
            ground=chosen(ground, GROUNDS, "ground"),
            words=_words(text, reason, evidence),
        )
        _told(session, lambda who, ledger: checking.open_check(opening, who, ledger, wait))


def _stepping(name: str, step: Step, text_: str) -> None:
    """Add the command of a step."""

    @app.command(name, help=text_)
    def command(  # noqa: PLR0913 - each is an option of the command
        context: typer.Context,
        case: Number,
        *,
        text: Text = "",
        reason: Reasons = None,
        evidence: Evidence = None,
        turn: Turn = None,
        wait: Wait = WAITING,
    ) -> None:
        session = session_of(context)
        with failures():
            said = _words(text, reason, evidence)
            _told(
                session,
                lambda who, ledger: checking.take_step(case, step, said, who, ledger, wait, turn=turn),
            )


_STEPS = (
    ("ack", Step.ACKNOWLEDGED, "Acknowledge a request: the 90 days to reply begin (Rule 18(b))."),
    ("reply", Step.REPLIED, "Reply with what was found."),
    ("ask", Step.ASKED_AGAIN, "Ask for more after a reply."),
    ("visit", Step.VISIT_NOTIFIED, "Give notice of a verification visit (Rule 19)."),
    ("consent", Step.VISIT_CONSENTED, "Say that the exporter consents to the visit."),
    ("decline", Step.VISIT_DECLINED, "Say that the exporter declines the visit."),
    ("postpone", Step.VISIT_POSTPONED, "Postpone the visit, once, to 60 days from its notice."),
    ("visited", Step.VISITED, "Say that the visit has taken place."),
    ("determine", Step.DETERMINED, "Send a determination for comments (Rule 19.9)."),
    ("comment", Step.COMMENTED, "Comment on a determination."),
)
for _name, _step, _text in _STEPS:
    _stepping(_name, _step, _text)


@app.command()
def suspend(  # noqa: PLR0913 - each is an option of the command
    context: typer.Context,
    case: Number,
    *,
    lines: Annotated[str, typer.Option(help="All lines to be suspended, such as 1,3; `none` frees them.")],
    text: Text = "",
    reason: Reasons = None,
    evidence: Evidence = None,
    turn: Turn = None,
    wait: Wait = WAITING,
) -> None:
    """Say of which lines of an open case no preference is given (Rule 18(c))."""
    session = session_of(context)
    with failures():
        wanted = () if lines == "none" else _lines(lines)
        said = _words(text, reason, evidence)
        _told(
            session,
            lambda who, ledger: checking.set_suspension(case, wanted, said, who, ledger, wait, turn=turn),
        )


@app.command()
def conclude(  # noqa: PLR0913 - each is an option of the command
    context: typer.Context,
    case: Number,
    *,
    confirm: Annotated[str, typer.Option(help="Lines that originate, such as 1,2.")] = "",
    deny: Annotated[str, typer.Option(help="Lines that do not; say why.")] = "",
    text: Text = "",
    reason: Reasons = None,
    evidence: Evidence = None,
    wait: Wait = WAITING,
) -> None:
    """Conclude a case: every line is confirmed or denied; what was suspended is free again."""
    session = session_of(context)
    with failures():
        found = _lines(confirm), _lines(deny)
        said = _words(text, reason, evidence)
        _told(
            session,
            lambda who, ledger: checking.conclude(case, *found, said, actor=who, ledger=ledger, wait=wait),
        )


def _told(session: Session, act: Callable[[Actor, Ledger], Checked]) -> None:
    """Carry a step out and tell what came of it; what is only accepted ends with exit code 15."""
    done = act(actor_of(session), session.ledger)
    told = checked(done, cases_told.member_of(session), session.ledger)

    def shown() -> None:
        how = "was done before" if done.repeated else "is recorded" if done.recorded else "is accepted"
        page.print(f"It {how}; hand statement {told['statementHash']} to the other side.")
        if done.repeated:
            page.print("To say the same once more, name the turn with --turn.")
        if told["case"]:
            cases_told.shown(told["case"])

    answer(told, as_json=session.as_json, shown=shown)
    if not done.recorded:
        raise typer.Exit(EXIT_PENDING)


def _words(text: str, reasons: list[str] | None, evidence: list[Path] | None) -> Words:
    said = Words(text=text, reasons=tuple(reasons or ()), evidence=hashes(evidence))
    return NOTHING if said.empty else said


def _lines(text: str) -> tuple[int, ...]:
    """Return the lines in a list such as 1,3, or end with how it is written."""
    parts = [part.strip() for part in text.split(",")] if text else []
    if any(not (part.isascii() and part.isdigit() and len(part) <= 2) for part in parts):  # noqa: PLR2004
        usage(f"name goods lines by their numbers, 1 to {MOST_LINES}, with commas: 1,3")
    return tuple(map(int, parts))
