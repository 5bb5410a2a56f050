"""Verifying: from a file or a reference to a verdict, and never to an exception for what was presented."""

import copy
import json
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ledger import strict_json
from ledger.batch import batch_of
from ledger.certificate import Replaced
from ledger.documents import parse_document
from ledger.envelope import hash_of, sealed
from ledger.errors import ChainUnreachable, EnvelopeMalformed, ReferenceAmbiguous, Severity
from ledger.facts import Address, Evidence, LedgerName, Reason, Role
from ledger.issuing import Issued, cancel, issue, replace_certificate
from ledger.memory import MemoryLedger
from ledger.memory.transactions import MemoryTransactions
from ledger.ports import FilingState, Ledger
from ledger.presented import redacted
from ledger.terms import certificate_id
from ledger.verdict import EXIT_CODES, Outcome, VerdictCode
from ledger.verifying import verify, verify_at_once, verify_id, verify_reference
from tests.builders import a_certificate, a_document, a_vector, altered
from tests.bundles import bundled
from tests.ledger.archive.filings import a_filing
from tests.ledger.stated import stated
from tests.vectors.made_envelopes import drawn

ENVELOPES = Path(__file__).parents[1] / "vectors/envelopes"
CASES = sorted(path.stem for path in ENVELOPES.glob("*.json"))
ADMIN, KEY = Address(f"0x{'A1' * 20}"), Address(f"0x{'B2' * 20}")
OFFICE = 1


def the_case(name: str) -> Any:
    """Return a vector, read as strictly as what people present."""
    return strict_json.loads((ENVELOPES / f"{name}.json").read_bytes())


@pytest.fixture
def ledger() -> Ledger:
    """Return a ledger on 2 November 2026 on which VN has one authority with one key."""
    registry = MemoryLedger({"VN": ADMIN}, clock=lambda: datetime(2026, 11, 2, 8, tzinfo=UTC))
    registry.add_authority(Role.ISSUING, "Ministry of Industry and Trade", "moit.vn.example", ADMIN)
    registry.add_key(OFFICE, KEY, ADMIN)
    return bundled(registry)


def issued(ledger: Ledger, wait: float = 5, **overrides: Any) -> Issued:
    """Issue the default certificate."""
    return issue(a_certificate(**overrides), authority=OFFICE, account=KEY, ledger=ledger, wait=wait)


def outcomes(verdict: Any) -> dict[str, str]:
    """Return how each check ended."""
    return {check.name: str(check.outcome) for check in verdict.checks}


@pytest.mark.parametrize("name", [name for name in CASES if not name.startswith("refused-")])
def test_every_vector_gets_the_verdict_it_should(name: str) -> None:
    """Golden envelopes and tampered twins, against the ledger each describes."""
    case = the_case(name)
    ledger = stated(case["ledger"], lambda certificate: replace(a_filing(), id=certificate))
    verdict, expected = verify(case["envelope"], ledger), case["expected"]
    found = {
        "verdict": verdict.code.value,
        "altered": list(verdict.altered),
        "removed": verdict.removed,
        "hidden": verdict.hidden,
    }
    assert found == {part: expected[part] for part in found}
    content = verdict.checks[0]
    assert (content.outcome is Outcome.FAILED) == (verdict.code is VerdictCode.ALTERED)
    assert ("no longer tells where" in content.evidence) is not expected["located"]
    replacement = f"0x{verdict.replacement.hex()}" if verdict.replacement else None
    assert replacement == expected.get("replacement")


@pytest.mark.parametrize("name", [name for name in CASES if name.startswith("refused-")])
def test_every_vector_that_is_no_envelope_is_refused_by_its_rule(name: str) -> None:
    """What two readers could read in two ways is not read."""
    case = the_case(name)
    with pytest.raises(EnvelopeMalformed) as refusal:
        verify(
            case["envelope"], stated(case["ledger"], lambda certificate: replace(a_filing(), id=certificate))
        )
    assert case["expected"]["refused"] in {problem.rule for problem in refusal.value.problems}


def test_the_vectors_are_what_the_code_makes() -> None:
    """`python -m tests.vectors.make` writes them anew."""
    command = [sys.executable, "-m", "tests.vectors.make", "--check"]
    root = Path(__file__).parents[2]
    done = subprocess.run(command, cwd=root, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_vectors_cover_every_verdict() -> None:
    """Ten verdicts, each with a vector or more, and thirty tampered twins at the least."""
    verdicts = [the_case(name)["expected"].get("verdict") for name in CASES]
    assert {verdict for verdict in verdicts if verdict} == {code.value for code in VerdictCode}
    assert len([name for name in CASES if the_case(name)["expected"].get("verdict") == "ALTERED"]) >= 30


def test_an_issued_certificate_is_valid_with_four_checks_passed(ledger: Ledger) -> None:
    """And says as of which block."""
    verdict = verify(issued(ledger).envelope, ledger)
    assert verdict.code is VerdictCode.VALID
    assert outcomes(verdict) == dict.fromkeys(["content", "record", "issuer", "status"], "passed")
    assert verdict.as_of == ledger.registry.head()
    assert verdict.warnings == ()
    assert "Ministry of Industry and Trade, VN" in verdict.checks[2].evidence


def test_the_archive_is_asked_only_about_what_the_ledger_does_not_hold(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its answer can change nothing about a recorded certificate, and asking takes time."""
    one, other = issued(ledger), issued(ledger, reference="VN-TH 26/02/00099")
    monkeypatch.delitem(ledger.registry._entries, other.filing.id)  # type: ignore[attr-defined]
    asked: list[bytes] = []
    monkeypatch.setattr(ledger.archive, "find", asked.append)
    assert verify(one.envelope, ledger).code is VerdictCode.VALID
    assert asked == []
    assert verify(other.envelope, ledger).code is VerdictCode.NOT_FOUND
    assert asked == [other.filing.id]


def test_who_may_not_wait_gets_the_same_verdict_or_none(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """None is what the archive would have to be asked about."""
    one, other = issued(ledger), issued(ledger, reference="VN-TH 26/02/00099")
    forged = altered(one.envelope, "/data/exporter/name", "Somebody else")
    monkeypatch.delitem(ledger.registry._entries, other.filing.id)  # type: ignore[attr-defined]
    for envelope in (one.envelope, forged):
        assert verify_at_once(envelope, ledger) == verify(envelope, ledger)
    assert verify_at_once(other.envelope, ledger) is None


def test_an_envelope_survives_being_saved_and_read(ledger: Ledger) -> None:
    """In any layout of JSON."""
    saved = json.dumps(issued(ledger).envelope, indent=4, sort_keys=True)
    assert verify(strict_json.loads(saved.encode()), ledger).code is VerdictCode.VALID


def test_a_redacted_copy_is_valid_and_says_how_much_it_hides(ledger: Ledger) -> None:
    """Hiding is allowed, and never silent."""
    verdict = verify(redacted(issued(ledger).envelope, ["items.1"]), ledger)
    assert verdict.code is VerdictCode.VALID
    assert verdict.hidden == 15
    assert "15 of them hidden" in verdict.checks[0].evidence


def test_a_cancelled_certificate_says_when_and_why(ledger: Ledger) -> None:
    """The sentence is for the officer."""
    one = issued(ledger)
    cancel(one.filing.id, Reason.ORIGIN_NOT_MET, authority=OFFICE, account=KEY, ledger=ledger)
    verdict = verify(one.envelope, ledger)
    assert verdict.code is VerdictCode.CANCELLED
    assert verdict.sentence == "The issuing member cancelled it on 2 November 2026: origin not met."
    assert outcomes(verdict) == {
        "content": "passed",
        "record": "passed",
        "issuer": "passed",
        "status": "failed",
    }


def test_a_replaced_certificate_names_the_one_that_took_its_place(ledger: Ledger) -> None:
    """The old one is good for nothing, the new one for all."""
    old = issued(ledger)
    named = old.filing.terms
    newer = a_certificate(
        reference="VN-TH 26/02/00007",
        replaces=Replaced(reference="VN-TH 26/02/00006", issued_on=named.issued_on),
    )
    new = replace_certificate(old.filing.id, newer, authority=OFFICE, account=KEY, ledger=ledger)
    verdict = verify(old.envelope, ledger)
    assert (verdict.code, verdict.replacement) == (VerdictCode.REPLACED, new.filing.id)
    assert verify(new.envelope, ledger).code is VerdictCode.VALID


def test_a_certificate_expires_with_its_last_day(ledger: Ledger) -> None:
    """One second earlier it is valid."""
    one = issued(ledger)
    assert isinstance(ledger.registry, MemoryLedger)
    ledger.registry.advance(datetime(2027, 11, 1, 23, 59, 59, tzinfo=UTC) - ledger.clock())
    assert verify(one.envelope, ledger).code is VerdictCode.VALID
    ledger.registry.advance(timedelta(seconds=1))
    assert verify(one.envelope, ledger).code is VerdictCode.EXPIRED


class Silent(MemoryLedger):
    """A ledger whose node has gone."""

    def evidence(self, certificate: bytes, root: bytes, reference_key: bytes) -> Evidence:  # noqa: ARG002
        """Give no answer."""
        raise ChainUnreachable("connection refused")


def test_a_silent_node_is_never_read_as_revoked(ledger: Ledger) -> None:
    """CANNOT_CHECK, with the content checked all the same."""
    one = issued(ledger)
    silent = Silent({"VN": ADMIN})
    verdict = verify(one.envelope, replace(ledger, registry=silent, members=silent))
    assert verdict.code is VerdictCode.CANNOT_CHECK
    assert verdict.as_of is None
    assert outcomes(verdict)["content"] == "passed"
    assert outcomes(verdict)["record"] == "not-checked"


class Unasked(MemoryLedger):
    """A ledger that must not be asked."""

    def evidence(self, certificate: bytes, root: bytes, reference_key: bytes) -> Evidence:
        """Fail the test."""
        raise AssertionError(certificate, root, reference_key)


def test_a_copy_that_names_another_ledger_is_not_asked_about_here(ledger: Ledger) -> None:
    """Its id could mean something else here, and who asks about it is nobody's business."""
    one = issued(ledger)
    elsewhere = Unasked({"VN": ADMIN}, ledger=LedgerName(1, ledger.registry.ledger.address))
    verdict = verify(one.envelope, replace(ledger, registry=elsewhere, members=elsewhere))
    assert verdict.code is VerdictCode.NOT_FOUND
    assert "on chain 1337; this is" in verdict.sentence


def test_a_certificate_that_the_chain_has_lost_is_not_pending(ledger: Ledger) -> None:
    """The archive remembers it as recorded; the chain it asks holds nothing, and is past that block."""
    one = issued(ledger)
    empty = MemoryLedger({"VN": ADMIN}, clock=ledger.clock)
    behind = verify(one.envelope, replace(ledger, registry=empty, members=empty))
    for _ in range(5):
        empty.advance(timedelta())
    past = verify(one.envelope, replace(ledger, registry=empty, members=empty))
    assert (behind.code, past.code) == (VerdictCode.PENDING, VerdictCode.NOT_FOUND)


def test_warnings_of_the_rules_stand_beside_the_verdict(ledger: Ledger) -> None:
    """They never change it."""
    name = "vn-la-fob-missing"
    vector = json.loads((ENVELOPES.parent / f"certificates/{name}.json").read_text("utf-8"))
    certificate = parse_document(vector["document"])
    one = issue(certificate, authority=OFFICE, account=KEY, ledger=ledger)
    verdict = verify(one.envelope, ledger)
    assert verdict.code is VerdictCode.VALID
    assert [warning.rule for warning in verdict.warnings] == [f.rule for f in one.findings]
    assert verdict.warnings


def test_a_certificate_that_other_software_issued_against_the_rules_says_so(ledger: Ledger) -> None:
    """The contract cannot see it; the verdict stands, and the refusal of the rule stands beside it."""
    document = altered(a_document(), "/declaration/importingCountry", "MY")
    one = drawn(document, bytes(32), ledger.registry.ledger)
    ledger.registry.issue(one.terms, KEY)
    verdict = verify(sealed(one.data, one.seed, one.terms, (), one.id), ledger)
    assert verdict.code is VerdictCode.VALID
    assert [(found.rule, found.severity) for found in verdict.warnings] == [
        ("ATIGA-BOX11-IMPORTING", Severity.REFUSAL)
    ]


def test_a_certificate_without_the_form_of_one_says_where(ledger: Ledger) -> None:
    """A field that Form D does not have was issued and is intact; its place is named beside the verdict."""
    one = drawn(a_document(), bytes(32), ledger.registry.ledger)
    data = one.data | {"remarks": "none of Form D's boxes"}
    terms = replace(one.terms, document_hash=hash_of(data, one.seed))
    ledger.registry.issue(terms, KEY)
    verdict = verify(sealed(data, one.seed, terms, (), certificate_id(terms)), ledger)
    assert verdict.code is VerdictCode.VALID
    assert [(found.rule, found.pointer) for found in verdict.warnings] == [("FORM-field.unknown", "/remarks")]


def test_originals_that_the_ledger_has_not_looked_at_are_a_warning(ledger: Ledger) -> None:
    """A back-to-back certificate in a batch rests on originals that are checked when it is entered."""
    document = altered(a_vector("sg-my-pepper-back-to-back"), "/exportingMember", "VN")
    one = drawn(document, bytes(32), ledger.registry.ledger)
    batch = batch_of([one.id], "VN")
    ledger.registry.anchor(batch.tree.root, 1, one.terms.valid_until, KEY)
    verdict = verify(one.member(batch), ledger)
    assert verdict.code is VerdictCode.VALID
    assert "PARENTS-UNSEEN" in [found.rule for found in verdict.warnings]


def test_an_altered_copy_gets_no_warnings_about_what_nobody_issued(ledger: Ledger) -> None:
    """They would be about the forger's text."""
    document = issued(ledger).envelope
    document["data"]["items"]["1"]["hsEdition"] = f"{document['data']['items']['1']['hsEdition'][:-4]}2017"
    verdict = verify(document, ledger)
    assert (verdict.code, verdict.warnings) == (VerdictCode.ALTERED, ())


def test_a_reference_and_a_date_of_issue_find_the_certificate(ledger: Ledger) -> None:
    """However the reference is spelt; the content stays unchecked, and no sentence says otherwise."""
    one = issued(ledger)
    verdict = verify_reference("VN", "vn th 26.02.00006", date(2026, 11, 2), ledger)
    assert (verdict.code, verdict.certificate) == (VerdictCode.VALID, one.filing.id)
    assert outcomes(verdict)["content"] == "not-checked"
    assert "naltered" not in verdict.sentence


@pytest.mark.parametrize(("member", "issued_on"), [("VN", date(2026, 11, 3)), ("TH", date(2026, 11, 2))])
def test_a_reference_with_the_wrong_date_or_member_is_not_found(
    ledger: Ledger, member: str, issued_on: date
) -> None:
    """One particular alone finds nothing, so numbers cannot be harvested."""
    issued(ledger)
    verdict = verify_reference(member, "VN-TH 26/02/00006", issued_on, ledger)
    assert (verdict.code, verdict.certificate) == (VerdictCode.NOT_FOUND, None)


def test_a_reference_of_two_offices_needs_the_office_named(ledger: Ledger) -> None:
    """References are unique per office only (ATIGA OCP Rule 7.3)."""
    issued(ledger)
    other = issued(ledger, issuing_office="0-3")
    with pytest.raises(ReferenceAmbiguous, match="2 certificates"):
        verify_reference("VN", "VN-TH 26/02/00006", date(2026, 11, 2), ledger)
    verdict = verify_reference("VN", "VN-TH 26/02/00006", date(2026, 11, 2), ledger, office="03")
    assert verdict.certificate == other.filing.id


def test_an_id_is_answered_from_the_archive_and_from_the_ledger_alone(ledger: Ledger) -> None:
    """Without its archive the verdict is the same, and in neither is content judged."""
    made = issued(ledger)
    here, elsewhere = verify_id(made.filing.id, ledger), verify_id(made.filing.id, bundled(ledger.registry))
    assert here.code is elsewhere.code is VerdictCode.VALID
    assert outcomes(here) == outcomes(elsewhere)
    assert outcomes(here)["content"] == "not-checked"
    assert here.certificate == elsewhere.certificate == made.filing.id


def test_an_id_tells_of_an_end_from_the_ledger_alone(ledger: Ledger) -> None:
    """As the file does."""
    made = issued(ledger)
    cancel(made.filing.id, Reason.OTHER, authority=OFFICE, account=KEY, ledger=ledger, wait=5)
    assert verify_id(made.filing.id, bundled(ledger.registry)).code is VerdictCode.CANCELLED


def test_an_id_under_which_nothing_stands_is_not_found(ledger: Ledger) -> None:
    """And a silent ledger is no answer."""
    assert verify_id(b"\x07" * 32, ledger).code is VerdictCode.NOT_FOUND
    silent = Silent({"VN": ADMIN})
    unanswered = verify_id(b"\x07" * 32, replace(ledger, registry=silent, members=silent))
    assert unanswered.code is VerdictCode.CANNOT_CHECK


def test_an_accepted_certificate_is_pending_by_file_and_by_reference(ledger: Ledger) -> None:
    """It is on its way; the archive here knows."""
    assert isinstance(ledger.transactions, MemoryTransactions)
    ledger.transactions.held = True
    filing = issued(ledger, wait=0.01).filing
    assert filing.state is FilingState.ACCEPTED
    verdict = verify_reference("VN", "VN-TH 26/02/00006", date(2026, 11, 2), ledger)
    assert (verdict.code, verdict.certificate) == (VerdictCode.PENDING, filing.id)


def test_verifying_changes_nothing_of_what_was_presented(ledger: Ledger) -> None:
    """A caller's document is its own."""
    document = issued(ledger).envelope
    before = copy.deepcopy(document)
    verify(document, ledger)
    redacted(document, ["exporter"])
    assert document == before


def test_exit_codes_are_fixed() -> None:
    """Scripts rely on them; 1 and 2 stay free for faults and wrong usage."""
    assert {code.value: number for code, number in EXIT_CODES.items()} == {
        "VALID": 0,
        "REPLACED": 10,
        "CANCELLED": 11,
        "ALTERED": 12,
        "ISSUER_NOT_AUTHORISED": 13,
        "NOT_FOUND": 14,
        "PENDING": 15,
        "EXPIRED": 16,
        "CONFLICTING": 17,
        "CANNOT_CHECK": 20,
    }
