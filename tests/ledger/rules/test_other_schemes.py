"""Every rule of origin declarations and of RCEP, on a proof that keeps it and one that breaks it."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest

from ledger import rules
from ledger.documents import parse_document
from ledger.errors import Finding, Severity
from ledger.rules.base import RuleSet
from ledger.terms import Scheme
from tests.builders import ABSENT, a_vector, altered

TODAY = date(2026, 11, 22)
DECLARATION = "vn-th-coffee-origin-declaration"
RCEP = "vn-sg-seats-rcep"
BACK = "sg-my-seats-rcep-back-to-back"
RCEP_DECLARATION = "th-vn-inverters-rcep-declaration"
OTHER_ORIGINAL = {
    "certificate": "0x" + "d4" * 32,
    "reference": "RCEP-VN-SG 26/02/00400",
    "issuedOn": "2026-09-20",
    "item": "1",
}


@dataclass(frozen=True)
class Change:
    """What turns a proof that keeps a rule into one that breaks it."""

    code: str
    base: str
    """A vector."""
    pointer: str
    """Where the finding is expected."""
    spoil: dict[str, Any]
    prepare: dict[str, Any] = field(default_factory=dict)
    """Changes to the base that leave the rule kept."""


RETRO = {"/endorsements/issuedRetroactively": True}
EARLIER = {
    "/issuedOn": "2022-12-30",
    "/certification/date": "2022-12-30",
    "/validUntil": "2023-12-29",
    "/transport": {},
}
LATE = {"/issuedOn": "2026-11-24", "/certification/date": "2026-11-24", "/validUntil": "2027-11-23"}
DATED = {
    "/issuedOn": "2026-11-24",
    "/validUntil": "2027-11-23",
    "/reference": "CI TNX-2026-1107 2026-11-24",
    "/authorisation/documentDate": "2026-11-24",
}

CHANGES = (
    Change("AWSC-R12B-DATE", DECLARATION, "/issuedOn", {"/issuedOn": "2026-11-03"}),
    Change("AWSC-R12B-FUTURE", DECLARATION, "/issuedOn", DATED),
    Change("AWSC-R12A-COUNTRY", DECLARATION, "/exporter/country", {"/exporter/country": "LA"}),
    Change("AWSC-R14-VALIDITY", DECLARATION, "/validUntil", {"/validUntil": "2027-11-02"}),
    Change("ATIGA-BOX8-CRITERION", DECLARATION, "/items/1/criterion", {"/items/1/criterion": "PE"}),
    Change("RCEP-PARTY", RCEP, "/importingMember", {"/importingMember": "TL"}),
    Change("RCEP-PARTY-IN-FORCE", RCEP, "/importingMember", {"/importingMember": "PH"}, EARLIER),
    Change("RCEP-PARTY-IN-FORCE", RCEP, "/exportingMember", {"/exportingMember": "MM"}),
    Change("RCEP-SAME-MEMBER", RCEP, "/importingMember", {"/importingMember": "VN"}),
    Change("RCEP-3.16-FUTURE", RCEP, "/issuedOn", LATE),
    Change("RCEP-3B-EXPORTER", RCEP, "/exporter/country", {"/exporter/country": "LA"}),
    Change("RCEP-3B-CONSIGNEE", RCEP, "/consignee/country", {"/consignee/country": "MY"}),
    Change("RCEP-3.16-VALIDITY", RCEP, "/validUntil", {"/validUntil": "2027-09-14"}),
    Change("RCEP-3B-CRITERION", RCEP, "/items/1/criterion", {"/items/1/criterion": "CTH"}),
    Change(
        "RCEP-3.7-DE-MINIMIS",
        RCEP,
        "/items/1/criterion",
        {"/items/1/criterion": "WO DMI"},
        {"/items/1/criterion": "CTC DMI"},
    ),
    Change("RCEP-TICKS", RCEP, "/endorsements/deMinimis", {"/endorsements/deMinimis": True}),
    Change(
        "RCEP-TICKS",
        RCEP_DECLARATION,
        "/endorsements/issuedRetroactively",
        {"/endorsements/issuedRetroactively": True},
    ),
    Change("RCEP-2.6-PARTY", RCEP, "/items/1/originCountry", {"/items/1/originCountry": "IN"}),
    Change(
        "RCEP-2.6-ELSEWHERE",
        RCEP,
        "/items/1/originCountry",
        {"/items/1/tariffDifferential": ABSENT},
        {"/items/1/originCountry": "CN", "/items/1/tariffDifferential": "2.6.6(a)"},
    ),
    Change("RCEP-3B-FOB", RCEP_DECLARATION, "/items/1/fob", {"/items/1/fob": ABSENT}),
    Change(
        "RCEP-3.20-INVOICER",
        RCEP,
        "/thirdCountryInvoicer",
        {"/endorsements/thirdCountryInvoicing": True},
    ),
    Change(
        "RCEP-3.20-TICK",
        RCEP,
        "/endorsements/thirdCountryInvoicing",
        {"/thirdCountryInvoicer": {"name": "Hanse Trading", "country": "DE"}},
    ),
    Change("RCEP-3.19-ORIGINALS", RCEP, "/originals", {"/endorsements/backToBack": True}),
    Change("RCEP-3.19-TICK", BACK, "/endorsements/backToBack", {"/endorsements/backToBack": False}),
    Change("RCEP-3.19-EXPIRY", BACK, "/validUntil", {"/validUntil": "2027-09-14"}),
    Change(
        "RCEP-3.19-LATER",
        BACK,
        "/originals/1/issuedOn",
        {"/originals/1/issuedOn": "2026-10-21", "/items/1/originals/1/issuedOn": "2026-10-21"},
    ),
    Change("RCEP-3.19-OWN", BACK, "/originals/1/exportingMember", {"/originals/1/exportingMember": "SG"}),
    Change("RCEP-3.19-LINE", BACK, "/items/1/originals/1", {"/items/1/originals/1": OTHER_ORIGINAL}),
    Change("RCEP-3.19-UNLINKED", BACK, "/items/1/originals", {"/items/1/originals": ABSENT}),
    Change("RCEP-3.19-RETURN", BACK, "/originals/1/exportingMember", {"/originals/1/exportingMember": "MY"}),
    Change(
        "RCEP-3B-HS-LEVEL",
        RCEP,
        "/items/1/hsCode",
        {"/items/1/hsCode": "94016900", "/items/1/hsEdition": "AHTN2022"},
    ),
    Change("RCEP-3.34-HS-EDITION", RCEP, "/items/1/hsEdition", {"/items/1/hsEdition": "HS2017"}),
    Change("RCEP-3B-HS-HEADING", RCEP, "/items/1/hsCode", {"/items/1/hsCode": "990100"}),
    Change("RCEP-BOX8-PACKAGES", RCEP, "/items/1/packages/kind", {"/items/1/packages/kind": "Z9"}),
    Change("RCEP-BOX8-COUNT", RCEP, "/items/1/packages/count", {"/items/1/packages/count": "0"}),
    Change("RCEP-3B-UNIT", RCEP, "/items/1/quantity/unit", {"/items/1/quantity/unit": "ZZZ"}),
    Change("RCEP-BOX12-WEIGHT-UNIT", RCEP, "/items/1/grossWeight/unit", {"/items/1/grossWeight/unit": "H87"}),
    Change(
        "RCEP-BOX12-WEIGHT",
        RCEP,
        "/items/1/grossWeight/value",
        {"/items/1/quantity": {"value": "4000", "unit": "KGM"}},
    ),
    Change(
        "RCEP-BOX12-CURRENCY",
        RCEP_DECLARATION,
        "/items/1/fob/currency",
        {"/items/1/fob/currency": "XYZ"},
    ),
    Change("RCEP-BOX4-PLACE", RCEP, "/transport/portOfLoading", {"/transport/portOfLoading": "VNZZZ"}),
    Change(
        "RCEP-BOX15-IMPORTING",
        RCEP,
        "/declaration/importingCountry",
        {"/declaration/importingCountry": "MY"},
    ),
    Change("RCEP-BOX16-DATE", RCEP, "/certification/date", {"/certification/date": "2026-09-13"}),
    Change("RCEP-BOX15-DATE", RCEP, "/declaration/date", {"/declaration/date": "2026-09-15"}),
    Change(
        "RCEP-3.17-ONE-YEAR",
        RCEP,
        "/issuedOn",
        {"/transport/departureDate": "2025-09-13"},
        {"/transport/departureDate": "2025-09-14", **RETRO},
    ),
    Change(
        "RCEP-3.17-TICK-MISSING",
        RCEP,
        "/endorsements/issuedRetroactively",
        {"/transport/departureDate": "2026-09-13"},
    ),
    Change("RCEP-3.17-TICK-SUPERFLUOUS", RCEP, "/endorsements/issuedRetroactively", RETRO),
    Change(
        "RCEP-3.17-DEPARTURE-UNKNOWN",
        RCEP,
        "/transport/departureDate",
        {"/transport": {}},
        {"/transport/departureDate": "2026-09-01", **RETRO},
    ),
    Change(
        "RCEP-3.17-REFERENCE",
        RCEP,
        "/reference",
        {"/replaces/reference": "RCEP-VN-SG 26/02/00311"},
        {"/replaces": {"reference": "RCEP-VN-SG 26/02/00310", "issuedOn": "2026-09-10"}},
    ),
)


def spoilt(document: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Return a document with the changes made."""
    for pointer, value in changes.items():
        document = altered(document, pointer, value)
    return document


def findings(document: dict[str, Any], code: str) -> list[Finding]:
    """Return what a rule says of a document."""
    found = rules.check(parse_document(document), on=TODAY)
    return [finding for finding in found if finding.rule == code]


@pytest.mark.parametrize(
    "change", CHANGES, ids=lambda change: f"{change.code}{change.pointer.replace('/', '-')}"
)
def test_a_rule_speaks_when_it_is_broken_and_not_before(change: Change) -> None:
    """The finding appears with the change and points to the field concerned."""
    kept = spoilt(a_vector(change.base), change.prepare)
    assert findings(kept, change.code) == []
    broken = findings(spoilt(kept, change.spoil), change.code)
    assert [finding.pointer for finding in broken] == [change.pointer]


SETS = [one for scheme, sets in rules.RULE_SETS.items() for one in sets if scheme != Scheme.ATIGA_FORM_D]


@pytest.mark.parametrize("rule_set", SETS, ids=lambda rule_set: rule_set.edition.name)
def test_every_rule_has_a_case_above_or_among_those_of_form_d(rule_set: RuleSet) -> None:
    """A rule without a proof that breaks it might be one that never speaks."""
    form_d = {rule.code for one in rules.atiga.RULE_SETS for rule in one.rules}
    known = form_d | {change.code for change in CHANGES}
    assert {rule.code for rule in rule_set.rules} <= known


@pytest.mark.parametrize("rule_set", SETS, ids=lambda rule_set: rule_set.edition.name)
def test_every_rule_says_what_it_demands_and_where_it_is_written(rule_set: RuleSet) -> None:
    """Codes are unique, texts are one sentence, sources are named, and none speaks of another agreement."""
    codes = [rule.code for rule in rule_set.rules]
    assert len(codes) == len(set(codes))
    for rule in rule_set.rules:
        assert rule.text.endswith(".")
        assert rule.source
        assert not (rule.code.startswith("RCEP-") and "ATIGA" in rule.text + rule.source)


@pytest.mark.parametrize("code", ["WO", "PE", "CTC", "RVC", "CR", "CTC ACU", "CTC DMI", "CTC ACU DMI"])
def test_rcep_has_five_criteria_and_two_marks(code: str) -> None:
    """Accumulation and de minimis are written after the criterion."""
    assert findings(altered(a_vector(RCEP), "/items/1/criterion", code), "RCEP-3B-CRITERION") == []


@pytest.mark.parametrize(
    "code", ["ACU", "DMI", "CTC DMI ACU", "CTC, ACU", "CTSH", "40%", "RVC 40%", "PC 25%"]
)
def test_what_is_no_criterion_of_rcep_is_refused(code: str) -> None:
    """Codes of other agreements mean something else, or nothing."""
    found = findings(altered(a_vector(RCEP), "/items/1/criterion", code), "RCEP-3B-CRITERION")
    assert [finding.severity for finding in found] == [Severity.REFUSAL]


def test_a_tariff_code_never_stops_a_proof() -> None:
    """Level, edition and heading are warnings in every scheme: members differ in classification."""
    for rule_set in (one for sets in rules.RULE_SETS.values() for one in sets):
        about = [rule for rule in rule_set.rules if "-HS-" in rule.code]
        assert about
        assert {rule.severity for rule in about} == {Severity.WARNING}


def test_a_missing_price_never_stops_a_proof() -> None:
    """The list of members that ask for it has changed before."""
    for rule_set in (one for sets in rules.RULE_SETS.values() for one in sets):
        assert {rule.severity for rule in rule_set.rules if rule.code.endswith("-FOB")} == {Severity.WARNING}


def test_a_country_of_origin_elsewhere_may_rest_on_an_original() -> None:
    """Seats from Viet Nam re-exported from Singapore keep their origin."""
    assert findings(a_vector(BACK), "RCEP-2.6-ELSEWHERE") == []
