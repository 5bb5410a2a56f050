"""The pages that say what an answer means and what to do."""

import re
from urllib.parse import unquote

import pytest

from api.pages.helping import VERDICTS
from api.problems import PROBLEMS
from ledger.rules import all_published
from ledger.verdict import TITLES, VerdictCode
from tests.api.desk import Desk
from tests.api.test_pages import looked_at


@pytest.mark.parametrize("code", list(VerdictCode))
def test_every_verdict_says_what_it_means_and_what_each_does(desk: Desk, code: VerdictCode) -> None:
    """The trader, customs and the issuing authority have different things to do."""
    page = looked_at(desk.client.get(f"/help/verdicts/{code.value}"))
    told = VERDICTS[code]
    for text in (TITLES[code], told.meaning, told.trader, told.customs, told.issuer):
        assert " ".join(text.split()) in page.text


def test_every_rule_of_every_rule_set_has_its_page(desk: Desk) -> None:
    """A refusal names a rule, and a person finds its text and source under that name."""
    rules = {rule.code: rule for one in all_published() for rule in one.rule_set.rules}
    listed = desk.client.get("/help/rules").text
    assert set(re.findall(r'href="/help/rules/([^"]+)"', listed)) == set(rules)
    for code in rules:
        assert code in looked_at(desk.client.get(f"/help/rules/{code}")).text


def test_every_problem_has_its_page(desk: Desk) -> None:
    """With its title, its advice and the name that programs know it by."""
    listed = looked_at(desk.client.get("/help/problems"))
    for code, problem in PROBLEMS.items():
        page = looked_at(desk.client.get(f"/help/problems/{code}"))
        assert problem.title in page.text
        assert f"/problems/{code}" in page.text
        assert problem.title in listed.text


def test_the_front_of_the_help_leads_to_all_of_it(desk: Desk) -> None:
    """Verdicts one by one; rules and refusals by their lists."""
    links = {link["href"] for link in looked_at(desk.client.get("/help")).all("a")}
    assert links >= {f"/help/verdicts/{code.value}" for code in VerdictCode} | {
        "/help/rules",
        "/help/problems",
    }


@pytest.mark.parametrize("path", ["verdicts/SURELY", "rules/<script>", "problems/none"])
def test_what_does_not_exist_is_not_found(desk: Desk, path: str) -> None:
    """And nothing of the address is repeated."""
    answer = desk.client.get(f"/help/{path}")
    assert answer.status_code == 404
    assert "<script>" not in answer.text
    assert path not in unquote(answer.text)


def test_the_address_of_a_problem_leads_a_person_to_its_page(desk: Desk) -> None:
    """Programs are answered with its fields at the same address."""
    path = "/problems/not-found"
    browser = desk.client.get(path, headers={"Accept": "text/html,*/*;q=0.8"}, follow_redirects=False)
    assert (browser.status_code, browser.headers["location"]) == (303, f"/help{path}")
    assert desk.client.get(path).json()["type"] == path
