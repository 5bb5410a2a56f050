"""Every problem is documented, and no problem repeats what was sent."""

import copy
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.problems import PROBLEMS, problem_of
from ledger import errors, refusals
from tests.api.desk import Desk, a_new_document, idempotent
from tests.builders import altered

DOCS = Path(__file__).parents[2] / "docs" / "reference"
ROW = re.compile(r"^\| `([a-z0-9-]+)` \| (\d{3}) \| (.+?) \| (.+?) \|$", re.MULTILINE)


def test_the_reference_lists_exactly_the_problems_of_the_code() -> None:
    """Code, status, title and advice, none missing and none made up."""
    written = ROW.findall((DOCS / "problems.md").read_text(encoding="utf-8"))
    known = [
        (problem.code, str(problem.status), problem.title, problem.advice) for problem in PROBLEMS.values()
    ]
    assert sorted(written) == sorted(known)


def test_every_problem_explains_itself_at_its_own_address(desk: Desk) -> None:
    """The `type` is a path of the service."""
    for problem in PROBLEMS.values():
        body = desk.ask("GET", problem.uri, by=None).json()
        assert body == {
            "type": problem.uri,
            "title": problem.title,
            "status": problem.status,
            "advice": problem.advice,
        }
    listed = desk.ask("GET", "/problems", by=None).json()["problems"]
    assert {one["type"] for one in listed} == {problem.uri for problem in PROBLEMS.values()}


def _leaves(family: type[errors.LedgerError]) -> set[type[errors.LedgerError]]:
    children = family.__subclasses__()
    return {family}.union(*map(_leaves, children)) if children else {family}


def test_every_error_of_the_ledger_has_a_problem_of_its_own_status() -> None:
    """Refused is 4xx or, where the operator is to blame, 500; unavailable is 503."""
    for kind in _leaves(errors.Unavailable):
        assert problem_of(kind.__new__(kind)).status == 503, kind
    ours = {errors.KeyNotHeld, errors.DevelopmentKeyRefused, errors.SignerMisbehaved, errors.LedgerMismatch}
    for kind in {kind for kind in _leaves(errors.Refused) if kind.__module__ == errors.__name__}:
        if kind is not errors.InputMalformed:
            expected = range(500, 501) if kind in ours else range(400, 500)
            assert problem_of(kind.__new__(kind)).status in expected, kind


def test_every_refusal_of_the_contracts_is_a_problem_of_the_same_name() -> None:
    """CamelCase there, kebab-case here."""
    for refusal in refusals.ContractRefusal.__subclasses__():
        code = re.sub(r"(?<!^)(?=[A-Z])", "-", refusal.__name__).lower()
        assert problem_of(refusal.__new__(refusal)) is PROBLEMS[code]


def test_codes_are_never_taken_back() -> None:
    """Callers compare against them; a code leaves this list only with a new version of the API."""
    given_out = {
        "malformed-json",
        "unsafe-json",
        "invalid-request",
        "unauthenticated",
        "scope-missing",
        "certificate-malformed",
        "certificate-refused",
        "certificate-not-found",
        "envelope-malformed",
        "reference-already-filed",
        "idempotency-in-flight",
        "idempotency-key-reused",
        "not-your-member",
        "not-your-certificate",
        "not-authorised",
        "certificate-not-live",
        "rate-limited",
        "chain-unreachable",
        "archive-unavailable",
    }
    assert given_out <= set(PROBLEMS)


SECRET = "Zq7~Geheim"
"""No plain name: what looks like the name of a field may be named, so that its sender finds it."""
POINTERS = st.sampled_from(
    [
        "/scheme",
        "/reference",
        "/issuedOn",
        "/validUntil",
        "/exportingMember",
        "/importingMember",
        "/exporter/name",
        "/exporter/country",
        "/consignee/operator",
        "/transport/portOfLoading",
        "/items/1/hsCode",
        "/items/1/criterion",
        "/items/1/packages/count",
        "/items/1/packages/kind",
        "/items/1/quantity/value",
        "/items/1/quantity/unit",
        "/items/1/fob",
        "/items/1/originCountry",
        "/items/1/invoices/1/date",
        "/items/2",
        "/originals",
        "/endorsements/backToBack",
        "/declaration/date",
        f"/{SECRET} name",
        f"/exporter/{SECRET} name",
        f"/items/{SECRET} 1",
    ]
)
TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), max_size=20).map(
    lambda text: f"{SECRET}{text}"
)
VALUES: st.SearchStrategy[Any] = st.one_of(
    TEXTS,
    TEXTS.map(lambda text: {text: text}),
    TEXTS.map(lambda text: [text]),
    TEXTS.map(lambda text: {"amount": text}),
)
SLOWLY = settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])


@SLOWLY
@given(pointer=POINTERS, value=VALUES)
def test_no_answer_about_a_refused_document_repeats_its_content(desk: Desk, pointer: str, value: Any) -> None:
    """Whichever field is wrong, and however: neither its value nor a made-up name comes back."""
    answer = desk.issue(altered(a_new_document(), pointer, value))
    if answer.status_code != 201:
        assert 400 <= answer.status_code < 500, answer.text
        assert SECRET not in answer.text
        assert SECRET not in str(answer.headers)


@SLOWLY
@given(
    path=st.sampled_from(
        [
            "/v1/verifications",
            "/v1/verifications/by-reference",
            "/v1/certificates/{id}/cancel",
            "/v1/api-keys",
        ]
    ),
    value=VALUES,
    key=st.sampled_from(
        ["reason", "reference", "issuedOn", "version", "data", "signature", "privacy", f"{SECRET} key"]
    ),
)
def test_no_answer_about_a_refused_request_repeats_its_content(
    desk: Desk, path: str, value: Any, key: str
) -> None:
    """The same for everything that is not a certificate."""
    path = path.format(id="0x" + "00" * 32)
    answer = desk.ask("POST", path, json={key: value}, headers=idempotent())
    assert SECRET not in answer.text


@pytest.mark.parametrize(
    "path",
    [
        f"/v1/certificates/{SECRET}",
        f"/v1/certificates?after={SECRET}",
        f"/v1/members/{SECRET}",
        f"/{SECRET}",
        f"/problems/{SECRET}",
        f"/v1/api-keys/{SECRET}",
    ],
)
def test_no_answer_repeats_an_address_or_a_parameter(desk: Desk, path: str) -> None:
    """Nor a header."""
    answer = desk.ask("GET", path, headers={"Idempotency-Key": SECRET, "X-Request-ID": f"{SECRET} !"})
    assert answer.status_code >= 400
    assert SECRET not in answer.text + str(answer.headers)


def test_hidden_and_altered_fields_do_not_come_back_from_a_verification(desk: Desk) -> None:
    """A verdict names paths, never values."""
    envelope = copy.deepcopy(desk.issued()["envelope"])
    salt = envelope["data"]["consignee"]["name"].split(":", 1)[0]
    envelope["data"]["consignee"]["name"] = f"{salt}:string:{SECRET}"
    answer = desk.ask("POST", "/v1/verifications", by=None, json=envelope)
    assert answer.json()["altered"] == ["consignee.name"]
    assert SECRET not in answer.text
