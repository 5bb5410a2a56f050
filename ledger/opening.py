"""Opening a ledger for real: the chain of a profile, the keys of a folder, the archive of a URL.

The one place where the adapters are put together; the command line and the service both start here.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from ledger.chain.connect import ChainLedger, connect
from ledger.chain.development import OF_DEVELOPMENT_MNEMONIC
from ledger.chain.profile import ChainProfile, read_profile
from ledger.chain.remote_signer import remote_signers
from ledger.chain.signers import (
    DevelopmentSigner,
    KeyFileInvalid,
    KeystoreSigner,
    Signer,
    new_keystore,
    password_in,
)
from ledger.chain.signing_service import Line, SigningService
from ledger.chain.typed_data import TypedDataSigners
from ledger.errors import ArchiveNotNamed
from ledger.facts import Address
from ledger.following import replicated_of
from ledger.memory_archive import MemoryArchive
from ledger.ports import Ledger
from ledger.replica import NotingTransactions, ReplicatedLedger
from ledger.rounds import Policy
from ledger.scopes import Scope
from ledger.submitting import assembled

if TYPE_CHECKING:
    from ledger.archive import ApiKeys, ArchiveRooms

__all__ = ["Opened", "Scope", "Settings", "SigningService", "new_key_file", "open_ledger"]


@dataclass(frozen=True, slots=True)
class Settings:
    """Where everything is."""

    profile: Path
    """Chain profile in TOML."""
    archive: str | None = None
    """Database URL; without one nothing can be issued, and verifying knows of no pending certificates."""
    keys: Path | None = None
    """Folder of encrypted key files."""
    password_file: Path | None = None
    development_keys: bool = False
    """Use the public keys of a local test chain."""
    signer: SigningService | None = None
    """A signing service that holds keys, beside those of the folder."""
    policy: Policy = field(default_factory=Policy)
    """How the outbox is driven."""


class Opened:
    """A ledger with its adapters; each is opened when it is first used."""

    def __init__(self, settings: Settings) -> None:
        """Remember where everything is."""
        self._settings = settings

    @cached_property
    def profile(self) -> ChainProfile:
        """Which network and ledger."""
        return read_profile(self._settings.profile)

    @cached_property
    def chain(self) -> ChainLedger:
        """The ledger on its chain, with the keys at hand."""
        return connect(self.profile, self._signers)

    @cached_property
    def _signers(self) -> tuple[Signer, ...]:
        return tuple(_signers(self._settings))

    @cached_property
    def _line(self) -> Line:
        assert self._settings.signer is not None, "asked for only then"  # noqa: S101
        return Line(self._settings.signer)

    @cached_property
    def rooms(self) -> "ArchiveRooms":
        """The archive; raises `ArchiveNotNamed` when there is no URL for it."""
        if self._settings.archive is None:
            raise ArchiveNotNamed
        from ledger.archive import open_archive  # noqa: PLC0415 -- SQL takes half of the time to start

        return open_archive(self._settings.archive)

    @property
    def api_keys(self) -> "ApiKeys":
        """Who may call the service."""
        return self.rooms.keys

    @property
    def accounts(self) -> tuple[Address, ...]:
        """Accounts whose keys are at hand."""
        return tuple(signer.address for signer in self._signers)

    @cached_property
    def ledger(self) -> Ledger:
        """The ledger with its archive."""
        rooms, chain = self.rooms, self.chain
        return assembled(
            self._settings.policy,
            members=chain,
            registry=chain,
            recognitions=chain,
            procedures=chain,
            transactions=NotingTransactions(chain.transactions, self.replicated.note),
            archive=rooms.certificates,
            outbox=rooms.outbox,
            clock=now,
            operator_files=rooms.operators,
            kept=rooms.kept,
            statements=rooms.statements,
            decisions=rooms.decisions,
            exporter_files=rooms.exporters,
            notary=TypedDataSigners(self._signers),
        )

    @cached_property
    def replicated(self) -> ReplicatedLedger:
        """The ledger on its chain, read from the replica in the archive while that is fresh."""
        return replicated_of(self.chain, self.rooms)

    @cached_property
    def served(self) -> Ledger:
        """The ledger with its archive, for a service that follows the chain; writes are carried as ever."""
        here = self.replicated
        return replace(
            self.ledger, members=here, registry=here, recognitions=here, procedures=here, figures=here
        )

    @cached_property
    def verifier(self) -> Ledger:
        """The ledger for verifying, which needs no archive and no key."""
        if self._settings.archive:
            return self.ledger
        nothing, chain = MemoryArchive(), self.chain
        return assembled(
            members=chain,
            registry=chain,
            recognitions=chain,
            procedures=chain,
            transactions=chain.transactions,
            archive=nothing,
            outbox=nothing.outbox,
            clock=now,
            notary=TypedDataSigners(self._signers),
        )

    def see_signer(self) -> None:
        """Raise `SignerUnavailable` unless the signing service answers; without one nothing is asked."""
        if self._settings.signer is not None:
            self._line.ask("eth_accounts", [])

    def close(self) -> None:
        """Give the keys' tenures up and close the database, as far as they were taken."""
        if "ledger" in self.__dict__:
            self.ledger.carrier.close()
        if "rooms" in self.__dict__:
            self.rooms.close()


def open_ledger(settings: Settings) -> Opened:
    """Return the ledger that settings describe; nothing is opened yet."""
    return Opened(settings)


def new_key_file(folder: Path, password_file: Path) -> tuple[Address, Path]:
    """Make a key and write it into a folder as an encrypted key file; returns its account and the file."""
    password = password_in(password_file)
    part = folder / f"{now():%Y%m%dT%H%M%S%fZ}.json"
    address = new_keystore(part, password)
    path = folder / f"{address}.json"
    part.rename(path)
    return address, path


def now() -> datetime:
    """Return the present moment in UTC."""
    return datetime.now(UTC)


def _signers(settings: Settings) -> Iterator[Signer]:
    """Yield the keys of the signing service and of the folder, and those of a test chain where asked for."""
    if settings.signer is not None:
        yield from remote_signers(settings.signer)
    if settings.development_keys:
        yield from (DevelopmentSigner(place) for place in range(len(OF_DEVELOPMENT_MNEMONIC)))
    if settings.keys is None:
        return
    if settings.password_file is None:
        raise KeyFileInvalid(str(settings.keys), "name the file with their password (--password-file)")
    files = sorted(settings.keys.glob("*.json"))
    if not files:
        raise KeyFileInvalid(str(settings.keys), "the folder has no key files (*.json)")
    yield from (KeystoreSigner.open(path, settings.password_file) for path in files)
