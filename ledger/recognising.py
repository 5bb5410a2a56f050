"""Answering "is this operator recognised there?", for anybody who asks: the steps.

1. Read what is asked: code, host, role, direction, moment.
2. Ask the ledger for the operators and all terms, in one look.
3. Apply the rules of `ledger.aeo.recognition`.
4. Tell what the operator agrees to be told (`ledger.aeo.told`).
"""

from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from ledger.aeo.codes import parse_operator_code
from ledger.aeo.days import instant, moment_asked
from ledger.aeo.told import Names, Told, names_in, records_wanted, told
from ledger.aeo.words import direction_named, role_named
from ledger.errors import QuestionMalformed, Unavailable
from ledger.facts import Member
from ledger.operators import Found, Question
from ledger.ports import Ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question as people write it."""

    operator: str
    host: str = ""
    """Whose recognition is asked about; ISO 3166."""
    role: str = "exporter"
    direction: str | None = None
    on: str | None = None
    at: str | None = None
    known: str | None = None
    member: str | None = None
    """Whose code it is, where the code does not say so itself."""


def recognise(asked: Asked, ledger: Ledger) -> Told:
    """Answer one question; raises `QuestionMalformed`, and the errors of reading a code."""
    # 1. Read what is asked.
    question = read(asked, ledger.clock(), codes_of(ledger.members.members()))
    # 2. to 4.
    return answered([question], ledger)[0]


def hosts(asked: Asked, ledger: Ledger) -> list[Told]:
    """Answer for every member but the operator's own, in the order of their admission."""
    members = codes_of(ledger.members.members())
    home = parse_operator_code(asked.operator, member=asked.member)[:2]
    first = read(replace(asked, host=home), ledger.clock(), [*members, home])
    questions = [replace(first, host=member) for member in members if member != home]
    return answered(questions, ledger)


def answered(questions: Sequence[Question], ledger: Ledger) -> list[Told]:
    """Answer questions in their order, all as of one block."""
    if not questions:
        return []
    found = ledger.recognitions.found({question.operator for question in questions})
    now = ledger.clock()
    names = names_of(found, ledger, now)
    return [told(question, found, names, now) for question in questions]


def names_of(found: Found, ledger: Ledger, now: datetime) -> Names:
    """Return the names of the operators that agree to be named, as far as their records are at hand.

    An archive that does not answer takes the names from an answer, and not the answer.
    """
    wanted = records_wanted(found, now)
    if not wanted:
        return {}
    with suppress(Unavailable):
        return names_in(ledger.operator_files.records(set(wanted.values())), wanted)
    return {}


def read(asked: Asked, now: datetime, members: Sequence[str]) -> Question:
    """Return the question that a text asks; `members` are those on the ledger."""
    member = asked.member.strip().upper() if asked.member else None
    operator = parse_operator_code(asked.operator, member=member)
    return Question(operator=operator, **circumstances(asked, now, members))


def circumstances(asked: Asked, now: datetime, members: Sequence[str]) -> dict[str, Any]:
    """Return all of a question but the operator; raises `QuestionMalformed`."""
    host = asked.host.strip().upper()
    if host not in members:
        raise QuestionMalformed("host", "host.unknown", "name a member of the ledger by its ISO 3166 code")
    role = role_named(asked.role)
    return {
        "host": host,
        "role": role,
        "direction": direction_named(asked.direction, role),
        "at": moment_asked(now, on=asked.on, at=asked.at),
        "known": instant(asked.known, "known") if asked.known else None,
    }


def codes_of(members: Iterable[Member]) -> list[str]:
    """Return the codes of members."""
    return [member.code for member in members]
