"""Keeping a watch list: the steps of its owner, through the API and on the command line alike."""

import re
import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final
from uuid import uuid4

from ledger.aeo.codes import parse_operator_code
from ledger.delivering import new_secret
from ledger.errors import OperatorCodeAmbiguous, OperatorCodeMalformed, Problem
from ledger.operators import OperatorCode
from ledger.outgoing import Sender, target_of
from ledger.watch_events import message, tested
from ledger.watch_port import (
    MOST_CERTIFICATES,
    MOST_OPERATORS,
    OVERLAP,
    Delivery,
    Interest,
    Part,
    Secrets,
    Watch,
    WatchDisabled,
    Watches,
    WatchMalformed,
    WatchUnknown,
    after_block,
)

_ID: Final = re.compile("0x[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What an owner wants, as people write it."""

    url: str
    label: str = ""
    operators: Sequence[str] = ()
    members: Sequence[str] = ()
    everything: bool = False
    hosts: Sequence[str] = ()
    certificates: bool = False
    """All that concern the owner's member."""
    certificate_ids: Sequence[str] = ()
    """Some, by id."""


@dataclass(frozen=True, slots=True)
class Keeper:
    """An authority with its watches."""

    authority: int
    member: str
    watches: Watches
    sender: Sender

    def begin(self, wish: Wish, members: Collection[str], final: int, now: datetime) -> Watch:
        """Make a watch with a secret of its own; what is recorded after block `final` is told.

        `final` is the newest final block.  With the first watch it becomes where telling begins, so nothing
        is missed before some process looks for the first time.

        Raises `WatchMalformed`, `TargetRefused` and `TooManyWatches`.
        """
        watch = Watch(
            id=f"watch_{secrets.token_hex(8)}",
            authority=self.authority,
            member=self.member,
            url=self._sendable(wish.url),
            label=wish.label,
            interest=interest_of(wish, members),
            secrets=Secrets(current=new_secret()),
            created_at=now,
            since=max(final, 0),
        )
        if self.watches.cursor() is None:
            self.watches.spread(None, after_block(max(final, 0)), ())
        self.watches.add(watch)
        return watch

    def found(self, name: str) -> Watch:
        """Return a watch of the authority; raises `WatchUnknown`."""
        watch = self.watches.find(self.authority, name)
        if watch is None:
            raise WatchUnknown(name)
        return watch

    def change(self, name: str, wish: Wish, members: Collection[str]) -> Watch:
        """Watch other operators, or be told elsewhere; the secret stays."""
        known = self.found(name)
        url, interest = self._sendable(wish.url), interest_of(wish, members)
        return self._kept(replace(known, url=url, label=wish.label, interest=interest), Part.WISH)

    def rotate(self, name: str, now: datetime) -> Watch:
        """Give a watch another secret; for a day messages are signed by both."""
        known = self.found(name)
        both = Secrets(current=new_secret(), previous=known.secrets.current, previous_until=now + OVERLAP)
        return self._kept(replace(known, secrets=both), Part.SECRETS)

    def resume(self, name: str) -> Watch:
        """Send again what waits for a watch that was disabled."""
        return self._kept(replace(self.found(name), disabled_at=None, disabled_why=None), Part.DISABLING)

    def remove(self, name: str) -> None:
        """End a watch; what waits for it is not sent any more.  Raises `WatchUnknown`."""
        if not self.watches.remove(self.authority, name):
            raise WatchUnknown(name)

    def test(self, name: str, now: datetime) -> Delivery:
        """Queue a message that says nothing; raises `WatchDisabled`."""
        watch = self.found(name)
        if watch.disabled_at is not None:
            raise WatchDisabled
        return self.watches.put(message(watch, tested(watch, uuid4().hex, now), now))

    def again(self, name: str, delivery: int, now: datetime) -> Delivery:
        """Queue a delivery once more, whatever became of it; raises `DeliveryUnknown`."""
        watch = self.found(name)
        if watch.disabled_at is not None:
            raise WatchDisabled
        return self.watches.again(watch.id, delivery, now)

    def _sendable(self, url: str) -> str:
        """Return an address that something can be sent to now; raises `TargetRefused`."""
        self.sender.addresses(target_of(url, self.sender.allowed))
        return url

    def _kept(self, watch: Watch, part: Part) -> Watch:
        self.watches.change(watch, part)
        return watch


def interest_of(wish: Wish, members: Collection[str]) -> Interest:
    """Read what is to be watched; raises `WatchMalformed` with every problem found."""
    problems: list[Problem] = []
    operators = set[OperatorCode]()
    for place, text in enumerate(wish.operators):
        try:
            operators.add(parse_operator_code(text))
        except OperatorCodeMalformed as malformed:
            problems.append(Problem(f"/operators/{place}", malformed.rule, malformed.message))
        except OperatorCodeAmbiguous:
            rule = "operator.ambiguous"
            problems.append(Problem(f"/operators/{place}", rule, "write the country's two letters first"))
    for field, codes in (("members", wish.members), ("hosts", wish.hosts)):
        problems += [
            Problem(f"/{field}/{place}", "member.unknown", "name a member of the ledger")
            for place, code in enumerate(codes)
            if code not in members
        ]
    certificates = {_id(text, place, problems) for place, text in enumerate(wish.certificate_ids)}
    named = (wish.operators, wish.members, wish.everything, wish.certificates, wish.certificate_ids)
    if not any(named):
        rule = "name operators, members or certificates, or watch everything"
        problems.append(Problem("", "watch.nothing", rule))
    if len(wish.certificate_ids) > MOST_CERTIFICATES:
        most = f"name at most {MOST_CERTIFICATES} certificates"
        problems.append(Problem("/certificateIds", "watch.too-many", most))
    if len(wish.operators) > MOST_OPERATORS:
        problems.append(Problem("/operators", "watch.too-many", f"name at most {MOST_OPERATORS} operators"))
    if problems:
        raise WatchMalformed(tuple(problems))
    return Interest(
        operators=frozenset(operators),
        members=frozenset(wish.members),
        everything=wish.everything,
        hosts=frozenset(wish.hosts),
        all_certificates=wish.certificates,
        certificates=frozenset(certificates),
    )


def _id(text: str, place: int, problems: list[Problem]) -> bytes:
    """Return a certificate's id; what is none is noted."""
    if _ID.fullmatch(text) is None:
        problems.append(Problem(f"/certificateIds/{place}", "code.hash", "use 0x and 64 small hex digits"))
        return b""
    return bytes.fromhex(text[2:])
