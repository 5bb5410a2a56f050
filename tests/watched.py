"""A replica into which a test writes what happened, block by block, and the watches told of it."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import orjson

from ledger.events import (
    ArrangementDeclared,
    AuthorityAdded,
    Block,
    Event,
    KeyAdded,
    KeyCompromised,
    MemberAdmitted,
    Occurrence,
    ParticipationRecorded,
    ProgrammeDeclared,
    RecognitionAdded,
    RecognitionEnded,
    StatusRecorded,
)
from ledger.facts import Address, LedgerName
from ledger.hashing import keccak
from ledger.operators import Consent, Ground, OperatorRole, OperatorStatus, ParticipationState
from ledger.replica_port import Replica
from ledger.watch_port import Delivery, Interest, Secrets, Watch, Watches
from ledger.watching import Teller

START = datetime(2026, 11, 3, 8, tzinfo=UTC)
LEDGER = LedgerName(1337, Address("0x" + "11" * 20))
REGISTRY = Address("0x" + "22" * 20)
MEMBERS = ("MY", "TH", "VN")
KEYS = {member: number for number, member in enumerate(MEMBERS, 1)}
"""The AEO key of each member; the number of its programme too."""
BOTH = Consent.PUBLICATION | Consent.EXCHANGE
_EVERY = timedelta(minutes=1)


def seconds(at: datetime) -> int:
    """Return a moment as the chain counts it."""
    return int(at.timestamp())


@dataclass
class Chronicle:
    """Blocks with events, a minute apart; the first names members, keys, programmes and an arrangement."""

    replica: Replica
    watches: Watches
    finality: int = 0
    versions: dict[str, int] = field(default_factory=dict)
    blocks: list[Block] = field(default_factory=list)

    def __post_init__(self) -> None:
        """Begin the ledger."""
        self.replica.start(LEDGER, REGISTRY)
        people: list[Event] = []
        for member, number in KEYS.items():
            account = Address("0x" + f"{number:02x}" * 20)
            people += [
                MemberAdmitted(member, account),
                AuthorityAdded(number, member, 8, f"{member} customs", "customs.example"),
                KeyAdded(account, number, number),
                ProgrammeDeclared(number, member, 1, 3, number, "AEO", f"AEO of {member}"),
            ]
        self.block(*people, ArrangementDeclared(1, "TH", 1, "", 2, bytes(32), "AAMRA", "Arrangement"))
        self.teller = Teller(self.watches, self.replica, self.finality, lambda: self.now)
        self.recognitions = 0

    @property
    def now(self) -> datetime:
        """The time of the newest block."""
        return datetime.fromtimestamp(self.blocks[-1].time, UTC)

    @property
    def number(self) -> int:
        """The number of the newest block."""
        return self.blocks[-1].number

    def block(self, *events: Event) -> int:
        """Add a block; returns its number."""
        number = len(self.blocks) + 1
        time = seconds(START) + number * seconds(datetime.fromtimestamp(0, UTC) + _EVERY)
        parent = self.blocks[-1].hash if self.blocks else bytes(32)
        block = Block(number, keccak(b"block %d" % number), parent, time)
        happened = [Occurrence(number, place, time, event) for place, event in enumerate(events)]
        self.replica.apply([block], happened, node_block=number, seen_at=START)
        self.blocks.append(block)
        return number

    def status(self, operator: str = "MYAEO1", **overrides: Any) -> StatusRecorded:
        """Return the next status of an operator: certified from a day before, as exporter."""
        self.versions[operator] = self.versions.get(operator, 0) + 1
        fields: dict[str, Any] = {
            "operator": operator,
            "member": operator[:2],
            "version": self.versions[operator],
            "key": KEYS[operator[:2]],
            "status": OperatorStatus.CERTIFIED,
            "level": 1,
            "roles": OperatorRole.EXP,
            "programme": KEYS[operator[:2]],
            "ground": Ground.NONE,
            "consent": BOTH,
            "effective_from": START - timedelta(days=1),
            "until": None,
        }
        fields |= overrides
        times = {name: seconds(fields[name]) if fields[name] else 0 for name in ("effective_from", "until")}
        numbers = {name: int(value) for name, value in fields.items() if isinstance(value, int)}
        return StatusRecorded(record_hash=keccak(operator.encode()), **fields | numbers | times)

    def joined(self, member: str, state: ParticipationState, **overrides: Any) -> ParticipationRecorded:
        """Return that a member takes part in the arrangement."""
        version = self.versions[f"1 {member}"] = self.versions.get(f"1 {member}", 0) + 1
        since = seconds(overrides.get("effective_from", START))
        return ParticipationRecorded(1, member, version, int(state), KEYS[member], since)

    def recognised(self, grantor: str, partner: str, **overrides: Any) -> RecognitionAdded:
        """Return that a member recognises all operators of another."""
        self.recognitions += 1
        since = seconds(overrides.get("effective_from", START))
        return RecognitionAdded(
            self.recognitions, grantor, partner, KEYS[grantor], 1, KEYS[partner], 1, 1023, 3, since, 0
        )

    def agreed(self, host: str = "TH", home: str = "MY") -> None:
        """Let a host recognise a home from the beginning on."""
        both = [self.joined(member, ParticipationState.IN_FORCE) for member in (host, home)]
        self.block(*both, self.recognised(host, home))

    def ended(self, recognition: int, from_: datetime) -> RecognitionEnded:
        """Return that a recognition of TH ends."""
        return RecognitionEnded(recognition, KEYS["TH"], seconds(from_))

    def compromised(self, member: str, since: datetime) -> KeyCompromised:
        """Return that what a member's key signed does not count from a moment on."""
        return KeyCompromised(Address("0x" + f"{KEYS[member]:02x}" * 20), seconds(since))

    def tell(self) -> None:
        """Tell all there is."""
        while self.teller.tell():
            pass

    def told(self, watch: str = "w1") -> list[dict[str, Any]]:
        """Return what a watch was told, oldest first."""
        return [orjson.loads(one.body) for one in self.kept(watch) if one.body]

    def kept(self, watch: str = "w1") -> list[Delivery]:
        """Return the deliveries of a watch, oldest first."""
        return list(self.watches.deliveries(watch, limit=10_000))[::-1]

    def watch(self, name: str = "w1", member: str = "TH", **interest: Any) -> Watch:
        """Add a watch; without more of all operators, as its own member sees them."""
        watch = Watch(
            id=name,
            authority=1,
            member=member,
            url="https://customs.example/hook",
            label="",
            interest=Interest(**interest or {"everything": True}),
            secrets=Secrets(current=b"k" * 32),
            created_at=START,
        )
        self.watches.add(watch)
        return watch
