"""A small ledger to measure on: two members, and a key of its own for each contestant that writes.

A key's nonces belong to one submitter.  So whoever writes asks for a key by a name of its own, and keeps to
one archive.
"""

from dataclasses import dataclass, field
from pathlib import Path

import _founding

from _bench.samples import ISSUER
from ledger.chain.connect import ChainLedger, connect
from ledger.chain.deploy import deploy
from ledger.chain.profile import ChainProfile, write_profile
from ledger.chain.signers import DevelopmentSigner
from ledger.facts import Address, Role

EXPORTING, IMPORTING = "VN", "TH"
_ADMINS = {EXPORTING: 1, IMPORTING: 2}
_FIRST_KEY = 10
"""Places of development accounts."""


@dataclass(slots=True)
class Founded:
    """A ledger that was just founded."""

    profile: ChainProfile
    chain: ChainLedger
    """Signs as the exporting member's administrator."""
    authority: int
    """The exporting member's issuing authority."""
    _keys: dict[str, int] = field(default_factory=dict)

    def key(self, name: str) -> Address:
        """Return the key of a name, a key of the authority that nobody else has."""
        if name not in self._keys:
            place = _FIRST_KEY + len(self._keys)
            admin = _founding.account(_ADMINS[EXPORTING])
            self.chain.add_key(self.authority, _founding.account(place), admin)
            self._keys[name] = place
        return _founding.account(self._keys[name])

    def signing(self, name: str) -> ChainLedger:
        """Return the ledger for one that writes with the key of a name, past any outbox."""
        self.key(name)
        return connect(self.profile, [DevelopmentSigner(self._keys[name])])


def found(rpc: str, chain_id: int, profile_file: Path) -> Founded:
    """Deploy the ledger, write its profile, and add the authority that issues."""
    founders = {member: _founding.account(place) for member, place in _ADMINS.items()}
    profile = deploy(ChainProfile(chain_id, (rpc,), _founding.NOBODY), founders, DevelopmentSigner(0))
    write_profile(profile, profile_file)
    chain = connect(profile, [DevelopmentSigner(_ADMINS[EXPORTING])])
    authority = chain.add_authority(Role.ISSUING, *ISSUER, founders[EXPORTING])
    return Founded(profile, chain, authority)
