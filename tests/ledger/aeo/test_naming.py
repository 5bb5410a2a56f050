"""Names as people type them beside the registered ones."""

import pytest

from ledger.aeo.naming import Likeness, fits, likeness, words_of


@pytest.mark.parametrize(
    ("typed", "registered", "alike"),
    [
        ("CONG TY TNHH CA PHE", "Công ty TNHH Cà phê", Likeness.SAME),
        ("Đại Việt", "dai viet", Likeness.SAME),
        ("Meranti Exports Pte. Ltd.", "Meranti  Exports (PTE) LTD", Likeness.SAME),
        ("ＭＥＲＡＮＴＩ exports", "Meranti Exports", Likeness.SAME),
        ("Meranti", "Meranti Exports Pte Ltd", Likeness.PART),
        ("Exports Meranti", "Meranti Exports", Likeness.PART),
        ("Meranti Imports", "Meranti Exports", Likeness.OTHER),
        ("Meran", "Meranti", Likeness.OTHER),
        ("", "Meranti", Likeness.OTHER),
        ("...", "Meranti", Likeness.OTHER),
        ("บริษัท สยาม", "บริษัท สยาม", Likeness.SAME),
        ("บรษท สยาม", "บริษัท สยาม", Likeness.OTHER),
        ("Mer\u200banti", "Mer anti", Likeness.SAME),
    ],
)
def test_case_accents_and_signs_do_not_tell_names_apart(typed: str, registered: str, alike: Likeness) -> None:
    """Words do, and so do vowel marks of scripts that have them."""
    assert likeness(typed, registered) is alike


def test_a_name_is_found_by_the_beginnings_of_its_words() -> None:
    """In any order; nothing finds nothing."""
    assert fits(words_of("exp meran"), "Meranti Exports Pte Ltd")
    assert not fits(words_of("ports"), "Meranti Exports Pte Ltd")
    assert not fits((), "Meranti Exports Pte Ltd")
