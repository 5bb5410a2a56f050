"""The AEO authority of Viet Nam on a ledger in memory, with a clock that is set by hand."""

from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from ledger.facts import Address, Role
from ledger.lists.carrying import BatchRefused, Recorded, carried_out
from ledger.lists.comparing import Sense
from ledger.lists.complaints import Complaints, RowProblem
from ledger.lists.filing import Loading
from ledger.lists.mapping import ListMap
from ledger.lists.planning import Desk, planned, programmes_of
from ledger.lists.source import read_list
from ledger.lists.steps import Due, Plan
from ledger.memory import MemoryLedger
from ledger.memory.transactions import MemoryTransactions
from ledger.memory_archive import MemoryArchive
from ledger.memory_operator_files import MemoryOperatorFiles
from ledger.operators import (
    Ground,
    Operator,
    OperatorCode,
    OperatorStatus,
    ProgrammeKind,
    Status,
    StatusRecord,
)
from ledger.rounds import Policy
from ledger.submitting import assembled
from ledger.writes import DeclareProgramme, RecordStatuses
from tests.ledger.lists.samples import NOW, text_of

ADMIN, KEY = (Address("0x" + digit * 40) for digit in "AE")
LOADING = Loading(authority=1, account=KEY, office="Customs", source="list vn.csv", digest=b"\1" * 32)


class Ministry:
    """An office that loads lists."""

    def __init__(self) -> None:
        self.now = NOW
        self.chain = MemoryLedger({"VN": ADMIN, "TH": Address("0x" + "B" * 40)}, clock=lambda: self.now)
        self.chain.add_authority(Role.AEO, "customs", "customs.example", ADMIN)
        self.chain.add_key(1, KEY, ADMIN)
        self.chain.write(DeclareProgramme("VN-AEO", "Priority", ProgrammeKind.SAFE_AEO, 3), KEY)
        self.archive = MemoryArchive()
        self.ledger = assembled(
            Policy(ask_again=0.0),
            members=self.chain,
            registry=self.chain,
            recognitions=self.chain,
            transactions=MemoryTransactions(self.chain),
            archive=self.archive,
            outbox=self.archive.outbox,
            operator_files=MemoryOperatorFiles(self.archive.outbox),
            clock=lambda: self.now,
        )

    def pass_days(self, days: int) -> None:
        """Let time pass."""
        self.now += timedelta(days=days)

    def compare(
        self, *rows: Mapping[str, Any], map_: ListMap | None = None, **sense: Any
    ) -> tuple[Plan, list[RowProblem]]:
        """Compare a list with the ledger; returns what it comes to, and what is wrong."""
        complaints, now = Complaints(), self.now.replace(microsecond=0)
        source = read_list(text_of(list(map(dict, rows))).encode(), map_ or ListMap(), "VN", now, complaints)
        desk = Desk(self.chain, self.ledger.operator_files, "VN")
        understood = Sense(now=now, programmes=programmes_of("VN", self.chain.mutual()[1]))
        plan = planned(
            source.wanted,
            desk,
            replace(understood, **sense),
            columns=source.columns,
            complaints=complaints,
        )
        return plan, list(complaints)

    def plan(self, *rows: Mapping[str, Any], **how: Any) -> Plan:
        """Return what a list comes to that nothing is wrong with."""
        plan, problems = self.compare(*rows, **how)
        assert not problems
        return plan

    def due(self, *rows: Mapping[str, Any], **how: Any) -> Due:
        """Return the one status that a list makes due."""
        (due,) = self.plan(*rows, **how).due
        return due

    def rules(self, *rows: Mapping[str, Any], **how: Any) -> list[tuple[str, str]]:
        """Return the columns and rules of what is wrong with a list."""
        return [(one.column, one.rule) for one in self.compare(*rows, **how)[1]]

    def carry(self, plan: Plan) -> list[Recorded | BatchRefused]:
        """Record what is due."""
        with closing(carried_out(plan.due, LOADING, self.ledger, 5)) as outcomes:
            return list(outcomes)

    def load(self, *rows: Mapping[str, Any], **how: Any) -> Plan:
        """Load a list that nothing is wrong with."""
        plan = self.plan(*rows, **how)
        assert all(isinstance(one, Recorded) for one in self.carry(plan))
        return plan

    def held(self, code: str) -> Operator:
        """Return what the ledger holds of an operator."""
        operator = OperatorCode(code)
        return self.chain.found([operator]).operators[operator]

    def decide(
        self, code: str, status: OperatorStatus, *, effective: datetime | None = None, **said: Any
    ) -> None:
        """Record a status past all lists, as an officer's decision would."""
        held = self.held(code).latest
        told = {"level": held.level, "roles": held.roles, "consent": held.consent, "until": held.until} | said
        made = Status(
            status=status,
            programme=held.programme,
            effective_from=effective or self.now,
            ground=Ground.OTHER,
            **told,
        )
        record = StatusRecord(
            operator=OperatorCode(code),
            version=held.version + 1,
            status=made,
            record_hash=held.record_hash,
        )
        self.chain.write(RecordStatuses((record,)), KEY)
