import json
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ledger import rules
from ledger.documents import parse_document
from ledger.errors import CertificateMalformed, Severity
from ledger.rules.calendar import last_valid_day
from tests.builders import VECTORS

TODAY = date(2026, 11, 22)
GOOD = sorted(VECTORS.glob("*.json"))
REFUSED = sorted((VECTORS / "refused").glob("*.json"))


def read(path: Path) -> dict[str, Any]:
    """Return one vector file."""
    vector: dict[str, Any] = json.loads(path.read_text("utf-8"))
    return vector


def codes_found(document: dict[str, Any]) -> tuple[str, list[str]]:
    """Return which kind of answer a document gets, and its codes in order."""
    try:
        certificate = parse_document(document)
    except CertificateMalformed as malformed:
        return "expectedProblems", sorted(problem.rule for problem in malformed.problems)
    return "expectedFindings", sorted(finding.rule for finding in rules.check(certificate, on=TODAY))


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_a_realistic_certificate_gets_exactly_its_findings_and_no_refusal(path: Path) -> None:
    """What the vectors promise to other implementations is what this one does."""
    vector = read(path)
    assert codes_found(vector["document"]) == ("expectedFindings", sorted(vector["expectedFindings"]))
    assert rules.refusals(rules.check(parse_document(vector["document"]), on=TODAY)) == ()


@pytest.mark.parametrize("path", REFUSED, ids=lambda path: path.stem)
def test_a_spoilt_twin_is_refused_for_exactly_its_fault(path: Path) -> None:
    """One change, and the rule that it breaks."""
    vector = read(path)
    kind = "expectedProblems" if "expectedProblems" in vector else "expectedFindings"
    assert codes_found(vector["document"]) == (kind, sorted(vector[kind]))
    if kind == "expectedFindings":
        assert rules.refusals(rules.check(parse_document(vector["document"]), on=TODAY))


@pytest.mark.parametrize("path", REFUSED, ids=lambda path: path.stem)
def test_a_spoilt_twin_differs_from_its_good_one(path: Path) -> None:
    """The twin exists, and its document is another one."""
    vector = read(path)
    assert read(VECTORS / vector["twinOf"])["document"] != vector["document"]


def test_the_vectors_cover_all_members_and_special_cases() -> None:
    """Each of the ten members exports, and each tick of box 13 occurs."""
    documents = [read(path)["document"] for path in GOOD]
    assert {document["exportingMember"] for document in documents} == set(rules.atiga.PARTIES)
    assert {tick for document in documents for tick, set_ in document["endorsements"].items() if set_} == {
        "accumulation",
        "backToBack",
        "deMinimis",
        "exhibition",
        "issuedRetroactively",
        "partialCumulation",
        "thirdCountryInvoicing",
    }
    assert max(len(document["items"]) for document in documents) == 8


def test_references_of_the_good_vectors_are_unique() -> None:
    """They can all be issued on one ledger."""
    references = Counter(read(path)["document"]["reference"] for path in GOOD)
    assert set(references.values()) == {1}


def test_one_good_vector_has_expired() -> None:
    """The demo shows it as expired; the rules have nothing against it."""
    certificates = [parse_document(read(path)["document"]) for path in GOOD]
    expired = [certificate for certificate in certificates if certificate.valid_until < TODAY]
    assert [certificate.reference for certificate in expired] == ["VN-SG 25/02/03390"]
    assert last_valid_day(expired[0].issued_on) == date(2026, 10, 13)


def test_every_refusing_rule_has_a_vector() -> None:
    """Another implementation can test each hard rule against the files alone."""
    shown = {code for path in REFUSED for code in read(path).get("expectedFindings", [])}
    hard = {rule.code for rule in rules.atiga.OCP_2021.rules if rule.severity is Severity.REFUSAL}
    assert hard - shown == {"ATIGA-BOX12-FUTURE"}  # depends on the day of reading, so no file can show it
