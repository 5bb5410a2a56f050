"""Rules on what a certificate does not touch are not asked, and would have had nothing to say."""

import json
from datetime import date
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import rules
from ledger.certificate import Certificate, Endorsements, Exhibition, Invoicer, Replaced
from ledger.documents import parse_document
from ledger.errors import CertificateMalformed, Finding
from ledger.rules.base import Case, RuleSet, Topic
from ledger.rules.topics import topics_of
from tests.builders import VECTORS, a_certificate, a_departure, a_vector, an_item

TODAY = date(2026, 11, 22)
DEALT_IN = parse_document(a_vector("sg-my-pepper-back-to-back"))
"""A back-to-back certificate, with originals listed and drawn on."""


def certificates() -> list[Any]:
    """Return the certificates of all vectors that rules are asked about, good and spoilt."""
    found = []
    for path in sorted(VECTORS.rglob("*.json")):
        try:
            certificate = parse_document(json.loads(path.read_text("utf-8"))["document"])
        except CertificateMalformed:
            continue
        if rules.rule_set_for(certificate.scheme, certificate.issued_on):
            found.append(pytest.param(certificate, id=path.stem))
    return found


def all_rules_asked(certificate: Certificate, chosen: RuleSet) -> tuple[Finding, ...]:
    """Return what the rules of a set say when none is left out."""
    case = Case(certificate, chosen.edition, TODAY, rules.criteria_of(certificate))
    return tuple(
        Finding(rule.code, rule.severity, pointer, message, rule.source)
        for rule in chosen.rules
        for pointer, message in rule.find(case)
    )


def as_if_all_were_asked(certificate: Certificate) -> bool:
    """Tell whether `check` finds the same as all rules of the set in force, in the same order."""
    chosen = rules.rule_set_for(certificate.scheme, certificate.issued_on)
    return chosen is not None and rules.check(certificate, on=TODAY) == all_rules_asked(certificate, chosen)


@pytest.mark.parametrize("certificate", certificates())
def test_no_finding_of_a_vector_is_lost(certificate: Certificate) -> None:
    """Good or spoilt."""
    assert as_if_all_were_asked(certificate)


MIXTURES = st.tuples(
    st.builds(Endorsements, **dict.fromkeys(Endorsements.__slots__, st.booleans())),
    st.sampled_from(["WO", "CTH", "39%", "45%", "PC 25%", "PC 45%", "CTSH + 35%", "101%", "nothing"]),
    st.sampled_from([None, Invoicer(name="Zürich Trading", country="VN")]),
    st.sampled_from([None, Exhibition(name="Expo", address="Hanoi")]),
    st.sampled_from([None, Replaced(reference="VN-TH 26/02/00006", issued_on=date(2024, 1, 1))]),
    st.sampled_from([(), DEALT_IN.originals, DEALT_IN.originals * 2]),
    st.sampled_from([(), DEALT_IN.items[0].originals]),
    st.sampled_from([date(2021, 6, 1), date(2026, 11, 2)]),
    st.sampled_from([None, date(2021, 5, 30), date(2026, 11, 2)]),
    st.sampled_from(["TH", "KH"]),
)


@given(MIXTURES)
def test_no_finding_of_any_mixture_is_lost(drawn: Any) -> None:
    """Ticks without their boxes, boxes without their ticks, under both texts."""
    ticks, criterion, invoicer, exhibition, replaced, originals, lines, issued_on, departure, importing = (
        drawn
    )
    certificate = a_certificate(
        endorsements=ticks,
        items=(an_item(1, criterion=criterion, originals=lines), an_item(2)),
        third_country_invoicer=invoicer,
        exhibition=exhibition,
        replaces=replaced,
        originals=originals,
        issued_on=issued_on,
        transport=a_departure(departure),
        importing_member=importing,
    )
    assert as_if_all_were_asked(certificate)


def test_an_ordinary_certificate_touches_no_topic() -> None:
    """So half of the rules need not be asked about most certificates."""
    certificate = a_certificate(items=(an_item(1),))
    chosen = rules.rule_set_for(certificate.scheme, certificate.issued_on)
    assert chosen is not None
    case = Case(certificate, chosen.edition, TODAY, rules.criteria_of(certificate))
    assert topics_of(case) == frozenset()
    assert sum(rule.topic is None for rule in chosen.rules) < 0.6 * len(chosen.rules)


def test_every_topic_has_a_rule() -> None:
    """A topic that no rule is on would be looked for in vain."""
    pairs = product(Topic, rules.atiga.RULE_SETS)
    assert all(any(rule.topic is topic for rule in rule_set.rules) for topic, rule_set in pairs)
