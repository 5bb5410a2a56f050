"""`MemoryLedger`: the rules of all contracts, those of `OriginProcedures.sol` last."""

from ledger.facts import Address, Written
from ledger.happenings import names
from ledger.memory import blocks
from ledger.memory.cases import CaseRules
from ledger.memory.decisions import DecisionRules
from ledger.memory.exporters import ExporterRules
from ledger.origin.facts import Use
from ledger.origin.life import Life
from ledger.procedures_refusals import ExporterCodeInvalid
from ledger.writes import (
    Clarify,
    ConcludeCase,
    Decide,
    OfProcedures,
    OfRecognition,
    OpenCase,
    Receive,
    RecordExporter,
    SetSplitUse,
    SetSuspension,
    TakeStep,
)

MEMORY_PROCEDURES = Address("0x00000000000000000000000000000000000a5a13")


class MemoryLedger(DecisionRules, CaseRules, ExporterRules):
    """All ports in this process: `MemoryLedger({"VN": admin, "TH": other_admin})`.

    `advance(timedelta)` sets its clock forward; `held` are the accounts whose keys are at hand, `None` all.
    """

    @property
    def procedures_contract(self) -> Address:
        """Return the address of the contract of procedures."""
        return MEMORY_PROCEDURES

    def life(self, certificate: bytes) -> Life:
        """Return all that the ledger reports of a certificate; an empty one when it reports nothing."""
        told = tuple(one for one in self._occurrences if names(one.event, certificate))
        return Life(certificate, told, self.head())

    def use(self, certificate: bytes) -> Use:
        """Return what importing customs has made of a certificate; an empty one when nothing."""
        return self._use(certificate)

    @blocks.write
    def write(self, write: OfRecognition | OfProcedures, account: Address) -> Written:
        """Do a write, all of it or nothing."""
        if isinstance(write, RecordExporter) and not _fits(write.code):
            raise ExporterCodeInvalid(write.code)
        self._begin(account)
        if isinstance(write, OfRecognition):
            self._recognise(write, account)
        else:
            self._proceed(write, account)
        return self._written()

    def _proceed(self, write: OfProcedures, account: Address) -> None:
        match write:
            case Receive(certificate):
                self._receive(certificate, account)
            case Decide():
                self._decide(write, account)
            case Clarify():
                self._clarify(write, account)
            case SetSplitUse(allowed):
                self._set_split_use(allowed, account)
            case OpenCase():
                self._open_case(write, account)
            case TakeStep():
                self._take_step(write, account)
            case SetSuspension():
                self._set_suspension(write, account)
            case ConcludeCase():
                self._conclude(write, account)
            case RecordExporter():
                self._record_exporter(write, account)


def _fits(code: str) -> bool:
    """Whether a code fits into the chain's word at all."""
    return code.isascii() and len(code) <= 32 and "\0" not in code  # noqa: PLR2004 -- bytes32
