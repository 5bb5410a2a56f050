"""What the search box finds: each thing that a text can name is looked up, and what is there is offered."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from api.pages.searching import Kind, Wanted
from ledger.ports import Ledger
from ledger.said import Said, said
from ledger.salting import HASH_BYTES

LEDGER = "/ledger"
_MOST_AUTHORITIES = 20


@dataclass(frozen=True, slots=True)
class Offer:
    """Something that was found, or a question that leads to it."""

    kind: Said
    name: str
    """Of a stranger's choosing, or a code."""
    address: str
    member: str = ""
    """Code, where it says more."""


def offers(wanted: Sequence[Wanted], ledger: Ledger) -> list[Offer]:
    """Return what was found of all that a text can name; raises `Unavailable` when nobody answers."""
    found: dict[str, Offer] = {}
    for one in wanted:
        if one.kind is Kind.TRANSACTION and found:
            continue  # it is a certificate's id
        for offer in _FINDERS[one.kind](one.value, ledger):
            found.setdefault(offer.address, offer)
    return list(found.values())


def _certificates(value: str, ledger: Ledger) -> Iterator[Offer]:
    """Find a certificate, or a batch by its root."""
    asked = bytes.fromhex(value[2:])
    evidence = ledger.registry.evidence(asked, asked, bytes(HASH_BYTES))
    if evidence.entry is not None or evidence.anchor is not None or ledger.archive.find(asked) is not None:
        kind = said("Certificate") if evidence.anchor is None else said("Batch of certificates")
        yield Offer(kind, value, f"{LEDGER}/certificates/{value}")


def _transactions(value: str, ledger: Ledger) -> Iterator[Offer]:
    block = ledger.transactions.block_of(bytes.fromhex(value[2:]))
    if block is not None:
        yield Offer(said("Transaction"), value, f"{LEDGER}/blocks/{block}")


def _members(value: str, ledger: Ledger) -> Iterator[Offer]:
    if ledger.members.member(value) is not None:
        yield Offer(said("Member"), "", f"{LEDGER}/members/{value}", member=value)


def _operators(value: str, ledger: Ledger) -> Iterator[Offer]:  # noqa: ARG001 - of a finder
    yield Offer(said("Authorised operator"), value, f"/operators?{urlencode({'code': value})}")


def _references(value: str, ledger: Ledger) -> Iterator[Offer]:  # noqa: ARG001 - of a finder
    """Lead to the question; whether there is such a number is not said to somebody who has only that."""
    kind = said("Reference number: the exporting member and the date of issue are asked for")
    yield Offer(kind, value, f"/verify?{urlencode({'reference': value})}")


def _blocks(value: str, ledger: Ledger) -> Iterator[Offer]:
    if int(value) <= ledger.registry.head().block:
        yield Offer(said("Block"), value, f"{LEDGER}/blocks/{quote(value)}")


def _authorities(value: str, ledger: Ledger) -> Iterator[Offer]:
    asked = value.casefold()
    found = (one for one in ledger.members.authorities() if asked in one.name.casefold())
    for one, _ in zip(found, range(_MOST_AUTHORITIES), strict=False):
        address = f"{LEDGER}/members/{one.member}#authority-{one.id}"
        yield Offer(said("Authority"), one.name, address, member=one.member)


_FINDERS = {
    Kind.CERTIFICATE: _certificates,
    Kind.TRANSACTION: _transactions,
    Kind.MEMBER: _members,
    Kind.OPERATOR: _operators,
    Kind.REFERENCE: _references,
    Kind.BLOCK: _blocks,
    Kind.AUTHORITY: _authorities,
}
