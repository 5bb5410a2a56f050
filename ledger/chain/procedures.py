"""The port `Procedures` on a chain: lives from events, cases and exporters from views."""

from ledger.chain.calls import call_of
from ledger.chain.connection import Connection
from ledger.chain.events import events_over
from ledger.chain.procedure_calls import word_of_code
from ledger.chain.values import Fields, code_of, fits_a_word, moment, moment_if_set, one_of, text_of
from ledger.events import Block
from ledger.facts import Address, AsOf, Written
from ledger.happenings import names
from ledger.origin.facts import CaseFacts, CaseGround, Exporter, ExporterStatus, ExporterVersion, Step, Use
from ledger.origin.life import Life, ordered
from ledger.origin.lines import lines_of
from ledger.procedures_port import ProceduresNotNamed
from ledger.writes import OfProcedures

_MOST_CASES = 2**32 - 1


class ChainProcedures:
    """What becomes of proofs of origin, as the contracts tell it.

    A life is looked up among the events of all blocks each time; a ledger that has been followed for years is
    asked through its replica instead.
    """

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._happened = events_over(connection)

    @property
    def procedures_contract(self) -> Address:
        """Return the address of the contract of procedures."""
        if self._connection.profile.procedures is None:
            raise ProceduresNotNamed
        return self._connection.profile.procedures

    def life(self, certificate: bytes) -> Life:
        """Return all that the ledger reports of a certificate; an empty one when it reports nothing."""
        head = self._newest()
        history, first = self._connection.history, self._connection.profile.from_block
        found = [
            *history.logs(first, head.number, about=[certificate]),
            *history.logs(first, head.number, second=[certificate]),
        ]
        # What stands in an indexed field may be something else, such as a reference of the same bytes.
        told = tuple(one for one in ordered(self._happened.occurred(found)) if names(one.event, certificate))
        final = all(one.block <= self._final_block(head) for one in told)
        return Life(certificate, told, _as_of(head), final)

    def use(self, certificate: bytes) -> Use:
        """Return what importing customs has made of a certificate; an empty one when nothing."""
        assert self.procedures_contract  # noqa: S101 -- raises
        return _use_from(self._connection.read("useOf", certificate))

    def case(self, number: int) -> CaseFacts | None:
        """Return a verification case."""
        assert self.procedures_contract  # noqa: S101 -- raises
        if not 0 < number <= _MOST_CASES:
            return None
        return _case_from(number, self._connection.read("caseOf", number))

    def exporter(self, member: str, code: str) -> Exporter:
        """Return what is recorded of a certified exporter; one without versions when nothing is."""
        head = self._newest()
        if not fits_a_word(code) or not _is_code(member):
            return Exporter(member, code, (), _as_of(head))
        question = ("exporterOf", (code_of(member), word_of_code(code)))
        recorded = self._connection.read_all([question], hex(head.number))[0]
        return Exporter(member, code, tuple(map(_version_from, recorded)), _as_of(head))

    def split_use(self, member: str) -> bool:
        """Return whether a member lets a line be drawn down under several declarations; it does at first."""
        assert self.procedures_contract  # noqa: S101 -- raises
        return not _is_code(member) or bool(self._connection.read("splitUseAllowed", code_of(member)))

    def write(self, write: OfProcedures, account: Address) -> Written:
        """Do a write at once, without the outbox."""
        function, arguments = call_of(write)
        return self._connection.write(function, *arguments, account=account).written

    def _newest(self) -> Block:
        """Return the newest block; `ProceduresNotNamed` where nothing can be asked as of it."""
        assert self.procedures_contract  # noqa: S101 -- raises
        return self._connection.history.newest()

    def _final_block(self, head: Block) -> int:
        """Return the last block that counts as final."""
        return head.number - self._connection.profile.finality


def _as_of(head: Block) -> AsOf:
    return AsOf(head.number, moment(head.time))


def _is_code(member: str) -> bool:
    """Whether a text fits into the two bytes of a member at all."""
    return member.isascii() and len(member) <= 2  # noqa: PLR2004 -- bytes2


def _use_from(fields: Fields) -> Use:
    return Use(
        granted=lines_of(fields["granted"]),
        refused=lines_of(fields["refused"]),
        used_up=lines_of(fields["usedUp"]),
        questioned=lines_of(fields["questioned"]),
        suspended=lines_of(fields["suspended"]),
        denied=lines_of(fields["denied"]),
        received_at=moment_if_set(fields["receivedAt"]),
        decided_at=moment_if_set(fields["decidedAt"]),
        declarations=fields["declarations"],
    )


def _case_from(number: int, fields: Fields) -> CaseFacts | None:
    """Return a case, or `None` for the empty struct."""
    if not fields["step"]:
        return None
    return CaseFacts(
        id=number,
        certificate=fields["id"],
        about=fields["about"],
        importing=text_of(fields["importing"]),
        exporting=text_of(fields["exporting"]),
        lines=lines_of(fields["lines"]),
        suspended=lines_of(fields["suspended"]),
        ground=one_of(CaseGround, fields["ground"]),
        step=one_of(Step, fields["step"]),
        opened_at=moment(fields["openedAt"]),
        stepped_at=moment(fields["steppedAt"]),
        due=moment(fields["due"]),
        conclude_due=moment(fields["concludeDue"]),
        postponed=fields["postponed"],
        confirmed=lines_of(fields["confirmed"]),
        denied=lines_of(fields["denied"]),
    )


def _version_from(fields: Fields) -> ExporterVersion:
    return ExporterVersion(
        version=fields["version"],
        status=one_of(ExporterStatus, fields["status"]),
        effective_from=moment(fields["effectiveFrom"]),
        until=moment_if_set(fields["until"]),
        recorded_at=moment(fields["recordedAt"]),
        key=fields["key"],
        record_hash=fields["recordHash"],
    )
