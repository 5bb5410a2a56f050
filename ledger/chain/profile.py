"""A network as plain data: how to reach it, which ledger on it is ours, and when its blocks are final.

The file is TOML; `docs/reference/profile.md` describes each field.
"""

import ipaddress
import json
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from dataclasses import fields as fields_of_class
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from eth_utils.address import is_checksum_formatted_address, is_hex_address, to_checksum_address

from ledger.errors import Refused
from ledger.facts import Address, LedgerName

DEVELOPMENT_CHAIN_ID = 1337
"""The chain id of a local Ganache; the only one on which publicly known keys are taken."""

INSTANT = "instant"
CONFIRM_WITHIN = 30.0
RPC_TIMEOUT = 10.0
MAX_SILENCE = 60.0


class Fees(StrEnum):
    """How a transaction pays."""

    FREE = "free"
    """Gas price 0, on networks whose validators take it."""
    LEGACY = "legacy"
    """The gas price the node asks for."""
    EIP1559 = "eip1559"
    """Twice the base fee of the latest block at most, and a tip (EIP-1559)."""


@dataclass(eq=False)
class ProfileInvalid(Refused):
    """A chain profile cannot be used."""

    field: str
    """Name of the field, empty when the file as a whole is meant."""
    message: str

    def __str__(self) -> str:
        return f"chain profile: {f'{self.field}: ' if self.field else ''}{self.message}"


@dataclass(frozen=True, slots=True)
class ChainProfile:
    """One network and the ledger on it."""

    chain_id: int
    rpc: tuple[str, ...]
    """HTTP addresses of its nodes; the next one is asked when one does not answer."""
    registry: Address
    """The certificate registry."""
    from_block: int = 0
    """The block of its deployment: there are no events of it before."""
    finality: int = 0
    """How many blocks must follow a block before it counts as final; 0 where blocks are final at once."""
    fees: Fees = Fees.EIP1559
    confirm_within: float = CONFIRM_WITHIN
    """Seconds to wait for a receipt before saying `NotConfirmed`."""
    rpc_timeout: float = RPC_TIMEOUT
    """Seconds to wait for one answer of a node."""
    witness: str | None = None
    """HTTP address of another member's node; blocks count as final only when it has the same."""
    poll_seconds: float | None = None
    """Seconds between two looks for new blocks; None for 0.025 where blocks are final at once, else 0.25."""
    max_silence: float = MAX_SILENCE
    """Seconds after which what is known here is not shown any more, when the node does not answer."""
    recognition: Address | None = None
    """The recognition registry; None where the ledger has none."""
    procedures: Address | None = None
    """The contract of decisions, verification cases and exporters; None where the ledger has none."""

    @property
    def ledger(self) -> LedgerName:
        """The name by which envelopes know this ledger."""
        return LedgerName(self.chain_id, self.registry)

    @property
    def development(self) -> bool:
        """Whether this is a development chain: its id says so and every node is on this machine."""
        return is_development(self.chain_id, self.rpc)


_FIELDS = frozenset(field.name for field in fields_of_class(ChainProfile))


def is_development(chain_id: int, rpc: tuple[str, ...]) -> bool:
    """Return whether publicly known keys may be used there: chain id 1337 and loopback addresses only."""
    return chain_id == DEVELOPMENT_CHAIN_ID and all(is_loopback(url) for url in rpc)


def is_loopback(url: str) -> bool:
    """Return whether a URL leads to this machine without asking any name server."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def read_profile(path: Path) -> ChainProfile:
    """Read a profile from a TOML file; `ProfileInvalid` names the field that is wrong."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as problem:
        raise ProfileInvalid("", f"{path} cannot be read ({type(problem).__name__})") from problem
    try:
        return profile_of(tomllib.loads(text))
    except tomllib.TOMLDecodeError as problem:
        raise ProfileInvalid("", f"{path} is not TOML: {problem}") from problem


def profile_of(fields: Mapping[str, Any]) -> ChainProfile:
    """Make a profile of the fields of its file."""
    for name in fields:
        if name not in _FIELDS:
            raise ProfileInvalid(name, f"unknown; the fields are {', '.join(sorted(_FIELDS))}")
    for name in ("chain_id", "rpc", "registry"):
        if name not in fields:
            raise ProfileInvalid(name, "missing")
    return ChainProfile(
        chain_id=_whole(fields, "chain_id", least=1),
        rpc=_urls(fields["rpc"]),
        registry=_address(fields["registry"], "registry"),
        from_block=_whole(fields, "from_block", default=0),
        finality=_finality(fields.get("finality", INSTANT)),
        fees=_fees(fields.get("fees", Fees.EIP1559)),
        confirm_within=_seconds(fields, "confirm_within", CONFIRM_WITHIN),
        rpc_timeout=_seconds(fields, "rpc_timeout", RPC_TIMEOUT),
        witness=_witness(fields.get("witness")),
        poll_seconds=_seconds(fields, "poll_seconds", 0.25) if "poll_seconds" in fields else None,
        max_silence=_seconds(fields, "max_silence", MAX_SILENCE),
        recognition=_address(fields["recognition"], "recognition") if "recognition" in fields else None,
        procedures=_address(fields["procedures"], "procedures") if "procedures" in fields else None,
    )


def write_profile(profile: ChainProfile, path: Path) -> None:
    """Write a profile as the file that `read_profile` reads."""
    lines: dict[str, object] = {
        "chain_id": profile.chain_id,
        "rpc": list(profile.rpc),
        "registry": profile.registry,
        "from_block": profile.from_block,
        "finality": profile.finality or INSTANT,
        "fees": profile.fees.value,
        "confirm_within": profile.confirm_within,
        "rpc_timeout": profile.rpc_timeout,
        "max_silence": profile.max_silence,
    }
    optional = {
        "recognition": profile.recognition,
        "procedures": profile.procedures,
        "witness": profile.witness,
        "poll_seconds": profile.poll_seconds,
    }
    lines |= {name: value for name, value in optional.items() if value is not None}
    # Numbers, strings and lists of strings are written in JSON as they are in TOML.
    text = "".join(f"{name} = {json.dumps(value, ensure_ascii=False)}\n" for name, value in lines.items())
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"# See docs/reference/profile.md for the fields.\n{text}", encoding="utf-8")


def _whole(fields: Mapping[str, Any], name: str, *, least: int = 0, default: int | None = None) -> int:
    value = fields.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise ProfileInvalid(name, f"must be a whole number, {least} or more")
    return value


def _seconds(fields: Mapping[str, Any], name: str, default: float) -> float:
    value = fields.get(name, default)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value <= 86_400:  # noqa: PLR2004 -- a day
        raise ProfileInvalid(name, "must be a number of seconds, more than 0 and at most 86400")
    return float(value)


def _urls(value: object) -> tuple[str, ...]:
    urls = [value] if isinstance(value, str) else value
    if not isinstance(urls, list) or not urls:
        raise ProfileInvalid("rpc", "must be the address of a node, or a list of them")
    for url in urls:
        if not isinstance(url, str) or not _is_http(url):
            raise ProfileInvalid("rpc", "each must be an http:// or https:// address")
    return tuple(urls)


def _witness(value: object) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str) or not _is_http(value):
        raise ProfileInvalid("witness", "must be an http:// or https:// address")
    return value


def _is_http(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _address(value: object, field: str) -> Address:
    if not isinstance(value, str) or not is_hex_address(value) or not value.startswith("0x"):
        raise ProfileInvalid(field, "must be an account: 0x and 40 hex digits")
    checksummed = to_checksum_address(value)
    if is_checksum_formatted_address(value) and value != checksummed:
        raise ProfileInvalid(field, "its checksum is wrong (EIP-55); is there a typing error?")
    return Address(checksummed)


def _finality(value: object) -> int:
    if value == INSTANT:
        return 0
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise ProfileInvalid("finality", f'must be "{INSTANT}" or a number of blocks, 1 or more')
    return value


def _fees(value: object) -> Fees:
    try:
        return Fees(str(value))
    except ValueError:
        raise ProfileInvalid("fees", f"must be one of {', '.join(Fees)}") from None
