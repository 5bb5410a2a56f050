"""A rule set is a document with a hash, so that whoever decided by it can be held to it."""

import json
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
import rfc8785

from ledger import rules
from ledger.errors import CertificateRefused
from ledger.hashing import keccak
from ledger.rules import Published
from ledger.terms import Scheme

PINNED = Path(__file__).parents[2] / "vectors" / "rules"
EVERY = pytest.mark.parametrize(
    "one", rules.all_published(), ids=lambda one: f"{one.scheme.code}-{one.rule_set.since}"
)


@EVERY
def test_a_rule_set_is_published_as_the_pinned_file_says(one: Published) -> None:
    """A rule in force is never edited unnoticed: its hash would be another."""
    name = f"{one.scheme.code.lower()}-{one.rule_set.since}.json"
    pinned = json.loads((PINNED / name).read_text("utf-8"))
    assert pinned["document"] == one.document
    assert pinned["hash"] == f"0x{one.hash.hex()}"


def test_there_is_a_pinned_file_for_each_rule_set_and_no_other() -> None:
    """A rule set that is taken away would leave old certificates without one."""
    assert len(list(PINNED.glob("*.json"))) == len(rules.all_published())


@EVERY
def test_the_hash_is_that_of_canonical_json(one: Published) -> None:
    """Anybody can compute it, with any implementation of RFC 8785 and keccak-256."""
    assert keccak(rfc8785.dumps(dict(one.document))) == one.hash
    assert rules.rule_set_hash(one.scheme, one.rule_set.since) == one.hash


@EVERY
def test_what_differs_between_texts_is_data(one: Published) -> None:
    """Parties, thresholds, validity, days, codes and editions of the tariff are all in the document."""
    edition = one.document["edition"]
    assert edition["parties"] == sorted(one.rule_set.edition.parties)
    assert {"fobRequired", "generalThreshold", "validityYears", "graceDays", "hsEditions"} <= set(edition)
    assert one.document["clocks"]["reply"] == "90"
    assert [rule["code"] for rule in one.document["rules"]] == [rule.code for rule in one.rule_set.rules]


def test_every_scheme_has_rules_from_its_first_day_on() -> None:
    """On every later day there is exactly one text."""
    for scheme in Scheme:
        sets = rules.RULE_SETS[scheme]
        assert sets[-1].until == date.max
        assert all((later.since - one.until).days == 1 for one, later in pairwise(sets))


def test_no_two_rule_sets_share_a_hash() -> None:
    """A hash names one text of one scheme."""
    assert len({one.hash for one in rules.all_published()}) == len(rules.all_published())


def test_a_day_without_rules_has_no_hash() -> None:
    """Nothing can be decided by rules that are not known."""
    early = date(2020, 9, 19)
    assert rules.published(Scheme.ATIGA_FORM_D, early) is None
    with pytest.raises(CertificateRefused) as refused:
        rules.rule_set_hash(Scheme.ATIGA_FORM_D, early)
    assert [finding.rule for finding in refused.value.findings] == [rules.NO_RULE_SET]
