"""A list beside the ledger: what it would change; one for the command line and for the desk."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from ledger.lists.absent import Absence, Ending
from ledger.lists.comparing import Sense
from ledger.lists.complaints import Complaints
from ledger.lists.mapping import ListMap
from ledger.lists.planning import Desk, planned, programmes_of
from ledger.lists.source import Source
from ledger.lists.steps import Plan
from ledger.lists.table import folded
from ledger.ports import Ledger
from ledger.recognition_port import OperatorLists
from ledger.replica_port import ReplicaBehind, ReplicaHalted


def agreeing(map_: ListMap, word: str, *, named: bool) -> ListMap | None:
    """Return a map by which all operators of a list agree to the same, one of `ledger.lists.fields.CONSENTS`.

    `named` says whether a person wrote the map.  None where that map says itself what they agree to.
    """
    if "consent" in map_.constants or (named and "consent" in map_.columns):
        return None
    columns = {name: title for name, title in map_.columns.items() if name != "consent"}
    return replace(map_, columns=columns, constants={**map_.constants, "consent": word})


def agrees_by_row(source: Source) -> bool:
    """Whether a list for which consent was stated as a whole has a column for it all the same."""
    return "consent" in map(folded, source.columns.unknown)


def absence_of(lists: OperatorLists, ledger: Ledger, member: str, ending: Ending | None) -> Absence | None:
    """Return where to look for operators that a list lacks; None where nobody can list the ledger's.

    Raises `ReplicaBehind` or `ReplicaHalted` when they are to be ended all the same.
    """
    try:
        lists.operators(member=member, limit=1)
    except (ReplicaBehind, ReplicaHalted):
        if ending is not None:
            raise
        return None
    return Absence(lists=lists, records=ledger.operator_files.records, member=member, ending=ending)


def reviewed(  # noqa: PLR0913 - the list, what it is compared with, and how
    source: Source,
    ledger: Ledger,
    member: str,
    *,
    now: datetime,
    complaints: Complaints,
    reinstate: bool = False,
    absence: Absence | None = None,
    seen: Callable[[int], None] = lambda _: None,
) -> Plan:
    """Return what a member's list would change; what cannot be goes to the complaints.

    Nothing of the list may be recorded while there are any.  Raises `TooManyAbsent` or `Unavailable`.
    """
    sense = Sense(
        now=now,
        programmes=programmes_of(member, ledger.recognitions.mutual()[1]),
        speaks_of=source.columns.map.speaks_of,
        consent_for_all="consent" not in source.columns.places,
        reinstate=reinstate,
    )
    desk = Desk(ledger.recognitions, ledger.operator_files, member)
    return planned(
        source.wanted,
        desk,
        sense,
        columns=source.columns,
        complaints=complaints,
        absence=absence,
        seen=seen,
    )
