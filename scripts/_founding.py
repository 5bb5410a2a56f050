"""Found the demonstration ledger of `ganache-config/network.json` on a running development chain.

Ten members found it, each adds its authorities and their keys, and an eleventh is admitted by vote.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import reduce
from operator import or_
from pathlib import Path
from typing import Any

import _setup

from ledger.chain.connect import ChainLedger, connect
from ledger.chain.deploy import deploy
from ledger.chain.profile import ChainProfile, write_profile
from ledger.chain.signers import DevelopmentSigner
from ledger.facts import Address, ProposalKind, Role

NETWORK = _setup.ROOT / "ganache-config/network.json"
NOBODY = Address("0x0000000000000000000000000000000000000000")
SPARE_KEY = 40
"""Place of a development account that is nobody's key yet."""


@dataclass(frozen=True, slots=True)
class Office:
    """An authority of the demonstration and the account it signs with."""

    authority: int
    member: str
    name: str
    roles: Role
    account: Address


@dataclass(frozen=True, slots=True)
class Founded:
    """A ledger that was just founded."""

    profile: ChainProfile
    chain: ChainLedger
    offices: tuple[Office, ...]

    def office(self, member: str, role: Role) -> Office:
        """Return a member's office with a role."""
        return next(office for office in self.offices if office.member == member and role in office.roles)

    def admin(self, member: str) -> Address:
        """Return a member's admin key."""
        found = self.chain.member(member)
        if found is None:
            raise KeyError(member)
        return found.admin


def found(rpc: str, chain_id: int, profile_file: Path) -> Founded:
    """Deploy the ledger, write its profile, add every authority and key, and admit the eleventh member."""
    network: Mapping[str, Any] = json.loads(NETWORK.read_text(encoding="utf-8"))
    founders = {member["member"]: account(member["admin"]) for member in network["founders"]}
    profile = deploy(ChainProfile(chain_id, (rpc,), NOBODY), founders, DevelopmentSigner(0))
    write_profile(profile, profile_file)
    places = range(SPARE_KEY + 1)
    chain = connect(profile, [DevelopmentSigner(place) for place in places])
    offices = [office for member in network["founders"] for office in _offices(chain, member)]
    for member in network["admittedByVote"]:
        _admit(chain, member, list(founders.values()))
        offices += _offices(chain, member)
    return Founded(profile, chain, tuple(offices))


def account(place: int) -> Address:
    """Return the development account at a place."""
    return DevelopmentSigner(place).address


def _offices(chain: ChainLedger, member: Mapping[str, Any]) -> Iterator[Office]:
    """Add a member's authorities with one key each."""
    admin = account(member["admin"])
    for authority in member["authorities"]:
        roles = reduce(or_, (Role[name] for name in authority["roles"]))
        number = chain.add_authority(roles, authority["name"], authority["domain"], admin)
        key = account(authority["key"])
        chain.add_key(number, key, admin)
        yield Office(number, member["member"], authority["name"], roles, key)


def _admit(chain: ChainLedger, member: Mapping[str, Any], admins: list[Address]) -> None:
    """Let members vote until more than half have admitted the new one."""
    proposal = chain.propose(ProposalKind.ADMIT, member["member"], account(member["admin"]), admins[0])
    for admin in admins[1 : len(admins) // 2 + 1]:
        chain.vote(proposal, admin)
