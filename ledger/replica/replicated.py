"""The ports `Members` and `Registry` answered from a replica while it is fresh, and else by the chain."""

from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import TypeVar

from ledger.errors import ArchiveUnavailable, Unavailable
from ledger.facts import (
    Address,
    AsOf,
    Authority,
    Evidence,
    Issuer,
    Key,
    Member,
    Proposal,
    Records,
    Standing,
)
from ledger.replica.figured import Figured
from ledger.replica.freshness import Few, as_of
from ledger.replica.people import People
from ledger.replica.proceeded import Proceeded
from ledger.replica.recognised import Recognised
from ledger.replica_port import Listed, Look

_NOTHING = bytes(32)
_Answer = TypeVar("_Answer")


class ReplicatedLedger(Recognised, Proceeded, Figured):
    """A ledger that reads at hand and writes to the chain.

    Reads raise `ReplicaHalted` while an alarm stands, and `ReplicaBehind` where the replica is not fresh and
    the chain may not be asked in its place because a witness has to agree with the node.
    """

    # --------------------------------------------------------------------------------- certificates

    def head(self) -> AsOf:
        """Return the newest block that reads are answered from."""
        head = self._head()
        if not self._usable(head) or head is None:
            return self._elsewhere().head()
        return as_of(head)

    def evidence(self, certificate: bytes, root: bytes, reference_key: bytes) -> Evidence:
        """Return all that is recorded about an id, its root and its reference, in one look."""
        found = self.evidence_at_hand(certificate, root, reference_key)
        if found is None:
            return self._elsewhere().evidence(certificate, root, reference_key)
        return found

    def evidence_at_hand(self, certificate: bytes, root: bytes, reference_key: bytes) -> Evidence | None:
        """Return the same from the replica, or None when it is not fresh; never asks the node."""
        while True:
            look = self._look(certificate, root, reference_key)
            if not self._usable(look.head if look else None) or look is None:
                return None
            few = self._few_of(look.head)
            if few is not None:  # else the keys changed since the look
                return self._evidence(look, few.people)

    def standing(self, certificate: bytes, at: datetime) -> Standing:
        """Return how the certificate stood at a moment."""
        look = self._look(certificate, _NOTHING, _NOTHING)
        if not self._usable(look.head if look else None) or look is None:
            return self._elsewhere().standing(certificate, at)
        return look.entry.standing_at(at.replace(microsecond=0)) if look.entry else Standing.UNKNOWN

    def taken(self, exporting: str, reference_keys: Sequence[bytes]) -> frozenset[bytes]:
        """Return which of a member's references are held by entries."""
        if not self._usable(self._head()):
            return self._elsewhere().taken(exporting, reference_keys)
        return self._replica.taken(exporting, reference_keys)

    def records(self, authorities: Collection[int]) -> Records:
        """Return all that the keys of these authorities have recorded, as the chain itself has it.

        Archives are proved by it, so it does not come from beside the archive.
        """
        return self._elsewhere().records(authorities)

    def entries(
        self,
        *,
        exporting: str | None = None,
        importing: str | None = None,
        after: tuple[int, int] | None = None,
        limit: int = 100,
        newest_first: bool = False,
    ) -> Sequence[Listed]:
        """Return entries of, or addressed to, a member; `ReplicaBehind` when the replica is not fresh."""
        self._require_fresh()
        return self._replica.entries(
            exporting=exporting, importing=importing, after=after, limit=limit, newest_first=newest_first
        )

    def counts(self, at: datetime, *, exporting: str | None = None) -> Mapping[Standing, int]:
        """Return how many entries stand how at a moment; `ReplicaBehind` when the replica is not fresh."""
        self._require_fresh()
        return self._replica.counts(at, exporting=exporting)

    # -------------------------------------------------------------------------------------- members

    def members(self) -> Sequence[Member]:
        """Return all members in the order in which they came."""
        return self._answer(lambda people: list(people.members.values()), self._chain.members)

    def member(self, code: str) -> Member | None:
        """Return a member by its code."""
        return self._answer(lambda people: people.members.get(code), lambda: self._chain.member(code))

    def authorities(self) -> Sequence[Authority]:
        """Return all authorities, withdrawn ones too, in the order in which they came."""
        return self._answer(lambda people: list(people.authorities.values()), self._chain.authorities)

    def authority(self, authority: int) -> Authority | None:
        """Return an authority by its number."""
        known = self._answer(
            lambda people: people.authorities.get(authority),
            lambda: self._chain.authority(authority),
            aged=True,
        )
        return known or self._added_since(lambda: self._chain.authority(authority))

    def issuer(self, authority: int) -> Issuer | None:
        """Return the name and member of an authority, which never change, so that the last look will do."""
        known = self._few.people.authorities.get(authority)
        if known is None:
            known = self.authority(authority)
        return Issuer(known.name, known.member) if known else None

    def keys(self, authority: int) -> Sequence[Key]:
        """Return the authority's live keys, oldest first."""
        return self._answer(
            lambda people: people.live_keys(authority), lambda: self._chain.keys(authority), aged=True
        )

    def key(self, account: Address) -> Key | None:
        """Return the key of an account, live or not."""
        known = self._answer(lambda people: people.key(account), lambda: self._chain.key(account), aged=True)
        return known or self._added_since(lambda: self._chain.key(account))

    def signer(self, number: int) -> Key | None:
        """Return the key behind the number that what it signed carries, live or not."""
        known = self._answer(
            lambda people: people.keys.get(number), lambda: self._chain.signer(number), aged=True
        )
        return known or self._added_since(lambda: self._chain.signer(number))

    def proposals(self) -> Sequence[Proposal]:
        """Return all proposals in the order in which they were made."""
        return self._answer(lambda people: people.proposals(), self._chain.proposals)

    def voters(self, proposal: int) -> frozenset[str]:
        """Return the members that agreed to a proposal."""
        return self._answer(lambda people: people.voters(proposal), lambda: self._chain.voters(proposal))

    # ------------------------------------------------------------------------------------- from rows

    def _look(self, certificate: bytes, root: bytes, reference_key: bytes) -> Look | None:
        with suppress(ArchiveUnavailable):
            return self._replica.look(certificate, root, reference_key)
        return None

    def _answer(
        self, here: Callable[[People], _Answer], there: Callable[[], _Answer], *, aged: bool = False
    ) -> _Answer:
        """Answer about members and keys from the replica, else from the chain.

        Where `aged` is enough, what was last known will do while the chain is silent: an authority goes on
        accepting certificates, and the contract judges them when it answers again.
        """
        few: Few | None = None
        while few is None:
            head = self._head()
            if not self._usable(head) or head is None:
                try:
                    self._elsewhere()
                    return there()
                except Unavailable:
                    if not aged or head is None or head.block is None or head.ledger != self._chain.ledger:
                        raise
            few = self._few_of(head)
        return here(few.people)

    def _added_since(self, there: Callable[[], _Answer | None]) -> _Answer | None:
        """Ask the chain for what is not known here: it may have been added a moment ago."""
        with suppress(Unavailable):
            self._elsewhere()
            return there()
        return None

    def _evidence(self, look: Look, people: People) -> Evidence:
        signed = look.entry or look.anchor
        number = signed.key if signed else 0
        newest = max(look.newest, people.changed.get(number, 0))
        return Evidence(
            as_of=as_of(look.head),
            entry=look.entry,
            anchor=look.anchor,
            holder=look.holder,
            replacement=look.replacement,
            key=people.keys.get(number),
            final=not self._trust.finality or newest <= self._final(look.head),
            unused=look.head.procedures is not None and not look.acted_on,
        )
