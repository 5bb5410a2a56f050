"""Issuing, cancelling, replacing: each step may die, and the next try finishes the same certificate."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from ledger.certificate import Replaced
from ledger.errors import (
    ArchiveUnavailable,
    CertificateNotFiled,
    CertificateRefused,
    ChainUnreachable,
    KeyNotHeld,
    NotConfirmed,
    NotRecordedYet,
    ReferenceAlreadyFiled,
    SignerUnavailable,
)
from ledger.facts import Address, Reason, Role
from ledger.fsck import Examiner
from ledger.issuing import Issued, cancel, envelope_of, issue, replace_certificate, resume
from ledger.memory import MemoryLedger
from ledger.memory.transactions import MemoryTransactions
from ledger.memory_archive import MemoryArchive
from ledger.ports import Filing, FilingState, Ledger
from ledger.presented import examined, opened
from ledger.refusals import (
    AuthorityUnknown,
    CertificateNotLive,
    CertificateUnknown,
    NotAuthorised,
    NotYourCertificate,
    NotYourMember,
    ReferenceAlreadyUsed,
)
from ledger.submitting import assembled
from ledger.verdict import VerdictCode
from ledger.verifying import verify
from tests.builders import a_certificate

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)
ADMIN = {"VN": Address(f"0x{'A1' * 20}"), "TH": Address(f"0x{'A2' * 20}")}
VN_KEY, VN_SECOND, VN_CUSTOMS, TH_KEY, NOBODY = (Address(f"0x{f'B{number}' * 20}") for number in range(1, 6))
VN, CUSTOMS, TH = 1, 2, 3


class Died(BaseException):
    """The process was killed; no handler of ours sees it."""


@dataclass
class Fragile:
    """A port that breaks at a chosen call: before it does its work, or after it, when the answer is lost."""

    port: Any
    breaks: dict[str, tuple[str, BaseException]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)

    def __getattr__(self, name: str) -> Any:
        found = getattr(self.port, name)
        return self._watched(name, found) if callable(found) else found

    def _watched(self, name: str, call: Callable[..., Any]) -> Callable[..., Any]:
        def watched(*arguments: Any, **named: Any) -> Any:
            self.calls.append(name)
            when, error = self.breaks.pop(name, ("", Died()))
            if when == "before":
                raise error
            answer = call(*arguments, **named)
            if when == "after":
                raise error
            return answer

        return watched


WAIT = 0.3
"""Seconds given to what is expected not to come."""


@dataclass
class Office:
    """An issuing authority at work: the ledger, with a way to break it."""

    chain: Fragile
    archive: Fragile
    transactions: Fragile
    outbox: Fragile = field(init=False)
    _ledger: Ledger = field(init=False)

    def __post_init__(self) -> None:
        """Start the process."""
        self.outbox = Fragile(self.archive.port.outbox)
        self.restart()

    def restart(self) -> None:
        """Start another process, which knows what is stored and nothing else."""
        if hasattr(self, "_ledger"):
            self._ledger.carrier.close()
        self._ledger = assembled(
            members=self.chain,
            registry=self.chain,
            transactions=self.transactions,
            archive=self.archive,
            outbox=self.outbox,
            clock=lambda: self.chain.head().time,
        )

    @property
    def ledger(self) -> Ledger:
        """The outside, as the steps take it."""
        return self._ledger

    def issue(self, *, authority: int = VN, account: Address = VN_KEY, **overrides: Any) -> Issued:
        """Issue the default certificate."""
        return issue(
            a_certificate(**overrides), authority=authority, account=account, ledger=self.ledger, wait=WAIT
        )

    def replace(self, old: bytes, **overrides: Any) -> Issued:
        """Replace a certificate by one with a new reference that names it."""
        return replace_certificate(
            old, a_replacement(**overrides), authority=VN, account=VN_KEY, ledger=self.ledger, wait=WAIT
        )

    def cancel(self, one: bytes, reason: Reason = Reason.OTHER) -> Any:
        """Cancel a certificate."""
        return cancel(one, reason, authority=VN, account=VN_KEY, ledger=self.ledger, wait=WAIT)

    def accepted(self, **overrides: Any) -> Filing:
        """Issue a certificate that the chain does not take yet."""
        self.transactions.port.held = True
        one = self.issue(**overrides)
        self.transactions.port.held = False
        assert one.filing.state is FilingState.ACCEPTED
        return one.filing

    def resumed(self) -> list[Any]:
        """Let another process complete what was left."""
        self.restart()
        return list(resume(self.ledger, wait=WAIT))

    @property
    def entries(self) -> int:
        """How many entries the chain holds."""
        return len(self.chain.port._entries)

    def filings(self) -> list[Filing]:
        """Return what the authority has filed."""
        return list(self.archive.port.filings(VN))


def a_replacement(**overrides: Any) -> Any:
    """Return a certificate that names the default one as replaced."""
    named = Replaced(reference="VN-TH 26/02/00006", issued_on=date(2026, 11, 2))
    return a_certificate(**{"reference": "VN-TH 26/02/00077", "replaces": named} | overrides)


@pytest.fixture
def office() -> Office:
    """Return an office of VN on a ledger of two members."""
    chain = MemoryLedger(ADMIN, clock=lambda: NOON)
    for member, roles, accounts in (
        ("VN", Role.ISSUING, (VN_KEY, VN_SECOND)),
        ("VN", Role.CUSTOMS, (VN_CUSTOMS,)),
        ("TH", Role.ISSUING, (TH_KEY,)),
    ):
        number = chain.add_authority(roles, f"{member} office", f"{member.lower()}.example", ADMIN[member])
        for account in accounts:
            chain.add_key(number, account, ADMIN[member])
    return Office(Fragile(chain), Fragile(MemoryArchive()), Fragile(MemoryTransactions(chain)))


def test_issuing_files_the_certificate_and_writes_its_entry(office: Office) -> None:
    """And hands out an envelope that verifies."""
    one = office.issue()
    assert one.filing.state is FilingState.RECORDED
    assert (one.filing.reference, one.filing.office) == ("VNTH260200006", "02")
    assert office.entries == 1
    assert examined(opened(one.envelope)).certificate == one.filing.id
    assert verify(one.envelope, office.ledger).code is VerdictCode.VALID
    assert one.findings == ()


def test_it_is_stored_before_it_is_signed_and_signed_bytes_before_they_are_sent(office: Office) -> None:
    """Or a crash in between would leave an entry nobody can show a document for, or a nonce used twice."""
    calls: list[str] = []
    office.transactions.calls = office.archive.calls = office.outbox.calls = calls
    office.issue()
    steps = ["file", "sign", "keep", "send", "outcome", "settle"]
    assert [call for call in calls if call in steps] == steps


STEPS = [
    ("archive", "file", "before"),
    ("archive", "file", "after"),
    *(
        (port, step, when)
        for port, step in (
            ("transactions", "used"),
            ("transactions", "sign"),
            ("outbox", "keep"),
            ("transactions", "send"),
            ("transactions", "outcome"),
            ("outbox", "settle"),
        )
        for when in ("before", "after")
    ),
]
NAMES = [f"{when} {step}" for _, step, when in STEPS]


@pytest.mark.parametrize(("port", "step", "when"), STEPS, ids=NAMES)
def test_a_retry_after_a_crash_at_any_step_ends_with_one_entry_of_the_same_id(
    office: Office, port: str, step: str, when: str
) -> None:
    """In the process that takes its place."""
    getattr(office, port).breaks[step] = (when, Died())
    with pytest.raises(Died):
        office.issue()
    filed = office.filings()
    office.restart()
    again = office.issue()
    assert office.entries == 1
    assert again.filing.state is FilingState.RECORDED
    assert [filing.id for filing in office.filings()] == [again.filing.id]
    if filed:
        assert (again.filing.id, again.filing.seed) == (filed[0].id, filed[0].seed)
    assert again.envelope == office.issue().envelope
    assert verify(again.envelope, office.ledger).code is VerdictCode.VALID
    assert list(Examiner(office.ledger).discrepancies()) == []


@pytest.mark.parametrize("error", [ChainUnreachable("gone"), ArchiveUnavailable("gone"), NotConfirmed(b"")])
@pytest.mark.parametrize(("port", "step", "when"), STEPS[2:], ids=NAMES[2:])
def test_an_answer_that_is_lost_at_any_step_after_filing_delays_a_certificate_and_no_more(
    office: Office, port: str, step: str, when: str, error: Exception
) -> None:
    """The next round of the same process goes on."""
    getattr(office, port).breaks[step] = (when, error)
    one = office.issue()
    assert one.filing.state is FilingState.RECORDED
    assert office.entries == 1
    assert list(Examiner(office.ledger).discrepancies()) == []


@pytest.mark.parametrize("when", ["before", "after"])
def test_an_archive_that_fails_while_filing_is_told_and_a_retry_continues(office: Office, when: str) -> None:
    """What it had stored all the same is found again."""
    office.archive.breaks["file"] = (when, ArchiveUnavailable("gone"))
    with pytest.raises(ArchiveUnavailable):
        office.issue()
    assert office.issue().filing.state is FilingState.RECORDED
    assert (office.entries, len(office.filings())) == (1, 1)


@pytest.mark.parametrize(("port", "step", "when"), STEPS[1:], ids=NAMES[1:])
def test_resuming_completes_what_a_crash_left_at_any_step(
    office: Office, port: str, step: str, when: str
) -> None:
    """Without the certificate being sent in again."""
    getattr(office, port).breaks[step] = (when, Died())
    with pytest.raises(Died):
        office.issue()
    left = office.filings()[0]
    office.resumed()
    assert office.entries == 1
    held = office.archive.port.find(left.id)
    assert held.state is FilingState.RECORDED
    assert verify(envelope_of(held), office.ledger).code is VerdictCode.VALID
    assert list(resume(office.ledger)) == []


def test_what_the_chain_does_not_take_in_time_stays_accepted(office: Office) -> None:
    """It is told so, filing by filing, and goes out when the chain moves again."""
    for number in range(2):
        office.accepted(reference=f"VN-TH 26/02/0000{number}")
    office.transactions.port.held = True
    assert [type(outcome) for outcome in office.resumed()] == [NotRecordedYet] * 2
    office.transactions.port.held = False
    office.transactions.port.mine()
    assert [outcome.state for outcome in office.resumed()] == [FilingState.RECORDED] * 2


def test_many_that_wait_go_out_as_one_anchor(office: Office) -> None:
    """The first one, which met no other, has an entry of its own; each envelope verifies."""
    held = office.transactions.port
    held.held = True
    for number in range(6):  # four transactions may be under way, the others wait together
        office.issue(reference=f"VN-TH 26/02/0000{number}")
    held.held = False
    held.mine()
    office.resumed()
    assert office.entries == 4
    batches = [filing for filing in office.filings() if filing.siblings]
    assert len(batches) == 2
    for filing in office.filings():
        assert filing.state is FilingState.RECORDED
        assert verify(envelope_of(filing), office.ledger).code is VerdictCode.VALID
    assert list(Examiner(office.ledger).discrepancies()) == []


def test_a_retry_by_another_key_of_the_authority_goes_on_with_the_same_certificate(office: Office) -> None:
    """The first key may have been retired meanwhile, and its file taken away."""
    office.outbox.breaks["keep"] = ("before", Died())
    with pytest.raises(Died):
        office.issue()
    office.chain.port.revoke_key(VN_KEY, ADMIN["VN"])
    office.chain.port._held = {ADMIN["VN"], VN_SECOND}
    office.restart()
    filed = office.filings()[0]
    again = office.issue(account=VN_SECOND).filing
    assert (again.id, again.state) == (filed.id, FilingState.RECORDED)


def test_another_program_that_was_faster_is_found_out(office: Office) -> None:
    """The contract says that the certificate is there, so it is; one entry."""
    filing = office.filings()
    office.outbox.breaks["keep"] = ("before", Died())
    with pytest.raises(Died):
        office.issue()
    filing = office.filings()
    office.chain.port.issue(filing[0].terms, VN_KEY)
    office.restart()
    one = office.issue()
    assert one.filing.state is FilingState.RECORDED
    assert verify(one.envelope, office.ledger).code is VerdictCode.VALID
    assert office.entries == 1


def test_a_late_refusal_of_a_replacement_does_not_free_its_reference_either(office: Office) -> None:
    """The second try finds the old certificate replaced, by the first."""
    old = office.issue().filing
    office.outbox.breaks["keep"] = ("before", Died())
    with pytest.raises(Died):
        office.replace(old.id)
    office.chain.port.replace(old.id, office.filings()[-1].terms, VN_KEY)
    office.restart()
    new = office.replace(old.id)
    assert new.filing.state is FilingState.RECORDED
    assert verify(new.envelope, office.ledger).code is VerdictCode.VALID


def test_issuing_twice_gives_the_same_certificate(office: Office) -> None:
    """One entry, one filing, one envelope to the byte."""
    one, other = office.issue(), office.issue()
    assert one.envelope == other.envelope
    assert (office.entries, len(office.filings())) == (1, 1)


def test_a_reference_that_holds_other_content_is_refused_before_anything_is_written(office: Office) -> None:
    """Naming the certificate that holds it; also when it is spelt differently."""
    one = office.issue()
    with pytest.raises(ReferenceAlreadyFiled) as refusal:
        office.issue(reference="VN TH-26.02.00006")
    assert refusal.value.certificate == one.filing.id
    assert office.entries == 1


def test_two_offices_may_use_the_same_number(office: Office) -> None:
    """Rule 7.3 promises uniqueness per office only."""
    office.issue()
    office.issue(issuing_office="03")
    assert office.entries == 2


def test_a_refusal_of_the_contract_frees_the_reference(office: Office) -> None:
    """The corrected certificate can be issued under it."""
    known = office.issue(reference="VN-TH 26/02/00001").filing
    archive = Fragile(MemoryArchive())  # an archive that has lost its memory
    lost = Office(office.chain, archive, office.transactions)
    with pytest.raises(ReferenceAlreadyUsed) as refusal:
        lost.issue(reference="VN-TH 26/02/00001")
    assert refusal.value.holder == known.id
    assert [filing.state for filing in lost.filings()] == [FilingState.REFUSED]
    assert list(archive.port.unconfirmed()) == []
    assert archive.port.find_reference("VN", "VNTH260200001", date(2026, 11, 2)) == ()


def test_after_a_refusal_the_corrected_certificate_takes_the_reference(office: Office) -> None:
    """The refused filing stays in the archive as such."""
    office.chain.breaks["issue"] = ("before", NotYourMember("VN", "TH"))
    office.transactions.port.ledger = office.chain
    with pytest.raises(NotYourMember):
        office.issue()
    corrected = office.issue(importing_member="TH", consignee=a_certificate().exporter)
    assert [filing.state for filing in office.filings()] == [FilingState.REFUSED, FilingState.RECORDED]
    assert verify(corrected.envelope, office.ledger).code is VerdictCode.VALID


def test_a_certificate_that_a_rule_speaks_against_goes_nowhere(office: Office) -> None:
    """Neither into the archive nor onto the chain; every finding is told."""
    with pytest.raises(CertificateRefused) as refusal:
        office.issue(valid_until=date(2029, 1, 1))
    assert refusal.value.findings
    assert (office.filings(), office.entries) == ([], 0)


@pytest.mark.parametrize(
    ("authority", "account", "refusal"),
    [
        (9, VN_KEY, AuthorityUnknown),
        (VN, NOBODY, NotAuthorised),
        (VN, TH_KEY, NotAuthorised),
        (TH, VN_KEY, NotAuthorised),
        (VN, VN_CUSTOMS, NotAuthorised),
        (CUSTOMS, VN_CUSTOMS, NotAuthorised),
        (VN, ADMIN["VN"], NotAuthorised),
        (TH, TH_KEY, NotYourMember),
    ],
    ids=[
        "no authority",
        "no key",
        "a key of TH",
        "for TH",
        "of another authority",
        "customs",
        "an admin",
        "as TH",
    ],
)
def test_only_a_key_of_the_exporting_members_issuing_authority_can_issue(
    office: Office, authority: int, account: Address, refusal: type[Exception]
) -> None:
    """Refused before anything is stored."""
    with pytest.raises(refusal):
        office.issue(authority=authority, account=account)
    assert (office.archive.port._filings, office.entries) == ({}, 0)


@pytest.mark.parametrize("end", ["revoke", "compromise", "suspend", "withdraw"])
def test_a_key_that_has_ended_cannot_issue(office: Office, end: str) -> None:
    """However it ended."""
    chain = office.chain.port
    match end:
        case "revoke":
            chain.revoke_key(VN_KEY, ADMIN["VN"])
        case "compromise":
            chain.mark_compromised(VN_KEY, NOON - timedelta(days=1), ADMIN["VN"])
        case "suspend":
            chain._set_suspended("VN", suspended=True)
        case _:
            chain.withdraw_authority(VN, ADMIN["VN"])
    with pytest.raises(NotAuthorised):
        office.issue()
    assert office.filings() == []


def test_a_signer_that_is_silent_for_a_while_delays_the_certificate(office: Office) -> None:
    """Nothing is lost; an alarm tells the operator, and is over with the next signature."""
    office.transactions.breaks["sign"] = ("before", SignerUnavailable("127.0.0.1:9000", "did not answer"))
    office.outbox.calls.clear()
    assert office.issue().filing.state is FilingState.RECORDED
    assert [call for call in office.outbox.calls if call.endswith("_alarm")] == ["raise_alarm", "clear_alarm"]
    assert office.ledger.outbox.alarms() == ()


def test_nothing_is_stored_for_a_key_that_is_not_at_hand(office: Office) -> None:
    """So its reference stays free, and nobody reads PENDING about what cannot be signed here."""
    office.chain.port._held = {ADMIN["VN"], VN_SECOND}
    with pytest.raises(KeyNotHeld):
        office.issue()
    assert office.filings() == []
    assert office.issue(account=VN_SECOND).filing.state is FilingState.RECORDED


def test_after_a_rotation_another_key_of_the_authority_completes_what_was_accepted(office: Office) -> None:
    """The key that was to sign is revoked between the crash and the restart."""
    office.outbox.breaks["keep"] = ("before", Died())
    with pytest.raises(Died):
        office.issue()
    office.chain.port.revoke_key(VN_KEY, ADMIN["VN"])
    assert [type(outcome) for outcome in office.resumed()] == [Filing]
    assert [filing.state for filing in office.filings()] == [FilingState.RECORDED]


def test_a_cancelled_certificate_is_cancelled_once(office: Office) -> None:
    """The second time says so by returning nothing."""
    one = office.issue()
    assert office.cancel(one.filing.id, Reason.ORIGIN_NOT_MET) is not None
    assert office.cancel(one.filing.id, Reason.ORIGIN_NOT_MET) is None
    assert verify(one.envelope, office.ledger).code is VerdictCode.CANCELLED


def test_a_lost_answer_to_a_cancellation_is_no_second_cancellation(office: Office) -> None:
    """A retry finds it done."""
    one = office.issue()
    office.outbox.breaks["settle"] = ("before", Died())
    with pytest.raises(Died):
        office.cancel(one.filing.id)
    office.restart()
    assert office.cancel(one.filing.id) is None
    assert verify(one.envelope, office.ledger).code is VerdictCode.CANCELLED


def test_a_cancellation_that_an_earlier_try_has_written_meanwhile_is_found(office: Office) -> None:
    """Both were on their way at once; the later one was refused."""
    one = office.issue().filing
    office.transactions.port.held = True
    with pytest.raises(NotRecordedYet):
        office.cancel(one.id)
    office.chain.port.cancel(one.id, Reason.OTHER, VN_KEY)
    office.transactions.port.held = False
    office.transactions.port.mine()
    assert office.resumed() == []
    assert office.cancel(one.id) is None


def test_a_cancellation_for_another_reason_is_refused(office: Office) -> None:
    """The reason on the ledger is the first one."""
    one = office.issue()
    office.cancel(one.filing.id, Reason.OTHER)
    with pytest.raises(CertificateNotLive):
        office.cancel(one.filing.id, Reason.OBTAINED_BY_FRAUD)


def test_an_unknown_certificate_cannot_be_cancelled(office: Office) -> None:
    """Nor replaced."""
    with pytest.raises(CertificateUnknown):
        office.cancel(bytes(32))
    with pytest.raises(CertificateNotFiled):
        office.replace(bytes(32))


def test_another_member_can_neither_cancel_nor_replace(office: Office) -> None:
    """Not with its own authority, and not by naming ours."""
    one = office.issue().filing
    with pytest.raises(NotYourCertificate):
        cancel(one.id, Reason.OTHER, authority=TH, account=TH_KEY, ledger=office.ledger)
    with pytest.raises(NotAuthorised):
        cancel(one.id, Reason.OTHER, authority=VN, account=TH_KEY, ledger=office.ledger)
    with pytest.raises(NotAuthorised):
        replace_certificate(one.id, a_replacement(), authority=VN, account=TH_KEY, ledger=office.ledger)
    with pytest.raises(NotYourMember):
        replace_certificate(one.id, a_replacement(), authority=TH, account=TH_KEY, ledger=office.ledger)
    assert verify(envelope_of(one), office.ledger).code is VerdictCode.VALID


def test_a_replacement_ends_the_old_certificate_in_the_same_moment(office: Office) -> None:
    """And the ledger points from the old one to the new one."""
    old = office.issue()
    new = office.replace(old.filing.id)
    verdict = verify(old.envelope, office.ledger)
    assert (verdict.code, verdict.replacement) == (VerdictCode.REPLACED, new.filing.id)
    assert verify(new.envelope, office.ledger).code is VerdictCode.VALID
    assert new.filing.replaces == old.filing.id


@pytest.mark.parametrize(
    "named",
    [
        None,
        Replaced(reference="VN-TH 26/02/00005", issued_on=date(2026, 11, 2)),
        Replaced(reference="VN-TH 26/02/00006", issued_on=date(2026, 11, 1)),
    ],
    ids=["nothing", "another reference", "another date"],
)
def test_a_replacement_must_name_what_it_replaces(office: Office, named: Replaced | None) -> None:
    """By reference and date of issue (ATIGA OCP Rule 29.4)."""
    old = office.issue()
    with pytest.raises(CertificateRefused) as refusal:
        office.replace(old.filing.id, replaces=named)
    assert "REPLACES-NAMED" in {finding.rule for finding in refusal.value.findings}
    assert verify(old.envelope, office.ledger).code is VerdictCode.VALID


@pytest.mark.parametrize(("port", "step", "when"), STEPS, ids=NAMES)
def test_a_retried_replacement_after_a_crash_at_any_step_replaces_once(
    office: Office, port: str, step: str, when: str
) -> None:
    """One new entry, one pointer."""
    old = office.issue().filing
    office.restart()
    getattr(office, port).breaks[step] = (when, Died())
    with pytest.raises(Died):
        office.replace(old.id)
    office.restart()
    new = office.replace(old.id)
    assert office.entries == 2
    assert new.filing.state is FilingState.RECORDED
    verdict = verify(envelope_of(old), office.ledger)
    assert (verdict.code, verdict.replacement) == (VerdictCode.REPLACED, new.filing.id)


def test_what_was_issued_on_its_own_does_not_count_as_a_replacement(office: Office) -> None:
    """The old certificate would be told replaced, and stay valid beside the new one."""
    old = office.issue()
    new = issue(a_replacement(), authority=VN, account=VN_KEY, ledger=office.ledger, wait=WAIT)
    with pytest.raises(ReferenceAlreadyFiled) as refusal:
        office.replace(old.filing.id)
    assert refusal.value.certificate == new.filing.id
    assert verify(old.envelope, office.ledger).code is VerdictCode.VALID


def test_what_was_accepted_on_its_own_is_not_sent_as_a_replacement(office: Office) -> None:
    """Nor is it refused for good: the call that was begun can still be completed."""
    old = office.issue()
    office.transactions.port.held = True
    issue(a_replacement(), authority=VN, account=VN_KEY, ledger=office.ledger, wait=WAIT)
    with pytest.raises(ReferenceAlreadyFiled):
        office.replace(old.filing.id)
    assert office.entries == 1
    office.transactions.port.held = False
    office.transactions.port.mine()
    assert [type(outcome) for outcome in office.resumed()] == [Filing]


def test_a_cancelled_certificate_cannot_be_replaced_and_the_new_reference_is_free_again(
    office: Office,
) -> None:
    """The replacement was refused as a whole."""
    old = office.issue()
    office.cancel(old.filing.id)
    with pytest.raises(CertificateNotLive):
        office.replace(old.filing.id)
    assert office.filings()[-1].state is FilingState.REFUSED
    assert office.issue(reference="VN-TH 26/02/00077").filing.state is FilingState.RECORDED


def batched(office: Office) -> Filing:
    """Anchor two certificates and return the filing of one."""
    for reference in ("VN-TH 26/02/00006", "VN-TH 26/02/00099"):
        office.outbox.breaks["open"] = ("before", Died())
        with pytest.raises(Died):
            office.issue(reference=reference)
    office.resumed()
    return office.filings()[0]


def test_a_member_of_a_batch_is_valid_without_an_entry(office: Office) -> None:
    """One root stands for all."""
    member = batched(office)
    assert office.entries == 0
    assert verify(envelope_of(member), office.ledger).code is VerdictCode.VALID


def test_cancelling_a_member_of_a_batch_enters_it_first(office: Office) -> None:
    """The others are not touched."""
    member = batched(office)
    assert office.cancel(member.id) is not None
    assert office.entries == 1
    assert verify(envelope_of(member), office.ledger).code is VerdictCode.CANCELLED
    assert verify(envelope_of(office.filings()[1]), office.ledger).code is VerdictCode.VALID


def test_a_member_of_a_batch_that_was_entered_meanwhile_is_cancelled_all_the_same(office: Office) -> None:
    """Anyone may enter it."""
    member = batched(office)
    office.transactions.port.held = True
    with pytest.raises(NotRecordedYet):
        office.cancel(member.id)
    office.chain.port.enter(member.terms, member.root, member.siblings, TH_KEY)
    office.transactions.port.held = False
    office.transactions.port.mine()
    office.resumed()
    office.ledger.carrier.carried_out(lambda: office.archive.port.outbox.find(3), WAIT)
    assert verify(envelope_of(member), office.ledger).code is VerdictCode.CANCELLED


def test_replacing_a_member_of_a_batch_enters_it_first(office: Office) -> None:
    """And only for somebody who may replace it."""
    member = batched(office)
    with pytest.raises(NotAuthorised):
        replace_certificate(member.id, a_replacement(), authority=VN, account=TH_KEY, ledger=office.ledger)
    assert office.entries == 0
    office.replace(member.id)
    assert verify(envelope_of(member), office.ledger).code is VerdictCode.REPLACED
