"""How `asal operator import` tells a plan, what is wrong with a list, and what came of a run."""

import json
import sys
from collections.abc import Iterable
from datetime import datetime
from enum import Flag, IntEnum
from typing import Any, Final, Protocol

from ledger.cli.output import answer, page, plain, table, talk
from ledger.lists.carrying import BatchRefused
from ledger.lists.complaints import ListRefused
from ledger.lists.steps import Difference, Due, Kind, Left, Plan
from ledger.said import day

_SHOWN: Final = 50
"""Operators of each kind that are told on a terminal; JSON has all of them."""


class Ran(Protocol):
    """What came of a run."""

    recorded: int
    refused: list[BatchRefused]
    finished: int
    stopped: str | None


def plan_told(plan: Plan, waiting: int, *, as_json: bool) -> None:
    """Tell what would be recorded; so many writes of earlier runs are still on their way."""
    if as_json:
        _write_plan(plan, waiting)
        return
    _show_plan(plan)
    if waiting:
        talk.print(f"{waiting} writes of an earlier run are not recorded yet; they come first.", markup=False)


def complaints_told(refused: ListRefused, *, as_json: bool) -> None:
    """Tell what is wrong with a list."""

    def shown() -> None:
        talk.print("[bold red]Refused:[/] the list is wrong in these places; nothing was recorded")
        for problem in refused.problems:
            where = f"  {problem.column}" if problem.column else ""
            talk.print(f"  line {problem.line}{where}  {problem.message}  ({problem.rule})", markup=False)
        if refused.total > len(refused.problems):
            more = refused.total - len(refused.problems)
            talk.print(f"  … and {more} more; --max-errors says how many are told", markup=False)

    answer({"problems": refused.problems, "total": refused.total}, as_json=as_json, shown=shown)


def summary_told(plan: Plan, ran: Ran, *, as_json: bool) -> None:
    """Tell what came of a run."""
    told = {
        "recorded": ran.recorded,
        "refused": [_refused_document(batch) for batch in ran.refused],
        "stopped": ran.stopped,
        "finishedBefore": ran.finished,
        **_plan_document(plan),
    }
    answer(told, as_json=as_json, shown=lambda: _show_summary(plan, ran))


def _write_plan(plan: Plan, waiting: int) -> None:
    """Write a plan as JSON, an operator a line, so that it is never held as a whole text."""
    head = json.dumps(plain(_plan_document(plan) | {"waiting": waiting}), ensure_ascii=False)
    sys.stdout.write(f'{head[:-1]}, "operators": [')
    for number, one in enumerate(plan.told):
        text = json.dumps(plain(_document(one)), ensure_ascii=False)
        sys.stdout.write(f"{',' if number else ''}\n{text}")
    sys.stdout.write("]}\n")


def _show_plan(plan: Plan) -> None:
    for kind in Kind:
        its = [one for one in plan.told if one.kind is kind]
        if its:
            page.print(f"{kind} ({len(its)})", markup=False)
            table(("operator", "line", "what"), map(_line, its[:_SHOWN]), empty="")
            if len(its) > _SHOWN:
                page.print(f"… and {len(its) - _SHOWN} more; --json has all of them", markup=False)
    _show_counts(plan)


def _show_counts(plan: Plan) -> None:
    counts = ", ".join(f"{count} {kind}" for kind, count in plan.counts.items() if count)
    page.print(f"As of block {plan.as_of.block}: {counts or 'nothing in the list'}.", markup=False)
    if plan.unknown_columns:
        names = ", ".join(plan.unknown_columns)
        talk.print(f"Nothing was taken from these columns: {names}.", markup=False)
    if not plan.absence_known:
        talk.print(
            "Operators that the list lacks are told only where a fresh replica is: asal replica follow."
        )


def _show_summary(plan: Plan, ran: Ran) -> None:
    if ran.finished:
        talk.print(f"{ran.finished} writes of an earlier run were carried out first.", markup=False)
    for batch in ran.refused:
        talk.print(f"Refused, {len(batch.due)} rows: {batch.refusal}", markup=False)
        talk.print(f"  lines {_lines(batch.due)}", markup=False)
    page.print(f"{ran.recorded} statuses recorded.", markup=False)
    _show_counts(plan)
    if ran.stopped:
        talk.print("Nothing accepted is lost; run the same command again to go on.", markup=False)


def _line(one: Due | Left) -> tuple[object, ...]:
    if isinstance(one, Left):
        return one.operator, one.line or "-", one.why
    return one.operator, one.line or "-", "; ".join(map(_difference, one.differences)) or "for the first time"


def _difference(one: Difference) -> str:
    return f"{one.field}: {_said(one.before)} → {_said(one.after)}"


def _said(value: object) -> str:
    """Return a value as a person reads it."""
    match value:
        case None:
            return "unlimited"
        case datetime():
            return day(value)
        case Flag():
            return " ".join(str(one.name) for one in value) or "none"
        case IntEnum():
            return value.name.lower()
    return str(value)


def _plan_document(plan: Plan) -> dict[str, Any]:
    return {
        "asOf": plan.as_of,
        "counts": {kind.value: count for kind, count in plan.counts.items()},
        "unknownColumns": plan.unknown_columns,
        "absenceKnown": plan.absence_known,
    }


def _document(one: Due | Left) -> dict[str, Any]:
    common = {"operator": one.operator, "line": one.line or None, "kind": one.kind.value}
    if isinstance(one, Left):
        return common | {"why": one.why}
    return common | {"version": one.version, "status": one.status, "differences": one.differences}


def _refused_document(batch: BatchRefused) -> dict[str, Any]:
    named = type(batch.refusal).__name__
    rows = [{"operator": one.operator, "line": one.line or None} for one in batch.due]
    return {"error": named, "detail": str(batch.refusal), "rows": rows}


def _lines(due: Iterable[Due]) -> str:
    """Return lines in short: 2-40, 42."""
    spans: list[list[int]] = []
    for line in sorted(one.line for one in due if one.line):
        if spans and line == spans[-1][1] + 1:
            spans[-1][1] = line
        else:
            spans.append([line, line])
    return ", ".join(f"{first}-{last}" if first != last else str(first) for first, last in spans) or "none"
