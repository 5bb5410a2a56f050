"""A presented copy: whatever was done to it is found out, and named as far as it can be proved."""

import copy
import dataclasses
import json
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import envelope, strict_json
from ledger.envelope import MANDATORY, leaf_hash, leaves
from ledger.errors import EnvelopeMalformed, FieldNotRedactable
from ledger.presented import Examination, examined, opened, redacted
from ledger.visible import MAX_FIELDS, MAX_PATH, MAX_PROBLEMS
from tests.vectors.made_envelopes import Golden, golden
from tests.vectors.made_twins import field

COFFEE, GROCERIES = golden("vn-th-coffee"), golden("vn-ph-groceries")
BACK_TO_BACK = golden("sg-th-consolidated-back-to-back")
ALL = pytest.mark.parametrize(
    "one", [COFFEE, GROCERIES, BACK_TO_BACK], ids=["coffee", "groceries", "two parents"]
)


def examine(document: object) -> Examination:
    """Examine a copy as it is after being saved and read."""
    return examined(opened(strict_json.loads(json.dumps(document, ensure_ascii=False).encode())))


def paths(one: Golden) -> list[str]:
    """Return the paths of all fields."""
    return [path for path, _ in leaves(one.data)]


def subtrees(value: Any, prefix: str = "") -> Iterator[str]:
    """Yield the path of every field and of every object of fields."""
    pairs = value.items() if isinstance(value, dict) else ()
    for key, inner in pairs:
        yield f"{prefix}{key}"
        yield from subtrees(inner, f"{prefix}{key}.")


def without(document: dict[str, Any], path: str) -> None:
    """Take a field away, and the objects it leaves empty with it."""
    inner, last = field(document, path)
    del inner[last]
    if not inner and "." in path:
        without(document, path.rpartition(".")[0])


@ALL
def test_an_untouched_copy_is_intact_and_tells_its_terms(one: Golden) -> None:
    """Everything the ledger is asked for is rebuilt from the fields people read."""
    seen = examine(one.single())
    assert seen.intact
    assert (seen.altered, seen.removed, seen.hidden) == ((), 0, 0)
    assert seen.terms == one.terms
    assert (seen.certificate, seen.root) == (one.id, one.id)
    assert seen.fields == one.data


@ALL
def test_an_edit_of_any_field_is_named_exactly(one: Golden) -> None:
    """One field after the other: this one is named, and no other."""
    for path in paths(one):
        document = one.single()
        inner, last = field(document, path)
        inner[last] = f"{inner[last]}x"
        seen = examine(document)
        assert (seen.altered, seen.removed, seen.intact) == ((path,), 0, False), path


@ALL
def test_an_edit_of_any_salt_is_named_exactly(one: Golden) -> None:
    """A salt is part of its field."""
    for path in paths(one):
        document = one.single()
        inner, last = field(document, path)
        inner[last] = f"{'f' if inner[last][0] == '0' else '0'}{inner[last][1:]}"
        assert examine(document).altered == (path,), path


@ALL
def test_the_loss_of_any_field_is_counted(one: Golden) -> None:
    """A field that went without leaving its hash was not redacted but removed."""
    for path in paths(one):
        document = one.single()
        without(document, path)
        seen = examine(document)
        assert (seen.altered, seen.removed, seen.intact) == ((), 1, False), path


@ALL
def test_an_added_field_is_named_wherever_it_is_put(one: Golden) -> None:
    """In every object of the document."""
    value = "00000000-0000-4000-8000-000000000000:string:added"
    for path in ["", *(path for path in subtrees(one.data) if isinstance(_at(one.data, path), dict))]:
        document = one.single()
        _at(document["data"], path)["zz"] = value
        added = f"{path}.zz" if path else "zz"
        assert examine(document).altered == (added,)


def _at(data: Any, path: str) -> Any:
    for step in path.split(".") if path else ():
        data = data[step]
    return data


def test_two_exchanged_fields_are_both_named() -> None:
    """Both values were issued, but neither at this place."""
    document = COFFEE.single()
    (one, x), (other, y) = field(document, "exporter.name"), field(document, "consignee.name")
    one[x], other[y] = other[y], one[x]
    assert examine(document).altered == ("consignee.name", "exporter.name")


def test_two_edits_and_a_loss_are_told_apart() -> None:
    """As far as numbers can tell."""
    document = COFFEE.single()
    for path in ("exporter.name", "validUntil"):
        inner, last = field(document, path)
        inner[last] += " "
    without(document, "items.1.quantity.unit")
    seen = examine(document)
    assert (seen.altered, seen.removed) == (("exporter.name", "validUntil"), 1)


@ALL
def test_every_field_and_every_group_that_may_be_hidden_can_be(one: Golden) -> None:
    """Goods lines as a whole among them; the copy is intact after saving, and its terms are the same."""
    for path in subtrees(one.data):
        if path.split(".")[0] in MANDATORY:
            continue
        document = redacted(one.single(), [path])
        seen = examine(document)
        assert seen.intact, path
        assert seen.terms == one.terms
        assert seen.hidden == sum(1 for at in paths(one) if at == path or at.startswith(f"{path}."))
        assert path not in set(subtrees(document["data"]))


@ALL
def test_everything_that_may_be_hidden_can_be_hidden_at_once(one: Golden) -> None:
    """What stays is what binds the certificate to the ledger."""
    document = redacted(one.single(), [name for name in one.data if name not in MANDATORY])
    assert examine(document).intact
    assert set(document["data"]) == set(MANDATORY)


def test_a_redacted_copy_can_be_redacted_further() -> None:
    """By whoever holds it next; the order does not matter."""
    once = redacted(
        redacted(GROCERIES.single(), ["items.1", "exporter.name"]), ["consignee", "items.2.fob"][:1]
    )
    at_once = redacted(GROCERIES.single(), ["consignee", "items.1", "exporter.name"])
    assert once == at_once
    assert examine(once).intact


def test_a_hidden_value_is_nowhere_in_the_copy() -> None:
    """Neither plain nor salted."""
    salted = COFFEE.single()["data"]["consignee"]["name"]
    text = json.dumps(redacted(COFFEE.single(), ["consignee.name"]), ensure_ascii=False)
    assert salted not in text
    assert salted[:36] not in text
    assert leaf_hash("consignee.name", salted) in text


@pytest.mark.parametrize("name", MANDATORY)
def test_what_binds_a_certificate_to_the_ledger_cannot_be_hidden(name: str) -> None:
    """Neither whole nor in part."""
    inside = [path for path in paths(BACK_TO_BACK) if path.split(".")[0] == name]
    for path in {name, *inside}:
        with pytest.raises(FieldNotRedactable, match="binds the certificate to the ledger"):
            redacted(BACK_TO_BACK.single(), [path])


@pytest.mark.parametrize("path", [path for path in paths(COFFEE) if path.split(".")[0] in MANDATORY])
def test_a_copy_that_hides_what_must_be_seen_is_refused(path: str) -> None:
    """Done by hand, with the right hash, so that the document hash still fits."""
    document = COFFEE.single()
    values = dict(leaves(document["data"]))
    document["privacy"] = {"obfuscatedData": [leaf_hash(path, values[path])]}
    _forget(document["data"], path.split("."))
    with pytest.raises(EnvelopeMalformed) as refusal:
        examine(document)
    assert [(problem.pointer, problem.rule) for problem in refusal.value.problems] == [
        (f"/data/{path.replace('.', '/')}", "envelope.mandatory")
    ]


def _forget(data: Any, path: list[str]) -> None:
    """Take a field out, and every object that is left empty by it."""
    key: Any = int(path[0]) if isinstance(data, list) else path[0]
    if len(path) > 1:
        _forget(data[key], path[1:])
    if len(path) == 1 or not data[key]:
        del data[key]


@pytest.mark.parametrize(
    "path", ["", "nothing", "items.9", "items.1.", "items.1.marks.x", "exporter.name.", "items..1"]
)
def test_what_is_not_there_cannot_be_hidden(path: str) -> None:
    """Silence would let the holder believe it is hidden."""
    with pytest.raises(FieldNotRedactable, match="no such field"):
        redacted(COFFEE.single(), [path])


def test_what_is_hidden_already_cannot_be_hidden_again() -> None:
    """Nor by naming it twice."""
    with pytest.raises(FieldNotRedactable, match="hidden already"):
        redacted(COFFEE.single(), ["exporter", "exporter.name"])


def test_a_group_is_not_hidden_with_another_whose_name_begins_the_same() -> None:
    """`items.1` is not `items.10`."""
    value = "00000000-0000-4000-8000-000000000000:string:x"
    document = COFFEE.single()
    document["data"]["items"]["10"] = {"marks": value}
    assert "10" in redacted(document, ["items.1"])["data"]["items"]


@pytest.mark.parametrize("bogus", ["issued never", "shown too", "hidden twice"])
def test_a_hidden_hash_that_stands_for_nothing_makes_a_copy_altered(bogus: str) -> None:
    """Every visible field is as issued, yet the copy is not what was issued."""
    document = redacted(COFFEE.single(), ["exporter.name"])
    hashes = document["privacy"]["obfuscatedData"]
    hashes.append(
        {"issued never": "ab" * 32, "shown too": _shown(document), "hidden twice": hashes[0]}[bogus]
    )
    seen = examine(document)
    assert (seen.altered, seen.intact) == (("privacy",), False)


def _shown(document: dict[str, Any]) -> str:
    return leaf_hash("reference", document["data"]["reference"])


@pytest.mark.parametrize("fingerprints", [None, "", "AAAA" * 8, "edited"])
def test_without_true_fingerprints_an_edit_is_seen_but_not_placed(fingerprints: str | None) -> None:
    """Nothing is claimed that cannot be proved."""
    document = COFFEE.single()
    document["data"]["reference"] += "x"
    if fingerprints is None:
        del document["fingerprints"]
    elif fingerprints == "edited":
        document["fingerprints"] = (
            f"{'B' if document['fingerprints'][0] == 'A' else 'A'}{document['fingerprints'][1:]}"
        )
    else:
        document["fingerprints"] = fingerprints if len(fingerprints) != 32 else "A" * 43 + "="
    seen = examine(document)
    assert (seen.altered, seen.removed, seen.located, seen.intact) == ((), 0, False, False)


def test_fingerprints_do_not_matter_to_an_unaltered_copy() -> None:
    """Software of others leaves them out."""
    document = COFFEE.single()
    del document["fingerprints"]
    assert examine(document).intact


@pytest.mark.parametrize("fingerprints", ["é", "no base64!", "A", "AAAA", "=", None, 7, []])
def test_fingerprints_that_are_no_hashes_are_refused(fingerprints: object) -> None:
    """Whatever they are instead."""
    with pytest.raises(EnvelopeMalformed) as refusal:
        examine(COFFEE.single() | {"fingerprints": fingerprints})
    assert [problem.rule for problem in refusal.value.problems] == ["envelope.fingerprints"]


@pytest.mark.parametrize("hidden", [None, [], "x", {"obfuscatedData": None}, {"obfuscatedData": ["x"]}])
def test_hidden_hashes_that_are_no_hashes_are_refused(hidden: object) -> None:
    """An absent list is an empty one; anything else must be a list of hashes."""
    with pytest.raises(EnvelopeMalformed) as refusal:
        examine(COFFEE.single() | {"privacy": hidden})
    assert [problem.rule for problem in refusal.value.problems] == ["envelope.hash"]


@pytest.mark.parametrize(
    "change",
    [{"merkleRoot": "ab" * 32}, {"proof": []}, {"proof": ["ab" * 32]}, {"proof": [COFFEE.id.hex()]}],
    ids=["root", "no proof", "another proof", "the id"],
)
def test_an_edited_signature_is_named(change: dict[str, Any]) -> None:
    """The fields are as issued; what ties them to the ledger is not."""
    document = COFFEE.single()
    document["signature"].update(change)
    seen = examine(document)
    assert (seen.altered, seen.intact) == (("signature",), False)


def test_a_reference_that_does_not_fit_its_key_is_named() -> None:
    """An issuer's document that shows one number and registers another is not intact."""
    data = copy.deepcopy(COFFEE.data)
    data["reference"] = "VN-TH 26/02/00007"
    seen = examine(_sealed(data))
    assert (seen.altered, seen.intact) == (("reference",), False)


def _sealed(data: dict[str, Any]) -> dict[str, Any]:
    """Return an envelope of other data whose hashes all fit, under the terms of the coffee."""
    terms = dataclasses.replace(COFFEE.terms, document_hash=envelope.hash_of(data, COFFEE.seed))
    return Golden(data, COFFEE.seed, terms).single()


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("issuedOn", "1969-12-31"),
        ("issuedOn", "0001-01-01"),
        ("issuedOn", "20261102"),
        ("issuedOn", "2026-W45-1"),
        ("validUntil", "2027-02-30"),
        ("validUntil", "10000-01-01"),
        ("scheme", "ATIGA-X"),
        ("exportingMember", "vn"),
        ("importingMember", "THA"),
        ("importingMember", "ทห"),
        ("network.chainId", "1_337"),
        ("network.chainId", "\u0661"),
        ("network.chainId", "9" * 5000),
        ("issuers.0.documentStore", "nowhere"),
        ("terms.referenceKey", "0x00"),
    ],
)
def test_a_field_the_ledger_needs_that_cannot_be_read_is_refused(path: str, text: str) -> None:
    """Though every hash fits: dates before 1970 and other spellings are not guessed at."""
    data = copy.deepcopy(COFFEE.data)
    inner, last = field({"data": data}, path)
    inner[last] = text
    with pytest.raises(EnvelopeMalformed) as refusal:
        examine(_sealed(data))
    assert [problem.rule for problem in refusal.value.problems] == ["envelope.terms"]


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        ({"a.b": "x"}, "envelope.key"),
        ({"a/b": "x"}, "envelope.key"),
        ({"a~b": "x"}, "envelope.key"),
        ({"": {"a": "x"}}, "envelope.key"),
        ({"a": {"": "x"}}, "envelope.key"),
        ({"\ud800": "x"}, "envelope.key"),
        ({"a": ["x"]}, "envelope.array"),
        ({"a": []}, "envelope.array"),
        ({"a": {"b": [{"c": "x"}]}}, "envelope.array"),
        ({"a": None}, "envelope.leaf"),
        ({"a": 2**70}, "envelope.leaf"),
        ({"a": float("nan")}, "envelope.leaf"),
        ({"a": True}, "envelope.leaf"),
        ({"a": "\udfff"}, "envelope.leaf"),
        ({f"a{number}": "x" for number in range(MAX_FIELDS)}, "envelope.size"),
        ({"a" * (MAX_PATH + 1): "x"}, "envelope.path"),
        ({"a" * (MAX_PATH - 2): {"b": {"c": "x"}}}, "envelope.path"),
        ({"a\n\x1b[2JVALID": "x"}, "envelope.key"),
        ({"a\u202eb": "x"}, "envelope.key"),
        ({"issuers": []}, "envelope.issuers"),
        ({"issuers": {"0": {"name": "x"}}}, "envelope.issuers"),
        ({"issuers": [{"name": "x"}, {"name": "y"}]}, "envelope.issuers"),
        ({"issuers": ["x"]}, "envelope.issuers"),
    ],
)
def test_data_that_two_readers_could_read_in_two_ways_is_refused(data: dict[str, Any], rule: str) -> None:
    """Names that make two paths one, lists that an object could stand in for, values without one spelling."""
    document = COFFEE.single()
    document["data"].update(data)
    with pytest.raises(EnvelopeMalformed) as refusal:
        opened(document)
    assert [problem.rule for problem in refusal.value.problems] == [rule]


def test_only_so_many_faults_of_the_fields_are_told() -> None:
    """A small file with a fault in each field under long names would else be answered with gigabytes."""
    document = COFFEE.single()
    document["data"]["a" * 100] = {f"a{number}": 1 for number in range(MAX_FIELDS)}
    with pytest.raises(EnvelopeMalformed) as refusal:
        opened(document)
    assert len(refusal.value.problems) == MAX_PROBLEMS


def test_a_path_of_the_greatest_length_is_read() -> None:
    """The bound itself is allowed."""
    document = COFFEE.single()
    document["data"]["a" * (MAX_PATH - 2)] = {"b": "x"}
    assert max(len(path) for path in examined(opened(document)).altered) == MAX_PATH


def test_nesting_without_end_is_refused() -> None:
    """Also when it did not come through our own reader."""
    deep: dict[str, Any] = {}
    for _ in range(5000):
        deep = {"a": deep}
    document = COFFEE.single()
    document["data"]["deep"] = deep
    with pytest.raises(EnvelopeMalformed, match="32 levels"):
        opened(document)


@pytest.mark.parametrize("document", [None, [], "x", 7, {}, {"data": {}}, {"version": None, "signature": []}])
def test_what_is_no_envelope_is_refused_by_name(document: object) -> None:
    """With every problem at once."""
    with pytest.raises(EnvelopeMalformed) as refusal:
        opened(document)
    assert all(problem.rule.startswith("envelope.") for problem in refusal.value.problems)
    assert len(refusal.value.problems) >= (5 if isinstance(document, dict) else 1)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.just("ab" * 32),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


@st.composite
def mutations(draw: st.DrawFn) -> Any:
    """Draw an envelope with one to three things in it replaced, removed, doubled or moved."""
    document = copy.deepcopy(draw(st.sampled_from([COFFEE, BACK_TO_BACK])).single())
    if draw(st.booleans()):
        document = redacted(document, draw(st.sampled_from([["exporter"], ["items.1"], ["consignee.name"]])))
    for _ in range(draw(st.integers(1, 3))):
        places = list(_places(document))
        inner, key = draw(st.sampled_from(places))
        other, name = draw(st.sampled_from(places))
        match draw(st.sampled_from(["replace", "remove", "copy", "add"])):
            case "replace":
                inner[key] = draw(JSON)
            case "remove":
                del inner[key]
            case "copy":
                inner[key] = copy.deepcopy(other[name])
            case _ if isinstance(inner, dict):
                inner[draw(st.text(max_size=3))] = draw(JSON)
            case _:
                inner.append(draw(JSON))
    return document


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in list(pairs):
        yield value, key
        yield from _places(inner)


@given(mutations())
def test_a_mangled_copy_is_examined_or_refused_and_never_passes_for_more_than_was_issued(
    document: Any,
) -> None:
    """No other exception leaves, and what is called intact shows issued fields only, under issued terms."""
    try:
        seen = examined(opened(document))
    except EnvelopeMalformed:
        return
    if seen.intact:
        issued = COFFEE if seen.certificate == COFFEE.id else BACK_TO_BACK
        assert seen.terms == issued.terms
        assert set(leaves(seen.fields)) <= set(leaves(issued.data))


@given(JSON)
def test_anything_at_all_is_refused_by_name(document: Any) -> None:
    """Nothing random is an envelope."""
    with pytest.raises(EnvelopeMalformed):
        opened(document)


def test_the_registry_is_known_by_its_address_in_whatever_letters() -> None:
    """Other software may write it without the checksum of EIP-55."""
    document = COFFEE.single()
    store = document["data"]["issuers"][0]["documentStore"]
    document["data"]["issuers"][0]["documentStore"] = store.lower()
    assert examine(document).ledger == examine(COFFEE.single()).ledger
