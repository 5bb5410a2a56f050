"""The quick walk through a copy's fields reads what the careful reading reads, or leaves it to that."""

import copy
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import visible as module
from ledger.visible import MAX_FIELDS, MAX_PATH, Visible, unsalted, visible
from tests.vectors.made_envelopes import golden

SALT = "12345678-1234-4abc-9abc-123456789abc"
COFFEE = golden("vn-th-coffee").single()["data"]
NAMES = st.sampled_from(["a", "", ".", "/", "~", "é", "\n", "\ud800", "issuers", "0", "a.b", "n" * MAX_PATH])
LEAVES: st.SearchStrategy[Any] = st.one_of(
    st.sampled_from([None, True, 7, 0.5, "", [], {}, "x", SALT, f"{SALT}:string:\ud800", f"{SALT}:number:1"]),
    st.sampled_from([f"{SALT}:string:é\n", f"{SALT}:boolean:true", f"{SALT}:boolean:maybe"]),
    st.text(alphabet="0123456789abcdef-h:", min_size=36, max_size=37).map(lambda salt: f"{salt}:string:x"),
)
PARTS = st.recursive(
    LEAVES,
    lambda inner: st.dictionaries(NAMES, inner, max_size=3) | st.lists(inner, max_size=2),
    max_leaves=6,
)


@st.composite
def copies(draw: st.DrawFn) -> Any:
    """Draw the fields of a copy with up to three things in it replaced, added or lost."""
    data = copy.deepcopy(COFFEE)
    for _ in range(draw(st.integers(0, 3))):
        inner, key = draw(st.sampled_from(list(_places(data))))
        match draw(st.sampled_from(["replace", "add", "remove"])):
            case "add" if isinstance(inner, dict):
                inner[draw(NAMES)] = draw(PARTS)
            case "remove":
                del inner[key]
            case _:
                inner[key] = draw(PARTS)
    return data


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in list(pairs):
        yield value, key
        yield from _places(inner)


def carefully(data: Any) -> Any:
    """Return what is read without the quick walk."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(module._Walk, "through", lambda *_: None)
        return visible(data)


def comparable(read: Any) -> Any:
    """Return paths with texts, and the fields as they are ordered; or the problems."""
    if isinstance(read, Visible):
        return dict(zip(read.paths, read.texts, strict=True)), repr(read.fields)
    return read


@given(copies())
def test_the_quick_walk_finds_what_the_careful_reading_finds(data: Any) -> None:
    """The same paths, texts to hash, values and problems, whatever became of the fields."""
    assert comparable(visible(data)) == comparable(carefully(data))


def test_a_copy_as_it_was_issued_is_walked_quickly() -> None:
    """Also with fields hidden; else the walk would be of no use."""
    data = copy.deepcopy(COFFEE)
    del data["exporter"]
    assert module._Walk().through(data) is not None


@pytest.mark.parametrize("salt", ["", SALT[1:], SALT.upper(), SALT.replace("4", "5"), SALT.replace("9", "7")])
def test_a_field_that_lost_its_salt_is_shown_as_it_is(salt: str) -> None:
    """Its text may be anything, so nothing is cut off."""
    for kind in (":string:x", ":boolean:true"):
        assert unsalted([f"{salt}{kind}"]) == [f"{salt}{kind}"]
    assert unsalted({"a": f"{SALT}:string:x", "b": [f"{SALT}:boolean:false"]}) == {"a": "x", "b": [False]}


def test_long_names_above_many_fields_are_refused_before_they_are_repeated() -> None:
    """Each path repeats the names above it: ten thousand of them would take gigabytes here."""
    data = COFFEE | {"a" * 200_000: {str(number): "x" for number in range(MAX_FIELDS)}}
    found = visible(data)
    assert isinstance(found, list)
    assert [problem.rule for problem in found] == ["envelope.path"]
