"""The ports `Procedures` and `ProcedureLists` answered from a replica while it is fresh."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime

from ledger.errors import ArchiveUnavailable
from ledger.facts import Address
from ledger.happenings import exporter_of
from ledger.origin.facts import CaseFacts, Exporter, Use
from ledger.origin.life import Life, story_of
from ledger.procedures_port import Happening, Unreported
from ledger.replica.freshness import Fresh, as_of
from ledger.replica_port import ReplicaBehind, ReplicaHead


class Proceeded(Fresh):
    """Decisions, cases and exporters.  All raise `ProceduresNotNamed` where the ledger has no contract."""

    @property
    def procedures_contract(self) -> Address:
        """Return the address of the contract of procedures."""
        return self._chain.procedures_contract

    def life(self, certificate: bytes) -> Life:
        """Return all that the ledger reports of a certificate, as of one block."""
        look = None
        with suppress(ArchiveUnavailable):
            look = self._replica.look_life(certificate)
        if not self._holds_procedures(look.head if look else None) or look is None:
            return self._elsewhere().life(certificate)
        told = tuple(look.occurrences)
        final = not self._trust.finality or all(one.block <= self._final(look.head) for one in told[-1:])
        return Life(certificate, told, as_of(look.head), final)

    def use(self, certificate: bytes) -> Use:
        """Return what importing customs has made of a certificate; an empty one when nothing."""
        look = None
        with suppress(ArchiveUnavailable):
            look = self._replica.look_life(certificate)
        if not self._holds_procedures(look.head if look else None) or look is None:
            return self._elsewhere().use(certificate)
        return story_of(look.occurrences, certificate).use

    def case(self, number: int) -> CaseFacts | None:
        """Return a verification case."""
        if not self._holds_procedures(self._head()):
            return self._elsewhere().case(number)
        return self._replica.case(number)

    def exporter(self, member: str, code: str) -> Exporter:
        """Return what is recorded of a certified exporter, as of one block."""
        look = None
        with suppress(ArchiveUnavailable):
            look = self._replica.look_exporter(member, code)
        if not self._holds_procedures(look.head if look else None) or look is None:
            return self._elsewhere().exporter(member, code)
        return exporter_of(member, code, look.occurrences, as_of(look.head))

    def split_use(self, member: str) -> bool:
        """Return whether a member lets a line be drawn down under several declarations; it does at first."""
        if not self._holds_procedures(self._head()):
            return self._elsewhere().split_use(member)
        return self._replica.split_use(member)

    def happenings(
        self,
        *,
        after: tuple[int, int] | None = None,
        up_to: int | None = None,
        member: str | None = None,
        limit: int = 100,
    ) -> Sequence[Happening]:
        """Return events in the order of the chain; `ReplicaBehind` when the replica is not fresh."""
        self._require_procedures()
        return self._replica.happenings(after=after, up_to=up_to, member=member, limit=limit)

    def cases(
        self,
        *,
        member: str | None = None,
        open_only: bool = True,
        due_before: datetime | None = None,
        after: int = 0,
        limit: int = 100,
    ) -> Sequence[CaseFacts]:
        """Return verification cases by number; `ReplicaBehind` when the replica is not fresh."""
        self._require_procedures()
        return self._replica.cases(
            member=member, open_only=open_only, due_before=due_before, after=after, limit=limit
        )

    def unreported(
        self,
        exporting: str,
        *,
        importing: str | None = None,
        after: tuple[int, int] | None = None,
        limit: int = 100,
    ) -> Sequence[Unreported]:
        """Return entries of which nothing has come back; `ReplicaBehind` when the replica is not fresh."""
        self._require_procedures()
        return self._replica.unreported(exporting, importing=importing, after=after, limit=limit)

    def unreported_counts(self, exporting: str) -> Mapping[str, int]:
        """Return how many these are, by importing member; `ReplicaBehind` when the replica is not fresh."""
        self._require_procedures()
        return self._replica.unreported_counts(exporting)

    def undecided(
        self,
        importing: str,
        *,
        received_before: datetime | None = None,
        after: tuple[int, int] | None = None,
        limit: int = 100,
    ) -> Sequence[Unreported]:
        """Return entries received and not decided on; `ReplicaBehind` when the replica is not fresh."""
        self._require_procedures()
        return self._replica.undecided(importing, received_before=received_before, after=after, limit=limit)

    def contested(
        self, importing: str, days: int, *, after: bytes | None = None, limit: int = 100
    ) -> Sequence[bytes]:
        """Return certificates with a refusal to look at; `ReplicaBehind` when the replica is not fresh."""
        self._require_procedures()
        return self._replica.contested(importing, days, after=after, limit=limit)

    def exporters(
        self, *, member: str | None = None, after: tuple[str, str] | None = None, limit: int = 100
    ) -> Sequence[Exporter]:
        """Return certified exporters by member and code; `ReplicaBehind` when the replica is not fresh."""
        self._require_procedures()
        return self._replica.exporters(member=member, after=after, limit=limit)

    def _holds_procedures(self, head: ReplicaHead | None) -> bool:
        """Return whether the replica answers about them; raises `ReplicaHalted` when nobody may."""
        contract = self.procedures_contract
        return self._usable(head) and head is not None and head.procedures == contract

    def _require_procedures(self) -> None:
        if not self._holds_procedures(self._head()):
            raise ReplicaBehind
