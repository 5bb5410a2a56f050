"""A ledger that holds exactly what a vector states, so that a verdict can be asked of it."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from ledger.errors import ChainUnreachable
from ledger.facts import (
    Address,
    Anchor,
    AsOf,
    Authority,
    Entry,
    Evidence,
    Key,
    LedgerName,
    Reason,
    Role,
)
from ledger.memory import MemoryLedger
from ledger.memory_archive import MemoryArchive
from ledger.ports import Filing, Ledger
from tests.bundles import bundled

SINCE = datetime.fromisoformat("2026-01-01T00:00:00+00:00")
ACCOUNT = Address("0x70997970C51812dc3A010C7d01b50e0d17dc79C8")


class StatedLedger(MemoryLedger):
    """The ports `Members` and `Registry`, answering from the state of a vector."""

    def __init__(self, state: Mapping[str, Any]) -> None:
        """Take the `ledger` of a vector."""
        super().__init__({"VN": Address(f"0x{'11' * 20}")})
        self.state = state

    @property
    def ledger(self) -> LedgerName:
        """The name of the ledger that is asked."""
        return LedgerName(self.state["name"]["chainId"], Address(self.state["name"]["address"]))

    def evidence(self, certificate: bytes, root: bytes, reference_key: bytes) -> Evidence:
        """Return what the vector states under the three."""
        if self.state["silent"]:
            raise ChainUnreachable("stated to be silent")
        entry, anchor = self._one("entries", certificate), self._one("anchors", root)
        signed = entry or anchor
        return Evidence(
            as_of=AsOf(self.state["block"], at(self.state["now"])),
            entry=_entry(entry) if entry else None,
            anchor=_anchor(anchor) if anchor else None,
            holder=_bytes(self._one("holders", reference_key)),
            replacement=_bytes(self._one("replacements", certificate)),
            key=_key(signed["key"]) if signed else None,
            final=self.state["final"],
        )

    def authority(self, authority: int) -> Authority | None:
        """Return the authority whose key signed."""
        return Authority(authority, "VN", Role.ISSUING, "An authority", "a.example", SINCE, None)

    def _one(self, table: str, key: bytes) -> Any:
        return self.state[table].get(f"0x{key.hex()}")


class StatedArchive(MemoryArchive):
    """An archive that has accepted the certificates a vector names."""

    def __init__(self, accepted: Sequence[str], a_filing: Callable[[bytes], Filing]) -> None:
        """Take the ids of a vector, and what makes a filing of one."""
        super().__init__()
        self.accepted = {bytes.fromhex(one[2:]): a_filing for one in accepted}

    def find(self, certificate: bytes) -> Filing | None:
        """Return a filing in state ACCEPTED for the certificates named."""
        make = self.accepted.get(certificate)
        return make(certificate) if make else None


def stated(state: Mapping[str, Any], a_filing: Callable[[bytes], Filing]) -> Ledger:
    """Return the ledger a vector describes."""
    registry = StatedLedger(state)
    archive = StatedArchive(state["accepted"], a_filing)
    return bundled(registry, archive, lambda: at(state["now"]))


def at(text: str) -> datetime:
    """Return a moment of a vector."""
    return datetime.fromisoformat(text)


def _maybe(text: str | None) -> datetime | None:
    return at(text) if text else None


def _bytes(text: str | None) -> bytes | None:
    return bytes.fromhex(text[2:]) if text else None


def _entry(entry: Mapping[str, Any]) -> Entry:
    return Entry(
        key=1,
        exporting=entry["exporting"],
        importing=entry["importing"],
        scheme=entry["scheme"],
        issued_at=at(entry["issuedAt"]),
        valid_until=at(entry["validUntil"]),
        ended_at=_maybe(entry["endedAt"]),
        reason=Reason[entry["reason"]] if entry["reason"] else None,
    )


def _anchor(anchor: Mapping[str, Any]) -> Anchor:
    return Anchor(1, anchor["exporting"], anchor["size"], at(anchor["anchoredAt"]), at(anchor["validUntil"]))


def _key(key: Mapping[str, Any]) -> Key:
    return Key(
        id=1,
        account=ACCOUNT,
        authority=1,
        member=key["member"],
        roles=Role.ISSUING,
        suspended=False,
        since=SINCE,
        revoked_at=_maybe(key["revokedAt"]),
        compromised_from=_maybe(key["compromisedFrom"]),
    )
