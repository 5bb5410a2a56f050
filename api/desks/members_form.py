"""A form of the desk of administrators: how its controls are read, and the act that it asks for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from eth_utils.address import (
    is_checksum_address,
    is_checksum_formatted_address,
    is_hex_address,
    to_checksum_address,
)

from api.desks.posted import Posted
from api.errors import ApiError
from api.pages.present import Trouble
from api.services import Services
from ledger.archive import Officer
from ledger.facts import Address, Authority, Key, Proposal
from ledger.ports import Members
from ledger.said import Said, said

Value = str | Said | datetime | Sequence[Said]
"""What a fact says: a text of strangers, a sentence, a moment, several sentences."""


class FormWrong(Exception):
    """Something in a form has to be put right."""

    def __init__(self, act: str, *wrong: tuple[str, Said]) -> None:
        """Keep what is wrong, by the names of the controls."""
        super().__init__(act)
        self.act = act
        self.troubles = [Trouble(f"{act}-{name}", message) for name, message in wrong]


@dataclass(frozen=True, slots=True)
class Wish:
    """An act that was asked for."""

    act: str
    facts: Sequence[tuple[Said, Value]]
    """What it is about, by name."""
    do: Callable[[Services], object]
    back: str
    """The page to look at afterwards, below that of the desk."""
    about: str
    """For the record of acts."""
    command: Sequence[str] = ()
    """The same on the command line, after `asal --as ACCOUNT`; nothing for what needs no admin key."""
    cautions: Sequence[Said] = field(default=())


@dataclass(frozen=True, slots=True)
class Asking:
    """A form, who sent it, and the ledger that it is about."""

    act: str
    sent: Posted
    officer: Officer
    services: Services

    @property
    def members(self) -> Members:
        """Who is on the ledger."""
        return self.services.ledger.members

    def wrong(self, name: str, message: Said) -> FormWrong:
        """Return an error at one control."""
        return FormWrong(self.act, (name, message))

    def account(self, name: str) -> Address:
        """Return an account that was typed, in the spelling of the ledger."""
        given = self.sent.one(name)
        if not is_hex_address(given) or not given.lower().startswith("0x"):
            raise self.wrong(name, said("Enter an account: 0x and 40 digits from 0 to 9 and a to f"))
        if is_checksum_formatted_address(given) and not is_checksum_address(given):
            raise self.wrong(name, said("A letter of the account is wrong: its capitals are a check"))
        return Address(to_checksum_address(given))

    def authority(self) -> Authority:
        """Return an authority of the officer's member; others are not there."""
        return own_authority(number_of(self.sent.one("authority")), self.officer, self.members)

    def key(self) -> Key:
        """Return a key of the officer's member; others are not there."""
        return own_key(self.sent.one("key"), self.officer, self.members)

    def proposal(self) -> Proposal:
        """Return a proposal."""
        number = number_of(self.sent.one("proposal"))
        found = [one for one in self.members.proposals() if one.id == number]
        if not found:
            raise ApiError("not-found")
        return found[0]


def own_authority(number: int, officer: Officer, members: Members) -> Authority:
    """Return an authority of the officer's member; that of others is not there."""
    found = members.authority(number)
    if found is None or found.member != officer.member:
        raise ApiError("not-found")
    return found


def own_key(account: str, officer: Officer, members: Members) -> Key:
    """Return a key of the officer's member; that of others is not there."""
    found = members.key(Address(account)) if is_checksum_address(account) else None
    if found is None or found.member != officer.member:
        raise ApiError("not-found")
    return found


def number_of(given: str) -> int:
    """Return a number that a form carries along; what is none is nowhere."""
    if not (given.isascii() and given.isdigit() and len(given) < 10):  # noqa: PLR2004 - digits of 32 bits
        raise ApiError("not-found")
    return int(given)
