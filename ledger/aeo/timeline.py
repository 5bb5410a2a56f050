"""An operator's days from some time on, and what an act makes of them.  Pure rules.

A status speaks for all times from its first day on.  So an act says everything that begins after it once
more, each as it is to stand: what was amended, renewed or agreed for a later day keeps that day, and a
suspension that is planned for later stays planned.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from ledger.aeo.cases import Case, Holding
from ledger.operators import OperatorStatus, Status

_CERTIFIED = OperatorStatus.CERTIFIED


@dataclass(frozen=True, slots=True)
class Stretch:
    """Days in which one status holds, up to the next stretch."""

    begins: datetime
    held: Status
    holding: Holding


def stretches(case: Case, begins: datetime, *cuts: datetime) -> list[Stretch]:
    """Return what holds from a moment on, as far as is known now, divided also where it is cut.

    What comes before the first status is not in it.  A consent that was withdrawn since is in none of it: a
    withdrawal counts from when it is recorded.
    """
    wanted, newest = {begins, *cuts}, case.holding
    edges = wanted | {one.effective_from for one in case.statuses if one.effective_from > begins}
    found = []
    for moment in sorted(edges):
        held, holding = case.holds_at(moment), case.holding_at(moment)
        if held and holding and newest and (moment in wanted or held.effective_from == moment):
            agreed = replace(holding, consent=holding.consent & newest.consent)
            found.append(Stretch(moment, held, agreed))
    return found


def lifted(days: Sequence[Stretch], present: datetime) -> Iterator[OperatorStatus]:
    """Yield the status of each stretch once the suspension that holds at present is lifted, if one does.

    What begins after that one would have been over stays as it is.
    """
    until_now = [one.held.status for one in days if one.begins <= present]
    over = not until_now or until_now[-1] is _CERTIFIED
    for one in days:
        over = over or (one.begins > present and one.held.status is _CERTIFIED)
        yield one.held.status if over else _CERTIFIED


def amended_from(days: Sequence[Stretch], newest: Holding) -> datetime | None:
    """Return from when the newest particulars hold, where some of these days have others."""
    since = None
    for one in reversed(days):
        if _particulars(one.holding) != _particulars(newest):
            return since or one.begins
        since = one.begins
    return None


def _particulars(holding: Holding) -> tuple[object, ...]:
    return holding.programme, holding.level, holding.roles, holding.record_hash
