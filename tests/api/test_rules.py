"""The rules are public: anybody can read by which text a proof is judged, and compute its hash."""

from datetime import date

import orjson
import pytest
import rfc8785

from ledger import rules
from ledger.hashing import keccak
from ledger.terms import Scheme
from tests.api.desk import Desk, problem


def test_every_rule_set_is_listed_with_its_hash(desk: Desk) -> None:
    """Without an API key."""
    listed = desk.ask("GET", "/v1/rules", by=None).json()["ruleSets"]
    assert [one["hash"] for one in listed] == [f"0x{one.hash.hex()}" for one in rules.all_published()]
    assert {one["scheme"] for one in listed} == {scheme.code for scheme in Scheme}


def test_the_date_of_issue_decides_which_text_is_answered(desk: Desk) -> None:
    """An old certificate is judged by the text of its day, which has an end."""
    old = desk.ask("GET", "/v1/rules/ATIGA-D?on=2021-06-01", by=None).json()
    assert (old["name"], old["since"], old["until"]) == (
        "ATIGA OCP, text of 2020",
        "2020-09-20",
        "2022-04-30",
    )
    now = desk.ask("GET", "/v1/rules/ATIGA-D", by=None).json()
    assert now["name"] == "ATIGA OCP, text of 2021"
    assert "until" not in now


@pytest.mark.parametrize("scheme", Scheme, ids=lambda scheme: scheme.code)
def test_the_hash_can_be_computed_from_the_answer(desk: Desk, scheme: Scheme) -> None:
    """From the document alone."""
    answer = orjson.loads(desk.ask("GET", f"/v1/rules/{scheme.code}?on=2026-11-02", by=None).content)
    assert answer["hash"] == f"0x{keccak(rfc8785.dumps(answer['document'])).hex()}"
    assert answer["hash"] == f"0x{rules.rule_set_hash(scheme, date(2026, 11, 2)).hex()}"


def test_a_day_that_no_text_covers_is_a_problem(desk: Desk) -> None:
    """Rather than the nearest text."""
    problem(desk.ask("GET", "/v1/rules/RCEP-CO?on=2021-12-31", by=None), 404, "rule-set-not-found")


@pytest.mark.parametrize("path", ["/v1/rules/ATIGA-E", "/v1/rules/ATIGA-D?on=2026-02-30"])
def test_a_question_that_is_not_as_documented_is_refused(desk: Desk, path: str) -> None:
    """Unknown schemes and impossible days."""
    problem(desk.ask("GET", path, by=None), 422, "invalid-request")
