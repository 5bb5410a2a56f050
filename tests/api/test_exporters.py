"""Self-certification and the look-up over HTTP: who may do what, once each, and what members are shown."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from httpx2 import Response

from ledger.archive import Scope
from ledger.documents import document_of
from ledger.facts import Role
from tests.api.desk import Desk, a_new_document, idempotent, problem
from tests.builders import a_vector, an_authorisation, an_origin_declaration
from tests.exporting import CODE, PARTICULARS

BOTH = "VN both"
"""An authority of VN that issues and is competent."""
PATH = f"/v1/exporters/VN/{CODE}"


@pytest.fixture
def office(desk: Desk) -> Desk:
    """Return a service for a ministry that issues and authorises exporters."""
    return a_ministry(desk)


def a_ministry(desk: Desk) -> Desk:
    """Give VN an authority with both roles, and the service the port of procedures."""
    admin, chain = desk.world.admin("VN"), desk.world.ledger
    number = chain.add_authority(Role.ISSUING | Role.COMPETENT, "VN ministry", "moit.example", admin)
    chain.add_key(number, desk.world.account(BOTH), admin)
    named = desk.authority
    desk.authority = lambda name: number if name == BOTH else named(name)  # type: ignore[method-assign]
    return desk


def ask(  # noqa: PLR0913 - each is a part of the request
    desk: Desk,
    method: str,
    path: str,
    body: object = None,
    *,
    by: str = BOTH,
    scope: Scope = Scope.EXPORTERS,
    key: str = "",
    prefer: str = "wait=5",
) -> Response:
    """Ask as an authority."""
    headers = idempotent(key) | {"Prefer": prefer, "Authorization": f"Bearer {desk.token(by, scope)}"}
    more: dict[str, Any] = {} if method == "GET" else {"json": body}
    return desk.ask(method, path, by=None, headers=headers, **more)


def act(desk: Desk, name: str, **more: Any) -> Response:
    """Act on the usual exporter."""
    asked = {name: more.pop(name) for name in ("by", "scope", "key", "prefer") if name in more}
    body = {"act": name, "code": CODE} | ({"particulars": PARTICULARS} if name == "authorise" else {}) | more
    return ask(desk, "POST", "/v1/exporters", body, **asked)


def declare(desk: Desk, number: str = "INV-2026/118", *, by: str = BOTH, **more: Any) -> Response:
    """Register a declaration of the usual exporter."""
    declaration = an_origin_declaration(authorisation=an_authorisation(document_number=number, **more))
    return ask(desk, "POST", "/v1/origin-declarations", document_of(declaration), by=by, scope=Scope.ISSUE)


def test_an_exporter_is_authorised_and_shown_to_every_member(office: Desk) -> None:
    """With its record to the last field, where that is kept."""
    done = act(office, "authorise")
    assert done.status_code == 201, done.text
    body = done.json()
    assert (body["state"], body["status"], body["version"]) == ("recorded", "authorised", 1)
    assert done.headers["location"] == PATH
    for by in (BOTH, "TH customs", "MY issuing"):
        shown = ask(office, "GET", PATH, by=by, scope=Scope.READ).json()
        assert (shown["authorised"], shown["record"]["signatories"][0]["name"]) == (
            True,
            "Nguyễn Thị Lan Anh",
        )
        assert shown["versions"][0]["recordHash"] == body["recordHash"]


def test_a_repeated_request_is_answered_as_the_first_time(office: Desk) -> None:
    """By its key, and nothing is recorded twice."""
    first = act(office, "authorise", key="once")
    again = act(office, "authorise", key="once")
    assert (again.status_code, again.json()) == (201, first.json())
    assert again.headers["idempotency-replayed"] == "true"


def test_how_an_exporter_stood_on_a_day_is_told_with_the_record_of_that_day(office: Desk) -> None:
    """Suspended today, authorised yesterday."""
    act(office, "authorise")
    office.clock.advance(timedelta(days=1))
    people = [*PARTICULARS["signatories"], {"name": "Trần Văn Bình"}]
    amended = act(office, "amend", particulars={"signatories": people})
    assert amended.status_code == 201, amended.text
    office.clock.advance(timedelta(days=1))
    act(office, "suspend", note="audit pending")
    days = {
        day: ask(office, "GET", f"{PATH}?on={day}", scope=Scope.READ).json()
        for day in ("2026-11-03", "2026-11-04", "2026-11-05", "2026-09-01")
    }
    told = [(one["status"], one["authorised"], len(one["record"]["signatories"])) for one in days.values()]
    assert told[:3] == [("authorised", True, 1), ("authorised", True, 2), ("suspended", False, 2)]
    assert told[3][:2] == ("none", False)


def test_what_its_status_does_not_allow_is_a_conflict_that_says_what_is(office: Desk) -> None:
    """And bad particulars are named by their place."""
    body = problem(act(office, "suspend"), 409, "exporter-act-not-allowed")
    assert (body["stage"], body["allowed"]) == ("none", ["authorise"])
    wrong = act(office, "authorise", particulars=PARTICULARS | {"products": []})
    assert problem(wrong, 422, "exporter-malformed")["errors"][0]["pointer"] == "/products"
    problem(ask(office, "GET", PATH, scope=Scope.READ), 404, "exporter-not-found")


def test_what_waits_for_the_chain_is_accepted_and_told_as_pending(office: Desk) -> None:
    """202, and the same request again says when it is done."""
    office.hold()
    accepted = act(office, "authorise", key="waits", prefer="respond-async")
    assert (accepted.status_code, accepted.json()["exporter"]["pending"]) == (202, True)
    office.release()
    assert act(office, "authorise", key="waits").status_code == 201


@pytest.mark.parametrize(
    ("by", "scope", "code"),
    [
        (BOTH, Scope.ISSUE, "scope-missing"),
        ("VN issuing", Scope.EXPORTERS, "authority-role-missing"),
        ("VN customs", Scope.EXPORTERS, "authority-role-missing"),
        ("TH customs", Scope.EXPORTERS, "authority-role-missing"),
    ],
)
def test_only_a_competent_authority_acts_and_lists(office: Desk, by: str, scope: Scope, code: str) -> None:
    """Whatever scopes others give their keys."""
    problem(act(office, "authorise", by=by, scope=scope), 403, code)
    problem(ask(office, "GET", "/v1/exporters", by=by, scope=scope), 403, code)


def test_the_database_is_not_public(office: Desk) -> None:
    """Rule 2.4: it is there for member states."""
    for path in (PATH, "/v1/exporters", "/v1/look-up?number=1", "/v1/look-up/exporters?code=1"):
        problem(office.ask("GET", path, by=None), 401, "unauthenticated")


def test_exporters_are_listed_page_by_page(office: Desk) -> None:
    """Those of the caller's member."""
    for code in ("A-1", "A-2", "A-3"):
        assert act(office, "authorise", code=code).status_code == 201
    first = ask(office, "GET", "/v1/exporters?limit=2")
    following = first.headers["link"].partition(";")[0].strip("<>")
    codes = [one["code"] for one in first.json()["exporters"]]
    assert codes == ["A-1", "A-2"]
    assert [one["code"] for one in ask(office, "GET", following).json()["exporters"]] == ["A-3"]


def test_a_record_is_taken_if_the_ledger_names_it(office: Desk) -> None:
    """By customs that verify, and by competent authorities."""
    act(office, "authorise", particulars=PARTICULARS | {"expiresOn": None})
    record = ask(office, "GET", PATH, scope=Scope.READ).json()["record"]
    assert (record["expiresOn"], record["signatories"][0]["specimen"]) == (None, None)
    for by, scope in (("TH customs", Scope.DECIDE), (BOTH, Scope.EXPORTERS)):
        taken = ask(office, "POST", "/v1/exporters/records", record, by=by, scope=scope)
        assert (taken.status_code, taken.json()["code"]) == (200, CODE)
    forged = record | {"trader": True}
    answer = ask(office, "POST", "/v1/exporters/records", forged, by="TH customs", scope=Scope.DECIDE)
    problem(answer, 422, "exporter-record-not-named")
    answer = ask(office, "POST", "/v1/exporters/records", {"a": 1}, by="TH customs", scope=Scope.DECIDE)
    problem(answer, 422, "exporter-malformed")
    answer = ask(office, "POST", "/v1/exporters/records", record, by="TH customs", scope=Scope.READ)
    problem(answer, 403, "scope-missing")


def test_a_declaration_is_registered_once_and_verified_with_its_exporter(office: Desk) -> None:
    """Its envelope is verified like any other, with a line on the exporter."""
    act(office, "authorise")
    done = declare(office)
    assert done.status_code == 201, done.text
    verdict = office.ask("POST", "/v1/verifications", by=None, json=done.json()["envelope"]).json()
    lines = {check["name"]: check["outcome"] for check in verdict["checks"]}
    assert (verdict["code"], lines["exporter"]) == ("VALID", "passed")
    other = document_of(an_origin_declaration()) | {"remarks": "another"}
    other.pop("remarks")
    other["items"]["1"]["description"] = "Coffee, other"
    again = ask(office, "POST", "/v1/origin-declarations", other, scope=Scope.ISSUE)
    problem(again, 409, "reference-already-filed")


def test_a_declaration_that_is_not_listed_is_refused_with_the_rule(office: Desk) -> None:
    """Each of exporter, signatory and goods."""
    act(office, "authorise")
    body = problem(declare(office, signatory="Trần Văn Bình"), 422, "certificate-refused")
    assert [(one["rule"], one["source"]) for one in body["errors"]] == [
        ("SIGNATORY-NOT-LISTED", "ATIGA OCP Rule 2.6")
    ]
    act(office, "withdraw")
    body = problem(declare(office), 422, "certificate-refused")
    assert body["errors"][0]["rule"] == "EXPORTER-NOT-AUTHORISED"


def test_only_a_competent_authority_that_issues_registers_declarations(office: Desk) -> None:
    """An issuing authority alone cannot, nor a competent one without the key to issue."""
    act(office, "authorise")
    problem(declare(office, by="VN issuing"), 403, "not-authorised")
    problem(declare(office, by="VN competent"), 403, "not-authorised")
    body = problem(
        ask(office, "POST", "/v1/origin-declarations", a_new_document(), scope=Scope.ISSUE),
        422,
        "certificate-refused",
    )
    assert body["errors"][0]["rule"] == "SCHEME-DECLARES"


def an_rcep_certificate() -> dict[str, Any]:
    """Return a certificate of RCEP from VN."""
    return a_vector("vn-sg-seats-rcep")


def test_the_look_up_shows_six_particulars_and_the_standing_and_nothing_else(office: Desk) -> None:
    """To every member, by the number as people write it (RCEP Article 3.17.7)."""
    document = an_rcep_certificate()
    assert office.issue(document).status_code == 201
    number = document["reference"]
    item = document["items"]["1"]
    for by in ("MY issuing", "TH customs", "VN issuing"):
        shown = ask(office, "GET", f"/v1/look-up?number={number.lower()}", by=by, scope=Scope.READ)
        (found,) = shown.json()["certificates"]
        assert set(found) == {"number", "issuedOn", "exporter", "lines", "standing"}
        assert (found["number"], found["standing"]) == (number, "VALID")
        assert found["exporter"] == document["exporter"]["name"]
        assert found["lines"][0] == {
            "hsCode": item["hsCode"],
            "description": item["description"],
            "quantity": item["quantity"]["value"],
            "unit": item["quantity"]["unit"],
        }
    other = ask(
        office, "GET", f"/v1/look-up?number={number}&issuedOn=2020-01-01", by="MY issuing", scope=Scope.READ
    )
    assert other.json() == {"certificates": []}


def test_a_form_d_is_looked_up_only_by_the_members_it_names(office: Desk) -> None:
    """For others it is as if it were not there; what is cancelled says so."""
    issued = office.issued()
    number = issued["envelope"]["data"]["reference"].split(":", 2)[2]

    def seen(by: str) -> list[str]:
        answer = ask(office, "GET", f"/v1/look-up?number={number}", by=by, scope=Scope.READ)
        return [one["standing"] for one in answer.json()["certificates"]]

    assert (seen("VN customs"), seen("TH customs"), seen("MY issuing")) == (["VALID"], ["VALID"], [])
    office.ask("POST", f"/v1/certificates/{issued['id']}/cancel", json={"reason": "other"})
    assert seen("TH customs") == ["CANCELLED"]


def test_what_is_not_on_the_ledger_yet_is_shown_at_home_alone(office: Desk) -> None:
    """Others hear of it when it is recorded."""
    office.hold()
    document = a_new_document()
    office.issue(document, prefer="respond-async")
    number = document["reference"]
    answers = [
        ask(office, "GET", f"/v1/look-up?number={number}", by=by, scope=Scope.READ).json()["certificates"]
        for by in ("VN customs", "TH customs")
    ]
    assert ([one["standing"] for one in answers[0]], answers[1]) == (["PENDING"], [])


def test_an_approved_exporter_is_shown_with_the_chapters_of_its_goods(office: Desk) -> None:
    """RCEP Article 3.21.5; certified exporters of ATIGA are not among them."""
    act(office, "authorise")
    goods = [
        {"description": "Coffee", "hsCode": "090111", "hsEdition": "HS2022"},
        {"description": "Spices", "hsCode": "0904", "hsEdition": "HS2022"},
        {"description": "Seats", "hsCode": "94", "hsEdition": "HS2022"},
    ]
    done = act(
        office, "authorise", code="RC-1", particulars=PARTICULARS | {"scheme": "RCEP", "products": goods}
    )
    assert done.status_code == 201, done.text

    def seen(code: str) -> list[dict[str, Any]]:
        answer = ask(office, "GET", f"/v1/look-up/exporters?code={code}", by="MY issuing", scope=Scope.READ)
        found: list[dict[str, Any]] = answer.json()["exporters"]
        return found

    assert seen("RC-1") == [
        {
            "member": "VN",
            "code": "RC-1",
            "name": PARTICULARS["name"],
            "address": PARTICULARS["address"],
            "issuedOn": "2026-10-01",
            "expiresOn": "2028-09-30",
            "chapters": ["09", "94"],
            "authorised": True,
        }
    ]
    assert seen(CODE) == []
    act(office, "withdraw", code="RC-1")
    assert seen("RC-1")[0]["authorised"] is False


def test_look_ups_are_counted_per_authority(desk: Desk) -> None:
    """One that asks too often waits; another is answered."""
    limited = Desk(desk.world, desk.rooms, desk.ledger, desk.clock, replace(desk.limits, look_up="2/minute"))
    for _ in range(2):
        assert (
            ask(limited, "GET", "/v1/look-up?number=1", by="TH customs", scope=Scope.READ).status_code == 200
        )
    refused = ask(limited, "GET", "/v1/look-up?number=1", by="TH customs", scope=Scope.READ)
    assert int(refused.headers["retry-after"]) > 0
    problem(refused, 429, "rate-limited")
    assert ask(limited, "GET", "/v1/look-up?number=1", by="MY issuing", scope=Scope.READ).status_code == 200
