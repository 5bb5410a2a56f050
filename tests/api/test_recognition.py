"""Questions about recognition over HTTP: anybody asks, within consent and limits; lists are for customs."""

import csv
import io
import json
from dataclasses import replace
from typing import Any

import pytest
from fastapi.testclient import TestClient

from api.services import Limits
from ledger.archive import Scope
from ledger.errors import ChainUnreachable
from ledger.operators import Consent, OperatorCode, OperatorStatus
from ledger.partner_lists import MOST_ROWS
from ledger.recognition_port import NoRecognitions
from tests.api.desk import Desk, problem
from tests.builders import a_document
from tests.recognised import DAY, EXPORTER, NAME, Recognising, notary, recognising_on

PATH = "/v1/recognition"


def desk_of(desk: Desk, limits: Limits | None = None, *held: str, **parts: Any) -> Desk:
    """Return a desk over the same world with other limits, keys at hand or parts."""
    ledger = replace(desk.ledger, notary=notary(*held), **parts)
    return Desk(desk.world, desk.rooms, ledger, desk.clock, limits or desk.limits)


@pytest.fixture
def at(desk: Desk) -> Recognising:
    """Return the small world behind the service."""
    return recognising_on(desk.world, desk.ledger, desk.clock)


def ask(desk: Desk, path: str = "", **params: Any) -> Any:
    """Ask as anybody; returns the answer."""
    return desk.ask("GET", f"{PATH}{path}", by=None, params={"operator": EXPORTER, **params})


def body(answer: Any) -> dict[str, Any]:
    """Return the body of a good answer."""
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_anybody_learns_whether_an_operator_is_recognised(desk: Desk, at: Recognising) -> None:
    """With its name beside the code, by what, since when, and as of which block."""
    found = body(ask(desk, host="TH"))
    assert found == {
        "operator": EXPORTER,
        "name": NAME,
        "member": {"code": "VN", "name": "Viet Nam"},
        "host": {"code": "TH", "name": "Thailand"},
        "role": "EXP",
        "direction": "import",
        "at": "2026-11-03T08:00:00Z",
        "recognised": True,
        "reason": "recognised",
        "sentence": "Thailand (TH) recognises it as exporter for imports on 3 November 2026.",
        "nextStep": "Write the code into the declaration, and see that name and code are your partner's.",
        "status": "certified",
        "programme": {"code": "DNUT", "name": "Doanh nghiệp ưu tiên", "level": 1},
        "arrangement": {"code": "AAMRA", "title": "ASEAN MRA"},
        "effectiveFrom": "2026-11-02T08:00:00Z",
        "recordedAt": "2026-11-03T08:00:00Z",
        "asOf": {"block": at.ledger.registry.head().block, "time": "2026-11-03T08:00:00Z"},
        "final": True,
    }


@pytest.mark.usefixtures("at")
@pytest.mark.parametrize(
    ("asked", "reason"),
    [
        ({"host": "MY"}, "programme-not-recognised"),
        ({"host": "TH", "role": "importer"}, "role-not-held"),
        ({"host": "TH", "direction": "export"}, "direction-not-covered"),
        ({"host": "th", "role": "MFR", "on": "2026-11-03"}, "recognised"),
        ({"host": "TH", "on": "2026-10-01"}, "not-yet-effective"),
        ({"host": "TH", "known": "2026-11-01T00:00:00Z"}, "not-found"),
        ({"host": "VN"}, "recognised"),
        ({"host": "TH", "operator": "VN999"}, "not-found"),
        ({"host": "TH", "operator": "aeo vn 0100-109-106"}, "recognised"),
        ({"host": "TH", "operator": "0100109106", "member": "vn"}, "recognised"),
    ],
)
def test_the_answer_is_to_what_was_asked(desk: Desk, asked: dict[str, str], reason: str) -> None:
    """Role, direction, day and spelling are taken as people write them."""
    assert body(ask(desk, **asked))["reason"] == reason


@pytest.mark.usefixtures("at")
@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({}, "invalid-request"),
        ({"host": "THA"}, "invalid-request"),
        ({"host": "TH", "date": "2026-11-03"}, "invalid-request"),
        ({"host": "TH", "operator": ""}, "invalid-request"),
        ({"host": "TH", "operator": "x" * 65}, "invalid-request"),
        ({"host": "XX"}, "question-malformed"),
        ({"host": "TH", "role": "trader"}, "question-malformed"),
        ({"host": "TH", "on": "3.11.2026"}, "question-malformed"),
        ({"host": "TH", "on": "2026-11-03", "at": "2026-11-03T00:00:00Z"}, "question-malformed"),
        ({"host": "TH", "known": "yesterday"}, "question-malformed"),
        ({"host": "TH", "operator": "VN<script>"}, "operator-code-malformed"),
        ({"host": "TH", "operator": "123456789012"}, "operator-code-ambiguous"),
    ],
)
def test_a_question_that_is_not_clear_is_refused(desk: Desk, asked: dict[str, str], code: str) -> None:
    """A misspelt parameter too; nothing of what was sent comes back."""
    answer = ask(desk, **asked)
    problem(answer, 422, code)
    sent = {value for value in asked.values() if len(value) > 3}
    assert not any(value in answer.text for value in sent - {"2026-11-03", "123456789012"})


@pytest.mark.parametrize("consent", [Consent(0), Consent.PUBLICATION, Consent.EXCHANGE])
@pytest.mark.parametrize("status", [OperatorStatus.CERTIFIED, OperatorStatus.SUSPENDED])
def test_no_answer_goes_beyond_the_consent(
    desk: Desk, at: Recognising, consent: Consent, status: OperatorStatus
) -> None:
    """Neither the answer, nor the reverse one, nor a list, nor a proof, whatever is asked."""
    signing = desk_of(desk, None, "TH customs")
    at.record(consent=consent, status=status)
    rows = f"operator\n{EXPORTER}\n"
    csv_ = {"Content-Type": "text/csv"}
    found = [
        ask(desk, host="TH").text,
        ask(desk, host="TH", known="2026-11-03T08:00:00Z").text,
        ask(desk, "/hosts").text,
        desk.ask("POST", f"{PATH}/checks?host=TH", by=None, content=rows, headers=csv_).text,
        ask(signing, "/proof", host="TH").text,
    ]
    assert not any(NAME in text for text in found)
    if Consent.EXCHANGE not in consent:
        leaks = ("DNUT", "AAMRA", "certified", "suspended", "2026-11-02", "expired")
        assert not any(word in text for text in found for word in leaks)
        assert all("no-consent" in text for text in found)


def test_without_consent_two_operators_are_told_alike(desk: Desk, at: Recognising) -> None:
    """Byte for byte, but for the code."""
    other = OperatorCode("VN0200000003")
    at.record(consent=Consent.PUBLICATION)
    at.record(other, "Second Ltd")
    desk.clock.advance(DAY)
    at.record(other, "Second Ltd", status=OperatorStatus.REVOKED, consent=Consent(0))
    first, second = (ask(desk, host="TH", operator=code).text for code in (EXPORTER, other))
    assert second.replace(other, EXPORTER) == first


def test_the_reverse_question_names_every_other_member(desk: Desk, at: Recognising) -> None:
    """And sums up where it is recognised."""
    found = body(ask(desk, "/hosts"))
    assert (found["operator"], found["recognisedIn"]) == (EXPORTER, ["TH"])
    assert [one["host"]["code"] for one in found["hosts"]] == ["TH", "MY"]
    at.record(consent=Consent.EXCHANGE)
    assert [one["name"] for one in body(ask(desk, "/hosts"))["hosts"]] == [None, None]


def check(desk: Desk, content: Any, kind: str = "text/csv", query: str = "host=TH", **headers: str) -> Any:
    """Send a list as anybody."""
    sent = content if isinstance(content, str | bytes) else json.dumps(content)
    return desk.ask(
        "POST", f"{PATH}/checks?{query}", by=None, content=sent, headers={"Content-Type": kind, **headers}
    )


@pytest.mark.usefixtures("at")
def test_a_list_comes_back_as_it_was_sent_or_as_it_is_asked_for(desk: Desk) -> None:
    """CSV or JSON in, CSV or JSON out: the same answers."""
    text, rows = f"operator,role\n{EXPORTER},\n?,\n", {"rows": [{"operator": EXPORTER}, {"operator": "?"}]}
    as_csv = [check(desk, text), check(desk, rows, "application/json", Accept="text/csv")]
    as_json = [check(desk, text, Accept="application/json"), check(desk, rows, "application/json")]
    for answer in as_csv:
        assert answer.headers["content-type"] == "text/csv; charset=utf-8"
        assert "attachment" in answer.headers["content-disposition"]
        first, second = csv.DictReader(io.StringIO(answer.text))
        assert (first["name"], first["recognised"], second["reason"]) == (NAME, "yes", "operator.characters")
    for answer in as_json:
        found = body(answer)
        assert found["summary"] == {"rows": 2, "recognised": 1, "notRecognised": 0, "errors": 1}
        first, second = found["rows"]
        assert first["answer"] == body(ask(desk, host="TH"))
        assert (second["given"], second["error"]["rule"]) == ("?", "operator.characters")


@pytest.mark.parametrize(
    ("content", "kind", "status", "code"),
    [
        ("host\nTH\n", "text/csv", 422, "question-malformed"),
        ("", "text/csv", 422, "question-malformed"),
        ("operator\nVN1\n" + "VN1\n" * MOST_ROWS, "text/csv", 422, "question-malformed"),
        (b"operator\n\xff\n", "text/csv", 422, "question-malformed"),
        ('{"rows":[]}', "application/json", 422, "invalid-request"),
        ('{"rows":[{"operator":"VN1","status":"certified"}]}', "application/json", 422, "invalid-request"),
        ('{"rows":[{"operator":7}]}', "application/json", 422, "invalid-request"),
        ('{"rows":[{"host":"TH"}]}', "application/json", 422, "invalid-request"),
        ('{"rows":[],"rows":[]}', "application/json", 422, "unsafe-json"),
        ("[", "application/json", 400, "malformed-json"),
        ("operator\nVN1\n", "text/plain", 415, "unsupported-media-type"),
        ("x" * (1024 * 1024 + 1), "text/csv", 413, "payload-too-large"),
    ],
)
def test_a_list_that_is_none_is_refused_whole(
    desk: Desk, content: Any, kind: str, status: int, code: str
) -> None:
    """By its place or its rule."""
    problem(check(desk, content, kind), status, code)


def test_what_is_wrong_with_a_whole_list_is_refused_once(desk: Desk) -> None:
    """The circumstances are those of every row."""
    text = f"operator\n{EXPORTER}\n"
    for query in ("host=XX", "host=TH&role=x", "host=TH&on=x"):
        problem(check(desk, text, query=query), 422, "question-malformed")
    problem(check(desk, text, query="host=TH&day=x"), 422, "invalid-request")
    compressed = check(desk, text, **{"Content-Encoding": "gzip"})
    problem(compressed, 415, "unsupported-media-type")


def test_a_formula_in_a_list_is_inert(desk: Desk) -> None:
    """In the CSV that comes back."""
    answer = check(desk, 'operator\n"=HYPERLINK(""http://x"")"\n')
    (row,) = csv.DictReader(io.StringIO(answer.text))
    assert row["given"].startswith("'=")


@pytest.mark.usefixtures("at")
def test_questions_and_lists_are_limited_by_address(desk: Desk) -> None:
    """Each counted apart, and apart from questions about certificates."""
    few = desk_of(desk, Limits(recognition="2/minute", recognition_lists="1/minute"), "TH customs")
    proof = body(ask(few, "/proof", host="TH"))
    assert ask(few, host="TH").status_code == 200
    for path in ("", "/proof", "/hosts"):
        more = {} if path == "/hosts" else {"host": "TH"}
        refused = ask(few, path, **more)
        problem(refused, 429, "rate-limited")
        assert 1 <= int(refused.headers["retry-after"]) <= 60
    problem(few.ask("POST", f"{PATH}/proofs/verify", by=None, json=proof), 429, "rate-limited")
    assert check(few, f"operator\n{EXPORTER}\n").status_code == 200
    problem(check(few, f"operator\n{EXPORTER}\n"), 429, "rate-limited")
    question = {"exportingMember": "VN", "reference": "x", "issuedOn": "2026-11-02"}
    assert few.ask("POST", "/v1/verifications/by-reference", by=None, json=question).status_code == 200


@pytest.mark.usefixtures("at")
def test_a_proof_is_a_file_that_verifies(desk: Desk) -> None:
    """Signed by the host's customs here; a changed one is said to be that."""
    signing = desk_of(desk, None, "TH customs")
    answer = ask(signing, "/proof", host="TH")
    document = body(answer)
    assert f'filename="recognition-{EXPORTER}-TH.json"' in answer.headers["content-disposition"]
    found = body(signing.ask("POST", f"{PATH}/proofs/verify", by=None, json=document))
    assert (found["code"], found["exitCode"]) == ("GENUINE", 0)
    assert found["signer"]["member"] == {"code": "TH", "name": "Thailand"}
    assert found["said"]["answer"]["recognised"] is True
    assert found["then"]["recognised"] is found["today"]["recognised"] is True
    document["typedData"]["message"]["answer"]["level"] = 2
    altered = body(signing.ask("POST", f"{PATH}/proofs/verify", by=None, json=document))
    assert altered["code"] == "ALTERED"
    assert not {"signer", "then", "today"} & set(altered)


@pytest.mark.usefixtures("at")
def test_a_proof_needs_a_key_and_a_form(desk: Desk) -> None:
    """Each lack has a problem of its own."""
    problem(ask(desk_of(desk), "/proof", host="TH"), 409, "proof-not-offered")
    signing = desk_of(desk, None, "TH customs")
    refused = problem(
        signing.ask("POST", f"{PATH}/proofs/verify", by=None, json={"schema": "x"}), 422, "proof-malformed"
    )
    assert refused["errors"][0]["rule"] == "proof.members"
    problem(signing.ask("POST", f"{PATH}/proofs/verify", by=None, json=[]), 422, "invalid-request")


def _silent(*_: object) -> None:
    raise ChainUnreachable("http://user:password@node")


def test_a_silent_ledger_is_our_fault_and_no_answer(
    desk: Desk, at: Recognising, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Never "not recognised"."""
    monkeypatch.setattr(type(at.ledger.recognitions), "found", _silent)
    for answer in (ask(desk, host="TH"), ask(desk, "/hosts"), check(desk, f"operator\n{EXPORTER}\n")):
        problem(answer, 503, "chain-unreachable")
        assert "password" not in answer.text


def test_a_ledger_without_a_registry_of_operators_says_so(desk: Desk) -> None:
    """Whatever is asked."""
    without = desk_of(desk, None, recognitions=NoRecognitions())
    for path in ("", "/proof"):
        problem(ask(without, path, host="TH"), 404, "recognition-not-named")
    problem(check(without, f"operator\n{EXPORTER}\n"), 404, "recognition-not-named")


LISTS = ("/benefits", "/changes", "/latency")


@pytest.mark.parametrize("path", LISTS)
def test_lists_are_for_customs_and_aeo_authorities(desk: Desk, path: str) -> None:
    """With the scope to read; an issuing authority is refused by its role."""
    problem(desk.ask("GET", f"{PATH}{path}", by=None), 401, "unauthenticated")
    problem(desk.ask("GET", f"{PATH}{path}", by="VN issuing"), 403, "authority-role-missing")
    issuing = {"Authorization": f"Bearer {desk.token('VN customs', Scope.ISSUE)}"}
    problem(desk.ask("GET", f"{PATH}{path}", by=None, headers=issuing), 403, "scope-missing")
    for by in ("VN customs", "TH customs"):
        problem(desk.ask("GET", f"{PATH}{path}", by=by), 409, "replica-needed")


def test_what_a_list_is_asked_for_is_checked(desk: Desk) -> None:
    """By the form of each parameter."""
    for query in ("/changes?after=x", "/changes?limit=0", "/benefits?after=vn", "/benefits?host=THA"):
        problem(desk.ask("GET", f"{PATH}{query}", by="TH customs"), 422, "invalid-request")
    problem(desk.ask("GET", f"{PATH}/changes?since=x", by="TH customs"), 422, "question-malformed")
    problem(desk.ask("GET", f"{PATH}/latency?since=2026-02-30", by="TH customs"), 422, "question-malformed")


@pytest.mark.usefixtures("at")
def test_the_verdict_over_http_tells_of_the_traders(desk: Desk) -> None:
    """On the fast way, and as a page."""
    document = desk.issued(
        exporter={**_trader("exporter"), "operator": "AEO VN 0100109106"},
        consignee={**_trader("consignee"), "operator": "TH@1"},
    )["envelope"]
    found = body(desk.ask("POST", "/v1/verifications", by=None, json=document))
    assert found["code"] == "VALID"
    exporter, consignee = found["parties"]
    assert exporter == {
        "role": "exporter",
        "given": "AEO VN 0100109106",
        "operator": EXPORTER,
        "host": "TH",
        "recognised": True,
        "reason": "recognised",
        "sentence": "Thailand (TH) recognises it as exporter for imports on 3 November 2026.",
        "status": "certified",
        "programme": "DNUT",
        "at": "2026-11-03T08:00:00Z",
    }
    assert (consignee["reason"], "operator" in consignee) == ("code-malformed", False)
    files = {"envelope": ("envelope.json", json.dumps(document), "application/json")}
    page = desk.client.post("/verify", files=files).text
    assert "Authorised economic operators" in page
    assert "Certified in DNUT" in page
    assert "Cannot be checked" in page


def _trader(role: str) -> dict[str, Any]:
    found: dict[str, Any] = a_document()[role]
    return found


@pytest.mark.usefixtures("at")
def test_many_callers_together_have_only_so_many_proofs_signed(desk: Desk) -> None:
    """They need no key to ask, and the keys that sign for them sign certificates too; answers go on."""
    few = desk_of(desk, Limits(recognition_proofs="2/minute"), "TH customs")

    def of(address: str) -> Any:
        client = TestClient(few.app, client=(address, 50_000))
        return client.get(f"{PATH}/proof", params={"operator": EXPORTER, "host": "TH"})

    assert [of(f"198.51.100.{number}").status_code for number in (1, 2)] == [200, 200]
    problem(of("198.51.100.3"), 429, "rate-limited")
    body(ask(few, host="TH"))
