"""Every script of the region is printed in shaped glyphs of a font that has them."""

import json
import subprocess

import pytest
from _setup import node_command

from ledger.paper.breaking import clusters, lines
from ledger.paper.fonts import OTHERS, REGULAR, glyphs, inert, width
from tests.ledger.paper.papers import NAMES, squeezed


@pytest.mark.parametrize("script", NAMES)
def test_no_name_has_an_empty_box(script: str) -> None:
    """Each character has a glyph in the font of its script, and none is printed by number."""
    assert inert(NAMES[script]) == NAMES[script]
    assert all(glyph for _, run in glyphs(NAMES[script]) for glyph in run)


def test_each_script_has_a_font_of_its_own() -> None:
    """Vietnamese is in the first font, with every stacked accent."""
    used = [
        {font for font, _ in glyphs(NAMES[script].replace(" ", "")) if font in OTHERS} for script in NAMES
    ]
    assert [len(fonts) for fonts in used] == [0, 1, 1, 1, 1]
    assert {font for font, _ in glyphs(NAMES["Vietnamese"])} == {REGULAR}


@pytest.mark.parametrize(
    ("text", "fewer"),
    [("ត្រាំ", 4), ("ស្ត្រី", 4), ("ကုမ္ပဏီ", 6), ("အင်္ဂါ", 5)],
    ids=["coeng ro", "two coengs", "stacked pa", "kinzi"],
)
def test_joined_consonants_are_joined(text: str, fewer: int) -> None:
    """What joins consonants is no glyph of its own: there are fewer glyphs than characters."""
    [(_, shaped)] = glyphs(text)
    assert len(shaped) <= fewer < len(text)


def test_a_vowel_before_its_consonant_is_drawn_before_it() -> None:
    """Khmer and Burmese write some vowels after the consonant in the text, and before it on paper."""
    [(_, word)], [(_, vowel)] = glyphs("តែ"), glyphs("ែ")
    assert word[0] in vowel


@pytest.mark.parametrize(
    ("text", "printed"),
    [
        ("中a", "[U+4E2D]a"),
        ("a\u202eb", "a[U+202E]b"),
        ("\u200b", "[U+200B]"),
        ("😀", "[U+1F600]"),
        ("a\x00", "a[U+0000]"),
        ("a\nb", "a\nb"),
    ],
)
def test_what_cannot_be_shown_is_printed_by_number(text: str, printed: str) -> None:
    """No empty box, and nothing that hides or turns the writing round."""
    assert inert(text) == printed


@pytest.mark.parametrize("script", NAMES)
@pytest.mark.parametrize("room", [6.0, 15.0, 40.0])
def test_lines_fit_and_part_no_cluster(script: str, room: float) -> None:
    """Whatever the room: nothing is lost, and what is drawn as one piece stays one."""
    text = NAMES[script].replace(" ", "") * 2 + " " + NAMES[script]
    made = lines(text, room, lambda part: width(part, 7.5))
    assert squeezed("".join(made)) == squeezed(text)
    assert [one for line in made for one in clusters(line) if one != " "] == [
        one for one in clusters(text) if one != " "
    ]
    assert all(width(line, 7.5) <= room * 1.01 or len(clusters(line)) == 1 for line in made)


SEGMENTER = """
const texts = JSON.parse(require("fs").readFileSync(0, "utf8"));
const starts = (text) => [...new Intl.Segmenter("en").segment(text)].map((one) => one.index);
console.log(JSON.stringify(texts.map(starts)));
"""
GOODS = (
    "เมล็ดกาแฟโรบัสต้าไม่คั่วไม่สกัดคาเฟอีนน้ำผึ้ง",
    "ເມັດກາເຟທີ່ບໍ່ໄດ້ຄົ້ວ",
    "ក្រុមហ៊ុនស្រូវអង្ករ",
    "ကော်ဖီစေ့များမလှော်ရသေးသော",
)


def test_no_line_ends_inside_what_unicode_calls_one_character() -> None:
    """However narrow the room, by the grapheme clusters of UAX #29 as ICU finds them."""
    texts = [*NAMES.values(), *GOODS]
    command = [*node_command(), "-e", SEGMENTER]
    told = subprocess.run(command, input=json.dumps(texts), capture_output=True, encoding="utf-8", check=True)
    for text, starts in zip(texts, json.loads(told.stdout), strict=True):
        at, ours = 0, set()
        for line in lines(text.replace(" ", ""), 0.1, lambda part: width(part, 7.5)):
            at = text.index(line, at)
            ours.add(at)
            at += len(line)
        assert ours <= set(starts), text


def test_a_stacked_consonant_stays_under_its_own() -> None:
    """In Burmese, where what stacks it is a mark too, and in Khmer."""
    assert clusters("ကုမ္ပဏီ") == ["ကု", "မ္ပ", "ဏီ"]
    assert clusters("အင်္ဂါ") == ["အ", "င်္ဂါ"]
    assert clusters("ស្ត្រី") == ["ស្ត្រី"]


def test_burmese_lines_end_between_syllables() -> None:
    """A killed consonant stays with its syllable, and a stacked one under its own."""
    made = lines("လုပ်ငန်းကုမ္ပဏီ", 9, lambda part: width(part, 7.5))
    assert made == ["လုပ်", "ငန်း", "ကုမ္ပ", "ဏီ"] or all(line[1:2] != "်" for line in made)
    assert not any(line.startswith(("်", "္", "ပ်", "န်")) for line in made)
