"""What becomes of writes about operators and recognition on their way to the chain, whatever breaks."""

from collections.abc import Collection
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from ledger.facts import Address, AsOf, Role, Written
from ledger.memory import MemoryLedger
from ledger.operators import (
    Consent,
    Found,
    Mutual,
    OperatorCode,
    OperatorRole,
    OperatorStatus,
    ProgrammeKind,
    Status,
    StatusRecord,
)
from ledger.outbox import Dispatch, DispatchState
from ledger.ports import Ledger
from ledger.recognition_refusals import ProgrammeAlreadyDeclared, VersionOutOfTurn
from ledger.writes import DeclareProgramme, OfRecognition, RecordStatuses
from tests.ledger.stations import ADMIN, KEY, NOON, Station

AEO, AEO_TOO = (Address(f"0x{f'C{number}' * 20}") for number in (1, 2))
PROGRAMME = DeclareProgramme("PE", "Priority enterprise", ProgrammeKind.SAFE_AEO, 1)
CODE = OperatorCode("VN0100109106")
CERTIFIED = StatusRecord(
    operator=CODE,
    version=1,
    status=Status(
        status=OperatorStatus.CERTIFIED,
        programme=1,
        level=1,
        roles=OperatorRole.EXP,
        consent=Consent.EXCHANGE,
        effective_from=datetime(2026, 11, 1, tzinfo=UTC),
        until=None,
    ),
    record_hash=b"\1" * 32,
)


class Customs(Station):
    """A customs administration with two AEO keys beside the issuing authority."""

    def __post_init__(self) -> None:
        """Add the authority."""
        super().__post_init__()
        authority = self.chain.add_authority(Role.AEO, "customs", "customs.example", ADMIN["VN"])
        for account in (AEO, AEO_TOO):
            self.chain.add_key(authority, account, ADMIN["VN"])

    def process(self, **parts: Any) -> Ledger:
        """Start another process, which knows of operators too."""
        return super().process(**{"recognitions": self.chain, **parts})

    def queued(self, write: OfRecognition, key: Address = AEO) -> Dispatch:
        """Queue a write."""
        return self.archive.outbox.put_write(write, key, now=NOON)

    def after(self, dispatch: Dispatch) -> Dispatch:
        """Return how far a write has come."""
        found = self.archive.outbox.find(dispatch.position)
        assert found is not None
        return found

    def declared(self) -> None:
        """Let the programme be on the chain."""
        self.chain.write(PROGRAMME, AEO)


@pytest.fixture
def customs() -> Customs:
    """Return a customs administration that nothing has happened to yet."""
    return Customs()


def test_declarations_and_statuses_go_out_in_their_order(customs: Customs) -> None:
    """A status needs its programme, which was said before it."""
    writes = [customs.queued(PROGRAMME), customs.queued(RecordStatuses((CERTIFIED,)))]
    customs.rounds()
    assert [customs.after(write).state for write in writes] == [DispatchState.RECORDED] * 2
    assert customs.chain.found([CODE]).operators[CODE].latest.status is OperatorStatus.CERTIFIED


def test_certificates_and_statuses_of_one_key_share_its_nonces(customs: Customs) -> None:
    """An authority may both issue and certify with one key; neither takes the other's place."""
    authority = customs.chain.add_authority(Role.AEO | Role.ISSUING, "both", "both.example", ADMIN["VN"])
    both = Address(f"0x{'D1' * 20}")
    customs.chain.add_key(authority, both, ADMIN["VN"])
    customs.waiting(3)
    write = customs.queued(PROGRAMME, both)
    customs.rounds()
    assert customs.after(write).state is DispatchState.RECORDED
    assert (customs.anchors, customs.sound()) == ([3], True)


@pytest.mark.parametrize("write", [PROGRAMME, RecordStatuses((CERTIFIED,))], ids=["declare", "status"])
def test_what_the_chain_holds_already_is_settled_not_refused(customs: Customs, write: OfRecognition) -> None:
    """An earlier process wrote it and died before it heard; its retry meets its own words."""
    customs.declared()
    if isinstance(write, RecordStatuses):
        customs.chain.write(write, AEO)
    queued = customs.queued(write)
    customs.rounds()
    settled = customs.after(queued)
    assert (settled.state, settled.refusal) == (DispatchState.RECORDED, None)


def test_another_status_under_the_same_version_is_refused(customs: Customs) -> None:
    """Whoever came second is told; what was recorded first stands."""
    customs.declared()
    first = customs.queued(RecordStatuses((CERTIFIED,)))
    other = replace(CERTIFIED, status=replace(CERTIFIED.status, roles=OperatorRole.IMP))
    second = customs.queued(RecordStatuses((other,)))
    customs.rounds()
    refused = customs.after(second)
    assert customs.after(first).state is DispatchState.RECORDED
    assert refused.state is DispatchState.REFUSED
    assert isinstance(refused.refusal, VersionOutOfTurn)
    assert len(customs.chain.found([CODE]).operators[CODE].changes) == 1


def test_the_same_name_for_another_programme_is_refused(customs: Customs) -> None:
    """It is not what the chain holds, so it is not settled as if it were."""
    customs.declared()
    queued = customs.queued(replace(PROGRAMME, levels=3))
    customs.rounds()
    assert isinstance(customs.after(queued).refusal, ProgrammeAlreadyDeclared)


def test_after_a_rotation_another_aeo_key_of_the_authority_takes_over(customs: Customs) -> None:
    """Not a key that only issues certificates."""
    queued = customs.queued(PROGRAMME)
    customs.chain.revoke_key(AEO, ADMIN["VN"])
    customs.rounds()
    settled = customs.after(queued)
    assert (settled.state, settled.account) == (DispatchState.RECORDED, AEO_TOO)


def test_without_another_aeo_key_it_is_refused(customs: Customs) -> None:
    """An issuing key of the same member may not say it."""
    queued = customs.queued(PROGRAMME, KEY)
    customs.rounds()
    assert customs.after(queued).state is DispatchState.REFUSED


class Late:
    """The ledger as a replica shows it that is some blocks behind."""

    def __init__(self, chain: MemoryLedger) -> None:
        """Show what is there now, until it catches up."""
        self.chain, self.behind = chain, True
        self._as_of, self._mutual = chain.mutual()

    @property
    def recognition_registry(self) -> Address:
        """Return the address."""
        return self.chain.recognition_registry

    def found(self, operators: Collection[OperatorCode]) -> Found:
        """Return no operator while behind."""
        return Found(self._as_of, {}, self._mutual) if self.behind else self.chain.found(operators)

    def mutual(self) -> tuple[AsOf, Mutual]:
        """Return the terms of then while behind."""
        return (self._as_of, self._mutual) if self.behind else self.chain.mutual()

    def write(self, write: OfRecognition, account: Address) -> Written:
        """Write to the chain."""
        return self.chain.write(write, account)


@pytest.mark.parametrize("write", [PROGRAMME, RecordStatuses((CERTIFIED,))], ids=["declare", "status"])
def test_a_replica_that_is_behind_makes_no_refusal_of_ones_own_words(
    customs: Customs, write: OfRecognition
) -> None:
    """Nobody knows whose they are before the replica shows them."""
    if isinstance(write, RecordStatuses):
        customs.declared()
    late = Late(customs.chain)
    customs.chain.write(write, AEO)
    customs.ledger = customs.process(recognitions=late)
    queued = customs.queued(write)
    for _ in range(3):
        customs.round()
    assert customs.after(queued).state is DispatchState.SIGNED
    late.behind = False
    customs.rounds()
    assert customs.after(queued).state is DispatchState.RECORDED
