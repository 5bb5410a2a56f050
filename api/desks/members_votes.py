"""Votes among members: opening one, agreeing, and carrying out what has its votes."""

import re
from typing import Final

from api.desks.members_form import Asking, Value, Wish
from api.desks.members_words import KIND_OF, KINDS
from ledger.codes.members import called
from ledger.facts import Proposal
from ledger.said import Said, said

_CODE: Final = re.compile("[A-Z]{2}")


def question(proposal: Proposal) -> Said:
    """Return what a proposal asks."""
    template = KINDS[proposal.kind].question.template
    return Said(template, {"member": called(proposal.member)})


def proposing(asked: Asking) -> Wish:
    """Open a vote, with the own one cast."""
    kind, member = KIND_OF.get(asked.sent.one("kind")), asked.sent.one("member").upper()
    if kind is None:
        raise asked.wrong("kind", said("Choose what is to be decided"))
    if not _CODE.fullmatch(member):
        raise asked.wrong("member", said("Enter the two letters of a member, such as TL"))
    words, given = KINDS[kind], asked.sent.one("admin")
    if given and not words.names_admin:
        raise asked.wrong("admin", said("Only a new member, or a lost admin key, needs an account here"))
    admin = asked.account("admin") if words.names_admin else None
    facts: list[tuple[Said, Value]] = [
        (said("Question"), Said(words.question.template, {"member": called(member)})),
        (said("If more than half agree"), words.result),
    ]
    facts += [(said("New admin key"), admin)] if admin else []
    option = ("--admin", admin) if admin else ()
    same = [
        one
        for one in asked.members.proposals()
        if (one.kind, one.member, one.admin) == (kind, member, admin) and one.enacted_at is None
    ]
    twice = said("The same question was put to the vote before, and is not carried. Vote for that one.")
    return Wish(
        asked.act,
        facts,
        lambda services: services.ledger.members.propose(kind, member, admin, asked.officer.account),
        "/votes",
        f"{words.code} {member}",
        ("members", "propose", words.code, member, *option),
        [twice] if same else [],
    )


def _about(proposal: Proposal) -> list[tuple[Said, Value]]:
    facts: list[tuple[Said, Value]] = [(said("Question"), question(proposal))]
    facts += [(said("New admin key"), proposal.admin)] if proposal.admin else []
    return [*facts, (said("What it leads to"), KINDS[proposal.kind].result)]


def voting(asked: Asking) -> Wish:
    """Agree to a proposal."""
    found = asked.proposal()
    last = said("With your vote it has the votes that are needed, and takes effect at once.")
    return Wish(
        asked.act,
        _about(found),
        lambda services: services.ledger.members.vote(found.id, asked.officer.account),
        "/votes",
        f"proposal {found.id}",
        ("members", "vote", str(found.id)),
        [last] if found.votes + 1 >= found.needed else [],
    )


def enacting(asked: Asking) -> Wish:
    """Carry out a proposal that has its votes since fewer members are active."""
    found = asked.proposal()
    return Wish(
        asked.act,
        _about(found),
        lambda services: services.ledger.members.enact(found.id, asked.officer.account),
        "/votes",
        f"proposal {found.id}",
        ("members", "enact", str(found.id)),
    )
