"""Names that read like another name."""

import pytest

from ledger.errors import Severity
from ledger.lookalikes import lookalikes, texts_in
from tests.builders import a_document


@pytest.mark.parametrize(
    "name", ["Saigon Tr\u0430ding", "ΑΒC Co", "\u0421\u0410\u0420\u0410", "\U0001d400BC"]
)
def test_letters_that_look_like_latin_ones_are_warned_of(name: str) -> None:
    """Cyrillic, Greek and mathematical ones, alone or within a word; the field is named, and no value."""
    document = a_document(exporter={"name": name, "address": "12 Nguyễn Tất Thành", "country": "VN"})
    (found,) = lookalikes(document)
    assert (found.severity, found.pointer) == (Severity.WARNING, "/exporter/name")
    assert name not in found.message


def test_the_writing_of_the_region_is_no_reason_for_a_warning() -> None:
    """Vietnamese, Thai, Lao, Khmer and Burmese."""
    names = {str(number): name for number, name in enumerate(("Đắk Lắk", "กาแฟ", "ກາເຟ", "កាហ្វេ", "ကော်ဖီ"))}
    assert not list(lookalikes(a_document() | {"names": names}))


def test_a_lost_character_is_warned_of() -> None:
    """What stands for it looks like a sign of the name."""
    (found,) = lookalikes({"items": {"1": {"description": "coffee \ufffd"}}})
    assert (found.pointer, "U+FFFD" in found.message) == ("/items/1/description", True)


def test_every_text_of_a_document_is_found_by_its_pointer() -> None:
    """Ticks are none."""
    document = {"a": "x", "items": {"1": {"b": "y", "c": {"d": "z"}}}, "endorsements": {"e": True}}
    assert dict(texts_in(document)) == {"/a": "x", "/items/1/b": "y", "/items/1/c/d": "z"}
