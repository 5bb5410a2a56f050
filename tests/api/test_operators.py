"""The life of an authorisation over HTTP: each act once, for one's own member, with what is allowed next."""

from typing import Any

import pytest
from httpx2 import Response

from ledger.archive import Scope
from ledger.memory import MemoryLedger
from ledger.operators import OperatorCode, ProgrammeKind
from ledger.writes import DeclareProgramme
from tests.api.desk import Desk, idempotent, problem

CODE = "VN0100109106"
PATH = f"/v1/operators/{CODE}"
APPLICATION: dict[str, Any] = {
    "operator": "AEO VN-0100109106",
    "office": "AEO unit, Hà Nội",
    "name": "Cà phê Tây Nguyên JSC",
    "address": "12 Nguyễn Huệ\nHà Nội",
    "country": "VN",
    "nationalId": "0100109106",
    "programme": "PE",
    "level": 1,
    "roles": ["exporter", "MFR"],
    "consent": ["publication", "exchange"],
}
OFFICE = {"office": "AEO unit, Hà Nội"}
TO_FIELD = ("accept", "desk-validation", "field-validation")


@pytest.fixture
def office(desk: Desk) -> Desk:
    """Return the service of a member that has a programme."""
    chain = desk.world.ledger
    assert isinstance(chain, MemoryLedger)
    chain.write(
        DeclareProgramme("PE", "Priority enterprise", ProgrammeKind.SAFE_AEO, 2), desk.world.account("VN aeo")
    )
    return desk


def ask(  # noqa: PLR0913 - each is a part of the request
    desk: Desk,
    method: str,
    path: str,
    body: object = None,
    *,
    by: str = "VN aeo",
    key: str = "",
    prefer: str = "wait=5",
    scope: Scope = Scope.AEO,
) -> Response:
    """Ask as an AEO authority."""
    headers = idempotent(key) | {"Prefer": prefer, "Authorization": f"Bearer {desk.token(by, scope)}"}
    more: dict[str, Any] = {} if method == "GET" else {"json": body}
    return desk.ask(method, path, by=None, headers=headers, **more)


def act(desk: Desk, name: str, **more: Any) -> Response:
    """Act on the usual operator."""
    asked = {word: more.pop(word) for word in ("by", "key", "prefer", "scope") if word in more}
    return ask(desk, "POST", f"{PATH}/{name}", OFFICE | more, **asked)


def certified(desk: Desk) -> Response:
    """Certify the usual operator."""
    assert ask(desk, "POST", "/v1/operators", APPLICATION).status_code == 201
    for name in TO_FIELD:
        assert act(desk, name).status_code == 201
    answer = act(desk, "certify", until="2031-11-02")
    assert answer.status_code == 201, answer.text
    return answer


def test_an_application_is_filed_and_found_again(office: Desk) -> None:
    """Under its canonical code, with what is allowed next and nothing on the ledger."""
    answer = ask(office, "POST", "/v1/operators", APPLICATION)
    assert (answer.status_code, answer.headers["location"]) == (201, PATH)
    case = ask(office, "GET", PATH).json()
    assert (case["stage"], case["operator"], case["version"]) == ("submitted", CODE, 0)
    assert "accept" in case["allowed"]
    assert case["roles"] == ["EXP", "MFR"]
    assert case["name"] == "Cà phê Tây Nguyên JSC"
    assert case["events"][0]["office"] == "AEO unit, Hà Nội"


def test_a_certified_operator_is_on_the_ledger_by_its_code_alone(office: Desk) -> None:
    """Its name is in the record, whose hash the ledger names."""
    body = certified(office).json()
    assert (body["state"], body["case"]["stage"], body["case"]["until"]) == (
        "recorded",
        "certified",
        "2031-11-02T23:59:59Z",
    )
    found = office.ledger.recognitions.found([OperatorCode(CODE)])
    change = found.operators[OperatorCode(CODE)].latest
    assert body["case"]["recordHash"] == f"0x{change.record_hash.hex()}"
    record = ask(office, "GET", f"{PATH}/record").json()
    assert (record["schema"], record["name"]) == ("asal-operator-record-1", "Cà phê Tây Nguyên JSC")


def test_the_same_request_is_carried_out_once(office: Desk) -> None:
    """A retry gets the first answer; the same content under another key finds what is done."""
    certified(office)
    first = act(office, "suspend", ground="conditions-unmet", key="k1")
    again = act(office, "suspend", ground="conditions-unmet", key="k1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.headers["idempotency-replayed"] == "true"
    assert first.json() == again.json()
    problem(act(office, "suspend", ground="other", key="k1"), 422, "idempotency-key-reused")


@pytest.mark.parametrize(
    ("until", "begins"),
    [("2026-12-01", "2026-12-02T00:00:00Z"), ("2026-12-01T12:00:00Z", "2026-12-01T12:00:00Z")],
)
def test_a_suspension_until_a_day_lasts_that_whole_day(office: Desk, until: str, begins: str) -> None:
    """Who asks about the day, which means its last second, is told that the operator is suspended."""
    certified(office)
    case = act(office, "suspend", ground="at-request", until=until, key="k3").json()["case"]
    assert case["statuses"][-1]["effectiveFrom"] == begins


def test_what_waits_for_the_chain_is_202_and_a_retry_says_how_far_it_is(office: Desk) -> None:
    """Accepted once, whatever the caller does meanwhile."""
    certified(office)
    office.hold()
    first = act(office, "suspend", ground="at-request", until="2026-12-01", key="k2", prefer="respond-async")
    assert (first.status_code, first.json()["state"]) == (202, "accepted")
    assert first.headers["retry-after"]
    assert first.json()["case"]["stage"] == "suspended"
    assert [one["state"] for one in first.json()["case"]["statuses"]] == ["recorded", "accepted", "accepted"]
    again = act(office, "suspend", ground="at-request", until="2026-12-01", key="k2", prefer="respond-async")
    assert again.status_code == 202
    office.release()
    done = act(office, "suspend", ground="at-request", until="2026-12-01", key="k2")
    assert (done.status_code, done.json()["state"]) == (201, "recorded")
    assert len(done.json()["case"]["events"]) == 7


def test_an_act_that_is_not_allowed_says_what_is(office: Desk) -> None:
    """With the stage the case is in."""
    certified(office)
    body = problem(act(office, "accept"), 409, "act-not-allowed")
    assert body["stage"] == "certified"
    assert "suspend" in body["allowed"]
    assert "`accept`" in body["detail"]


@pytest.mark.parametrize(
    ("more", "pointer"),
    [
        ({}, "/ground"),
        ({"ground": "cured"}, "/ground"),
        ({"ground": "other", "level": 2}, "/level"),
        ({"ground": "other", "roles": ["CEO"]}, "/roles"),
        ({"ground": "other", "until": "2026-01-01"}, "/until"),
        ({"ground": "other", "effective": "2028-01-01"}, "/effective"),
        ({"ground": "other", "office": " "}, "/office"),
    ],
)
def test_what_does_not_fit_is_named_by_its_place(office: Desk, more: dict[str, Any], pointer: str) -> None:
    """And nothing is filed."""
    certified(office)
    body = problem(act(office, "suspend", **more), 422, "operator-malformed")
    assert [one["pointer"] for one in body["errors"]] == [pointer]
    assert ask(office, "GET", PATH).json()["stage"] == "certified"


@pytest.mark.parametrize(
    "body",
    [
        [],
        APPLICATION | {"unknown": 1},
        APPLICATION | {"level": "one"},
        APPLICATION | {"evidence": ["0x12"]},
        APPLICATION | {"roles": "EXP"},
        {name: value for name, value in APPLICATION.items() if name != "office"},
    ],
)
def test_a_request_that_is_not_as_documented_is_refused(office: Desk, body: object) -> None:
    """By the shape alone."""
    problem(ask(office, "POST", "/v1/operators", body), 422, "invalid-request")


def test_an_application_without_its_particulars_names_each_that_is_missing(office: Desk) -> None:
    """By its place in the body."""
    body = problem(
        ask(office, "POST", "/v1/operators", {"operator": CODE} | OFFICE), 422, "operator-malformed"
    )
    assert {one["pointer"] for one in body["errors"]} >= {"/name", "/nationalId", "/consent"}


def test_times_are_days_or_moments(office: Desk) -> None:
    """Anything else is refused."""
    certified(office)
    problem(act(office, "suspend", ground="other", effective="last week"), 422, "question-malformed")
    answer = act(office, "suspend", ground="other", effective="2026-11-03T07:00:00+07:00")
    assert answer.json()["filed"][0]["effective"] == "2026-11-03T00:00:00Z"


@pytest.mark.parametrize(
    ("by", "scope", "status", "code"),
    [
        ("VN aeo", Scope.READ, 403, "scope-missing"),
        ("VN aeo", Scope.ISSUE, 403, "scope-missing"),
        ("VN issuing", Scope.AEO, 403, "not-authorised"),
        ("TH aeo", Scope.AEO, 403, "operator-not-yours"),
        ("TH customs", Scope.AEO, 403, "operator-not-yours"),
    ],
)
def test_only_an_aeo_authority_acts_and_only_on_its_own(
    office: Desk, by: str, scope: Scope, status: int, code: str
) -> None:
    """Whatever scope its API key was given."""
    certified(office)
    problem(act(office, "suspend", ground="other", by=by, scope=scope), status, code)
    assert ask(office, "GET", PATH).json()["stage"] == "certified"


def test_reading_needs_the_scope_too(office: Desk) -> None:
    """Files hold what is nobody else's business."""
    certified(office)
    for path in ("/v1/operators", PATH, f"{PATH}/record"):
        problem(ask(office, "GET", path, scope=Scope.READ), 403, "scope-missing")
        problem(office.ask("GET", path, by=None), 401, "unauthenticated")
    problem(ask(office, "GET", PATH, by="TH aeo"), 403, "operator-not-yours")


def test_operators_are_listed_page_by_page(office: Desk) -> None:
    """By code, with where each is."""
    for number in range(5):
        body = APPLICATION | {"operator": f"VN010000000{number}", "nationalId": str(number)}
        assert ask(office, "POST", "/v1/operators", body).status_code == 201
    first = ask(office, "GET", "/v1/operators?limit=3")
    assert [one["operator"][-1] for one in first.json()["operators"]] == ["0", "1", "2"]
    following = first.headers["link"].split(">")[0].removeprefix("<")
    rest = ask(office, "GET", following).json()["operators"]
    assert [one["stage"] for one in rest] == ["submitted", "submitted"]


def test_an_operator_of_which_nothing_is_on_file_is_not_found(office: Desk) -> None:
    """Whether it is asked for or its record is."""
    problem(ask(office, "GET", PATH), 404, "operator-not-on-file")
    problem(ask(office, "GET", f"{PATH}/record"), 404, "operator-not-on-file")
    problem(act(office, "accept"), 409, "act-not-allowed")


def test_withdrawn_consent_keeps_the_case_and_tells_the_ledger(office: Desk) -> None:
    """An empty list is an answer too."""
    certified(office)
    body = act(office, "consent", consent=[]).json()
    assert (body["case"]["consent"], body["case"]["stage"]) == ([], "certified")
    found = office.ledger.recognitions.found([OperatorCode(CODE)])
    assert found.operators[OperatorCode(CODE)].latest.consent == 0


def test_an_operator_without_consent_to_exchange_is_not_certified(office: Desk) -> None:
    """It is refused before anything is filed."""
    ask(office, "POST", "/v1/operators", APPLICATION | {"consent": ["publication"]})
    for name in TO_FIELD:
        act(office, name)
    problem(act(office, "certify"), 409, "consent-missing")
    assert ask(office, "GET", PATH).json()["stage"] == "field-validation"


def test_no_problem_repeats_what_was_said_of_an_operator(office: Desk) -> None:
    """Names and notes stay out of problems, which end up in logs of callers."""
    secret = "Zq7Geheim"
    for more in (
        {"name": secret * 60},
        {"roles": [secret]},
        {"programme": secret},
        {"note": f"{secret}\x00"},
    ):
        answer = ask(office, "POST", "/v1/operators", APPLICATION | more)
        assert answer.status_code == 422
        assert secret not in answer.text


@pytest.mark.parametrize("by", ["VN issuing", "VN customs", "VN competent"])
@pytest.mark.parametrize("path", ["/v1/operators", PATH, f"{PATH}/record"])
def test_other_authorities_of_the_member_read_no_cases(office: Desk, by: str, path: str) -> None:
    """Though each may give an API key of its own the scope `aeo`: a case holds suspicions."""
    certified(office)
    problem(ask(office, "GET", path, by=by), 403, "authority-role-missing")
    assert ask(office, "GET", path).status_code == 200
