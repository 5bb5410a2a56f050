import json
import re
from importlib.resources import files
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.aeo.codes import format_of, parse_operator_code
from ledger.codes.countries import COUNTRIES
from ledger.errors import OperatorCodeAmbiguous, OperatorCodeMalformed

TABLE: dict[str, Any] = json.loads(
    files("ledger.aeo").joinpath("data", "operator_codes.json").read_text("utf-8")
)
ROWS = [TABLE["general"], *TABLE["countries"].values()]
WRITTEN = [example for row in ROWS for example in row["written"]]
CONFIDENCES = {"sourced", "inferred", "from memory, unverified"}


@pytest.mark.parametrize("example", WRITTEN, ids=lambda example: str(example["text"]))
def test_each_spelling_of_the_table_is_read_as_its_code(example: dict[str, str]) -> None:
    """The table says how a code is written and what it is; the second follows from the first."""
    assert parse_operator_code(example["text"], member=example.get("member")) == example["code"]


def test_each_format_names_its_source_and_how_sure_it_is() -> None:
    """Nobody has to believe a format without knowing where it comes from."""
    for row in ROWS:
        assert row["source"]
        assert row["confidence"] in CONFIDENCES
        assert row["written"]
    assert set(TABLE["countries"]) <= COUNTRIES


@pytest.mark.parametrize("member", "BN ID KH LA MM MY PH TH TL VN".split())
def test_a_member_without_a_published_format_keeps_its_codes_general(member: str) -> None:
    """What is not known is not made up: any national part of 1 to 15 letters and digits passes."""
    assert not format_of(member).published
    for national in ("1", "A" * 15, "0105536000123"):
        assert parse_operator_code(member + national) == member + national


@pytest.mark.parametrize(
    "text",
    [
        "AEOSG1234567890AB",
        "aeosg1234567890ab",
        "AEO SG 1234567890AB",
        "AEO-SG-1234-5678-90AB",
        "aeo.sg.1234567890ab",
        " SG1234567890AB\n",
        "SG\u00a01234567890AB",
        "ＡＥＯＳＧ１２３４５６７８９０ＡＢ",
        "AEO–SG–1234567890AB",
    ],
)
def test_case_separators_and_width_do_not_matter(text: str) -> None:
    """People copy codes from letters, screens and East Asian keyboards."""
    assert parse_operator_code(text) == "SG1234567890AB"


def test_letters_that_a_member_writes_before_its_numbers_belong_to_them() -> None:
    """Thailand's THAEO1177 is one code, with separators or without, and is not TH1177."""
    assert parse_operator_code("TH-AEO-1177") == parse_operator_code("THAEO1177") == "THAEO1177"
    with pytest.raises(OperatorCodeMalformed):
        parse_operator_code("TH-AEO-TH1177")


@pytest.mark.parametrize("text", ["SG123", "SG1234567890ABC", "AEOSG12345678901", "SG 1234567890A"])
def test_a_code_that_is_too_short_or_too_long_for_its_country_is_refused(text: str) -> None:
    """Singapore's have twelve characters, so a digit that was lost in copying is noticed."""
    with pytest.raises(OperatorCodeMalformed, match="12 letters and digits") as refused:
        parse_operator_code(text)
    assert refused.value.rule == "operator.format"


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("", "operator.empty"),
        (" - ", "operator.empty"),
        ("AEO", "operator.empty"),
        ("QQ123", "operator.country"),
        ("12", "operator.country"),
        ("VN", "operator.format"),
        ("VN1234567890123456", "operator.format"),
        ("CN12345678X0", "operator.format"),
        ("VN12345²", "operator.characters"),
        ("VN١٢٣٤٥", "operator.characters"),
        ("VN123,VN456", "operator.characters"),
        ("VN123\nVN456", "operator.characters"),
        ("VN\u200b123", "operator.characters"),
        ("VN123 VN456", "operator.several"),
        ("VN123/AEOVN456", "operator.several"),
        ("V" * 65, "operator.too-long"),
    ],
)
def test_what_is_no_code_is_refused_by_the_rule_it_breaks(text: str, rule: str) -> None:
    """Each refusal has a stable name, and its message does not repeat the text."""
    with pytest.raises(OperatorCodeMalformed) as refused:
        parse_operator_code(text)
    assert refused.value.rule == rule
    assert len(text) < 3 or text not in str(refused.value)


def test_a_national_number_alone_is_refused_with_the_countries_it_could_be_of() -> None:
    """Fourteen digits fit Japan, but nothing says that they are Japan's."""
    with pytest.raises(OperatorCodeAmbiguous) as refused:
        parse_operator_code("12345678901234")
    assert refused.value.candidates == ("JP12345678901234",)
    assert "JP12345678901234" in str(refused.value)


def test_the_candidates_are_those_whose_format_fits() -> None:
    """Twelve digits fit Singapore, ten China and nine Chinese Taipei; not even a single one is chosen."""
    assert _candidates("123456789012") == ("SG123456789012",)
    assert _candidates("1234567890") == ("CN1234567890",)
    assert _candidates("123456789") == ("TW123456789",)


def test_a_number_that_may_name_another_country_is_refused_with_both_readings() -> None:
    """In a list of Viet Nam, TH123 may be a Thai operator, or the number TH123 of Viet Nam."""
    assert _candidates("TH123", member="VN") == ("VNTH123", "TH123")
    assert _candidates("MY1234567890", member="SG") == ("SGMY1234567890", "MY1234567890")


def test_a_code_of_another_country_than_the_known_one_is_refused() -> None:
    """A Singaporean code can be none of Japan's, which are digits only."""
    with pytest.raises(OperatorCodeMalformed) as refused:
        parse_operator_code("AEOSG1234567890AB", member="JP")
    assert refused.value.rule == "operator.other-member"


def test_the_letters_of_the_known_country_are_its_own() -> None:
    """A national list may hold codes with and without the country; both are the same operator."""
    assert parse_operator_code("VN0101234567", member="VN") == "VN0101234567"
    assert parse_operator_code("0101234567", member="VN") == "VN0101234567"
    assert parse_operator_code("AEO 0101234567", member="VN") == "VN0101234567"


def test_an_unknown_granting_member_is_refused() -> None:
    """A caller that names no country by its ISO code is told so."""
    with pytest.raises(OperatorCodeMalformed):
        parse_operator_code("123", member="QQ")


@given(st.text(max_size=70), st.sampled_from([None, "VN", "SG", "JP", "AE"]))
def test_whatever_comes_out_is_canonical_and_reads_as_itself(text: str, member: str | None) -> None:
    """Reading twice changes nothing, and nothing else than a refusal is raised."""
    try:
        code = parse_operator_code(text, member=member)
    except (OperatorCodeMalformed, OperatorCodeAmbiguous):
        return
    assert re.fullmatch("[A-Z]{2}[A-Z0-9]{1,15}", code)
    assert len(code) <= 17
    assert parse_operator_code(code) == code


@given(st.from_regex("[A-Z]{2}[A-Z0-9]{1,15}", fullmatch=True))
def test_a_canonical_code_is_read_as_itself_or_refused(code: str) -> None:
    """No code is ever turned into another operator's."""
    try:
        read = parse_operator_code(code)
    except (OperatorCodeMalformed, OperatorCodeAmbiguous):
        return
    assert read == code or code.startswith("AEO")


def _candidates(text: str, member: str | None = None) -> tuple[str, ...]:
    with pytest.raises(OperatorCodeAmbiguous) as refused:
        parse_operator_code(text, member=member)
    return refused.value.candidates
