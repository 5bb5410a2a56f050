"""The page on which anybody verifies, as a browser without scripts and cookies uses it."""

import base64
import copy
import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from api.app import create_app
from api.pages.render import POLICY
from api.services import Limits
from ledger.envelope import VERSION, hash_of, issued_data, sealed, terms_fields
from ledger.errors import ArchiveUnavailable, ChainUnreachable
from ledger.paper import paper_of
from ledger.presented import redacted
from ledger.scopes import Scope
from ledger.terms import Scheme, Terms, certificate_id, reference_key
from ledger.verdict import NEXT_STEPS, TITLES, VerdictCode
from tests.api.desk import Desk, a_desk, a_new_document
from tests.api.seen import Seen, seen
from tests.ledger.archive.filings import a_filing
from tests.ledger.stated import stated

VECTORS = Path(__file__).parents[1] / "vectors/envelopes"
NAMES = sorted(path.stem for path in VECTORS.glob("*.json"))
TYPED = {"reference": "vn th 26-02-77777", "exportingMember": "VN", "issuedOn": "2026-11-02"}
HOST = "testserver"


def looked_at(answer: Response, status: int = 200) -> Seen:
    """Return the page of an answer, after seeing that it is a page as all pages are."""
    assert (answer.status_code, answer.headers["content-type"]) == (status, "text/html; charset=utf-8")
    assert answer.headers["content-security-policy"] == POLICY
    assert (answer.headers["cache-control"], answer.headers["x-content-type-options"]) == (
        "no-store",
        "nosniff",
    )
    assert "set-cookie" not in answer.headers
    page = seen(answer.text)
    assert page.faults == []
    return page


def upload(desk: Desk, content: object, **headers: str) -> Response:
    """Send a file with the form."""
    raw = content if isinstance(content, bytes) else json.dumps(content, ensure_ascii=False).encode()
    return desk.client.post("/verify", files={"envelope": ("envelope.json", raw)}, headers=headers)


def ask(desk: Desk, headers: Mapping[str, str] | None = None, /, **typed: str) -> Response:
    """Send a reference with the form."""
    return desk.client.post("/verify", data=TYPED | typed, headers=headers)


@pytest.fixture
def vector(desk: Desk, request: pytest.FixtureRequest) -> Iterator[tuple[Any, Response]]:
    """Return a vector and what the page of a service over its ledger answers to it."""
    case = json.loads((VECTORS / f"{request.param}.json").read_bytes())
    ledger = stated(case["ledger"], lambda certificate: replace(a_filing(), id=certificate))
    with TestClient(create_app(ledger, desk.rooms), raise_server_exceptions=False) as client:
        raw = json.dumps(case["envelope"]).encode()
        yield case["expected"], client.post("/verify", files={"envelope": ("e.json", raw)})


def test_the_bare_address_leads_to_the_form(desk: Desk) -> None:
    """And the list of operations stays where it was."""
    answer = desk.client.get("/", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (307, "/verify")
    assert "Asal API" in desk.client.get("/docs").text


def test_the_form_offers_two_ways_and_the_members(desk: Desk) -> None:
    """A file, or a number with its member and date."""
    page = looked_at(desk.client.get("/verify"))
    names = [control["name"] for control in page.all("input", "select")]
    assert names == ["envelope", "reference", "exportingMember", "issuedOn", "issuingOffice"]
    assert [option["value"] for option in page.all("option")] == ["", "MY", "TH", "VN"]
    assert "Viet Nam (VN)" in page.text


def test_the_form_is_there_while_the_chain_is_silent(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """It offers the members it knows by name."""
    monkeypatch.setattr(desk.world.ledger, "members", _raising(ChainUnreachable("no answer")))
    page = looked_at(desk.client.get("/verify"))
    assert {"VN", "BN", "TL"} <= {option["value"] for option in page.all("option")}


@pytest.mark.parametrize(
    "vector", [name for name in NAMES if not name.startswith("refused-")], indirect=True, ids=str
)
def test_every_vector_shows_its_verdict(vector: tuple[Any, Response]) -> None:
    """Title, next step, checks, altered fields by path, hidden and missing ones by number."""
    expected, answer = vector
    page = looked_at(answer)
    code = VerdictCode(expected["verdict"])
    assert [region for region in page.all("div") if region.get("role") == "status"]
    assert f"{code.value} {TITLES[code]}" in page.text
    assert NEXT_STEPS[code] in page.text
    assert all(path in page.text for path in expected["altered"])
    assert not expected["removed"] or f"{expected['removed']} issued field" in page.text
    assert not expected["hidden"] or f"{expected['hidden']} field" in page.text
    assert expected.get("replacement", "") in page.text
    asks_again = code in {VerdictCode.PENDING, VerdictCode.CANNOT_CHECK}
    assert ("worth asking again after" in page.text) is asks_again
    assert ("retry-after" in answer.headers) is asks_again


def test_the_vectors_show_every_verdict() -> None:
    """None of the ten is left out."""
    shown = {json.loads((VECTORS / f"{name}.json").read_bytes())["expected"].get("verdict") for name in NAMES}
    assert set(VerdictCode) <= shown


@pytest.mark.parametrize(
    "vector", [name for name in NAMES if name.startswith("refused-")], indirect=True, ids=str
)
def test_what_is_no_envelope_is_no_verdict(vector: tuple[Any, Response]) -> None:
    """The form again, with the problem and its places at the top."""
    page = looked_at(vector[1], 422)
    assert "There is a problem The file is not the envelope of a certificate" in page.text
    assert not any(region.get("role") == "status" for region in page.all("div"))


def test_a_valid_certificate_is_shown_with_its_particulars(desk: Desk) -> None:
    """Members by name, dates with the month's name, and the block it is true as of."""
    issued = desk.issued()
    page = looked_at(upload(desk, issued["envelope"]))
    for text in ("Viet Nam (VN)", "2 November 2026", "Công ty TNHH Cà Phê Tây Nguyên Xanh", "09011130"):
        assert text in page.text
    assert re.search(r"As of 3 November 2026, 08:00 UTC, block \d+", page.text)
    assert issued["id"] in page.text
    assert page.text.count("Passed") == 4
    assert "does not vouch" not in page.text


def test_an_altered_field_is_named_as_on_the_form(desk: Desk) -> None:
    """With what the copy says there; nothing else that an altered copy says is repeated."""
    envelope = desk.issued()["envelope"]
    altered = copy.deepcopy(envelope)
    altered["data"]["items"]["1"]["quantity"]["value"] += "99"
    page = looked_at(upload(desk, altered))
    assert "Not as issued: Quantity of goods line 1." in page.text
    said = altered["data"]["items"]["1"]["quantity"]["value"].split(":", 2)[2]
    assert "Quantity, goods line 1 (Form D, box 9) items.1.quantity.value" in page.text
    assert f"This copy says: {said}" in page.text
    assert "Công ty" not in page.text


def test_hidden_fields_are_counted_and_marked(desk: Desk) -> None:
    """Where the form has them."""
    hidden = redacted(desk.issued()["envelope"], ["consignee.address", "items.1.marks"])
    answer = upload(desk, hidden)
    page = looked_at(answer)
    assert "VALID Certificate is valid" in page.text
    assert "2 fields are hidden by the holder" in page.text
    assert "Address: hidden by the holder" in page.text
    (marks,) = re.findall(r'data-label="6\. [^>]*>(.*?)</td>', answer.text, re.DOTALL)
    assert ">hidden by the holder</em>" in marks


def test_what_the_rules_find_stands_beside_the_verdict(desk: Desk) -> None:
    """Named by box, with its source."""
    document = a_new_document()
    document["items"]["1"]["quantity"]["unit"] = "XYZ"
    page = looked_at(upload(desk, desk.issue(document).json()["envelope"]))
    assert "VALID" in page.text
    assert "Take note:" in page.text
    assert "Quantity, goods line 1 (Form D, box 9)" in page.text


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "Choose the file of a certificate"),
        (b"%PDF-1.7 \xff", "This PDF has no certificate in it"),
        (b"\xff", "not UTF-8 text"),
        (b"<html>", "not JSON: line 1, column 1"),
        (b'{"version": 1, "version": 2}', "names the same key twice"),
        (b'{"a": 1.5}', "Numbers with fractions"),
        (b"[" * 40, "nested deeper"),
        (b"[]", "an envelope is a JSON object"),
        (b"{}", f"/version: must be {VERSION}"),
    ],
)
def test_a_file_that_cannot_be_read_is_told_by_its_reason(desk: Desk, content: bytes, told: str) -> None:
    """With a link to the control."""
    page = looked_at(upload(desk, content), 422)
    assert told in page.text, page.text[page.text.index("What is not") :][:200]
    assert {"href": "#envelope"} in page.all("a")
    assert page.text.startswith("Error: Verify")


@pytest.mark.parametrize("chunked", [False, True])
def test_a_file_that_is_too_large_is_told_so(desk: Desk, *, chunked: bool) -> None:
    """By its declared length, and by what comes."""
    few = a_desk(desk.world, desk.rooms, desk.clock, Limits(body_bytes=2000))
    if chunked:
        media = {"Content-Type": "multipart/form-data; boundary=x"}
        start = b'--x\r\nContent-Disposition: form-data; name="envelope"; filename="e"\r\n\r\n'
        answer = few.client.post("/verify", content=iter([start, b"7" * 3000]), headers=media)
    else:
        answer = upload(few, b"7" * 3000)
    assert "too large for an envelope" in looked_at(answer, 413).text
    assert answer.headers["connection"] == "close"


@pytest.mark.parametrize(
    ("media", "body", "status"),
    [
        ("application/json", b"{}", 415),
        ("text/plain", b"x", 415),
        ("multipart/form-data", b"x", 422),
        ("multipart/form-data; boundary=x", b"--y", 422),
        ("application/x-www-form-urlencoded", b"\xff", 422),
        ("application/x-www-form-urlencoded", b"a=1&" * 99, 422),
    ],
)
def test_a_form_that_is_none_is_refused_as_a_page(desk: Desk, media: str, body: bytes, status: int) -> None:
    """Never with a fault of ours."""
    looked_at(desk.client.post("/verify", content=body, headers={"Content-Type": media}), status)


def test_a_reference_is_found_and_its_content_not_judged(desk: Desk) -> None:
    """However it is written."""
    desk.issued(reference="VN-TH 26/02/77777")
    page = looked_at(ask(desk))
    assert "VALID Certificate is valid" in page.text
    assert "Content as issued: Not checked" in page.text
    assert "issued on 2 November 2026" in page.text
    assert "Công ty" not in page.text


def test_a_reference_that_nobody_gave_out_is_not_found(desk: Desk) -> None:
    """Nor one with another date; both read alike."""
    desk.issued(reference="VN-TH 26/02/77777")
    page = looked_at(ask(desk, issuedOn="2026-11-03"))
    assert "NOT_FOUND Not on this ledger" in page.text


def test_a_reference_of_two_offices_asks_for_the_office(desk: Desk) -> None:
    """What was typed stays, and with the office it is answered."""
    for office in ("02", "03"):
        desk.issued(reference="VN-TH 26/02/77777", issuingOffice=office)
    page = looked_at(ask(desk), 422)
    assert {"href": "#issuingOffice"} in page.all("a")
    assert TYPED["reference"] in [control.get("value") for control in page.all("input")]
    assert "VALID" in looked_at(ask(desk, issuingOffice="03")).text


@pytest.mark.parametrize(
    ("control", "typed"),
    [
        ("reference", " "),
        ("reference", "x" * 85),
        ("exportingMember", ""),
        ("exportingMember", "Viet Nam"),
        ("issuedOn", "2.11.2026"),
        ("issuedOn", "2026-02-30"),
        ("issuingOffice", "x" * 36),
    ],
)
def test_what_is_typed_wrongly_is_told_at_its_control(desk: Desk, control: str, typed: str) -> None:
    """In the summary, beside the control, and to a screen reader."""
    page = looked_at(ask(desk, None, **{control: typed}), 422)
    assert [link for link in page.all("a") if link["href"] == f"#{control}"]
    (wrong,) = [one for one in page.all("input", "select") if one.get("aria-invalid")]
    assert (wrong["name"], wrong["aria-describedby"]) == (control, f"{control}-hint {control}-error")


def test_references_cannot_be_tried_out_on_the_page(desk: Desk) -> None:
    """It shares the limit of the API, and files are still verified."""
    few = a_desk(desk.world, desk.rooms, desk.clock, Limits(by_reference="2/minute"))
    looked_at(ask(few))
    question = {"exportingMember": "VN", "reference": "x", "issuedOn": "2026-11-02"}
    assert few.ask("POST", "/v1/verifications/by-reference", by=None, json=question).status_code == 200
    refused = ask(few)
    assert "Too many questions" in looked_at(refused, 429).text
    assert 1 <= int(refused.headers["retry-after"]) <= 60
    assert "VALID" in looked_at(upload(few, desk.issued()["envelope"])).text


def test_a_silent_archive_is_our_fault(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """And nothing of its address is told."""
    secret = ArchiveUnavailable("postgresql://user:password@host")
    monkeypatch.setattr(desk.rooms.certificates.__class__, "find_reference", _raising(secret))
    answer = ask(desk)
    assert "This is our fault" in looked_at(answer, 503).text
    assert "password" not in answer.text


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": f"http://{HOST}"},
        {"Origin": "https://elsewhere.example"},
        {"Origin": "null"},
        {"Origin": f"http://{HOST}.elsewhere.example"},
    ],
)
def test_what_another_site_sends_is_refused(desk: Desk, headers: dict[str, str]) -> None:
    """Before anything is looked up."""
    desk.issued(reference="VN-TH 26/02/77777")
    for answer in (ask(desk, headers), upload(desk, b"{}", **headers)):
        assert "Another site sent this" in looked_at(answer, 403).text


@pytest.mark.parametrize(
    "headers",
    [{}, {"Sec-Fetch-Site": "same-origin"}, {"Sec-Fetch-Site": "none"}, {"Origin": f"http://{HOST}"}],
)
def test_what_the_page_itself_sends_is_answered(desk: Desk, headers: dict[str, str]) -> None:
    """And so is a program that says nothing of where it comes from."""
    assert "NOT_FOUND" in looked_at(ask(desk, headers)).text


OURS = '<script src="/static/'
"""How every script of a page begins: a file of ours."""
HOSTILE = '<script>alert(1)</script>" onx="\u202ekgm\u2066\u200b =HYPERLINK("//x","y") {{ 7*7 }}'


def test_what_a_stranger_wrote_is_inert(desk: Desk) -> None:
    """In values, in names of fields, and in what was typed: shown as text, invisible characters by number."""
    forged = _forged(desk, {"exporter": {"name": HOSTILE}, "items": {"1": {"description": HOSTILE}}})
    named = copy.deepcopy(desk.issued()["envelope"])
    named["data"]["<script>alert(1)"] = named["data"]["reference"]
    for answer in (upload(desk, forged), upload(desk, named), ask(desk, reference=HOSTILE[:35])):
        page = looked_at(answer)
        assert "<script>" not in answer.text
        assert len(page.all("script")) == answer.text.count("<script") == answer.text.count(OURS)
        assert not set("\u202e\u2066\u200b") & set(answer.text)
        assert "<script>alert(1)" in page.text
    shown = looked_at(upload(desk, forged)).text
    assert "[U+202E]kgm[U+2066][U+200B] =HYPERLINK(" in shown
    assert "{{ 7*7 }}" in shown
    assert "The ledger does not vouch for these particulars." in shown


def test_names_that_only_look_like_others_stand_beside_their_codes(desk: Desk) -> None:
    """Letters of another alphabet cannot be told by eye, an operator code can."""
    exporter = {"name": "\u0421\u00e0 Ph\u00ea\u2066 e\u0301", "operator": "VN0312345678"}
    answer = upload(desk, _forged(desk, {"exporter": exporter}))
    page = looked_at(answer)
    assert "\u0421\u00e0 Ph\u00ea[U+2066] e\u0301" in page.text
    assert "Operator code: VN0312345678" in page.text


def test_a_pdf_of_ours_is_verified_by_what_it_carries(desk: Desk) -> None:
    """And hands the envelope out again, with a receipt that names the file and no field."""
    made = desk.issued()
    printed = paper_of(made["envelope"], link="https://asal.example/q/x")
    page = looked_at(upload(desk, printed))
    assert "VALID Certificate is valid" in page.text
    kept = {one["download"]: one["href"] for one in page.all("a") if "download" in one}
    assert list(kept) == ["receipt.json", "envelope.json", "timeline.json"]
    receipt, envelope, timeline = (
        json.loads(base64.b64decode(address.partition(",")[2])) for address in kept.values()
    )
    assert envelope == made["envelope"]
    assert receipt["asked"] == {"sha256": hashlib.sha256(printed).hexdigest()}
    assert (receipt["verdict"]["code"], receipt["verdict"]["certificate"]) == ("VALID", made["id"])
    assert [row["what"] for row in timeline["rows"]] == ["issued"]
    for told in (receipt, timeline):
        assert "Công ty" not in json.dumps(told, ensure_ascii=False)


def test_a_receipt_of_an_altered_copy_names_its_fields_and_repeats_none(desk: Desk) -> None:
    """What the copy says is shown on the page, and stands in no file."""
    altered = copy.deepcopy(desk.issued()["envelope"])
    altered["data"]["consignee"]["name"] += " and Sons"
    page = looked_at(upload(desk, altered))
    assert "and Sons" in page.text
    (kept,) = [one["href"] for one in page.all("a") if "download" in one]
    receipt = base64.b64decode(kept.partition(",")[2]).decode()
    assert json.loads(receipt)["verdict"]["altered"] == ["consignee.name"]
    assert "and Sons" not in receipt


def test_what_customs_did_stands_beside_the_verdict(desk: Desk) -> None:
    """In sentences, in the box for official use, and in the story."""
    made = desk.issued()
    headers = {"Authorization": f"Bearer {desk.token('TH customs', Scope.READ, Scope.DECIDE)}"}
    received = desk.ask("POST", "/v1/receipts", by=None, headers=headers, json=made["envelope"])
    assert received.status_code in {200, 202}
    page = looked_at(upload(desk, made["envelope"]))
    assert "At import Customs of the importing member has received it." in page.text
    assert "4. For official use Customs of the importing member has received it." in page.text


@pytest.mark.parametrize(
    "fields",
    [
        {"exporter": "text", "items": "text"},
        {"exporter": {"name": {"deep": "text"}}, "items": {"1": "text", "07": {}, "x": {}, "99": {}}},
        {"items": {"3": {"invoices": {"1": "text"}, "quantity": {"value": {"a": "b"}}}}},
        {"items": {str(number): {"description": "x" * 3000} for number in range(1, 100)}},
        {"exporter": True, "consignee": {"country": True}},
    ],
)
def test_no_shape_of_a_forged_copy_breaks_the_page(desk: Desk, fields: dict[str, Any]) -> None:
    """Whatever stands where the form has something else."""
    assert "NOT_FOUND" in looked_at(upload(desk, _forged(desk, fields))).text


def test_nothing_that_was_sent_is_kept_or_logged(desk: Desk, caplog: pytest.LogCaptureFixture) -> None:
    """The archive is as it was, and no log names a field."""
    envelope = desk.issued(reference="VN-TH 26/02/77777")["envelope"]
    before = desk.ask("GET", "/v1/certificates").json()
    with caplog.at_level("DEBUG", logger="asal"):
        looked_at(upload(desk, envelope))
        looked_at(ask(desk))
    assert desk.ask("GET", "/v1/certificates").json() == before
    assert "Cà Phê" not in caplog.text
    assert "77777" not in caplog.text


def loaded(desk: Desk, answer: Response) -> Mapping[str, Response]:
    """Return what a page makes a browser load, by address; fonts only where their script is on the page."""
    page = looked_at(answer)
    addresses = [one["href"] for one in page.all("link")] + [one["src"] for one in page.all("script")]
    return {address: desk.client.get(address) for address in addresses}


def test_everything_a_page_loads_is_small_and_ours(desk: Desk) -> None:
    """Under 100 kB, scripts and styles and all, for the form and for the verdict on eight goods lines."""
    groceries = json.loads((VECTORS / "valid-vn-ph-groceries.json").read_bytes())["envelope"]
    for answer in (desk.client.get("/verify"), upload(desk, groceries)):
        weight = len(answer.content)
        for address, file in loaded(desk, answer).items():
            assert file.status_code == 200
            assert re.fullmatch(r"/static/[a-z-]+\.[0-9a-f]{16}\.(css|js|svg)", address)
            assert "immutable" in file.headers["cache-control"]
            assert file.headers["x-content-type-options"] == "nosniff"
            weight += len(file.content)
        assert weight < 100_000


def test_a_stylesheet_names_nothing_but_fonts_of_ours(desk: Desk) -> None:
    """Each for the script it is of, so that a page without that script does not load it."""
    sheets = [
        file for address, file in loaded(desk, desk.client.get("/verify")).items() if address.endswith(".css")
    ]
    named = [name for sheet in sheets for name in re.findall(r"url\(([^)]*)\)", sheet.text)]
    assert len(named) == 4
    for sheet in sheets:
        assert not re.search(r"@import|https?:|data:", sheet.text)
        assert sheet.text.count("@font-face") == sheet.text.count("unicode-range") == sheet.text.count("url(")
    for name in named:
        font = desk.client.get(f"/static/{name}")
        assert (font.status_code, font.headers["content-type"]) == (200, "font/woff2")


@pytest.mark.parametrize("name", ["asal.css", "nothing.css", "..%2f..%2fapp.py", "%2e%2e"])
def test_no_other_file_is_served(desk: Desk, name: str) -> None:
    """Only those there are, under their full names."""
    assert desk.client.get(f"/static/{name}").status_code == 404


def test_the_policy_lets_in_nothing_but_files_of_ours() -> None:
    """Neither inline nor from elsewhere."""
    assert not re.search(r"unsafe|data:|blob:|\*|https?:", POLICY)
    assert {source for part in POLICY.split("; ") for source in part.split()[1:]} == {"'none'", "'self'"}
    assert POLICY.startswith("default-src 'none'; ")
    assert {"form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'"} <= set(POLICY.split("; "))


def _forged(desk: Desk, fields: dict[str, Any]) -> dict[str, Any]:
    """Return a copy that nobody issued, well sealed, with these fields in it."""
    document = a_new_document() | fields
    reference = reference_key(Scheme.ATIGA_FORM_D, "VN", document["issuingOffice"], document["reference"])
    data = issued_data(
        document,
        issuer=("Somebody", "somebody.example"),
        ledger=desk.ledger.registry.ledger,
        terms=terms_fields(reference, ()),
    )
    seed = bytes(32)
    day, last = date(2026, 11, 2), date(2027, 11, 1)
    terms = Terms(hash_of(data, seed), reference, "VN", "TH", day, last, Scheme.ATIGA_FORM_D, ())
    return sealed(data, seed, terms, (), certificate_id(terms))


def _raising(error: Exception) -> Any:
    def fail(*_: object, **__: object) -> None:
        raise error

    return fail
