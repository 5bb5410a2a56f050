"""Checking one business partner, for whoever has its code or its name: the steps.

All that anybody may be told of an operator, in one look: how it stands at home, where it is recognised and
why not elsewhere, and what was recorded of it.  A name leads to few candidates within one member, never to
a list (CWE-204: nobody is to gather the register by asking).
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from ledger.aeo.history import Past, history
from ledger.aeo.naming import letters_in, words_of
from ledger.aeo.records import record_hash
from ledger.aeo.told import Names, Told, names_in, records_wanted, told
from ledger.aeo.words import ROLE_WORDS
from ledger.errors import QuestionMalformed
from ledger.operators import Direction, Found, OperatorCode, OperatorRole, Question
from ledger.ports import Ledger
from ledger.recognising import Asked, codes_of, names_of, read

ANY_ROLE: Final = ""
"""Asks in whichever roles the operator has."""
MOST_CANDIDATES: Final = 5
FEWEST_LETTERS: Final = 4
_OFTEN_ASKED: Final = OperatorRole.EXP
"""In which role a partner is asked about first, where it has several."""
_LOOKED_AT: Final = 50
"""Records that fit a name and are looked at; more of them are too many anyway."""


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """What another member says of an operator."""

    told: Told
    granted: tuple[tuple[OperatorRole, Direction], ...]
    """In which roles, and for which directions as it sees them, it recognises the operator."""


@dataclass(frozen=True, slots=True)
class Dossier:
    """All that anybody may be told of an operator, as of one block."""

    home: Told
    """How it stands with the member that authorised it."""
    roles: tuple[OperatorRole, ...]
    """In which it is authorised at the moment asked about; none where it is not, or where it is not told."""
    elsewhere: tuple[Elsewhere, ...]
    """Every other member, in the order of their admission."""
    history: tuple[Past, ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """An operator whose registered name fits."""

    operator: OperatorCode
    name: str


@dataclass(frozen=True, slots=True)
class Candidates:
    """The operators of one member that a name fits."""

    found: tuple[Candidate, ...]
    """None of them where there are too many."""
    too_many: bool


def dossier(asked: Asked, ledger: Ledger) -> Dossier:
    """Tell all that anybody may be told; `asked.host` is not looked at, and `ANY_ROLE` is a role here.

    Raises `QuestionMalformed`, and the errors of reading a code.
    """
    # 1. Read what is asked.
    members, now = codes_of(ledger.members.members()), ledger.clock()
    some = replace(asked, host=members[0], role=asked.role or "exporter")
    first = read(some, now, members)
    home = first.operator[:2]
    first = replace(first, host=home)
    # 2. Look once.
    found = ledger.recognitions.found([first.operator])
    look = _Look(found, names_of(found, ledger, now), now)
    # 3. Ask in each role, at home and elsewhere.
    roles = look.roles_held(first)
    inquired = sorted(roles, key=_OFTEN_ASKED.__ne__) if not asked.role else ()
    wanted = [replace(first, role=role) for role in inquired] or [first]
    if not asked.role and not asked.direction:
        wanted = [replace(one, direction=_usual(one.role)) for one in wanted]
    operator = found.operators.get(first.operator)
    return Dossier(
        home=look.told(wanted[0]),
        roles=roles,
        elsewhere=tuple(look.elsewhere(wanted, host) for host in members if host != home),
        history=history(operator, found.mutual, now) if operator else (),
    )


def candidates(name: str, member: str, ledger: Ledger) -> Candidates:
    """Return the operators of a member that agree to be named and whose registered name fits.

    Raises `QuestionMalformed` for a name that is too short to be looked for.
    """
    words = words_of(name)
    if letters_in(words) < FEWEST_LETTERS:
        wanted = f"write at least {FEWEST_LETTERS} letters of the name"
        raise QuestionMalformed("name", "name.short", wanted)
    records = ledger.operator_files.named(member, words, limit=_LOOKED_AT)
    if not records:
        return Candidates((), too_many=False)
    found = ledger.recognitions.found({one.operator for one in records})
    wanted_records = records_wanted(found, ledger.clock())
    names = names_in({record_hash(one): one for one in records}, wanted_records)
    if len(names) > MOST_CANDIDATES or len(records) == _LOOKED_AT:
        return Candidates((), too_many=True)
    return Candidates(tuple(Candidate(code, names[code]) for code in sorted(names)), too_many=False)


@dataclass(frozen=True, slots=True)
class _Look:
    """One look at the ledger, and the answers that follow from it."""

    found: Found
    names: Names
    now: datetime

    def told(self, question: Question) -> Told:
        """Answer a question."""
        return told(question, self.found, self.names, self.now)

    def roles_held(self, at_home: Question) -> tuple[OperatorRole, ...]:
        """Return the roles in which its home has authorised the operator, as far as that is told."""
        asked = (replace(at_home, role=role) for role in ROLE_WORDS)
        return tuple(one.role for one in asked if self.told(one).recognised)

    def elsewhere(self, wanted: Sequence[Question], host: str) -> Elsewhere:
        """Return what a host says: that it recognises the operator, in whichever of the roles, or why not."""
        answers = [self.told(replace(one, host=host)) for one in wanted]
        best = next((one for one in answers if one.recognised), answers[0])
        both = (replace(one, host=host, direction=way) for one in wanted for way in Direction)
        granted = tuple((one.role, one.direction) for one in both if self.told(one).recognised)
        return Elsewhere(best, granted)


def _usual(role: OperatorRole) -> Direction:
    """Return the direction in which goods of such a partner mostly go, as the host sees it."""
    return Direction.EXPORT if role is OperatorRole.IMP else Direction.IMPORT
