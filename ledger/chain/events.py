"""The contracts' logs as the events of `ledger.events`: where a replica reads from."""

from collections.abc import Callable, Iterable, Mapping, Sequence

from ledger.abi import Values
from ledger.chain.codec import BlockLog, Codec
from ledger.chain.connection import Connection
from ledger.chain.history import History
from ledger.chain.procedure_events import OF_PROCEDURES
from ledger.chain.recognition_events import OF_RECOGNITION, kept
from ledger.chain.values import address_of, text_of, word_if_set
from ledger.errors import ChainUnreachable
from ledger.events import (
    AdminReplaced,
    Anchored,
    AuthorityAdded,
    AuthorityWithdrawn,
    Block,
    Ended,
    Entered,
    Event,
    Issued,
    KeyAdded,
    KeyCompromised,
    KeyRevoked,
    Linked,
    MemberAdmitted,
    MemberReinstated,
    MemberSuspended,
    Occurrence,
    ProposalEnacted,
    ProposalMade,
    Reported,
    VoteCast,
)
from ledger.facts import Address, Reason


class ChainEvents:
    """The blocks of one chain, and the events of the ledger's contracts in them."""

    def __init__(self, history: History, codecs: Mapping[Address, Codec]) -> None:
        """Read the events of these contracts, which are those of the history."""
        self._history, self._codecs = history, codecs

    def newest(self) -> Block:
        """Return the newest block."""
        return self._history.newest()

    def blocks(self, numbers: Sequence[int]) -> Sequence[Block]:
        """Return blocks by their numbers; `ChainUnreachable` when the node lacks one."""
        return list(self._history.blocks(numbers))

    def reported(self, first: int, last: int) -> tuple[Sequence[Reported], Block]:
        """Return the events of blocks `first` to `last`, and block `last` as it was then."""
        logs, until = self._history.complete(first, last)
        return [self.read(log) for log in logs], until

    def occurred(self, logs: Iterable[BlockLog]) -> list[Occurrence]:
        """Return what logs report with the times of their blocks."""
        found = list(logs)
        blocks = {block.number: block for block in self.blocks(sorted({log.block for log in found}))}
        if any(log.block_hash != blocks[log.block].hash for log in found):
            raise ChainUnreachable("the node's blocks changed while it was asked")
        return [
            Occurrence(log.block, log.index, blocks[log.block].time, self.read(log).event) for log in found
        ]

    def read(self, log: BlockLog) -> Reported:
        """Return what a log reports."""
        codec = self._codecs[log.address]
        name = codec.name(log)
        if name is None:
            raise ChainUnreachable("the node reports an event that the contract does not have")
        event = _READERS[name](codec.event(name, log))
        return Reported(log.block, log.block_hash, log.index, event)


def events_over(connection: Connection) -> ChainEvents:
    """Return the events of a connection's contracts."""
    codecs = {address: one.codec for address, one in connection.contracts.items()}
    return ChainEvents(connection.history, codecs)


def _issued(values: Values) -> Event:
    return Issued(
        id=values["id"],
        reference_key=values["referenceKey"],
        importing=text_of(values["importing"]),
        exporting=text_of(values["exporting"]),
        key=values["key"],
        scheme=values["scheme"],
        issued_on=values["issuedOn"],
        valid_until=values["validUntil"],
    )


def _authority_added(values: Values) -> Event:
    return AuthorityAdded(
        authority=values["authority"],
        member=text_of(values["member"]),
        roles=values["roles"],
        name=kept(values["name"]),
        domain=kept(values["domain"]),
    )


def _proposal_made(values: Values) -> Event:
    return ProposalMade(
        proposal=values["proposal"],
        member=text_of(values["member"]),
        kind=values["kind"],
        admin=address_of(values["admin"]),
        proposer=text_of(values["proposer"]),
    )


def _admin_replaced(values: Values) -> Event:
    return AdminReplaced(
        text_of(values["member"]), address_of(values["previous"]), address_of(values["admin"])
    )


_READERS: dict[str, Callable[[Values], Event]] = {
    "CertificateIssued": _issued,
    "CertificateEntered": lambda seen: Entered(seen["id"], seen["root"], seen["issuedAt"]),
    "ParentLinked": lambda seen: Linked(seen["parent"], seen["id"]),
    "RootAnchored": lambda seen: Anchored(seen["root"], seen["key"], seen["size"], seen["validUntil"]),
    "CertificateCancelled": lambda seen: Ended(seen["id"], seen["key"], seen["reason"], None),
    "CertificateReplaced": lambda seen: Ended(
        seen["id"], seen["key"], Reason.REPLACED.value, word_if_set(seen["replacement"])
    ),
    "MemberAdmitted": lambda seen: MemberAdmitted(text_of(seen["member"]), address_of(seen["admin"])),
    "MemberSuspended": lambda seen: MemberSuspended(text_of(seen["member"])),
    "MemberReinstated": lambda seen: MemberReinstated(text_of(seen["member"])),
    "AdminReplaced": _admin_replaced,
    "AuthorityAdded": _authority_added,
    "AuthorityWithdrawn": lambda seen: AuthorityWithdrawn(seen["authority"]),
    "KeyAdded": lambda seen: KeyAdded(address_of(seen["account"]), seen["authority"], seen["id"]),
    "KeyRevoked": lambda seen: KeyRevoked(address_of(seen["account"])),
    "KeyCompromised": lambda seen: KeyCompromised(address_of(seen["account"]), seen["from"]),
    "ProposalMade": _proposal_made,
    "VoteCast": lambda seen: VoteCast(seen["proposal"], text_of(seen["voter"])),
    "ProposalEnacted": lambda seen: ProposalEnacted(seen["proposal"]),
    **OF_RECOGNITION,
    **OF_PROCEDURES,
}
"""By the event's name in its contract's ABI; a test holds it complete."""
