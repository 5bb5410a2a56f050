"""Every rule on one certificate that keeps it and one, a change away, that breaks it."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest

from ledger import rules
from ledger.documents import parse_document
from ledger.errors import Finding, Severity
from ledger.rules.base import RuleSet
from tests.builders import ABSENT, a_certificate, a_departure, a_document, a_vector, altered, ticked

TODAY = date(2026, 11, 22)
BACK_TO_BACK = "sg-my-pepper-back-to-back"


@dataclass(frozen=True)
class Change:
    """What turns a certificate that keeps a rule into one that breaks it."""

    code: str
    pointer: str
    """Where the finding is expected."""
    spoil: dict[str, Any]
    base: str | None = None
    """A vector; else the default document."""
    prepare: dict[str, Any] = field(default_factory=dict)
    """Changes to the base that leave the rule kept."""


RETRO = {"/endorsements/issuedRetroactively": True}
IN_2021 = {
    "/issuedOn": "2021-06-01",
    "/certification/date": "2021-06-01",
    "/validUntil": "2022-02-28",
    "/originals/1/issuedOn": "2021-03-01",
    "/items/1/originals/1/issuedOn": "2021-03-01",
}
SECOND_ORIGINAL = {
    "certificate": "0x" + "d4" * 32,
    "reference": "VN-SG 21/02/00009",
    "issuedOn": "2021-04-01",
    "exportingMember": "VN",
}
FOB = {"amount": "100.00", "currency": "USD"}

CHANGES = (
    Change("ATIGA-PARTY", "/importingMember", {"/importingMember": "JP"}),
    Change("ATIGA-PARTY-ACCEDING", "/importingMember", {"/importingMember": "TL"}),
    Change("ATIGA-SAME-MEMBER", "/importingMember", {"/importingMember": "VN"}),
    Change("ATIGA-BOX11-IMPORTING", "/declaration/importingCountry", {"/declaration/importingCountry": "LA"}),
    Change("ATIGA-BOX12-DATE", "/certification/date", {"/certification/date": "2026-11-03"}),
    Change(
        "ATIGA-BOX12-FUTURE", "/issuedOn", {"/issuedOn": "2026-11-24"}, prepare={"/issuedOn": "2026-11-23"}
    ),
    Change("ATIGA-BOX1-COUNTRY", "/exporter/country", {"/exporter/country": "SG"}),
    Change("ATIGA-BOX2-COUNTRY", "/consignee/country", {"/consignee/country": "SG"}),
    Change(
        "ATIGA-BOX11-DATE",
        "/declaration/date",
        {"/declaration/date": "2026-11-03"},
        prepare={"/declaration/date": "2026-11-02"},
    ),
    Change(
        "ATIGA-BOX11-PRODUCTION",
        "/declaration/countryOfProduction",
        {"/declaration/countryOfProduction": "LA"},
    ),
    Change("ATIGA-ORIGIN-COUNTRY", "/items/1/originCountry", {"/items/1/originCountry": "LA"}),
    Change("ATIGA-ORIGIN-COUNTRY", "/items/1/originCountry", {"/items/1/originCountry": "SG"}, BACK_TO_BACK),
    Change("ATIGA-R14-VALIDITY", "/validUntil", {"/validUntil": "2027-11-02"}),
    Change("ATIGA-R14-VALIDITY", "/validUntil", {"/validUntil": "2027-10-31"}),
    Change("ATIGA-R14-VALIDITY", "/validUntil", {"/validUntil": "2027-09-14"}, BACK_TO_BACK),
    Change("ATIGA-R14-VALIDITY", "/validUntil", {"/validUntil": "2026-09-13"}, BACK_TO_BACK),
    Change(
        "ATIGA-R10-ONE-YEAR",
        "/issuedOn",
        {"/transport/departureDate": "2025-11-01"},
        prepare={"/transport/departureDate": "2025-11-02"},
    ),
    Change(
        "ATIGA-R10-TICK-MISSING",
        "/endorsements/issuedRetroactively",
        {"/transport/departureDate": "2026-11-01"},
        prepare={"/transport/departureDate": "2026-11-02"},
    ),
    Change("ATIGA-R10-TICK-SUPERFLUOUS", "/endorsements/issuedRetroactively", RETRO),
    Change(
        "ATIGA-R10-DEPARTURE-UNKNOWN",
        "/transport/departureDate",
        {"/transport/departureDate": ABSENT},
        prepare=RETRO,
    ),
    Change(
        "ATIGA-R29-ONE-YEAR",
        "/replaces/issuedOn",
        {"/replaces/issuedOn": "2025-11-01"},
        prepare={"/replaces": {"reference": "VN-TH 26/02/00005", "issuedOn": "2025-11-02"}},
    ),
    Change(
        "ATIGA-R29-ONE-YEAR",
        "/replaces/issuedOn",
        {"/replaces/issuedOn": "2026-11-03"},
        prepare={"/replaces": {"reference": "VN-TH 26/02/00005", "issuedOn": "2026-11-02"}},
    ),
    Change(
        "ATIGA-R29-REFERENCE",
        "/reference",
        {"/replaces/reference": "vnth 26-02-00006"},
        prepare={"/replaces": {"reference": "VN-TH 26/02/00005", "issuedOn": "2026-11-01"}},
    ),
    Change("ATIGA-BOX8-CRITERION", "/items/1/criterion", {"/items/1/criterion": "ACU"}),
    Change(
        "ATIGA-BOX8-CRITERION",
        "/items/1/criterion",
        {"/items/1/criterion": "100.01%"},
        prepare={"/items/1/criterion": "100%"},
    ),
    Change(
        "ATIGA-A6-PC-RANGE",
        "/items/1/criterion",
        {"/items/1/criterion": "PC 19.99%"},
        "my-th-head-stacks-partial",
    ),
    Change(
        "ATIGA-A6-PC-RANGE",
        "/items/1/criterion",
        {"/items/1/criterion": "PC 40%"},
        "my-th-head-stacks-partial",
        {"/items/1/criterion": "PC 39.99%"},
    ),
    Change("ATIGA-A6-PC-TICK", "/endorsements/partialCumulation", {"/items/1/criterion": "PC 25%"}),
    Change("ATIGA-A6-PC-LINE", "/endorsements/partialCumulation", {"/endorsements/partialCumulation": True}),
    Change("ATIGA-A6-NO-PREFERENCE", "/items/1/criterion", {"/items/1/criterion": "PC 25%"}),
    Change(
        "ATIGA-A33-DE-MINIMIS",
        "/endorsements/deMinimis",
        {"/items/1/criterion": "SP"},
        "th-mm-trousers-de-minimis",
    ),
    Change("ATIGA-A28-THRESHOLD", "/items/1/criterion", {"/items/1/criterion": "39%"}),
    Change("ATIGA-N10-FOB", "/items/1/fob", {"/items/1/fob": ABSENT}, "my-id-palm-oil"),
    Change("ATIGA-N10-FOB", "/items/1/fob", {"/items/1/fob": ABSENT}, "vn-kh-yarn-combination"),
    Change("ATIGA-R23-INVOICER", "/thirdCountryInvoicer", {"/endorsements/thirdCountryInvoicing": True}),
    Change(
        "ATIGA-R23-TICK",
        "/endorsements/thirdCountryInvoicing",
        {"/thirdCountryInvoicer": {"name": "Kita Trading Co., Ltd.", "country": "JP"}},
    ),
    Change(
        "ATIGA-R23-COUNTRY",
        "/thirdCountryInvoicer/country",
        {"/thirdCountryInvoicer/country": "TH"},
        "th-vn-tyres-third-country",
    ),
    Change("ATIGA-R22-EXHIBITION", "/exhibition", {"/endorsements/exhibition": True}),
    Change(
        "ATIGA-R22-TICK", "/endorsements/exhibition", {"/exhibition": {"name": "Fair", "address": "Bangkok"}}
    ),
    Change("ATIGA-R11-ORIGINALS", "/originals", {"/endorsements/backToBack": True}),
    Change("ATIGA-R11-TICK", "/endorsements/backToBack", {"/endorsements/backToBack": False}, BACK_TO_BACK),
    Change("ATIGA-R11-EXPIRY", "/validUntil", {"/validUntil": "2027-06-15"}, BACK_TO_BACK),
    Change("ATIGA-R11-LATER", "/originals/1/issuedOn", {"/originals/1/issuedOn": "2026-09-15"}, BACK_TO_BACK),
    Change(
        "ATIGA-R11-OWN", "/originals/1/exportingMember", {"/originals/1/exportingMember": "SG"}, BACK_TO_BACK
    ),
    Change(
        "ATIGA-R11-LINE",
        "/items/1/originals/1",
        {"/items/1/originals/1/issuedOn": "2026-06-16"},
        BACK_TO_BACK,
    ),
    Change("ATIGA-R11-UNLINKED", "/items/1/originals", {"/items/1/originals": ABSENT}, BACK_TO_BACK),
    Change(
        "ATIGA-R11-RETURN",
        "/originals/1/exportingMember",
        {"/originals/1/exportingMember": "MY"},
        BACK_TO_BACK,
    ),
    Change("ATIGA-R11-CONSOLIDATION", "/originals", {"/originals/2": SECOND_ORIGINAL}, BACK_TO_BACK, IN_2021),
    Change(
        "ATIGA-BOX7-HS-LEVEL",
        "/items/1/hsCode",
        {"/items/1/hsCode": "090111", "/items/1/hsEdition": "HS2022"},
    ),
    Change("ATIGA-BOX7-HS-EDITION", "/items/1/hsEdition", {"/items/1/hsEdition": "AHTN2017"}),
    Change("ATIGA-BOX7-HS-HEADING", "/items/1/hsCode", {"/items/1/hsCode": "09111130"}),
    Change("ATIGA-BOX7-PACKAGES", "/items/1/packages/kind", {"/items/1/packages/kind": "Q9"}),
    Change("ATIGA-BOX7-COUNT", "/items/1/packages/count", {"/items/1/packages/count": "0"}),
    Change("ATIGA-BOX9-UNIT", "/items/1/quantity/unit", {"/items/1/quantity/unit": "Q9Q"}),
    Change("ATIGA-BOX9-WEIGHT-UNIT", "/items/1/grossWeight/unit", {"/items/1/grossWeight/unit": "LTR"}),
    Change(
        "ATIGA-BOX9-WEIGHT",
        "/items/1/grossWeight/value",
        {"/items/1/grossWeight": {"value": "19.199", "unit": "TNE"}},
        prepare={"/items/1/grossWeight": {"value": "19.2", "unit": "TNE"}},
    ),
    Change(
        "ATIGA-BOX9-CURRENCY",
        "/items/1/fob/currency",
        {"/items/1/fob/currency": "XQQ"},
        prepare={"/items/1/fob": FOB},
    ),
    Change("ATIGA-BOX3-PLACE", "/transport/portOfLoading", {"/transport/portOfLoading": "VNQQQ"}),
)


def spoilt(document: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Return a copy with several fields changed, by JSON Pointer."""
    for pointer, value in changes.items():
        document = altered(document, pointer, value)
    return document


def findings(document: dict[str, Any], code: str) -> list[Finding]:
    """Return what one rule says about a document."""
    found = rules.check(parse_document(document), on=TODAY)
    return [finding for finding in found if finding.rule == code]


@pytest.mark.parametrize("change", CHANGES, ids=[f"{n}-{change.code}" for n, change in enumerate(CHANGES)])
def test_each_rule_passes_one_certificate_and_speaks_against_another(change: Change) -> None:
    """The finding appears with the change, not before it, and points to the field concerned."""
    kept = spoilt(a_vector(change.base) if change.base else a_document(), change.prepare)
    assert findings(kept, change.code) == []
    assert [finding.pointer for finding in findings(spoilt(kept, change.spoil), change.code)] == [
        change.pointer
    ]


@pytest.mark.parametrize("rule_set", rules.atiga.RULE_SETS, ids=lambda rule_set: rule_set.edition.name)
def test_every_rule_has_a_case_above(rule_set: RuleSet) -> None:
    """A rule without a certificate that breaks it might be one that never speaks."""
    assert {rule.code for rule in rule_set.rules} - {change.code for change in CHANGES} == set()


@pytest.mark.parametrize("rule_set", rules.atiga.RULE_SETS, ids=lambda rule_set: rule_set.edition.name)
def test_every_rule_says_what_it_demands_and_where_it_is_written(rule_set: RuleSet) -> None:
    """Codes are unique, texts are one sentence, sources are named."""
    codes = [rule.code for rule in rule_set.rules]
    assert len(codes) == len(set(codes))
    for rule in rule_set.rules:
        assert rule.text.endswith(".")
        assert rule.source


def test_a_certificate_with_nothing_against_it_has_no_findings() -> None:
    """The default certificate is the measure of the others."""
    assert rules.check(a_certificate(), on=TODAY) == ()


def test_rule_sets_follow_each_other_without_gap_or_overlap() -> None:
    """On every day since the first there is exactly one text."""
    first, second = rules.atiga.RULE_SETS
    assert (first.since, first.until) == (date(2020, 9, 20), date(2022, 4, 30))
    assert (second.since, second.until) == (date(2022, 5, 1), date.max)


@pytest.mark.parametrize(
    ("issued_on", "name"),
    [
        (date(2020, 9, 20), "ATIGA OCP, text of 2020"),
        (date(2022, 4, 30), "ATIGA OCP, text of 2020"),
        (date(2022, 5, 1), "ATIGA OCP, text of 2021"),
        (date(2026, 11, 2), "ATIGA OCP, text of 2021"),
    ],
)
def test_the_date_of_issue_decides_which_text_applies(issued_on: date, name: str) -> None:
    """Not the day of presentation, and not today."""
    rule_set = rules.rule_set_for(a_certificate().scheme, issued_on)
    assert rule_set is not None
    assert rule_set.edition.name == name


def test_a_certificate_older_than_every_text_is_refused() -> None:
    """Judging it by a later text would be wrong, and letting it pass worse."""
    findings_ = rules.check(a_certificate(issued_on=date(2020, 9, 19)), on=TODAY)
    assert [(one.rule, one.severity, one.pointer) for one in findings_] == [
        ("NO-RULE-SET", Severity.REFUSAL, "/issuedOn")
    ]


@pytest.mark.parametrize(
    ("issued_on", "departure", "expected"),
    [
        (date(2021, 6, 4), date(2021, 6, 1), []),
        (date(2021, 6, 5), date(2021, 6, 1), ["ATIGA-R10-TICK-MISSING"]),
        (date(2026, 6, 1), date(2026, 6, 1), []),
        (date(2026, 6, 4), date(2026, 6, 1), ["ATIGA-R10-TICK-MISSING"]),
        (date(2026, 6, 5), date(2026, 6, 1), ["ATIGA-R10-TICK-MISSING"]),
    ],
)
def test_three_days_after_shipment_were_free_until_the_2021_text(
    issued_on: date, departure: date, expected: list[str]
) -> None:
    """Practice lags behind the newer text, so the missing tick stays a warning in both."""
    certificate = a_certificate(issued_on=issued_on, transport=a_departure(departure))
    found = [one for one in rules.check(certificate, on=TODAY) if "R10" in one.rule]
    assert [one.rule for one in found] == expected
    assert all(one.severity is Severity.WARNING for one in found)


def test_the_message_explains_the_three_days_only_where_they_matter() -> None:
    """Who relied on the older text learns that it changed."""
    messages = []
    for departure in (date(2026, 10, 31), date(2026, 10, 20)):
        found = rules.check(a_certificate(transport=a_departure(departure)), on=TODAY)
        messages += [one.message for one in found if one.rule == "ATIGA-R10-TICK-MISSING"]
    assert ["three days" in message for message in messages] == [True, False]


def test_the_tick_within_the_three_days_was_superfluous_under_the_2020_text() -> None:
    """Under the 2021 text the same tick is required."""
    for issued_on, expected in ((date(2021, 6, 3), True), (date(2026, 6, 3), False)):
        certificate = a_certificate(
            issued_on=issued_on,
            transport=a_departure(issued_on.replace(day=1)),
            endorsements=ticked("issued_retroactively"),
        )
        codes = {one.rule for one in rules.check(certificate, on=TODAY)}
        assert ("ATIGA-R10-TICK-SUPERFLUOUS" in codes) is expected


@pytest.mark.parametrize(
    ("exporting", "importing", "needed"),
    [("VN", "KH", True), ("ID", "SG", True), ("LA", "TH", True), ("VN", "TH", False), ("MM", "MY", False)],
)
def test_the_fob_price_is_asked_for_in_trade_with_three_members(
    exporting: str, importing: str, *, needed: bool
) -> None:
    """From or to Cambodia, Indonesia or Lao PDR, and with a percentage only."""
    document = a_document(exportingMember=exporting, importingMember=importing)
    percentage = altered(document, "/items/1/criterion", "45%")
    assert bool(findings(percentage, "ATIGA-N10-FOB")) is needed
    assert findings(altered(document, "/items/1/criterion", "CTH"), "ATIGA-N10-FOB") == []


def test_tariff_units_and_places_are_never_a_reason_to_refuse() -> None:
    """An HS mismatch alone ends no preference (Rule 16.2), and different units are a minor discrepancy."""
    assert {rule.severity for rule in rules.atiga_goods.RULES} == {Severity.WARNING}


def test_refusals_and_warnings_divide_the_findings() -> None:
    """Use cases raise on the first and report the second."""
    certificate = parse_document(altered(a_document(importingMember="JP"), "/items/1/packages/kind", "Q9"))
    found = rules.check(certificate, on=TODAY)
    assert {one.rule for one in rules.refusals(found)} == {"ATIGA-PARTY", "ATIGA-BOX11-IMPORTING"}
    assert {one.rule for one in rules.warnings(found)} == {"ATIGA-BOX2-COUNTRY", "ATIGA-BOX7-PACKAGES"}
    assert len(rules.refusals(found)) + len(rules.warnings(found)) == len(found)


def test_no_finding_repeats_what_the_certificate_says() -> None:
    """Findings travel in answers and logs; the certificate's content does not."""
    document = spoilt(a_document(), {"/items/1/criterion": "SECRET-MIX", "/transport/portOfLoading": "VNQQQ"})
    for finding in rules.check(parse_document(document), on=TODAY):
        assert "SECRET-MIX" not in finding.message
        assert "VNQQQ" not in finding.message
