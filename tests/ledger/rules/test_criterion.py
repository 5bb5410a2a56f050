from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.rules.criterion import Basis, Criterion, parse_criterion


@pytest.mark.parametrize(
    ("text", "bases", "percentage"),
    [
        ("WO", (Basis.WHOLLY_OBTAINED,), None),
        ("CC", (Basis.CHAPTER_SHIFT,), None),
        ("CTH", (Basis.HEADING_SHIFT,), None),
        ("CTSH", (Basis.SUBHEADING_SHIFT,), None),
        ("SP", (Basis.SPECIFIC_PROCESS,), None),
        ("40%", (Basis.REGIONAL_VALUE,), Decimal(40)),
        ("RVC 45.25%", (Basis.REGIONAL_VALUE,), Decimal("45.25")),
        ("PC 25%", (Basis.PARTIAL_CUMULATION,), Decimal(25)),
        ("CTSH + 35%", (Basis.SUBHEADING_SHIFT, Basis.REGIONAL_VALUE), Decimal(35)),
        ("RVC 40% + CTH", (Basis.REGIONAL_VALUE, Basis.HEADING_SHIFT), Decimal(40)),
        ("CC + SP", (Basis.CHAPTER_SHIFT, Basis.SPECIFIC_PROCESS), None),
    ],
)
def test_box_8_is_read(text: str, bases: tuple[Basis, ...], percentage: Decimal | None) -> None:
    """Every form of the overleaf notes, alone and combined."""
    assert parse_criterion(text) == Criterion(bases, percentage)


@pytest.mark.parametrize(
    "text",
    [
        "", "PE", "DMI", "ACU", "CTC", "CR", "wo", "40", "40 %", "040%", "0%", "-40%", "40.123%", "1000%",
        "RVC", "PC", "PC25%", "WO + 40%", "PC 25% + CTH", "CTH + PC 25%", "40% + 45%", "CTH + CTH",
        "CC + CTH + 40%", "CTH+40%", "CTH +", "+ CTH", "CTH or 40%", "CTH\n",
    ],
)  # fmt: skip
def test_what_is_not_in_the_grammar_is_not_guessed(text: str) -> None:
    """Codes of other arrangements, sloppy spelling and impossible combinations are not read."""
    assert parse_criterion(text) is None


@given(st.decimals(1, 999, places=2))
def test_partial_cumulation_is_from_20_to_below_40_per_cent(value: Decimal) -> None:
    """Both ends as Annex 6 has them: 20 is in, 40 is full origin."""
    criterion = parse_criterion(f"PC {value}%")
    assert criterion is not None
    assert criterion.percentage_in_range == (Decimal(20) <= value < Decimal(40))


@given(st.decimals(1, 999, places=2))
def test_a_regional_value_content_is_at_most_100_per_cent(value: Decimal) -> None:
    """More than the whole value cannot be regional."""
    criterion = parse_criterion(f"{value}%")
    assert criterion is not None
    assert criterion.percentage_in_range == (value <= Decimal(100))
