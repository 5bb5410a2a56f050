"""The port `Registry` on a chain."""

from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import date, datetime

from ledger.abi import Values
from ledger.chain.calls import call_of
from ledger.chain.connection import Connection
from ledger.chain.history import BLOCKS_AT_A_TIME
from ledger.chain.rpc import BRIEF, LATEST, AnswerTooLarge, NodeError, member_of, quantity
from ledger.chain.values import code_of, evidence_from, moment, one_of, seconds_of
from ledger.facts import Address, AsOf, Evidence, LedgerName, Reason, Records, Standing, Written
from ledger.refusals import BatchSizeInvalid
from ledger.terms import Terms
from ledger.writes import Anchor, Cancel, Enter, Issue, Replace, Write

_LARGEST_BATCH = 2**32 - 1
_AT_ONCE = 100
"""Questions in one round trip."""
_SEARCHED_AT_ONCE = 1_000
"""References in one search of events."""


class ChainRegistry:
    """Certificates, as the contract holds them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @property
    def ledger(self) -> LedgerName:
        """The name by which envelopes know this ledger."""
        return self._connection.profile.ledger

    @property
    def local(self) -> bool:
        """Return False: a node is asked each time."""
        return False

    def holds(self, account: Address) -> bool:
        """Return whether the key of an account is at hand."""
        return self._connection.holds(account)

    def head(self) -> AsOf:
        """Return the newest block that reads are answered from."""
        block = self._connection.rpc.ask("eth_getBlockByNumber", LATEST, BRIEF)
        return AsOf(quantity(member_of(block, "number")), moment(quantity(member_of(block, "timestamp"))))

    def evidence(self, certificate: bytes, root: bytes, reference_key: bytes) -> Evidence:
        """Return all that is recorded about an id, its root and its reference.

        Where blocks are final at once this is one `eth_call` in one round trip: the contract itself says
        at which block it was asked.  Elsewhere the same is asked at the newest final block too, and the
        answer is `final` when both agree.
        """
        question = ("evidenceOf", (certificate, root, reference_key))
        if not self._connection.profile.finality:
            return evidence_from(self._connection.read_all([question])[0])
        settled = max(
            self.head().block - self._connection.profile.finality, self._connection.profile.from_block
        )
        blocks = (hex(settled), LATEST)
        answers = self._connection.ask([self._connection.request(question, block) for block in blocks])
        before, now = (evidence_from(self._connection.result("evidenceOf", answer)) for answer in answers)
        return replace(now, final=replace(before, as_of=now.as_of) == now)

    def evidence_at_hand(self, certificate: bytes, root: bytes, reference_key: bytes) -> Evidence | None:  # noqa: ARG002 - of the port
        """Return None: a node is asked each time."""
        return None

    def taken(self, exporting: str, reference_keys: Sequence[bytes]) -> frozenset[bytes]:
        """Return which of a member's references are held by entries.

        A young ledger is asked for its entries with these references, a thousand in one search of its
        events; a development chain takes milliseconds for each `holderOf`.  An old one has too many blocks
        to search and is asked for each reference, a hundred in one round trip.
        """
        if not reference_keys:
            return frozenset()
        first, last = self._connection.profile.from_block, self.head().block
        if len(reference_keys) > 1 and last - first < BLOCKS_AT_A_TIME:
            with suppress(NodeError, AnswerTooLarge):  # a node may find so many values too many
                return self._issued(exporting, reference_keys, first, last)
        member, held = code_of(exporting), set()
        for start in range(0, len(reference_keys), _AT_ONCE):
            asked = reference_keys[start : start + _AT_ONCE]
            answers = self._connection.read_all([("holderOf", (member, key)) for key in asked])
            held |= {key for key, holder in zip(asked, answers, strict=True) if any(holder)}
        return frozenset(held)

    def _issued(self, exporting: str, keys: Sequence[bytes], first: int, last: int) -> frozenset[bytes]:
        """Return which references have an event that says so; an entry never goes away."""
        codec, history, held = self._connection.codec, self._connection.history, set()
        for start in range(0, len(keys), _SEARCHED_AT_ONCE):
            asked = keys[start : start + _SEARCHED_AT_ONCE]
            for log in history.logs(first, last, codec.topic("CertificateIssued"), second=asked):
                event = codec.event("CertificateIssued", log)
                if event["exporting"] == code_of(exporting):
                    held.add(event["referenceKey"])
        return frozenset(held)

    def records(self, authorities: Collection[int]) -> Records:
        """Return all that the keys of these authorities have recorded, by the events of the whole ledger."""
        first, last = self._connection.profile.from_block, self.head().block

        def of(event: str) -> Iterator[Values]:
            return self._connection.events(event, first, last)

        keys = {event["id"] for event in of("KeyAdded") if event["authority"] in authorities}
        return Records(
            frozenset(event["id"] for event in of("CertificateIssued") if event["key"] in keys),
            frozenset(event["root"] for event in of("RootAnchored") if event["key"] in keys),
        )

    def standing(self, certificate: bytes, at: datetime) -> Standing:
        """Return how the certificate stood at a moment."""
        answer = self._connection.read("standingOf", certificate, max(seconds_of(at), 0))
        return one_of(Standing, answer)

    def issue(self, terms: Terms, account: Address) -> Written:
        """Write an entry."""
        return self._done(Issue(terms), account)

    def anchor(self, tree: bytes, size: int, valid_until: date, account: Address) -> Written:
        """Commit a batch of certificates by the root of its tree; the contract joins it with the member."""
        if not 0 <= size <= _LARGEST_BATCH:
            raise BatchSizeInvalid(size)
        return self._done(Anchor(tree, size, valid_until), account)

    def enter(self, terms: Terms, root: bytes, proof: Sequence[bytes], account: Address) -> Written:
        """Turn a certificate of a batch into an entry."""
        return self._done(Enter(terms, root, tuple(proof)), account)

    def cancel(self, certificate: bytes, reason: Reason, account: Address) -> Written:
        """End an entry for good."""
        return self._done(Cancel(certificate, reason), account)

    def replace(self, certificate: bytes, terms: Terms, account: Address) -> Written:
        """End an entry and write the one that takes its place, both or neither."""
        return self._done(Replace(certificate, terms), account)

    def _done(self, write: Write, account: Address) -> Written:
        """Do a write at once, without the outbox."""
        function, arguments = call_of(write)
        return self._connection.write(function, *arguments, account=account).written
