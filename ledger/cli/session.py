"""What every command is given: where the ledger is, which keys are at hand, how to answer.

Options stand before the command (`asal --profile asal.toml certificate issue …`) or in the environment.
Nothing is opened before a command asks for it.
"""

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import typer

from ledger.cli.output import usage
from ledger.facts import Address
from ledger.opening import Opened, Settings, open_ledger
from ledger.ports import Ledger, Members

MOST = 2**32 - 1
"""The highest number that the ledger gives an authority or a proposal."""


@dataclass
class Session:
    """The options before the command, and what is opened with them on first use."""

    settings: Settings
    account: Address | None
    """The account to act with; needed only when several keys are at hand."""
    as_json: bool

    @cached_property
    def opened(self) -> Opened:
        """The ledger with its adapters; closed when the command ends."""
        return open_ledger(self.settings)

    @property
    def members(self) -> Members:
        """Members, authorities and keys; needs no archive."""
        return self.opened.chain

    @property
    def ledger(self) -> Ledger:
        """The outside, bundled."""
        return self.opened.ledger

    @property
    def issuing(self) -> Ledger:
        """The same for issuing much: what is on it is read from the replica in the archive, if that is fresh.

        An old chain takes long to say which references are taken.
        """
        opened = self.opened
        return opened.served if opened.replicated.local else opened.ledger

    def acting(self) -> Address:
        """Return the account to sign with: the one named, or the only one at hand."""
        held = self.opened.accounts
        if not self.account and not held:
            usage("no key is at hand; name a folder of key files with --keys")
        if not self.account and len(held) > 1:
            usage(f"{len(held)} keys are at hand; say which one acts with --as ADDRESS")
        # An account is a number: other software writes it without the capitals of the checksum.
        written = {account.lower(): account for account in held}
        return written.get(self.account.lower(), self.account) if self.account else held[0]

    def authority(self) -> tuple[int, Address]:
        """Return the authority that the acting account writes for, with the account."""
        account = self.acting()
        key = self.members.key(account)
        if key is None:
            usage(f"{account} is no authority's key; its member's administrator adds it: asal keys add")
        return key.authority, account

    def close(self) -> None:
        """Close what was opened."""
        if "opened" in self.__dict__:
            self.opened.close()


def session_of(context: typer.Context) -> Session:
    """Return the session of a running command."""
    found = context.find_object(Session)
    assert found is not None, "the callback of the app has set it"  # noqa: S101
    return found


def read_text(path: Path) -> bytes:
    """Return a file's bytes, or end with the reason it cannot be read."""
    try:
        return path.read_bytes()
    except OSError as error:
        usage(f"{path} cannot be read: {error.strerror}")


def write_text(path: Path, text: str) -> None:
    """Write a text file whole or not at all, or end with the reason it cannot be written."""
    write_bytes(path, text.encode())


def write_bytes(path: Path, content: bytes) -> None:
    """Write a file whole or not at all, or end with the reason it cannot be written."""
    part = path.with_name(f"{path.name}.part")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_bytes(content)
        part.replace(path)
    except OSError as error:
        usage(f"{path} cannot be written: {error.strerror}")
