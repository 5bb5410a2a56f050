"""Verifying over HTTP: the verdict is the answer, whatever it says."""

import copy
import json
import threading
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from api.routes import verifications
from api.schemas import VerdictOut, verdict_json
from api.services import Limits
from ledger.aeo.parties import Party
from ledger.errors import ArchiveUnavailable, ChainUnreachable, Finding, Severity
from ledger.operators import OperatorCode
from ledger.verdict import Verdict, judge, unknown_reference, with_warnings
from tests.api.desk import START, Desk, a_desk, a_new_document, idempotent, problem, replacing
from tests.ledger.test_verdict import TABLE, facts


def verdict(desk: Desk, envelope: object) -> dict[str, Any]:
    """Return the verdict on an envelope."""
    answer = desk.ask("POST", "/v1/verifications", by=None, json=envelope)
    assert answer.status_code == 200, answer.text
    body: dict[str, Any] = answer.json()
    return body


def test_a_genuine_envelope_is_valid(desk: Desk) -> None:
    """With four checks, the moment it is true as of, and no need of a key."""
    issued = desk.issued()
    found = verdict(desk, issued["envelope"])
    assert (found["code"], found["exitCode"], found["certificate"]) == ("VALID", 0, issued["id"])
    assert [check["outcome"] for check in found["checks"]] == ["passed"] * 4
    assert set(found["asOf"]) == {"block", "time"}
    assert (found["altered"], found["removed"], found["hidden"]) == ([], 0, 0)


def test_an_altered_envelope_names_the_field(desk: Desk) -> None:
    """And is a 200 like every verdict."""
    envelope = copy.deepcopy(desk.issued()["envelope"])
    salted = envelope["data"]["items"]["1"]["quantity"]["value"]
    envelope["data"]["items"]["1"]["quantity"]["value"] = salted[:-1] + "9"
    found = verdict(desk, envelope)
    assert (found["code"], found["altered"]) == ("ALTERED", ["items.1.quantity.value"])


def test_cancelled_replaced_and_expired_are_told_apart(desk: Desk) -> None:
    """Each ends in its own verdict, and a replaced one names its successor."""
    cancelled, replaced, expired = (desk.issued() for _ in range(3))
    desk.ask("POST", f"/v1/certificates/{cancelled['id']}/cancel", json={"reason": "obtained-by-fraud"})
    successor = desk.ask(
        "POST", f"/v1/certificates/{replaced['id']}/replace", json=replacing(replaced), headers=idempotent()
    )
    assert verdict(desk, cancelled["envelope"])["code"] == "CANCELLED"
    found = verdict(desk, replaced["envelope"])
    assert (found["code"], found["replacement"]) == ("REPLACED", successor.json()["id"])
    desk.clock.advance(timedelta(days=400))
    assert verdict(desk, expired["envelope"])["code"] == "EXPIRED"


def test_an_envelope_that_the_chain_does_not_know_is_not_found(desk: Desk) -> None:
    """It is a verdict, not an error."""
    envelope = desk.issued()["envelope"]
    desk.world.ledger._entries.clear()  # type: ignore[attr-defined]
    assert verdict(desk, envelope)["code"] == "NOT_FOUND"


def test_a_silent_chain_cannot_check_and_says_when_to_ask_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Our fault is a verdict of its own, never "cancelled", with Retry-After."""
    envelope = desk.issued()["envelope"]
    monkeypatch.setattr(desk.world.ledger, "evidence", _silent)
    answer = desk.ask("POST", "/v1/verifications", by=None, json=envelope)
    assert (answer.status_code, answer.json()["code"]) == (200, "CANNOT_CHECK")
    assert int(answer.headers["retry-after"]) > 0


def _silent(*_: object) -> None:
    raise ChainUnreachable("no answer")


@pytest.mark.parametrize(
    "body", [{}, {"version": "x"}, {"data": []}, {"data": {}, "signature": {"proof": 7}}]
)
def test_what_is_no_envelope_is_a_problem(desk: Desk, body: object) -> None:
    """It names the places that are not as the format has them."""
    found = problem(desk.ask("POST", "/v1/verifications", by=None, json=body), 422, "envelope-malformed")
    assert found["errors"]


@pytest.mark.parametrize("body", ["[]", '"text"', "7", "null", "true"])
def test_a_body_that_is_no_object_is_a_problem(desk: Desk, body: str) -> None:
    """Any other JSON value is refused by name."""
    problem(desk.ask("POST", "/v1/verifications", by=None, content=body), 422, "invalid-request")


@pytest.mark.parametrize(
    ("local", "padding", "waits"),
    [(True, 0, False), (True, 2 * verifications._SMALL, True), (False, 0, True)],
    ids=["a local look-up", "a large body", "a ledger that is asked over the network"],
)
def test_what_would_hold_other_requests_up_waits_in_a_thread_of_its_own(
    desk: Desk,
    monkeypatch: pytest.MonkeyPatch,
    local: bool,  # noqa: FBT001 - a case
    padding: int,
    waits: bool,  # noqa: FBT001 - a case
) -> None:
    """The verdict is the same."""
    threads = []
    evidence = desk.world.ledger.evidence

    def watched(*asked: Any) -> Any:
        threads.append(threading.current_thread().name)
        return evidence(*asked)

    monkeypatch.setattr(desk.world.ledger, "evidence", watched)
    monkeypatch.setattr(type(desk.world.ledger), "local", local, raising=False)
    body = json.dumps(desk.issued()["envelope"]) + " " * padding
    threads.clear()
    answer = desk.ask("POST", "/v1/verifications", by=None, content=body)
    assert answer.json()["code"] == "VALID"
    assert ["worker thread" in name for name in threads] == [waits]


@pytest.mark.parametrize("lacking", ["registry", "archive"])
def test_nothing_is_waited_for_between_requests(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, lacking: str
) -> None:
    """Neither a node, where the replica grew old since it was found fresh, nor a database server."""
    threads = []
    evidence = desk.world.ledger.evidence

    def watched(*asked: Any) -> Any:
        threads.append(threading.current_thread().name)
        return evidence(*asked)

    envelope = desk.issued()["envelope"]
    monkeypatch.setattr(desk.world.ledger, "evidence", watched)
    if lacking == "registry":
        monkeypatch.setattr(desk.world.ledger, "evidence_at_hand", lambda *_: None)
    else:
        monkeypatch.setattr(type(desk.rooms.database), "at_hand", False)
    answer = desk.ask("POST", "/v1/verifications", by=None, json=envelope)
    assert answer.json()["code"] == "VALID"
    assert ["worker thread" in name for name in threads] == [True]


VERDICTS = [judge(facts(*parts)) for _, parts, _, _ in TABLE]
WARNING = Finding("RULE", Severity.WARNING, "/items/1/marks", 'Một "dòng"\n\x01', "Rule 7")

_PARTY: dict[str, Any] = {"role": "exporter", "given": 'A "1"', "host": "TH", "at": START, "sentence": "So."}
PARTIES = (
    Party(reason="code-malformed", **_PARTY),
    Party(
        reason="suspended",
        operator=OperatorCode("VN1"),
        recognised=False,
        status="suspended",
        programme="DNUT",
        **_PARTY,
    ),
)


@pytest.mark.parametrize(
    "found",
    [
        *VERDICTS,
        unknown_reference(),
        with_warnings(VERDICTS[0], (WARNING,) * 2),
        replace(VERDICTS[0], parties=PARTIES),
    ],
)
def test_a_verdict_is_written_as_its_description_says(found: Verdict) -> None:
    """Member by member as the documented shape would write it, in the same order and with the same gaps."""
    written = VerdictOut.from_domain(found).model_dump_json(by_alias=True, exclude_none=True)
    assert json.loads(verdict_json(found), object_pairs_hook=list) == json.loads(
        written, object_pairs_hook=list
    )


def question(**overrides: Any) -> dict[str, Any]:
    """Return the question for the default certificate."""
    return {"exportingMember": "VN", "reference": "vn th 26-02-77777", "issuedOn": "2026-11-02"} | overrides


def test_a_reference_and_its_date_find_the_certificate(desk: Desk) -> None:
    """However it is spaced or written; the content stays unchecked."""
    desk.issued(reference="VN-TH 26/02/77777")
    found = desk.ask("POST", "/v1/verifications/by-reference", by=None, json=question()).json()
    assert found["code"] == "VALID"
    assert found["checks"][0]["outcome"] == "not-checked"


def test_a_reference_without_its_date_finds_nothing(desk: Desk) -> None:
    """A wrong date reads as one that was never issued."""
    desk.issued(reference="VN-TH 26/02/77777")
    wrong = desk.ask("POST", "/v1/verifications/by-reference", by=None, json=question(issuedOn="2026-11-03"))
    never = desk.ask("POST", "/v1/verifications/by-reference", by=None, json=question(reference="VN 1"))
    assert wrong.json()["code"] == "NOT_FOUND"
    assert wrong.json() == never.json()


def test_a_reference_of_two_offices_asks_for_the_office(desk: Desk) -> None:
    """With the office it is answered."""
    for office in ("02", "03"):
        desk.issued(reference="VN-TH 26/02/77777", issuingOffice=office)
    path = "/v1/verifications/by-reference"
    problem(desk.ask("POST", path, by=None, json=question()), 422, "reference-ambiguous")
    found = desk.ask("POST", path, by=None, json=question(issuingOffice="03"))
    assert found.json()["code"] == "VALID"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("exportingMember", "vn"),
        ("issuedOn", 0),
        ("issuedOn", "2026-11-02T00:00:00"),
        ("issuedOn", "2.11.2026"),
        ("reference", ""),
        ("reference", "x" * 85),
        ("more", 1),
    ],
)
def test_a_question_outside_the_form_is_refused(desk: Desk, field: str, value: object) -> None:
    """Before anything is looked up."""
    answer = desk.ask("POST", "/v1/verifications/by-reference", by=None, json=question(**{field: value}))
    problem(answer, 422, "invalid-request")


def test_references_cannot_be_tried_out(desk: Desk) -> None:
    """After the limit every question is refused with a pause; envelopes are still verified."""
    few = a_desk(desk.world, desk.rooms, desk.clock, Limits(by_reference="3/minute"))
    issued = desk.issued(reference="VN-TH 26/02/77777")
    path = "/v1/verifications/by-reference"
    answers = [few.ask("POST", path, by=None, json=question()).status_code for _ in range(3)]
    assert answers == [200, 200, 200]
    refused = few.ask("POST", path, by=None, json=question())
    problem(refused, 429, "rate-limited")
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert verdict(few, issued["envelope"])["code"] == "VALID"


def test_a_silent_archive_is_a_problem_for_a_reference(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The archive is the only one who could know."""
    monkeypatch.setattr(desk.rooms.certificates.__class__, "find_reference", _no_archive)
    answer = desk.ask("POST", "/v1/verifications/by-reference", by=None, json=question())
    problem(answer, 503, "archive-unavailable")


def _no_archive(*_: object) -> None:
    raise ArchiveUnavailable("postgresql://user:password@host")


def test_nothing_of_a_verified_envelope_is_kept(desk: Desk) -> None:
    """The archive is as it was."""
    document = a_new_document()
    envelope = desk.issue(document).json()["envelope"]
    before = desk.ask("GET", "/v1/certificates").json()
    verdict(desk, envelope)
    assert desk.ask("GET", "/v1/certificates").json() == before
