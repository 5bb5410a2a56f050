"""`asal case list`, `asal case show` and `asal deadlines`: how cases stand, and what is due."""

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from ledger import checking
from ledger.checking_told import brief, deadline, whole
from ledger.cli.output import answer, failures, page, table
from ledger.cli.session import MOST, Session, session_of
from ledger.deadlines import due_for
from ledger.errors import ReplicaNeeded
from ledger.procedures_port import ProcedureLists

Number = Annotated[int, typer.Argument(metavar="CASE", min=1, max=MOST, help="The case's number.")]


def list_cases(
    context: typer.Context,
    *,
    closed: Annotated[bool, typer.Option("--closed", help="With those that are concluded.")] = False,
    after: Annotated[int, typer.Option(min=0, help="Go on after this number.")] = 0,
    limit: Annotated[int, typer.Option(min=1, max=500, help="How many at most.")] = 100,
) -> None:
    """List the cases in which the member asks or is asked; answered from a replica."""
    session = session_of(context)
    with failures():
        ledger = session.opened.served
        member, now = member_of(session), ledger.clock()
        lists = ledger.procedures
        if not isinstance(lists, ProcedureLists):
            raise ReplicaNeeded
        found = lists.cases(member=member, open_only=not closed, after=after, limit=limit)
        told = [brief(one, member, now) for one in found]
    titles = ("Case", "Certificate", "Asks", "Asked", "Lines", "Step", "Due from", "Until")
    answer(told, as_json=session.as_json, shown=lambda: table(titles, map(_row, told), empty="No cases."))


def show(context: typer.Context, case: Number) -> None:
    """Show a case: what happened in it, what is due from whom, and what may be done next."""
    session = session_of(context)
    with failures():
        found = checking.case_of(case, session.ledger)
        told = whole(found, member_of(session), session.ledger)
    answer(told, as_json=session.as_json, shown=lambda: shown(told))


def deadlines(
    context: typer.Context,
    *,
    overdue: Annotated[bool, typer.Option("--overdue", help="Only what is late already.")] = False,
) -> None:
    """List what is due for the member, and for its partners in the same cases; answered from a replica."""
    session = session_of(context)
    with failures():
        member, now = member_of(session), session.opened.served.clock()
        found = due_for(member, session.opened.served, overdue_only=overdue)
        told = [deadline(one, member, now) for one in found]
    titles = ("Due", "Days", "By", "Rule", "Certificate", "Lines", "What to do")
    rows = [
        (
            one["due"],
            f"{one['days']} LATE" if one["overdue"] else one["days"],
            one["by"],
            one["rule"],
            one["certificate"],
            ", ".join(one["lines"]),
            one["todo"],
        )
        for one in told
    ]
    answer(told, as_json=session.as_json, shown=lambda: table(titles, rows, empty="Nothing is due."))


def shown(case: dict[str, Any]) -> None:
    """Show a case on the page."""
    page.print(f"Case {case['case']} on {case['certificate']}: {case['importing']} asks {case['exporting']}.")
    rows = [(one["turn"], one["at"], one["step"], _said(one)) for one in case["events"]]
    table(("Turn", "When", "Step", "Said"), rows, empty="Nothing happened.")
    if due := case["due"]:
        how = "was due" if due["overdue"] else "is due"
        page.print(f"{' or '.join(due['steps'])} {how} from {due['by']} until {due['due']}.")
    page.print(f"You may now: {', '.join(case['allowed']) or 'nothing'}.")


def _said(happened: dict[str, Any]) -> str:
    if not happened["said"]:
        return "(the statement is not here)"
    body = happened["said"]["body"]
    return "; ".join([*body["reasons"], *([body["text"]] if body["text"] else [])])


def _row(case: dict[str, Any]) -> Sequence[str]:
    due = case["due"] or {"by": "", "due": "", "overdue": False}
    late = " LATE" if due["overdue"] else ""
    shown = ", ".join(case["lines"])
    parties = (case["importing"], case["exporting"])
    return (
        case["case"],
        case["certificate"],
        *parties,
        shown,
        case["step"],
        due["by"],
        f"{due['due']}{late}",
    )


def member_of(session: Session) -> str:
    """Return the member that the session acts for."""
    authority, _ = session.authority()
    found = session.members.authority(authority)
    assert found is not None  # noqa: S101 - a key names its authority
    return found.member
