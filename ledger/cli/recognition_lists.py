"""`asal recognise benefits`, `changes`, `latency`: lists for customs, from the replica in the archive."""

from typing import Annotated, Final

import typer

from ledger.aeo.days import edge, span
from ledger.aeo.words import direction_word, role_code, word
from ledger.cli.output import answer, failures, table, talk
from ledger.cli.session import Session, session_of
from ledger.codes.members import called, name_of
from ledger.operators import OperatorCode
from ledger.recognition_lists import Benefit, Change, Latency, benefits, changes, latency
from ledger.said import day, moment

_NONE: Final = "-"


def list_benefits(
    context: typer.Context,
    *,
    host: Annotated[str, typer.Option(help="The member whose benefits are asked about, such as TH.")],
    partner: Annotated[str | None, typer.Option(help="Only operators of this member.")] = None,
    after: Annotated[str | None, typer.Option(help="Go on after this code.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="How many at most.")] = 1000,
) -> None:
    """List the operators of partners whose benefits apply in a member now; needs a replica."""
    session = session_of(context)
    where, code = host.upper(), OperatorCode(after) if after else None
    only = partner.upper() if partner else None
    with failures():
        found = benefits(where, session.opened.served, partner=only, after=code, limit=limit)

    def shown() -> None:
        titles = ("operator", "name", "programme", "level", "valid until", "granted")
        table(
            titles, map(_benefit_cells, found.rows), empty=f"Nobody's benefits apply in {called(where)} now."
        )
        if found.next:
            talk.print(f"There are more; go on with --after {found.next}.")
        talk.print(f"As of block {found.as_of.block}, {moment(found.as_of.time)}.")

    told = {
        "host": where,
        "operators": [_benefit_report(row) for row in found.rows],
        "next": found.next,
        "asOf": found.as_of,
    }
    answer(told, as_json=session.as_json, shown=shown)


def _granted(row: Benefit) -> list[str]:
    return [f"{role_code(role)} {direction_word(direction)}" for role, direction in row.granted]


def _benefit_report(row: Benefit) -> dict[str, object]:
    return {
        "operator": row.operator,
        "name": row.name,
        "granted": _granted(row),
        "programme": row.programme.code if row.programme else None,
        "level": row.level,
        "validUntil": row.valid_until,
    }


def _benefit_cells(row: Benefit) -> tuple[object, ...]:
    until = day(row.valid_until) if row.valid_until else "unlimited"
    programme = row.programme.code if row.programme else _NONE
    return row.operator, row.name or _NONE, programme, row.level, until, ", ".join(_granted(row))


def list_changes(
    context: typer.Context,
    *,
    since: Annotated[str, typer.Option(help="A day, or a moment, from which on.")],
    member: Annotated[str | None, typer.Option(help="Only operators of this member.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="How many at most, the oldest.")] = 1000,
) -> None:
    """List status changes as they were recorded, since a day; needs a replica."""
    session = session_of(context)
    only = member.upper() if member else None
    with failures():
        begin, viewer = edge(since, "since"), _member_of(session)
        found = changes(viewer, session.opened.served, since=begin, member=only, limit=limit)

    def shown() -> None:
        titles = ("operator", "name", "status", "effective", "recorded")
        table(titles, map(_change_cells, found.rows), empty="Nothing has changed.")
        talk.print(f"As of block {found.as_of.block}, {moment(found.as_of.time)}.")

    told = {"changes": [_change_report(row) for row in found.rows], "asOf": found.as_of}
    answer(told, as_json=session.as_json, shown=shown)


def _member_of(session: Session) -> str:
    """Return the member for which the acting key writes; nobody's where none is named."""
    key = session.members.key(session.account) if session.account else None
    return key.member if key else ""


def _change_report(row: Change) -> dict[str, object]:
    change = row.recorded.change
    bare = {"operator": row.recorded.operator, "recordedAt": change.recorded_at, "withheld": row.withheld}
    if row.withheld:
        return bare
    return {
        **bare,
        "name": row.name,
        "status": word(change.status),
        "ground": word(change.ground),
        "effectiveFrom": change.effective_from,
        "until": change.until,
    }


def _change_cells(row: Change) -> tuple[object, ...]:
    change = row.recorded.change
    recorded = moment(change.recorded_at)
    if row.withheld:
        return row.recorded.operator, _NONE, "withheld", _NONE, recorded
    return (
        row.recorded.operator,
        row.name or _NONE,
        word(change.status),
        moment(change.effective_from),
        recorded,
    )


def report_latency(
    context: typer.Context,
    *,
    since: Annotated[str | None, typer.Option(help="A day or a moment; 30 days ago unless told.")] = None,
    until: Annotated[str | None, typer.Option(help="The last day, or a moment; now unless told.")] = None,
) -> None:
    """Say how late each member records what it decides: from effective to recorded; needs a replica."""
    session = session_of(context)
    with failures():
        begin, end = span(session.opened.served.clock(), since, until)
        as_of, found = latency(begin, end, session.opened.served)
    titles = ("member", "status", "changes", "ahead", "median", "nine of ten", "longest")
    told = {
        "since": begin,
        "until": end,
        "members": [_latency_report(row) for row in found],
        "asOf": as_of,
    }

    def shown() -> None:
        table(titles, map(_latency_cells, found), empty="Nothing was recorded in this period.")

    answer(told, as_json=session.as_json, shown=shown)


def _latency_report(row: Latency) -> dict[str, object]:
    return {
        "member": row.member,
        "status": word(row.status) if row.status else "all",
        "changes": row.changes,
        "ahead": row.ahead,
        "medianSeconds": int(row.median.total_seconds()),
        "p90Seconds": int(row.p90.total_seconds()),
        "longestSeconds": int(row.longest.total_seconds()),
    }


def _latency_cells(row: Latency) -> tuple[object, ...]:
    status = word(row.status) if row.status else "all but annulled"
    return name_of(row.member), status, row.changes, row.ahead, row.median, row.p90, row.longest
