import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.texts import printable, text

NAME = text(256)
LINES = text(512, lines=True)


@pytest.mark.parametrize(
    "name",
    [
        "Công ty TNHH Cà Phê Tây Nguyên Xanh",
        "บริษัท กาแฟสยามดี จำกัด",
        "ບໍລິສັດ ທອງແດງລາວໃຕ້ ຈໍາກັດ",
        "ကုမ္ပဏီ လီမိတက်",
        "ក្រុមហ៊ុន ម្រេចកំពត",
        "Syarikat 林兄弟 & Co. (M) Sdn. Bhd.",
    ],
)
def test_names_in_the_scripts_of_asean_are_accepted(name: str) -> None:
    """Diacritics, tone marks and vowel signs of the region are plain text."""
    assert NAME(unicodedata.normalize("NFC", name)) is None


@pytest.mark.parametrize(
    ("value", "rule"),
    [
        ("", "text.padded"),
        ("   ", "text.padded"),
        (" Siam", "text.padded"),
        ("Siam\u00a0", "text.padded"),
        ("Siam\x00Dee", "text.control"),
        ("Siam\tDee", "text.control"),
        ("Siam\nDee", "text.control"),
        ("Siam\u2028Dee", "text.control"),
        ("Siam\u202eDee", "text.bidi"),
        ("Siam\u2066Dee", "text.bidi"),
        ("Siam\u200fDee", "text.bidi"),
        ("Siam\u200bDee", "text.invisible"),
        ("Siam\u200dDee", "text.invisible"),
        ("Siam\u00adDee", "text.invisible"),
        ("Siam\ufeffDee", "text.invisible"),
        ("Siam\U000e0041Dee", "text.invisible"),
        ("Siam\ue000Dee", "text.private-use"),
        ("Siam\ud800Dee", "text.surrogate"),
        (unicodedata.normalize("NFD", "Cà Phê"), "text.not-nfc"),
        ("x" * 257, "text.too-long"),
    ],
)
def test_a_text_that_could_deceive_a_reader_is_refused(value: str, rule: str) -> None:
    """Each kind of invisible, reordering or ambiguous text has its own rule."""
    fault = NAME(value)
    assert fault is not None
    assert fault[0] == rule


def test_line_breaks_are_allowed_only_where_a_box_has_lines() -> None:
    """Addresses and descriptions have lines; carriage returns are never text."""
    assert LINES("12 Main Street\nSingapore") is None
    assert LINES("12 Main Street\r\nSingapore") == (
        "text.control",
        "remove control characters; only line breaks are allowed, and only in longer texts",
    )


@given(st.text(st.characters(min_codepoint=0x20), min_size=1, max_size=40))
def test_what_is_accepted_holds_no_character_of_a_refused_category(value: str) -> None:
    """The quick scan for suspects never lets through what a look at each character would refuse."""
    refused = {"Cc", "Cf", "Co", "Cs", "Zl", "Zp"}
    if NAME(value) is None:
        assert refused.isdisjoint(unicodedata.category(character) for character in value)
        assert value == unicodedata.normalize("NFC", value)


@pytest.mark.parametrize("value", ["---", "Số 12", " A1", "A1 ", "A\n1", ""])
def test_an_identifier_is_printable_ascii_with_a_letter_or_digit(value: str) -> None:
    """A reference of separators alone would normalise to nothing."""
    assert printable(35)(value) is not None


def test_the_vietnamese_reference_format_is_an_identifier() -> None:
    """Spaces, hyphens and slashes belong to real reference numbers."""
    assert printable(35)("VN-TH 26/02/00006") is None
