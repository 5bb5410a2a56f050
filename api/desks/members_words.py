"""What the desk of a member's administrator calls things, and what each act leads to."""

from dataclasses import dataclass
from typing import Final

from ledger.archive import Scope
from ledger.facts import ProposalKind, Role
from ledger.said import Said, said

ROLE_NAMES: Final = {
    Role.ISSUING: said("Issues certificates of origin"),
    Role.COMPETENT: said("Certifies exporters who declare origin themselves"),
    Role.CUSTOMS: said("Customs: receives certificates and decides on preference"),
    Role.AEO: said("Authorises operators"),
}
SCOPE_NAMES: Final = {
    Scope.ISSUE: said("Issue certificates"),
    Scope.DECIDE: said("Receive certificates and decide on them"),
    Scope.AEO: said("Authorise operators"),
    Scope.EXPORTERS: said("Certify exporters"),
    Scope.READ: said("Read certificates"),
    Scope.WATCH: said("Be told of changes"),
}
"""The rights of officers; `admin` is for administrators alone."""


@dataclass(frozen=True, slots=True)
class Kind:
    """One thing that members vote on."""

    code: str
    """Its name in forms and on the command line."""
    question: Said
    """With a place for the member."""
    result: Said
    """What becomes of it when more than half agree."""
    names_admin: bool = False


KINDS: Final = {
    ProposalKind.ADMIT: Kind(
        "admit",
        said("Admit {member}", member="{member}"),
        said(
            "It becomes a member: its authorities write on the ledger, and it has a vote in all that "
            "members decide. More votes are then needed for the next decision."
        ),
        names_admin=True,
    ),
    ProposalKind.SUSPEND: Kind(
        "suspend",
        said("Suspend {member}", member="{member}"),
        said(
            "None of its keys can write any more and its votes do not count, until the members reinstate "
            "it. What it has recorded stays, and can be verified as before."
        ),
    ),
    ProposalKind.REINSTATE: Kind(
        "reinstate",
        said("Reinstate {member}", member="{member}"),
        said("Its keys that were not revoked can write again, and its votes count."),
    ),
    ProposalKind.REPLACE_ADMIN: Kind(
        "replace-admin",
        said("Give {member} another admin key", member="{member}"),
        said(
            "Its lost admin key can do nothing any more, and the new one administers the member. Make sure "
            "of the new account with the member itself, over a way other than this ledger."
        ),
        names_admin=True,
    ),
}
KIND_OF: Final = {kind.code: one for one, kind in KINDS.items()}


@dataclass(frozen=True, slots=True)
class Words:
    """How an act is called."""

    title: Said
    button: Said
    consequence: Said
    done: Said
    grave: bool = False
    """Whether it takes something away for good."""


_PROPOSING: Final = said(
    "Your member's vote for it is cast with it. The other members see it at once; it lapses 90 days later "
    "unless more than half of the active members agree."
)
_OFFICER: Final = said("From the next login on this person works here, and all that is done is kept.")
WORDS: Final = {
    "propose": Words(
        said("Put this to the vote?"),
        said("Open the vote"),
        _PROPOSING,
        said("The vote is open, and your member has agreed."),
    ),
    "vote": Words(
        said("Vote for this?"),
        said("Vote for it"),
        said("A vote cannot be taken back."),
        said("Your member has voted."),
    ),
    "enact": Words(
        said("Carry this out?"),
        said("Carry it out"),
        said("It has the votes that are needed now. It takes effect at once."),
        said("It is carried out."),
    ),
    "authority-add": Words(
        said("Name this authority?"),
        said("Name the authority"),
        said(
            "It stands on the ledger for everybody to see, and its name cannot be changed. It writes "
            "nothing before it has a key."
        ),
        said("The authority is named. Give it a key next."),
    ),
    "authority-withdraw": Words(
        said("Withdraw this authority?"),
        said("Withdraw the authority"),
        said(
            "All its keys are revoked, its officers have no desk any more, and it cannot come back. What "
            "it signed before stays good."
        ),
        said("The authority is withdrawn."),
        grave=True,
    ),
    "key-add": Words(
        said("Give the authority this key?"),
        said("Add the key"),
        said("Whoever holds this key writes for the authority, from now on."),
        said("The key writes for the authority."),
    ),
    "key-rotate": Words(
        said("Replace this key?"),
        said("Replace the key"),
        said(
            "The old key is revoked and the new one takes its place in the same moment. What the old one "
            "signed stays good. Officers and API keys of the old one sign no more: enrol them anew."
        ),
        said("The key is replaced."),
    ),
    "key-revoke": Words(
        said("Revoke this key?"),
        said("Revoke the key"),
        said(
            "It can write no more, for good. What it signed stays good: if somebody else may have had it, "
            "mark it as compromised instead."
        ),
        said("The key is revoked."),
        grave=True,
    ),
    "key-compromised": Words(
        said("Mark this key as compromised?"),
        said("Mark it as compromised"),
        said(
            "Certificates that it signed from that moment on are not valid any more, whoever signed them, "
            "and it can write no more. The moment can later be set earlier, never later."
        ),
        said("The key is marked as compromised. Issue anew what was good."),
        grave=True,
    ),
    "officer-enrol": Words(
        said("Enrol this officer?"),
        said("Enrol the officer"),
        _OFFICER,
        said("The officer is enrolled."),
    ),
    "officer-end": Words(
        said("End this officer's work?"),
        said("End the officer's work"),
        said("The person is logged out at once and cannot come back as this officer."),
        said("The officer's work has ended."),
    ),
}
"""By what forms call the acts."""
