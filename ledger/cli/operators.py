"""`asal operator`: the life of an authorisation, from the application to its end, and operators' records."""

from typing import Annotated, Any

import typer

from ledger import authorising
from ledger.aeo.acts import GROUNDS, Act
from ledger.aeo.asked import Action
from ledger.aeo.case_told import case_told, event_told
from ledger.cli import lists, operator_records
from ledger.cli.operator_options import (
    Code,
    Effective,
    Ending,
    Evidence,
    Level,
    Note,
    Office,
    Particulars,
    Roles,
    Why,
    common,
    consent_of,
    document_in,
    granted,
    ground_of,
    hashes,
    own_code,
    until_of,
)
from ledger.cli.output import EXIT_PENDING, answer, failures, page, usage
from ledger.cli.saying import WAITING, Wait
from ledger.cli.session import Session, session_of
from ledger.operators import Consent

app = typer.Typer(no_args_is_help=True, help="Authorised operators: applications, decisions, records.")
app.command("list")(operator_records.list_cases)
app.command("show")(operator_records.show)
app.add_typer(operator_records.app, name="record")
app.command("import")(lists.import_list)


@app.command()
def apply(  # noqa: PLR0913 - each is an option of the command
    context: typer.Context,
    file: Particulars,
    *,
    office: Office = "",
    effective: Effective = None,
    note: Note = "",
    evidence: Evidence = None,
    wait: Wait = WAITING,
) -> None:
    """Take in an operator's application; the file names its code as `operator`."""
    session = session_of(context)
    with failures():
        found = document_in(file)
        if found["code"] is None:
            usage(f"{file} does not name the operator's code: `operator`")
        given = common(session, found["code"], office, effective, note)
        _done(session, Action(act=Act.APPLY, evidence=hashes(evidence), **given, **found["said"]), wait)


def _changing(act: Act, text: str) -> None:
    """Add the command of an act that takes particulars from a file."""

    @app.command(act.value, help=text)
    def command(  # noqa: PLR0913 - each is an option of the command
        context: typer.Context,
        code: Code,
        file: Particulars,
        *,
        office: Office = "",
        effective: Effective = None,
        note: Note = "",
        evidence: Evidence = None,
        wait: Wait = WAITING,
    ) -> None:
        session = session_of(context)
        with failures():
            given = common(session, code, office, effective, note)
            found = document_in(file)
            if found["code"] is not None and own_code(session, found["code"]) != given["operator"]:
                usage(f"{file} is about another operator")
            _done(session, Action(act=act, evidence=hashes(evidence), **given, **found["said"]), wait)


def _stepping(act: Act, text: str) -> None:
    """Add the command of an act that takes nothing but when, by whom and on which evidence."""

    @app.command(act.value, help=text)
    def command(  # noqa: PLR0913 - each is an option of the command
        context: typer.Context,
        code: Code,
        *,
        office: Office = "",
        effective: Effective = None,
        note: Note = "",
        evidence: Evidence = None,
        wait: Wait = WAITING,
    ) -> None:
        session = session_of(context)
        with failures():
            given = common(session, code, office, effective, note)
            _done(session, Action(act=act, evidence=hashes(evidence), **given), wait)


def _deciding(act: Act, text: str) -> None:
    """Add the command of an act that rests on a ground."""

    @app.command(act.value, help=_with_grounds(act, text))
    def command(  # noqa: PLR0913 - each is an option of the command
        context: typer.Context,
        code: Code,
        *,
        ground: Why = None,
        office: Office = "",
        effective: Effective = None,
        note: Note = "",
        evidence: Evidence = None,
        wait: Wait = WAITING,
    ) -> None:
        session = session_of(context)
        with failures():
            given = common(session, code, office, effective, note) | ground_of(act, ground)
            _done(session, Action(act=act, evidence=hashes(evidence), **given), wait)


def _timed(act: Act, text: str) -> None:
    """Add the command of an act that rests on a ground and may name an end."""

    @app.command(act.value, help=_with_grounds(act, text))
    def command(  # noqa: PLR0913 - each is an option of the command
        context: typer.Context,
        code: Code,
        *,
        ground: Why = None,
        until: Ending = None,
        office: Office = "",
        effective: Effective = None,
        note: Note = "",
        evidence: Evidence = None,
        wait: Wait = WAITING,
    ) -> None:
        session = session_of(context)
        with failures():
            given = common(session, code, office, effective, note) | ground_of(act, ground)
            _done(session, Action(act=act, evidence=hashes(evidence), **given, **until_of(act, until)), wait)


def _with_grounds(act: Act, text: str) -> str:
    words = (ground.name.lower().replace("_", "-") for ground in GROUNDS[act])
    return f"{text} Grounds: {', '.join(words)}."


_STEPS = (
    (Act.ACCEPT, "Accept an application as complete."),
    (Act.RETURN, "Return an application that is not complete."),
    (Act.BEGIN_DESK_VALIDATION, "Begin the validation at the desk."),
    (Act.BEGIN_FIELD_VALIDATION, "Begin the validation on site."),
    (Act.ORDER_REMEDIATION, "Order improvements."),
    (Act.REJECT, "Reject an application."),
    (Act.WITHDRAW, "Note that the applicant withdraws."),
)
for _act, _text in _STEPS:
    _stepping(_act, _text)
_changing(Act.RESUBMIT, "Take in an application that has been completed.")
_changing(Act.AMEND, "Change what is said of an operator; the file holds what changes.")
_deciding(Act.REINSTATE, "End a suspension, or undo an end after an appeal.")
_deciding(Act.SURRENDER, "Note that an operator gives its authorisation back.")
_timed(Act.SUSPEND, "Suspend an operator, until further notice or with an end.")
_timed(Act.REVOKE, "Revoke an authorisation; it may not apply again for three years, or until the end named.")


@app.command()
def annul(  # noqa: PLR0913 - each is an option of the command
    context: typer.Context,
    code: Code,
    *,
    office: Office = "",
    note: Note = "",
    evidence: Evidence = None,
    wait: Wait = WAITING,
) -> None:
    """Annul an authorisation from its start, because it was granted on false information."""
    session = session_of(context)
    with failures():
        given = common(session, code, office, None, note)
        _done(session, Action(act=Act.ANNUL, evidence=hashes(evidence), **given), wait)


@app.command()
def certify(  # noqa: PLR0913 - each is an option of the command
    context: typer.Context,
    code: Code,
    *,
    level: Level = None,
    role: Roles = None,
    until: Ending = None,
    office: Office = "",
    effective: Effective = None,
    note: Note = "",
    evidence: Evidence = None,
    wait: Wait = WAITING,
) -> None:
    """Authorise an operator, as it applied or with another level and roles; without --until for good."""
    session = session_of(context)
    with failures():
        given = (
            common(session, code, office, effective, note)
            | granted(level, role)
            | until_of(Act.CERTIFY, until)
        )
        _done(session, Action(act=Act.CERTIFY, evidence=hashes(evidence), **given), wait)


@app.command()
def renew(  # noqa: PLR0913 - each is an option of the command
    context: typer.Context,
    code: Code,
    *,
    until: Ending = None,
    office: Office = "",
    effective: Effective = None,
    note: Note = "",
    evidence: Evidence = None,
    wait: Wait = WAITING,
) -> None:
    """Give an authorisation a new term; unlimited without --until."""
    session = session_of(context)
    with failures():
        given = common(session, code, office, effective, note) | until_of(Act.RENEW, until)
        _done(session, Action(act=Act.RENEW, evidence=hashes(evidence), **given), wait)


@app.command()
def consent(  # noqa: PLR0913 - each is an option of the command
    context: typer.Context,
    code: Code,
    *,
    publication: Annotated[
        bool | None, typer.Option("--publication/--no-publication", help="Its name may be shown to anybody.")
    ] = None,
    exchange: Annotated[
        bool | None, typer.Option("--exchange/--no-exchange", help="Its status may be told to partners.")
    ] = None,
    office: Office = "",
    effective: Effective = None,
    note: Note = "",
    evidence: Evidence = None,
    wait: Wait = WAITING,
) -> None:
    """Note what an operator agrees to, or no longer; without exchange no partner recognises it."""
    session = session_of(context)
    if publication is None and exchange is None:
        usage("say what changes: --publication, --no-publication, --exchange or --no-exchange")
    with failures():
        given = common(session, code, office, effective, note)
        holding = authorising.case_of(given["operator"], session.ledger).holding
        agreed = consent_of(
            holding.consent if holding else Consent(0), publication=publication, exchange=exchange
        )
        _done(session, Action(act=Act.CONSENT, consent=agreed, evidence=hashes(evidence), **given), wait)


def _done(session: Session, action: Action, wait: float) -> None:
    """Carry an act out and tell what came of it; what is only accepted ends with exit code 15."""
    authority, account = session.authority()
    ledger = session.ledger
    done = authorising.decide(action, authority=authority, account=account, ledger=ledger, wait=wait)
    record = authorising.newest_record(done.case, ledger)
    told: dict[str, Any] = {
        "state": "recorded" if done.recorded else "accepted",
        "repeated": done.repeated,
        "filed": [event_told(event) for event in done.events],
        "case": case_told(done.case, record, ledger.clock()),
    }
    how = "was done before" if done.repeated else "is recorded" if done.recorded else "is accepted"

    def shown() -> None:
        page.print(f"`{action.act}` of {action.operator} {how}; it is {told['case']['stage']} now.")
        page.print(f"Allowed now: {', '.join(told['case']['allowed'])}.")

    answer(told, as_json=session.as_json, shown=shown)
    if not done.recorded:
        raise typer.Exit(EXIT_PENDING)
