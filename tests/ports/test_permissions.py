"""Who may do what: every function, tried by every kind of account, on both ledgers."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from ledger.facts import Address, ProposalKind, Reason, Role
from ledger.operators import ArrangementKind, ParticipationState, ProgrammeKind
from ledger.origin.facts import Step
from ledger.procedures_refusals import CaseNotYours, NotTheImportingMember
from ledger.recognition_refusals import (
    OperatorNotYours,
    ParticipationOutOfTurn,
    PartnerInvalid,
    RecognitionNotYours,
)
from ledger.refusals import (
    AuthorityNotYours,
    ContractRefusal,
    KeyNotYours,
    MemberNotActive,
    NotAnAdmin,
    NotAuthorised,
    NotYourCertificate,
    NotYourMember,
)
from ledger.terms import certificate_id
from ledger.writes import (
    AddRecognition,
    DeclareArrangement,
    DeclareProgramme,
    EndRecognition,
    OfProcedures,
    OfRecognition,
    Participate,
    Receive,
    RecordStatuses,
    SetSplitUse,
)
from tests.procedures import (
    a_clarification,
    a_conclusion,
    a_decision,
    a_step,
    a_suspension,
    an_exporter,
    an_opening,
    did,
)
from tests.recognitions import OF_TWO, TH_SAFE, a_recognition, a_record, agreed, wrote
from tests.worlds import World

Act = Callable[[World, Address], object]
Outcome = type[ContractRefusal] | None

KEYS = (
    "issuing key",
    "competent key",
    "customs key",
    "aeo key",
    "revoked key",
    "suspended key",
    "foreign key",
    "foreign aeo key",
    "foreign customs key",
)
ADMINS = ("admin", "foreign admin", "suspended admin")
ACTORS = (*KEYS, *ADMINS, "stranger")
NAMES = {
    "issuing key": "VN issuing",
    "competent key": "VN competent",
    "customs key": "VN customs",
    "aeo key": "VN aeo",
    "revoked key": "VN revoked",
    "suspended key": "MY issuing",
    "foreign key": "TH issuing",
    "foreign aeo key": "TH aeo",
    "foreign customs key": "TH customs",
    "admin": "admin VN",
    "foreign admin": "admin TH",
    "suspended admin": "admin MY",
    "stranger": "stranger",
}


def enter(world: World, account: Address) -> None:
    """Enter a certificate of VN from a batch of one."""
    terms = world.terms()
    batch = world.anchored(terms)
    world.ledger.enter(terms, batch.root, batch.proof_of(certificate_id(terms)), account)


def vote(world: World, account: Address) -> None:
    """Vote on a proposal that the actor has not voted on."""
    proposer = "TH" if account != world.admin("TH") else "VN"
    number = world.ledger.propose(ProposalKind.ADMIT, "LA", world.account("new"), world.admin(proposer))
    world.ledger.vote(number, account)


def enact(world: World, account: Address) -> None:
    """Enact a proposal that lacks no vote any more."""
    number = world.ledger.propose(ProposalKind.ADMIT, "LA", world.account("new"), world.admin("TH"))
    world.ledger.enact(number, account)


def of_recognition(make: Callable[[World], OfRecognition]) -> Act:
    """Return the act of a write about VN's operators or arrangements, where all there is was declared."""

    def act(world: World, account: Address) -> None:
        agreed(world)
        wrote(world, Participate(OF_TWO, 1, ParticipationState.SIGNED, world.now), "TH")
        wrote(world, AddRecognition(a_recognition(world, partner="TH", programme=TH_SAFE)))
        world.ledger.write(make(world), account)

    return act


def _in_40_days(world: World) -> datetime:
    return world.now + timedelta(days=40)


def of_import(make: Callable[[World, bytes], OfProcedures]) -> Act:
    """Return the act of a write about a certificate of TH that VN is to import."""

    def act(world: World, account: Address) -> None:
        certificate = world.issued("TH issuing", exporting="TH", importing="VN")
        world.ledger.write(make(world, certificate), account)

    return act


def of_case(make: Callable[[World], OfProcedures], *, asks: str) -> Act:
    """Return the act of a write in a case that customs of a member has opened with the other one."""
    asked = "TH" if asks == "VN" else "VN"

    def act(world: World, account: Address) -> None:
        certificate = world.issued(f"{asked} issuing", exporting=asked, importing=asks)
        did(world, an_opening(world, certificate), f"{asks} customs")
        if asks == "VN":
            did(world, a_step(Step.REPLIED), f"{asked} issuing")
        world.ledger.write(make(world), account)

    return act


def clarify(world: World, account: Address) -> None:
    """Answer the refusal of a line of a certificate of VN."""
    certificate = world.issued()
    did(world, a_decision(world, certificate, granted=(), refused=(1,)))
    world.ledger.write(a_clarification(certificate), account)


ACTS: dict[str, Act] = {
    "issue": lambda world, account: world.ledger.issue(world.terms(), account),
    "anchor": lambda world, account: world.ledger.anchor(b"\1" * 32, 5, world.terms().valid_until, account),
    "enter": enter,
    "cancel": lambda world, account: world.ledger.cancel(world.issued(), Reason.OTHER, account),
    "replace": lambda world, account: world.ledger.replace(world.issued(), world.terms(), account),
    "propose": lambda world, account: world.ledger.propose(
        ProposalKind.ADMIT, "LA", world.account("new"), account
    ),
    "vote": vote,
    "rotate_admin": lambda world, account: world.ledger.rotate_admin(world.account("new"), account),
    "add_authority": lambda world, account: world.ledger.add_authority(Role.AEO, "N", "d.example", account),
    "withdraw_authority": lambda world, account: world.ledger.withdraw_authority(1, account),
    "add_key": lambda world, account: world.ledger.add_key(1, world.account("new"), account),
    "rotate_key": lambda world, account: world.ledger.rotate_key(
        world.account("VN issuing"), world.account("new"), account
    ),
    "revoke_key": lambda world, account: world.ledger.revoke_key(world.account("VN issuing"), account),
    "mark_compromised": lambda world, account: world.ledger.mark_compromised(
        world.account("VN issuing"), world.now, account
    ),
    "record": of_recognition(lambda world: RecordStatuses((a_record(world),))),
    "declare_programme": of_recognition(
        lambda _: DeclareProgramme("NEW", "New", ProgrammeKind.SAFE_AEO, 1),
    ),
    "declare_arrangement": of_recognition(
        lambda _: DeclareArrangement(ArrangementKind.PLURILATERAL, None, "NEW", "New", bytes(32)),
    ),
    "participate": of_recognition(
        lambda world: Participate(OF_TWO, 1, ParticipationState.SIGNED, world.now),
    ),
    "add_recognition": of_recognition(
        lambda world: AddRecognition(
            a_recognition(world, partner="TH", programme=TH_SAFE, arrangement=OF_TWO)
        )
    ),
    "end_recognition": of_recognition(lambda world: EndRecognition(2, world.now)),
    "receive": of_import(lambda _, certificate: Receive(certificate)),
    "decide": of_import(a_decision),
    "clarify": clarify,
    "set_split_use": lambda world, account: world.ledger.write(SetSplitUse(allowed=False), account),
    "open_case": of_import(an_opening),
    "ask": of_case(lambda world: a_step(Step.ASKED_AGAIN, due=_in_40_days(world)), asks="VN"),
    "reply": of_case(lambda _: a_step(Step.REPLIED), asks="TH"),
    "set_suspension": of_case(lambda _: a_suspension(), asks="VN"),
    "conclude": of_case(lambda _: a_conclusion(denied=(1,), confirmed=(2,)), asks="VN"),
    "record_exporter": lambda world, account: world.ledger.write(an_exporter(), account),
}
"""Each act is on the business of VN."""

KEYS_THAT_LIVE = ("issuing key", "competent key", "customs key", "aeo key")
ISSUERS: dict[str, Outcome] = {"issuing key": None, "foreign key": NotYourCertificate}
IMPORTERS: dict[str, Outcome] = {"customs key": None, "foreign customs key": NotTheImportingMember}
ASKING: dict[str, Outcome] = {"customs key": None, "foreign customs key": CaseNotYours}
OWNERS: dict[str, Outcome] = {"admin": None, "foreign admin": KeyNotYours, "suspended admin": KeyNotYours}
ALLOWED: dict[str, dict[str, Outcome]] = {
    "issue": {"issuing key": None, "foreign key": NotYourMember},
    "anchor": {"issuing key": None, "foreign key": None},
    "enter": dict.fromkeys((*KEYS_THAT_LIVE, "foreign key", "foreign aeo key", "foreign customs key")),
    "cancel": ISSUERS,
    "replace": ISSUERS,
    "propose": {"admin": None, "foreign admin": None, "suspended admin": MemberNotActive},
    "vote": {"admin": None, "foreign admin": None, "suspended admin": MemberNotActive},
    "rotate_admin": dict.fromkeys(ADMINS),
    "add_authority": {"admin": None, "foreign admin": None, "suspended admin": MemberNotActive},
    "withdraw_authority": {
        "admin": None,
        "foreign admin": AuthorityNotYours,
        "suspended admin": AuthorityNotYours,
    },
    "add_key": {"admin": None, "foreign admin": AuthorityNotYours, "suspended admin": MemberNotActive},
    "rotate_key": {"admin": None, "foreign admin": KeyNotYours, "suspended admin": MemberNotActive},
    "revoke_key": OWNERS,
    "mark_compromised": OWNERS,
    "record": {"aeo key": None, "foreign aeo key": OperatorNotYours},
    "declare_programme": {"aeo key": None, "foreign aeo key": None},
    "declare_arrangement": {"aeo key": None, "foreign aeo key": None},
    "participate": {"aeo key": None, "foreign aeo key": ParticipationOutOfTurn},
    "add_recognition": {"aeo key": None, "foreign aeo key": PartnerInvalid},
    "end_recognition": {"aeo key": None, "foreign aeo key": RecognitionNotYours},
    "receive": IMPORTERS,
    "decide": IMPORTERS,
    "clarify": ISSUERS,
    "set_split_use": {"customs key": None, "foreign customs key": None},
    "open_case": IMPORTERS,
    "ask": ASKING,
    "reply": {"issuing key": None, "foreign key": CaseNotYours},
    "set_suspension": ASKING,
    "conclude": ASKING,
    "record_exporter": {"competent key": None},
}
"""What becomes of an actor's attempt; who is not named is refused as having no such key at all."""
OF_RECOGNITION = {
    "record",
    "declare_programme",
    "declare_arrangement",
    "participate",
    "add_recognition",
    "end_recognition",
}
OF_PROCEDURES = {
    "receive",
    "decide",
    "clarify",
    "set_split_use",
    "open_case",
    "ask",
    "reply",
    "set_suspension",
    "conclude",
    "record_exporter",
}
WRITES_OF_KEYS = {"issue", "anchor", "enter", "cancel", "replace", *OF_RECOGNITION, *OF_PROCEDURES}


@pytest.mark.parametrize("actor", ACTORS)
@pytest.mark.parametrize("act", ACTS)
def test_only_those_who_may_do_it(peopled: World, act: str, actor: str) -> None:
    """Each function takes the accounts of the table and refuses all others by name."""
    account = peopled.account(NAMES[actor])
    missing = NotAuthorised if act in WRITES_OF_KEYS else NotAnAdmin
    expected = ALLOWED[act].get(actor, missing)
    if expected is None:
        ACTS[act](peopled, account)
        return
    with pytest.raises(ContractRefusal) as caught:
        ACTS[act](peopled, account)
    assert type(caught.value) is expected


@pytest.mark.parametrize("actor", [*KEYS, "stranger"])
def test_only_an_admin_enacts(peopled: World, actor: str) -> None:
    """Enacting takes any admin key; `test_members_port` has the case that succeeds."""
    with pytest.raises(NotAnAdmin):
        enact(peopled, peopled.account(NAMES[actor]))
