"""Verification cases over HTTP: who may do what, what is due, and every request once."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from httpx2 import Response

from ledger.archive import Scope
from ledger.memory import MemoryLedger
from tests.api.desk import START, Desk, a_new_document, idempotent, problem
from tests.builders import a_document
from tests.listing import Listing

DECIDE, ISSUE, READ = Scope.DECIDE, Scope.ISSUE, Scope.READ
CUSTOMS, ISSUER = ("TH customs", DECIDE), ("VN issuing", ISSUE)
DOUBT = {"lines": ["1"], "suspended": ["1"], "ground": "doubt", "text": "The criterion does not fit."}
SAID = {"text": "See the records of the factory."}


@pytest.fixture
def court(desk: Desk) -> Desk:
    """Return the service of both members, with lists."""
    chain = desk.world.ledger
    assert isinstance(chain, MemoryLedger)
    return Desk(
        desk.world, desk.rooms, replace(desk.ledger, procedures=Listing(chain)), desk.clock, desk.limits
    )


def ask(
    desk: Desk, method: str, path: str, body: object = None, *, who: tuple[str, Scope] = CUSTOMS, **more: str
) -> Response:
    """Ask as an authority, with an API key of one scope."""
    headers = idempotent(more.get("key", "")) | {
        "Prefer": more.get("prefer", "wait=5"),
        "Authorization": f"Bearer {desk.token(who[0], READ, who[1])}",
    }
    given: dict[str, Any] = {} if method == "GET" else {"json": body}
    return desk.ask(method, path, by=None, headers=headers, **given)


def received(desk: Desk) -> str:
    """Issue a certificate and let Thai customs receive it; returns its id."""
    issued = desk.issued()
    answer = ask(desk, "POST", "/v1/receipts", issued["envelope"])
    assert answer.status_code == 200, answer.text
    return str(issued["id"])


def opened(desk: Desk, **more: Any) -> dict[str, Any]:
    """Open a case on a new certificate; returns the answer's body."""
    answer = ask(desk, "POST", "/v1/cases", DOUBT | {"certificate": received(desk)} | more)
    assert answer.status_code == 201, answer.text
    body: dict[str, Any] = answer.json()
    return body


def step(desk: Desk, name: str, *, who: tuple[str, Scope] = ISSUER, **more: Any) -> Response:
    """Take a step in case 1."""
    words = {word: more.pop(word) for word in ("key", "prefer") if word in more}
    return ask(desk, "POST", "/v1/cases/1/steps", {"step": name} | SAID | more, who=who, **words)


def test_a_check_goes_from_the_question_to_the_conclusion(court: Desk) -> None:
    """Every answer tells what is due from whom, what the caller may do, and the statement to hand over."""
    body = opened(court)
    case = body["case"]
    assert (body["state"], body["repeated"], case["case"], case["step"]) == ("recorded", False, "1", "opened")
    assert case["due"] == {
        "by": "VN",
        "steps": ["acknowledged", "replied"],
        "due": "2027-02-01T08:00:00Z",
        "overdue": False,
    }
    assert case["allowed"] == ["concluded", "suspension-set"]
    assert body["statement"]["body"]["text"] == "The criterion does not fit."
    acknowledged = step(court, "acknowledged").json()
    assert acknowledged["case"]["allowed"] == ["replied"]
    assert step(court, "replied").json()["case"]["allowed"] == []
    again = step(court, "asked-again", who=CUSTOMS, reasons=["Line 1: no costing."])
    assert (again.status_code, again.headers["location"]) == (201, "/v1/cases/1")
    assert step(court, "replied", text="Here is the costing.").status_code == 201
    freed = ask(court, "PUT", "/v1/cases/1/suspension", {"suspended": []}).json()
    assert freed["case"]["suspended"] == []
    done = ask(court, "POST", "/v1/cases/1/conclusion", {"confirmed": ["1"]}).json()
    assert (done["case"]["step"], done["case"]["confirmed"]) == ("concluded", ["1"])
    assert "due" not in done["case"]
    told = ask(court, "GET", "/v1/cases/1", who=("VN issuing", READ)).json()
    assert [one["step"] for one in told["events"]] == [
        "opened",
        "acknowledged",
        "replied",
        "asked-again",
        "replied",
        "suspension-set",
        "concluded",
    ]
    assert told["events"][3]["said"]["body"]["reasons"] == ["Line 1: no costing."]


ROUTES: dict[str, Callable[[Desk, tuple[str, Scope]], Response]] = {
    "open": lambda desk, who: ask(
        desk,
        "POST",
        "/v1/cases",
        {
            "certificate": ask(desk, "GET", "/v1/cases/1").json()["certificate"],
            "lines": ["2"],
            "ground": "random",
        },
        who=who,
    ),
    "answer": lambda desk, who: step(desk, "acknowledged", who=who),
    "suspend": lambda desk, who: ask(desk, "PUT", "/v1/cases/1/suspension", {"suspended": []}, who=who),
    "conclude": lambda desk, who: ask(desk, "POST", "/v1/cases/1/conclusion", {"confirmed": ["1"]}, who=who),
    "get": lambda desk, who: ask(desk, "GET", "/v1/cases/1", who=(who[0], READ)),
}
DONE, SEEN = (201, ""), (200, "")
SCOPE, ROLE, OTHERS = (403, "scope-missing"), (403, "not-authorised"), (403, "case-not-yours")
TURN, HIDDEN, ADDRESSED = (
    (409, "case-step-not-allowed"),
    (404, "case-unknown"),
    (403, "not-the-importing-member"),
)
MATRIX: dict[tuple[str, Scope], dict[str, tuple[int, str]]] = {
    CUSTOMS: {"open": DONE, "answer": SCOPE, "suspend": DONE, "conclude": DONE, "get": SEEN},
    ISSUER: {"open": SCOPE, "answer": DONE, "suspend": SCOPE, "conclude": SCOPE, "get": SEEN},
    ("TH issuing", DECIDE): {"open": ROLE, "answer": SCOPE, "suspend": ROLE, "conclude": ROLE, "get": SEEN},
    ("TH issuing", ISSUE): {"open": SCOPE, "answer": TURN, "suspend": SCOPE, "conclude": SCOPE, "get": SEEN},
    ("VN customs", DECIDE): {
        "open": ADDRESSED,
        "answer": SCOPE,
        "suspend": TURN,
        "conclude": TURN,
        "get": SEEN,
    },
    ("VN customs", ISSUE): {"open": SCOPE, "answer": ROLE, "suspend": SCOPE, "conclude": SCOPE, "get": SEEN},
    ("MY issuing", ISSUE): {
        "open": SCOPE,
        "answer": OTHERS,
        "suspend": SCOPE,
        "conclude": SCOPE,
        "get": HIDDEN,
    },
    ("MY issuing", DECIDE): {
        "open": ROLE,
        "answer": SCOPE,
        "suspend": OTHERS,
        "conclude": OTHERS,
        "get": HIDDEN,
    },
    ("VN aeo", READ): {"open": SCOPE, "answer": SCOPE, "suspend": SCOPE, "conclude": SCOPE, "get": SEEN},
}
CASES = [(who, route, *wanted) for who, routes in MATRIX.items() for route, wanted in routes.items()]


@pytest.mark.parametrize(("who", "route", "status", "code"), CASES)
def test_every_authority_on_every_route(
    court: Desk, who: tuple[str, Scope], route: str, status: int, code: str
) -> None:
    """Each meets what the matrix says, and a refusal changes nothing."""
    issued = court.issue(two_lines()).json()
    assert ask(court, "POST", "/v1/receipts", issued["envelope"]).status_code == 200
    assert ask(court, "POST", "/v1/cases", DOUBT | {"certificate": issued["id"]}).status_code == 201
    before = ask(court, "GET", "/v1/cases/1").json()
    answer = ROUTES[route](court, who)
    if not code:
        assert answer.status_code == status, answer.text
        return
    problem(answer, status, code)
    assert ask(court, "GET", "/v1/cases/1").json() == before


def two_lines() -> dict[str, Any]:
    """Return a document with two goods lines."""
    first = a_document()["items"]["1"]
    return a_new_document(items={"1": first, "2": first})


def test_a_step_out_of_turn_names_what_is_due_by_whom_and_when(court: Desk) -> None:
    """With what the caller may do instead."""
    opened(court)
    body = problem(step(court, "visit-notified", who=CUSTOMS), 409, "case-step-not-allowed")
    assert (body["case"], body["step"]) == ("1", "opened")
    assert (body["due"]["by"], body["due"]["steps"]) == ("VN", ["acknowledged", "replied"])
    assert body["allowed"] == ["concluded", "suspension-set"]
    assert "due from VN until 2027-02-01T08:00:00Z" in body["detail"]
    assert "once the step due now is overdue" in body["detail"]
    refused = problem(
        ask(court, "POST", "/v1/cases/1/conclusion", {"denied": ["1"], "text": "No."}), 409, "step-not-due"
    )
    assert "2027" in refused["detail"]
    court.clock.now = START + timedelta(days=90, seconds=1)
    assert step(court, "visit-notified", who=CUSTOMS).status_code == 201


def test_the_same_request_is_carried_out_once(court: Desk) -> None:
    """Under its key it gets the first answer; under another it is a repetition; a turn makes it new."""
    opened(court)
    first = step(court, "replied", key="k1")
    assert step(court, "replied", key="k1").json() == first.json()
    again = step(court, "replied", key="k2")
    assert (again.status_code, again.json()["repeated"]) == (201, True)
    assert len(again.json()["case"]["events"]) == 2
    step(court, "asked-again", who=CUSTOMS)
    assert step(court, "replied", key="k3").json()["repeated"]
    assert not step(court, "replied", key="k4", turn="3").json()["repeated"]


def test_what_waits_for_the_chain_is_202_and_a_retry_says_how_far_it_is(court: Desk) -> None:
    """Accepted once, whatever the caller does meanwhile."""
    certificate = received(court)
    court.hold()
    asked = DOUBT | {"certificate": certificate}
    first = ask(court, "POST", "/v1/cases", asked, key="k5", prefer="respond-async")
    assert (first.status_code, first.json()["state"]) == (202, "accepted")
    assert first.headers["retry-after"]
    assert "case" not in first.json()
    court.release()
    done = ask(court, "POST", "/v1/cases", asked, key="k5")
    assert (done.status_code, done.json()["state"], done.json()["case"]["case"]) == (201, "recorded", "1")
    assert done.json()["statementHash"] == first.json()["statementHash"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"lines": []}, "/lines"),
        ({"lines": ["9"]}, "/lines"),
        ({"text": ""}, "/text"),
        ({"suspended": ["2"]}, "/suspended"),
    ],
)
def test_a_check_that_does_not_say_what_it_must_is_422(
    court: Desk, body: dict[str, Any], pointer: str
) -> None:
    """With the place."""
    answer = ask(court, "POST", "/v1/cases", DOUBT | {"certificate": received(court)} | body)
    assert pointer in [one["pointer"] for one in problem(answer, 422, "check-malformed")["errors"]]


@pytest.mark.parametrize("body", [{"lines": [1]}, {"ground": "hunch"}, {"lines": ["0"]}, {"why": "x"}])
def test_a_body_of_another_shape_is_refused(court: Desk, body: dict[str, Any]) -> None:
    """Line numbers are strings, grounds are words, and nothing undocumented is taken."""
    answer = ask(court, "POST", "/v1/cases", DOUBT | {"certificate": received(court)} | body)
    problem(answer, 422, "invalid-request")


def test_a_check_about_what_is_not_behind_the_certificate_is_refused(court: Desk) -> None:
    """And one about a certificate that nobody presented here."""
    certificate, other = received(court), received(court)
    asked = DOUBT | {"certificate": certificate, "about": other}
    problem(ask(court, "POST", "/v1/cases", asked), 422, "not-an-original-of")
    unknown = DOUBT | {"certificate": f"0x{'5' * 64}"}
    problem(ask(court, "POST", "/v1/cases", unknown), 409, "not-kept")
    problem(ask(court, "GET", "/v1/cases/9"), 404, "case-unknown")


def test_cases_are_listed_by_number_page_by_page(court: Desk) -> None:
    """Open ones, or all; those of other members are not among them."""
    for _ in range(3):
        opened(court)
    assert ask(court, "POST", "/v1/cases/2/conclusion", {"confirmed": ["1"]}).status_code == 201
    read = ("TH customs", READ)
    assert numbers(ask(court, "GET", "/v1/cases", who=read)) == ["1", "3"]
    page = ask(court, "GET", "/v1/cases?closed=true&limit=2", who=read)
    assert numbers(page) == ["1", "2"]
    following = page.headers["link"].removeprefix("<").split(">")[0]
    assert numbers(ask(court, "GET", following, who=read)) == ["3"]
    assert numbers(ask(court, "GET", "/v1/cases", who=("MY issuing", READ))) == []


def numbers(answer: Response) -> list[str]:
    """Return the numbers of the cases in a list."""
    return [one["case"] for one in answer.json()["cases"]]


def test_deadlines_are_told_to_both_sides_soonest_first(court: Desk) -> None:
    """Each with its rule, days left, whose it is and what to do; only what is late when asked so."""
    opened(court)
    told = ask(court, "GET", "/v1/deadlines", who=("VN issuing", READ)).json()["deadlines"]
    assert [(one["kind"], one["by"], one["yours"], one["days"]) for one in told] == [
        ("step", "VN", True, "90"),
        ("case", "TH", False, "180"),
    ]
    assert told[0]["rule"] == "OCP Rule 18(b)"
    assert told[0]["todo"] == "in case 1: acknowledged or replied"
    customs = ("TH customs", READ)
    kinds = [one["kind"] for one in ask(court, "GET", "/v1/deadlines", who=customs).json()["deadlines"]]
    assert kinds == ["grounds", "step", "case"]
    late = "/v1/deadlines?overdueOnly=true"
    assert ask(court, "GET", late, who=customs).json()["deadlines"] == []
    court.clock.now = START + timedelta(days=60, seconds=1)
    (one,) = ask(court, "GET", late, who=customs).json()["deadlines"]
    assert (one["kind"], one["overdue"], one["days"]) == ("grounds", True, "-1")


def test_lists_need_a_replica(desk: Desk) -> None:
    """Cases one by one do not."""
    reader = ("TH customs", READ)
    problem(ask(desk, "GET", "/v1/cases", who=reader), 409, "replica-needed")
    problem(ask(desk, "GET", "/v1/deadlines", who=reader), 409, "replica-needed")
