"""What becomes of decisions, cases and exporters on their way to the chain, whatever breaks."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from ledger.batch import batch_of
from ledger.events import Decided, ProofReceived
from ledger.facts import Address, AsOf, Role, Written
from ledger.hashing import keccak
from ledger.memory import MemoryLedger
from ledger.origin.facts import CaseFacts, CaseGround, Exporter, ExporterStatus, LateGround, Step, Use
from ledger.origin.life import Life, told_in
from ledger.outbox import Dispatch, DispatchState
from ledger.ports import Ledger
from ledger.procedures_refusals import (
    ExporterVersionOutOfTurn,
    LinesAlreadyGranted,
    LinesInQuestion,
    StepOutOfTurn,
)
from ledger.terms import Scheme, Terms, certificate_id
from ledger.writes import (
    Clarify,
    ConcludeCase,
    Decide,
    Enter,
    OfProcedures,
    OpenCase,
    Receive,
    RecordExporter,
    SetSplitUse,
    SetSuspension,
    TakeStep,
)
from tests.ledger.stations import ADMIN, FOREIGNER, NOON, Station

CUSTOMS, CUSTOMS_TOO, COMPETENT = (Address(f"0x{f'C{number}' * 20}") for number in (1, 2, 3))
DAY = timedelta(days=1)
TERMS = Terms(
    document_hash=keccak(b"document"),
    reference_key=keccak(b"reference"),
    exporting="TH",
    importing="VN",
    issued_on=NOON.date(),
    valid_until=NOON.date() + 364 * DAY,
    scheme=Scheme.ATIGA_FORM_D,
)
PROOF = certificate_id(TERMS)


def hashed(said: str) -> bytes:
    """Return the hash of a statement."""
    return keccak(said.encode())


GRANT = Decide(
    certificate=PROOF,
    declaration=hashed("declaration"),
    granted=(1, 2),
    used_up=(1,),
    refused=(3,),
    presented_at=NOON,
    late=LateGround.NONE,
    statement=hashed("grant"),
)
REFUSE = replace(GRANT, granted=(), used_up=(), refused=(1, 3), statement=hashed("refuse"))
CLARIFY = Clarify(certificate=PROOF, lines=(3,), statement=hashed("clarify"))
OPEN = OpenCase(
    certificate=PROOF,
    about=PROOF,
    lines=(1, 2),
    suspended=(),
    ground=CaseGround.DOUBT,
    due=NOON + 90 * DAY,
    conclude_due=NOON + 180 * DAY,
    rules=hashed("rules"),
    statement=hashed("open"),
)
REPLY = TakeStep(case=1, step=Step.REPLIED, due=None, conclude_due=None, statement=hashed("reply"))
SUSPEND = SetSuspension(case=1, suspended=(2,), statement=hashed("suspend"))
CONCLUDE = ConcludeCase(case=1, confirmed=(1, 2), denied=(), statement=hashed("conclude"))
EXPORTER = RecordExporter(
    code="VN-CE/0012",
    version=1,
    status=ExporterStatus.AUTHORISED,
    effective_from=None,
    until=None,
    record_hash=hashed("record"),
)
KEYS: dict[type[OfProcedures | Enter], Address] = {
    Clarify: FOREIGNER,
    TakeStep: FOREIGNER,
    RecordExporter: COMPETENT,
}
"""Who does what is not for customs of VN."""
BEFORE: dict[str, tuple[OfProcedures, ...]] = {
    "receive": (),
    "grant": (),
    "refuse": (),
    "clarify": (GRANT,),
    "switch": (),
    "open": (),
    "reply": (OPEN,),
    "suspend": (OPEN,),
    "conclude": (OPEN,),
    "exporter": (),
}
"""What the chain holds before each write."""
WRITES: dict[str, OfProcedures] = {
    "receive": Receive(PROOF),
    "grant": GRANT,
    "refuse": REFUSE,
    "clarify": CLARIFY,
    "switch": SetSplitUse(allowed=False),
    "open": OPEN,
    "reply": REPLY,
    "suspend": SUSPEND,
    "conclude": CONCLUDE,
    "exporter": EXPORTER,
}
NOT_TWICE = [name for name in WRITES if name not in {"refuse", "clarify"}]
"""What the contract refuses when it is said again; a refusal or an answer may be."""


def key_of(write: OfProcedures | Enter) -> Address:
    """Return the key that does a write."""
    return KEYS.get(type(write), CUSTOMS)


class Border(Station):
    """A member with customs and a competent authority, and a certificate of TH that came to it."""

    def __post_init__(self) -> None:
        """Add the authorities, and let TH issue."""
        super().__post_init__()
        for role, accounts in ((Role.CUSTOMS, (CUSTOMS, CUSTOMS_TOO)), (Role.COMPETENT, (COMPETENT,))):
            authority = self.chain.add_authority(role, "office", "office.example", ADMIN["VN"])
            for account in accounts:
                self.chain.add_key(authority, account, ADMIN["VN"])
        self.chain.issue(TERMS, FOREIGNER)

    def process(self, **parts: Any) -> Ledger:
        """Start another process, which knows of procedures too."""
        return super().process(**{"procedures": self.chain, **parts})

    def did(self, *writes: OfProcedures) -> None:
        """Let the chain hold writes that this archive knows nothing of."""
        for write in writes:
            self.chain.write(write, key_of(write))

    def queued(self, write: OfProcedures | Enter, key: Address | None = None) -> Dispatch:
        """Queue a write, for another key than the one that does it where one is named."""
        return self.archive.outbox.put_write(write, key or key_of(write), now=NOON)

    def after(self, dispatch: Dispatch) -> Dispatch:
        """Return how far a write has come."""
        found = self.archive.outbox.find(dispatch.position)
        assert found is not None
        return found

    def count(self, kind: type[Any]) -> int:
        """Return how many events of a kind the proof's life has."""
        return sum(isinstance(one.event, kind) for one in self.chain.life(PROOF).occurrences)


@pytest.fixture
def border() -> Border:
    """Return a border that nothing has happened at yet."""
    return Border()


def test_writes_of_a_key_go_out_in_their_order(border: Border) -> None:
    """A conclusion needs its case, which was opened before it."""
    writes = [border.queued(write) for write in (Receive(PROOF), GRANT, OPEN, SUSPEND, CONCLUDE)]
    border.rounds()
    assert [border.after(write).state for write in writes] == [DispatchState.RECORDED] * 5
    told = told_in(border.chain.life(PROOF))
    assert (told.cases[1].step, told.use.granted) == (Step.CONCLUDED, frozenset({1, 2}))


@pytest.mark.parametrize("name", WRITES)
def test_killed_between_sending_and_hearing_the_next_process_settles_it(border: Border, name: str) -> None:
    """What was sent is found again by its bytes; nothing is sent under a second nonce."""
    border.did(*BEFORE[name])
    border.node.held = True
    queued = border.queued(WRITES[name])
    border.round()
    assert border.after(queued).state is DispatchState.SIGNED
    border.restart()
    border.node.resume()
    border.rounds()
    assert border.after(queued).state is DispatchState.RECORDED
    assert len(border.archive.outbox.signatures(queued.position)) == 1
    assert len({signature.nonce for signature in border.node.sent}) == 1


@pytest.mark.parametrize("name", NOT_TWICE)
def test_what_the_chain_holds_already_is_settled_not_refused(border: Border, name: str) -> None:
    """An earlier process wrote it and died before it heard; its retry meets its own words."""
    border.did(*BEFORE[name], WRITES[name])
    happened = len(border.chain.life(PROOF).occurrences)
    queued = border.queued(WRITES[name])
    border.rounds()
    settled = border.after(queued)
    assert (settled.state, settled.refusal) == (DispatchState.RECORDED, None)
    assert len(border.chain.life(PROOF).occurrences) == happened


@pytest.mark.parametrize("name", ["refuse", "clarify"])
def test_a_refusal_or_an_answer_said_twice_changes_nothing(border: Border, name: str) -> None:
    """The contract takes it again, for customs may reconsider; the lines stand as after the first time."""
    border.did(*BEFORE[name], WRITES[name])
    before = border.chain.use(PROOF)
    queued = border.queued(WRITES[name])
    border.rounds()
    assert border.after(queued).state is DispatchState.RECORDED
    assert border.chain.use(PROOF) == replace(before, decided_at=border.chain.use(PROOF).decided_at)


def test_an_answer_that_moved_customs_is_settled_when_it_is_tried_again(border: Border) -> None:
    """The line is refused no more, and it was this answer that was heard."""
    border.did(REFUSE, CLARIFY, replace(GRANT, granted=(3,), used_up=(), refused=(), statement=hashed("new")))
    queued = border.queued(CLARIFY)
    border.rounds()
    assert border.after(queued).state is DispatchState.RECORDED


OTHERS: dict[str, tuple[OfProcedures, type[Exception]]] = {
    "grant": (replace(GRANT, statement=hashed("other")), LinesAlreadyGranted),
    "open": (replace(OPEN, statement=hashed("other")), LinesInQuestion),
    "reply": (replace(REPLY, statement=hashed("other")), StepOutOfTurn),
    "conclude": (replace(CONCLUDE, confirmed=(1, 2), statement=hashed("other")), StepOutOfTurn),
    "exporter": (replace(EXPORTER, record_hash=hashed("other")), ExporterVersionOutOfTurn),
}


@pytest.mark.parametrize("name", OTHERS)
def test_something_else_in_the_same_place_is_refused(border: Border, name: str) -> None:
    """Whoever came second is told; what was recorded first stands."""
    border.did(*BEFORE[name], WRITES[name])
    other, refusal = OTHERS[name]
    queued = border.queued(other)
    border.rounds()
    refused = border.after(queued)
    assert refused.state is DispatchState.REFUSED
    assert isinstance(refused.refusal, refusal)


def test_a_switch_set_back_since_is_not_called_set(border: Border) -> None:
    """An old try says nothing of how the member wants it now."""
    border.did(SetSplitUse(allowed=False), SetSplitUse(allowed=True))
    queued = border.queued(SetSplitUse(allowed=False))
    border.rounds()
    assert border.after(queued).state is DispatchState.RECORDED
    assert border.chain.split_use("VN") is False


def test_a_line_refused_after_denial_and_confirmation_is_told_to_be_granted_already(border: Border) -> None:
    """What the refusal speaks of is in the claim, though the line is neither granted nor denied now."""
    again = replace(OPEN, lines=(1,), statement=hashed("again"))
    border.did(GRANT, OPEN, REPLY, replace(CONCLUDE, confirmed=(2,), denied=(1,)), again)
    border.did(replace(CONCLUDE, case=2, confirmed=(1,), statement=hashed("second")))
    queued = border.queued(replace(REFUSE, refused=(1,)))
    border.rounds()
    assert isinstance(border.after(queued).refusal, LinesAlreadyGranted)


def test_after_a_rotation_another_customs_key_of_the_authority_takes_over(border: Border) -> None:
    """Not a key that issues certificates."""
    queued = border.queued(Receive(PROOF))
    border.chain.revoke_key(CUSTOMS, ADMIN["VN"])
    border.rounds()
    settled = border.after(queued)
    assert (settled.state, settled.account) == (DispatchState.RECORDED, CUSTOMS_TOO)


def test_two_offices_that_receive_at_once_have_one_receipt(border: Border) -> None:
    """The later one is told that it is recorded; who was first is in the event."""
    queued = border.queued(Receive(PROOF))
    border.chain.write(Receive(PROOF), CUSTOMS_TOO)
    border.rounds()
    assert border.after(queued).state is DispatchState.RECORDED
    assert border.count(ProofReceived) == 1


class Late:
    """The ledger as a replica shows it that is some blocks behind, or whose blocks are not final."""

    def __init__(self, chain: MemoryLedger) -> None:
        """Show nothing until it catches up."""
        self.chain, self.behind, self.final = chain, True, True

    @property
    def procedures_contract(self) -> Address:
        """Return the address."""
        return self.chain.procedures_contract

    def life(self, certificate: bytes) -> Life:
        """Return an empty life while behind."""
        life = self.chain.life(certificate)
        return Life(certificate, (), AsOf(0, NOON)) if self.behind else replace(life, final=self.final)

    def use(self, certificate: bytes) -> Use:
        """Return no use while behind."""
        return Use() if self.behind else self.chain.use(certificate)

    def case(self, number: int) -> CaseFacts | None:
        """Return no case while behind."""
        return None if self.behind else self.chain.case(number)

    def exporter(self, member: str, code: str) -> Exporter:
        """Return no version while behind."""
        found = self.chain.exporter(member, code)
        return replace(found, versions=()) if self.behind else found

    def split_use(self, member: str) -> bool:
        """Return how it stands."""
        return self.chain.split_use(member)

    def write(self, write: OfProcedures, account: Address) -> Written:
        """Write to the chain."""
        return self.chain.write(write, account)


SEEN_LATER = [name for name in NOT_TWICE if name != "switch"]


@pytest.mark.parametrize("name", SEEN_LATER)
def test_a_replica_that_is_behind_makes_no_refusal_of_ones_own_words(border: Border, name: str) -> None:
    """Nobody knows whose they are before the replica shows them."""
    border.did(*BEFORE[name], WRITES[name])
    late = Late(border.chain)
    border.ledger = border.process(procedures=late)
    queued = border.queued(WRITES[name])
    for _ in range(3):
        border.round()
    assert border.after(queued).state is DispatchState.SIGNED
    late.behind = False
    border.rounds()
    assert border.after(queued).state is DispatchState.RECORDED


@pytest.mark.parametrize("name", [name for name in SEEN_LATER if name != "exporter"])
def test_what_could_still_be_undone_is_not_settled(border: Border, name: str) -> None:
    """Nor is it refused: it waits until the blocks are final."""
    border.did(*BEFORE[name], WRITES[name])
    unsure = Late(border.chain)
    unsure.behind = unsure.final = False
    border.ledger = border.process(procedures=unsure)
    queued = border.queued(WRITES[name])
    for _ in range(3):
        border.round()
    assert border.after(queued).state is DispatchState.SIGNED
    unsure.final = True
    border.rounds()
    assert border.after(queued).state is DispatchState.RECORDED


def test_a_replica_that_shows_another_s_words_lets_the_refusal_stand(border: Border) -> None:
    """It has caught up, and what is in the way is not ours."""
    border.did(replace(GRANT, statement=hashed("another's")))
    late = Late(border.chain)
    border.ledger = border.process(procedures=late)
    queued = border.queued(GRANT)
    border.round()
    late.behind = False
    border.rounds()
    assert isinstance(border.after(queued).refusal, LinesAlreadyGranted)
    assert border.count(Decided) == 1


def test_a_carried_copy_is_entered_once_by_whoever_comes_first(border: Border) -> None:
    """Customs enters what it was handed; a second time is settled by the entry that is there."""
    terms = replace(TERMS, reference_key=keccak(b"of a batch"))
    batch = batch_of([certificate_id(terms)], "TH")
    border.chain.anchor(batch.tree.root, 1, terms.valid_until, FOREIGNER)
    write = Enter(terms, batch.root, tuple(batch.proof_of(certificate_id(terms))))
    queued = border.queued(write, CUSTOMS)
    border.chain.enter(terms, batch.root, write.proof, CUSTOMS_TOO)
    border.rounds()
    assert border.after(queued).state is DispatchState.RECORDED
