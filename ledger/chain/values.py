"""Between the chain's values and ours: times, member codes, accounts, and the structs as facts."""

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import IntEnum
from functools import lru_cache
from typing import Any, TypeVar

from eth_utils.address import to_checksum_address

from ledger.errors import ChainUnreachable
from ledger.facts import (
    Address,
    Anchor,
    AsOf,
    Authority,
    Entry,
    Evidence,
    Key,
    Member,
    Proposal,
    ProposalKind,
    Reason,
    Role,
)
from ledger.refusals import MemberCodeInvalid

_LAST = int(datetime.max.replace(tzinfo=UTC).timestamp()) - 1
Fields = Mapping[str, Any]
_Listed = TypeVar("_Listed", bound=IntEnum)
ZERO_ADDRESS = Address("0x" + "00" * 20)


def moment(seconds: int) -> datetime:
    """Return a time of the chain; one after the year 9999 becomes its end, for the contract takes any."""
    return datetime.fromtimestamp(min(seconds, _LAST), UTC)


def moment_if_set(seconds: int) -> datetime | None:
    """Return a time of the chain, or `None` for 0."""
    return moment(seconds) if seconds else None


def seconds_of(time: datetime) -> int:
    """Return a moment in whole seconds since 1970, as the chain counts."""
    return int(time.timestamp())


def begin_of(time: datetime) -> int:
    """Return from when something holds; before 1970 there is no time, as for the contract."""
    return max(seconds_of(time), 0)


def end_of(time: datetime | None) -> int:
    """Return until when something holds; only None is without end."""
    return max(seconds_of(time), 1) if time else 0


def fits_a_word(code: str) -> bool:
    """Return whether a code, good or not, is told from all others by its word."""
    return code.isascii() and len(code) <= 32 and "\0" not in code  # noqa: PLR2004 -- bytes32


def text_of(code: bytes) -> str:
    """Return a member code; bytes that are no letters become escapes."""
    return code.rstrip(b"\0").decode("ascii", "backslashreplace")


def code_of(member: str) -> bytes:
    """Return a member code as the chain's two bytes; `MemberCodeInvalid` when it does not fit into them."""
    if not member.isascii() or len(member) > 2:  # noqa: PLR2004 -- bytes2
        raise MemberCodeInvalid(member)
    return member.encode("ascii")


@lru_cache(maxsize=1024)  # a verification meets the same few keys again and again
def address_of(account: str) -> Address:
    """Return an account with its checksum (EIP-55)."""
    return Address(to_checksum_address(account))


def word_if_set(word: bytes) -> bytes | None:
    """Return 32 bytes, or `None` for all zero."""
    return word if any(word) else None


def one_of(kind: type[_Listed], number: int) -> _Listed:
    """Return the value with this number; the contract has no other, so a node that tells one lies."""
    try:
        return kind(number)
    except ValueError:
        raise ChainUnreachable(f"the node answered with a {kind.__name__} that does not exist") from None


def member_from(code: str, fields: Fields) -> Member | None:
    """Return a member, or `None` for the empty struct."""
    if not fields["admittedAt"]:
        return None
    return Member(code, address_of(fields["admin"]), moment(fields["admittedAt"]), fields["suspended"])


def authority_from(number: int, fields: Fields, name: str, domain: str) -> Authority:
    """Return an authority that is there."""
    return Authority(
        id=number,
        member=text_of(fields["member"]),
        roles=Role(fields["roles"]),
        name=name,
        domain=domain,
        since=moment(fields["since"]),
        withdrawn_at=moment_if_set(fields["withdrawnAt"]),
    )


def key_from(account: str, fields: Fields) -> Key | None:
    """Return a key, or `None` for the empty struct."""
    if not fields["since"]:
        return None
    return Key(
        id=fields["id"],
        account=address_of(account),
        authority=fields["authority"],
        member=text_of(fields["member"]),
        roles=Role(fields["roles"]),
        suspended=fields["suspended"],
        since=moment(fields["since"]),
        revoked_at=moment_if_set(fields["revokedAt"]),
        compromised_from=moment_if_set(fields["compromisedFrom"]),
    )


def proposal_from(number: int, fields: Fields, votes: int, needed: int) -> Proposal:
    """Return a proposal that is there, with its tally among the members active now."""
    admin = address_of(fields["admin"])
    return Proposal(
        id=number,
        kind=one_of(ProposalKind, fields["kind"]),
        member=text_of(fields["member"]),
        admin=None if admin == ZERO_ADDRESS else admin,
        proposed_at=moment(fields["proposedAt"]),
        enacted_at=moment_if_set(fields["enactedAt"]),
        votes=votes,
        needed=needed,
    )


def entry_from(fields: Fields) -> Entry | None:
    """Return an entry, or `None` for the empty struct."""
    if not fields["issuedAt"]:
        return None
    return Entry(
        key=fields["key"],
        exporting=text_of(fields["exporting"]),
        importing=text_of(fields["importing"]),
        scheme=fields["scheme"],
        issued_at=moment(fields["issuedAt"]),
        valid_until=moment(fields["validUntil"]),
        ended_at=moment_if_set(fields["endedAt"]),
        reason=one_of(Reason, fields["reason"]) if fields["reason"] else None,
    )


def anchor_from(fields: Fields) -> Anchor | None:
    """Return an anchor, or `None` for the empty struct."""
    if not fields["anchoredAt"]:
        return None
    return Anchor(
        key=fields["key"],
        exporting=text_of(fields["exporting"]),
        size=fields["size"],
        anchored_at=moment(fields["anchoredAt"]),
        valid_until=moment(fields["validUntil"]),
    )


def evidence_from(fields: Fields) -> Evidence:
    """Return what `evidenceOf` answered."""
    return Evidence(
        as_of=AsOf(fields["blockNumber"], moment(fields["blockTime"])),
        entry=entry_from(fields["entry"]),
        anchor=anchor_from(fields["anchor"]),
        holder=word_if_set(fields["holder"]),
        replacement=word_if_set(fields["replacement"]),
        key=key_from(fields["account"], fields["key"]),
    )
