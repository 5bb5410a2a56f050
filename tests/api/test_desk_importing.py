"""The desk of an importing officer, as a browser without scripts uses it."""

import html
import json
import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from api.pages.render import POLICY
from ledger.archive import ActOutcome, Scope
from ledger.memory import MemoryLedger
from tests.api.desk import START, Desk, a_new_document, back_to_back
from tests.api.seen import Seen, seen
from tests.listing import Listing

BASE = "/desk/importing"
DECLARED = {"declaration": "A0241191101234", "presentedOn": "2026-11-03", "office": "Bangkok Port"}
HOSTILE = '<script>alert(1)</script>" onx="\u202ekgm'


@pytest.fixture
def court(desk: Desk) -> Desk:
    """Return the service of all members, with the lists of a replica."""
    chain = desk.world.ledger
    assert isinstance(chain, MemoryLedger)
    return Desk(
        desk.world, desk.rooms, replace(desk.ledger, procedures=Listing(chain)), desk.clock, desk.limits
    )


@pytest.fixture
def customs(court: Desk) -> TestClient:
    """Return the browser of an officer of Thai customs."""
    return court.at_work("TH customs", Scope.DECIDE, Scope.READ)


def looked_at(answer: Response, status: int = 200) -> Seen:
    """Return the page of an answer, after seeing that it is a page as all pages are."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert answer.headers["content-security-policy"] == POLICY
    page = seen(answer.text)
    assert page.faults == []
    return page


def three_lines(**overrides: Any) -> dict[str, Any]:
    """Return a document of three goods lines."""
    document = a_new_document(**overrides)
    first = document["items"]["1"]
    return document | {"items": {"1": first, "2": first, "3": first}}


def received(court: Desk, customs: TestClient, document: dict[str, Any] | None = None) -> str:
    """Issue a certificate to Thailand and receive it at the desk; returns the address of its page."""
    issued = court.issue(document or three_lines()).json()
    assert "envelope" in issued, issued
    raw = json.dumps(issued["envelope"]).encode()
    shown = customs.post(f"{BASE}/receive", files={"envelope": ("envelope.json", raw)})
    assert "Receive it" in looked_at(shown).text
    return led(customs.post(f"{BASE}/receive", files=carried(shown)))


def carried(shown: Response) -> dict[str, tuple[None, str]]:
    """Return the hidden fields of the page with the verdict."""
    fields = re.findall(r'<input type="hidden" name="([a-z]+)" value="([^"]*)">', shown.text)
    return {name: (None, value) for name, value in fields}


def led(answer: Response) -> str:
    """Return where an act leads, without what the page there says of it."""
    assert answer.status_code == 303, seen(answer.text).text
    return str(answer.headers["location"]).partition("?")[0]


def decide(customs: TestClient, address: str, form: Mapping[str, Any]) -> Response:
    """Send the form of a decision."""
    return customs.post(address, data=DECLARED | dict(form))


def granting(line: int, quantity: str = "19200") -> dict[str, str]:
    """Return what is filled in to grant a line."""
    return {f"decide-{line}": "granted", f"quantity-{line}": quantity}


def refusing(line: int, *reasons: str, text: str = "") -> dict[str, Any]:
    """Return what is filled in to refuse a line."""
    return {f"decide-{line}": "refused", f"reasons-{line}": list(reasons), f"text-{line}": text}


def acts(court: Desk) -> list[tuple[str, ActOutcome, str]]:
    """Return what was kept of the officers' acts."""
    kept = court.rooms.acts.acts(member="TH")
    return [(one.act, one.outcome, one.why) for one in kept]


def test_a_desk_without_certificates_says_what_to_do_first(customs: TestClient) -> None:
    """On every list."""
    page = looked_at(customs.get(BASE))
    assert "Receive your first certificate: upload the file an importer presents." in page.text
    assert {"href": f"{BASE}/receive", "class": "button"} in page.all("a")
    assert "To open one, go to a certificate" in looked_at(customs.get(f"{BASE}/cases")).text
    assert "Time begins to run" in looked_at(customs.get(f"{BASE}/deadlines")).text


def test_certificates_are_listed_on_the_way_and_to_decide(court: Desk, customs: TestClient) -> None:
    """What they say only once they are received; a file has the same rows."""
    on_the_way = court.issued(reference="VN-TH 26/02/70001")
    address = received(court, customs, three_lines(reference="VN-TH 26/02/70002"))
    page = looked_at(customs.get(BASE))
    assert "VN-TH 26/02/70002" in page.text
    assert "VN-TH 26/02/70001" not in page.text
    assert f"{on_the_way['id'][:12]}…" in page.text
    assert address in [link["href"] for link in page.all("a")]
    rows = customs.get(f"{BASE}?format=csv")
    assert rows.headers["content-type"].startswith("text/csv")
    assert [line.split(",")[0] for line in rows.text.splitlines()[1:]] == ["undecided", "coming"]


def test_lists_go_on_where_they_ended(court: Desk, customs: TestClient) -> None:
    """Page by page, each certificate once."""
    wanted = {court.issued()["id"][:12] for _ in range(27)}
    first = looked_at(customs.get(BASE))
    more = next(link["href"] for link in first.all("a") if "after=" in link["href"])
    second = looked_at(customs.get(more))
    found = re.findall("0x[0-9a-f]{10}(?=…)", f"{first.text} {second.text}")
    assert (len(found), set(found)) == (27, wanted)
    looked_at(customs.get(f"{BASE}?after=1-1"), 422)


def test_a_file_is_judged_before_it_is_received(court: Desk, customs: TestClient) -> None:
    """What is altered cannot be received, and what cannot be read is told at its control."""
    envelope = court.issued()["envelope"]
    envelope["data"]["exporter"]["name"] += "!"
    raw = json.dumps(envelope).encode()
    shown = customs.post(f"{BASE}/receive", files={"envelope": ("envelope.json", raw)})
    page = looked_at(shown)
    assert "ALTERED" in page.text
    assert "cannot be received" in page.text
    assert "Receive it" not in page.text
    unread = looked_at(customs.post(f"{BASE}/receive", files={"envelope": ("x.json", b"no")}), 422)
    assert {"href": "#envelope"} in unread.all("a")
    looked_at(customs.post(f"{BASE}/receive", files={"envelope": ("x.json", b"")}), 422)


def test_a_certificate_received_twice_is_received_once(court: Desk, customs: TestClient) -> None:
    """And leads to the same page."""
    document = three_lines()
    first = received(court, customs, document)
    assert received(court, customs, document) == first
    assert looked_at(customs.get(BASE)).text.count(document["reference"]) == 1


def test_two_of_three_lines_are_granted_and_the_third_is_left(court: Desk, customs: TestClient) -> None:
    """Each with its quantity; the page says what remains."""
    address = received(court, customs)
    where = led(decide(customs, address, granting(1, "1200.50") | granting(2)))
    assert where == address
    page = looked_at(customs.get(f"{where}?done=decided"))
    assert "The decision is made." in page.text
    assert "17999.50" in page.text
    told = court.ask("GET", f"/v1/certificates/{address.rpartition('/')[2]}/decisions").json()
    assert [line["state"] for line in told["lines"]] == ["granted", "granted", "undecided"]
    assert "used up" in page.text
    front = looked_at(customs.get(BASE))
    assert "1 of 3 lines" in front.text
    assert address in [link["href"] for link in front.all("a")]
    assert ("decide_on_lines", ActOutcome.DONE, "") in acts(court)


def test_the_same_form_sent_twice_is_one_decision(court: Desk, customs: TestClient) -> None:
    """And the second answer says so."""
    address = received(court, customs)
    led(decide(customs, address, granting(1)))
    again = decide(customs, address, granting(1))
    assert again.headers["location"] == f"{address}?done=repeated"
    told = court.ask("GET", f"/v1/certificates/{address.rpartition('/')[2]}/decisions").json()
    assert len(told["decisions"]) == 1


def test_overuse_is_refused_with_what_is_left_and_keeps_what_was_typed(
    court: Desk, customs: TestClient
) -> None:
    """Problems of all lines at once, each beside its line; nothing of it is done."""
    address = received(court, customs)
    led(decide(customs, address, granting(1, "19000")))
    wrong = looked_at(decide(customs, address, granting(1, "many") | refusing(2)), 422)
    assert "Enter a quantity in digits, such as 1200.50" in wrong.text
    wrong = looked_at(decide(customs, address, refusing(2)), 422)
    assert "Line 2: Give 1 to 8 reasons, each once" in wrong.text
    assert "#reasons-2" in [link["href"] for link in wrong.all("a")]
    form = granting(1, "500") | refusing(2, "EXPIRED", text="Why so?") | granting(3, "19200.5")
    page = looked_at(decide(customs, address, form | {"declaration": "A77"}), 422)
    assert page.text.startswith("Error:")
    assert "Line 1: 200 KGM of 19200 KGM remain (ATIGA OCP Rules 16.1 and 16.3)" in page.text
    assert "Line 3: 19200 KGM of 19200 KGM remain" in page.text
    links = [link["href"] for link in page.all("a")]
    assert {"#quantity-1", "#quantity-3", "/problems/decision-refused"} <= set(links)
    values = {one["name"]: one.get("value") for one in page.all("input") if one["type"] == "text"}
    assert (values["quantity-1"], values["declaration"]) == ("500", "A77")
    assert "Why so?" in page.text
    told = court.ask("GET", f"/v1/certificates/{address.rpartition('/')[2]}/decisions").json()
    assert len(told["decisions"]) == 1


def test_a_late_proof_needs_its_ground(court: Desk, customs: TestClient) -> None:
    """Without one it is refused, with one it is granted."""
    address = received(court, customs)
    court.clock.advance(timedelta(days=400))
    customs = court.at_work("TH customs", Scope.DECIDE)  # sessions do not last so long
    late = granting(1) | {"presentedOn": "2027-12-01"}
    page = looked_at(decide(customs, address, late), 422)
    assert "give the ground on which that is accepted" in page.text
    assert "#presentedOn" in [link["href"] for link in page.all("a")]
    led(decide(customs, address, late | {"late": "force-majeure", "lateText": "The port was flooded."}))
    assert "late: Force majeure" in looked_at(customs.get(address)).text


def test_what_is_not_filled_in_is_told_at_its_control(court: Desk, customs: TestClient) -> None:
    """All of it at once."""
    address = received(court, customs)
    page = looked_at(customs.post(address, data={"presentedOn": "yesterday", "late": "sleepy"}), 422)
    assert {"#presentedOn", "#late"} <= {link["href"] for link in page.all("a")}
    nothing = looked_at(decide(customs, address, {"declaration": "", "office": ""}), 422)
    assert {"#declaration", "#office", "#lines"} <= {link["href"] for link in nothing.all("a")}


def test_a_refusal_is_answered_and_reconsidered(court: Desk, customs: TestClient) -> None:
    """The answer stands beside the line, and goes once the line is decided again."""
    address = received(court, customs)
    certificate = address.rpartition("/")[2]
    led(decide(customs, address, refusing(2, "ORIGIN-DOUBTED", text="Where was it milled?")))
    answer = {"lines": ["2"], "text": "At the mill in Buôn Ma Thuột.", "evidence": []}
    path = f"/v1/certificates/{certificate}/clarifications"
    assert court.ask("POST", path, json=answer).status_code == 201
    assert "reconsider it, and decide again" in looked_at(customs.get(BASE)).text
    page = looked_at(customs.get(address))
    assert "The issuer answered on 3 November 2026: reconsider" in page.text
    assert "At the mill in Buôn Ma Thuột." in page.text
    assert "There is reasonable doubt about the origin of the goods" in page.text
    led(decide(customs, address, granting(2)))
    assert "reconsider" not in looked_at(customs.get(address)).text


def test_what_was_said_is_handed_out_whole(court: Desk, customs: TestClient) -> None:
    """As the ledger names it; that of another certificate is not there."""
    address = received(court, customs)
    led(decide(customs, address, granting(1)))
    page = looked_at(customs.get(address))
    link = next(link["href"] for link in page.all("a") if "/statements/" in link["href"])
    file = customs.get(link)
    assert file.headers["content-disposition"].startswith('attachment; filename="statement-')
    assert file.json()["body"]["declaration"] == DECLARED["declaration"]
    other = received(court, customs)
    looked_at(customs.get(f"{other}/statements/{link.rpartition('/')[2]}"), 404)


def test_what_is_not_ones_own_is_not_there(court: Desk, customs: TestClient) -> None:
    """Neither to see nor to decide on, as if it did not exist; and the attempt is kept."""
    address = received(court, customs)
    other = court.at_work("MY issuing", Scope.DECIDE)
    for answer in (other.get(address), decide(other, address, granting(1)), other.get(f"{address}/check")):
        assert "No such certificate for you" in looked_at(answer, 404).text
    kept = court.rooms.acts.acts(member="MY")
    assert [(one.act, one.outcome, one.why) for one in reversed(kept)] == [
        (act, ActOutcome.REFUSED, "certificate-not-found")
        for act in ("certificate_on_desk", "decide_on_lines", "check_form")
    ]
    nowhere = looked_at(customs.get(f"{BASE}/0x{'00' * 32}"), 404)
    assert "No such certificate for you" in nowhere.text
    led(customs.post(f"{address}/check", data={"lines": "1", "ground": "random"}))
    looked_at(other.get(f"{BASE}/cases/1"), 404)
    looked_at(other.post(f"{BASE}/cases/1", data={"step": "conclude"}), 404)


def test_only_officers_who_decide_work_here(court: Desk) -> None:
    """Others are told so, and who is not logged in is led to the login."""
    issuing = court.at_work("TH issuing", Scope.ISSUE)
    looked_at(issuing.get(BASE), 403)
    nobody = court.client.get(BASE, follow_redirects=False)
    assert nobody.headers["location"].startswith("/login?back=")
    elsewhere = {"Sec-Fetch-Site": "cross-site"}
    officer = court.at_work("TH customs", Scope.DECIDE)
    looked_at(officer.post(f"{BASE}/settings", data={"split": "no"}, headers=elsewhere), 403)


def test_a_check_is_opened_led_and_concluded(court: Desk, customs: TestClient) -> None:
    """Its page tells what is due from whom, and offers what may be done now and nothing else."""
    address = received(court, customs)
    nothing = looked_at(customs.post(f"{address}/check", data={"ground": "doubt"}), 422)
    assert {"#lines", "#text"} <= {link["href"] for link in nothing.all("a")}
    form = {"lines": ["1", "2"], "suspended": ["2"], "ground": "doubt", "text": "The criterion does not fit."}
    case = led(customs.post(f"{address}/check", data=form))
    assert case == f"{BASE}/cases/1"
    page = looked_at(customs.get(case))
    assert "Viet Nam (VN) is to acknowledge the request or reply by 1 February 2027." in page.text
    assert "No line can be denied yet" in page.text
    assert "The criterion does not fit." in page.text
    assert "preference suspended" in looked_at(customs.get(address)).text
    step = {"step": "replied", "text": "See the records of the factory."}
    headers = {
        "Authorization": f"Bearer {court.token('VN issuing', Scope.ISSUE)}",
        "Idempotency-Key": "reply",
    }
    answered = court.ask("POST", "/v1/cases/1/steps", by=None, json=step, headers=headers)
    assert answered.status_code == 201, answered.text
    page = looked_at(customs.get(case))
    assert "See the records of the factory." in page.text
    assert "Ask again" in page.text
    turn = next(one["value"] for one in page.all("input") if one["name"] == "turn")
    empty = looked_at(customs.post(case, data={"step": "asked-again", "turn": turn}), 422)
    assert "#asked-again-text" in [link["href"] for link in empty.all("a")]
    ask = {"step": "asked-again", "turn": turn, "text": "Line 1: no costing."}
    led(customs.post(case, data=ask))
    led(customs.post(case, data=ask))  # the same form again
    assert looked_at(customs.get(case)).text.count("Line 1: no costing.") == 1
    half = looked_at(customs.post(case, data={"step": "conclude", "line-1": "confirmed"}), 422)
    assert "Confirm or deny every line of the case; left are 2" in half.text
    led(customs.post(case, data={"step": "suspend", "turn": "3", "suspended": []}))
    led(customs.post(case, data={"step": "conclude", "line-1": "confirmed", "line-2": "confirmed"}))
    page = looked_at(customs.get(case))
    assert "Case 1: Concluded" in page.text
    assert "What you can do now" not in page.text
    assert "Case 1" not in looked_at(customs.get(f"{BASE}/cases")).text
    assert "Case 1" in looked_at(customs.get(f"{BASE}/cases?closed=true")).text


def test_a_step_out_of_turn_is_refused_and_kept(court: Desk, customs: TestClient) -> None:
    """The page says what is due."""
    address = received(court, customs)
    case = led(customs.post(f"{address}/check", data={"lines": "1", "ground": "random"}))
    answer = customs.post(case, data={"step": "visited", "turn": "1", "text": "x"})
    assert "is due from VN" in looked_at(answer, 409).text
    assert ("step_in_case", ActOutcome.REFUSED, "case-step-not-allowed") in acts(court)
    looked_at(customs.post(case, data={"step": "replied", "text": "x"}), 403)
    looked_at(customs.post(case, data={"step": "nothing"}), 422)


def a_case(customs: TestClient, address: str, line: str = "1") -> str:
    """Open a check; returns the address of its case."""
    return led(customs.post(f"{address}/check", data={"lines": line, "ground": "random"}))


def replied(court: Desk, text: str) -> None:
    """Let the issuer reply in the first case."""
    case = court.at_work("VN issuing", Scope.ISSUE).post(
        "/desk/issuing/cases/1", data={"step": "replied", "text": text}
    )
    led(case)


def areas(answer: Response) -> dict[str, str]:
    """Return what stands in the text areas of a page, by their ids."""
    found = re.findall(r'<textarea id="([^"]+)"[^>]*>\n(.*?)</textarea>', answer.text, re.DOTALL)
    return {name: html.unescape(text) for name, text in found}


def test_what_was_typed_is_kept_when_the_case_has_moved_on(court: Desk, customs: TestClient) -> None:
    """The page says what came in since, and the same form sent from it is taken."""
    case = a_case(customs, received(court, customs))
    shown = looked_at(customs.get(case))
    turn = next(one["value"] for one in shown.all("input") if one["name"] == "turn")
    replied(court, "See the records of the factory.")
    typed = {"step": "conclude", "turn": turn, "line-1": "confirmed", "text": "Nothing was heard."}
    answer = customs.post(case, data=typed)
    page = looked_at(answer, 409)
    assert "Something was added since you opened this page" in page.text
    new = page.text.partition("Added since you opened this page")[2].partition("What you can do now")[0]
    assert "See the records of the factory." in new
    assert areas(answer)["conclude-text"] == "Nothing was heard."
    chosen = next(one for one in page.all("input") if one.get("id") == "confirm-1")
    assert "checked" in chosen
    assert ("step_in_case", ActOutcome.REFUSED, "case-step-not-allowed") in acts(court)
    now = next(one["value"] for one in page.all("input") if one["name"] == "turn")
    assert now != turn
    led(customs.post(case, data=typed | {"turn": now}))
    led(customs.post(case, data=typed | {"turn": now}))  # the same form again
    assert "Case 1: Concluded" in looked_at(customs.get(case)).text


def test_a_text_that_has_no_form_any_more_can_still_be_copied(court: Desk, customs: TestClient) -> None:
    """Another officer has concluded while it was written; choices of lines stand beside it."""
    case = a_case(customs, received(court, customs))
    replied(court, "See the records of the factory.")
    led(customs.post(case, data={"step": "conclude", "line-1": "confirmed"}))
    text = "Line 1: no costing <b>was given</b>."
    answer = customs.post(case, data={"step": "asked-again", "turn": "2", "text": text})
    page = looked_at(answer, 409)
    assert areas(answer) == {"unsent": text}
    assert "#unsent" in [link["href"] for link in page.all("a")]
    assert "What you can do now" not in page.text
    denied = customs.post(case, data={"step": "conclude", "turn": "2", "line-1": "denied", "text": text})
    assert "Denied lines: 1" in looked_at(denied, 409).text
    assert areas(denied) == {"unsent": text}


def test_a_check_on_lines_in_question_already_keeps_its_words(court: Desk, customs: TestClient) -> None:
    """Two officers ask about the same line; the second is told at the lines."""
    address = received(court, customs)
    a_case(customs, address)
    form = {"lines": ["1", "2"], "ground": "doubt", "text": "The criterion does not fit."}
    answer = customs.post(f"{address}/check", data=form)
    page = looked_at(answer, 409)
    assert "#lines" in [link["href"] for link in page.all("a")]
    assert areas(answer)["text"] == "The criterion does not fit."
    assert "(in question already, in case 1)" in page.text
    assert ("open_check", ActOutcome.REFUSED, "lines-in-question") in acts(court)


def test_a_decision_that_the_ledger_refuses_keeps_what_was_typed(court: Desk) -> None:
    """Such as of an officer whose key was revoked while the form was open."""
    officer = court.at_work("TH customs", Scope.DECIDE)
    address = received(court, officer)
    chain, world = court.world.ledger, court.world
    assert isinstance(chain, MemoryLedger)
    chain.revoke_key(world.account("TH customs"), world.admin("TH"))
    answer = decide(officer, address, refusing(2, "EXPIRED", text="Why so?"))
    page = looked_at(answer, 403)
    assert areas(answer)["text-2"] == "Why so?"
    assert "#decision" in [link["href"] for link in page.all("a")]


@pytest.fixture
def resting(court: Desk) -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """Return a certificate from Malaysia to Viet Nam, what was issued, and what Viet Nam issued on it."""
    document = a_new_document(
        reference="MY-VN 26/02/00001", exportingMember="MY", importingMember="VN", consignee=None
    )
    document["declaration"] = document["declaration"] | {"importingCountry": "VN"}
    document["exporter"] = document["exporter"] | {"country": "MY"}
    document["consignee"] = a_new_document()["consignee"] | {"country": "VN"}
    first = court.issue(document, by="MY issuing").json()
    assert "id" in first, first
    return document, first, back_to_back(document, first, "TH")


def test_the_issuer_of_an_original_is_asked_and_answers_at_its_desk(
    court: Desk, customs: TestClient, resting: tuple[dict[str, Any], ...]
) -> None:
    """The form names the originals; who is asked is told of its own certificate and not of the other."""
    original, first, child = resting
    address = received(court, customs, child)
    form = looked_at(customs.get(f"{address}/check"))
    assert "The issuer of the original MY-VN 26/02/00001 of 2 November 2026, in Malaysia (MY)" in form.text
    assert [one["value"] for one in form.all("input") if one["name"] == "about"] == ["", first["id"]]
    asked = {"lines": "1", "ground": "doubt", "text": "Where was it grown?", "about": first["id"]}
    case = led(customs.post(f"{address}/check", data=asked))
    page = looked_at(customs.get(case))
    assert "You ask Malaysia (MY)" in page.text
    assert f"Asked about the original {original['reference']}" in page.text
    assert f"/ledger/certificates/{first['id']}" in [link["href"] for link in page.all("a")]
    assert "about an original" in looked_at(customs.get(f"{BASE}/cases")).text
    answering = court.at_work("MY issuing", Scope.ISSUE)
    told = looked_at(answering.get("/desk/issuing/cases/1"))
    assert "Where was it grown?" in told.text
    assert child["reference"] not in told.text
    links = [link["href"] for link in told.all("a")]
    assert f"/desk/certificates/{first['id']}" in links
    looked_at(answering.get(f"/desk/certificates/{first['id']}"))
    led(answering.post("/desk/issuing/cases/1", data={"step": "replied", "text": "In Johor."}))
    assert "In Johor." in looked_at(customs.get(case)).text
    done = {"step": "conclude", "turn": "2", "line-1": "denied", "text": "Johor grows none."}
    led(customs.post(case, data=done))
    assert "Denied by a verification" in looked_at(customs.get(address)).text
    looked_at(court.at_work("VN issuing", Scope.ISSUE).get("/desk/issuing/cases/1"), 404)


def test_only_what_is_behind_a_certificate_can_be_asked_about(
    court: Desk, customs: TestClient, resting: tuple[dict[str, Any], ...]
) -> None:
    """Another one is told at its control; a certificate without originals offers no choice."""
    address, other = received(court, customs, resting[2]), received(court, customs)
    asked = {"lines": "1", "ground": "doubt", "text": "Where was it grown?"}
    answer = customs.post(f"{address}/check", data=asked | {"about": other.rpartition("/")[2]})
    page = looked_at(answer, 422)
    assert "is none of the originals behind" in page.text
    assert "#about" in [link["href"] for link in page.all("a")]
    assert areas(answer)["text"] == "Where was it grown?"
    assert ("open_check", ActOutcome.REFUSED, "not-an-original-of") in acts(court)
    looked_at(customs.post(f"{address}/check", data=asked | {"about": "0x1"}), 422)
    assert "Whom you ask" not in looked_at(customs.get(f"{other}/check")).text


def test_deadlines_tell_what_is_due_and_what_is_late(court: Desk, customs: TestClient) -> None:
    """By whom, under which rule, and how late; a file has the same."""
    address = received(court, customs)
    led(customs.post(f"{address}/check", data={"lines": "1", "ground": "random"}))
    page = looked_at(customs.get(f"{BASE}/deadlines"))
    assert "2 January 2027" in page.text
    assert "OCP Rules 13.2, 13.3 and 30.3" in page.text
    assert "Viet Nam (VN) is to acknowledge the request or reply" in page.text
    assert "Nothing is overdue." in looked_at(customs.get(f"{BASE}/deadlines?late=true")).text
    court.clock.now = START + timedelta(days=62)
    customs = court.at_work("TH customs", Scope.DECIDE)  # sessions do not last so long
    assert "2 days late" in looked_at(customs.get(f"{BASE}/deadlines?late=true")).text
    assert "Due within a week, or overdue" in looked_at(customs.get(BASE)).text
    file = customs.get(f"{BASE}/deadlines?format=csv")
    assert "OCP Rule 18(b)" in file.text
    assert len(file.text.splitlines()) == 4


def test_a_member_says_whether_lines_are_used_in_parts(court: Desk, customs: TestClient) -> None:
    """Then a line granted under one declaration is not granted under another."""
    address = received(court, customs)
    assert led(customs.post(f"{BASE}/settings", data={"split": "no"})) == f"{BASE}/settings"
    page = looked_at(customs.get(f"{BASE}/settings"))
    chosen = next(one for one in page.all("input") if one["name"] == "split" and "checked" in one)
    assert chosen["value"] == "no"
    led(decide(customs, address, granting(1, "10")))
    refused = looked_at(decide(customs, address, granting(1, "10") | {"declaration": "A78"}), 422)
    assert "TH allows one only" in refused.text
    looked_at(customs.post(f"{BASE}/settings", data={"split": "perhaps"}), 422)


def test_names_that_strangers_wrote_are_inert(court: Desk, customs: TestClient) -> None:
    """In lists, on the page of a certificate, and in what the other side said."""
    document = three_lines()
    document["exporter"]["name"] = '<script>alert(1)</script>" onx="'
    document["items"]["1"] = document["items"]["1"] | {"description": '<img src="x"> {{ 7*7 }}'}
    address = received(court, customs, document)
    text = '<a href="//x">now</a>'
    case = led(customs.post(f"{address}/check", data={"lines": "1", "ground": "doubt", "text": text}))
    on_list = customs.get(BASE)
    led(decide(customs, address, refusing(2, "EXPIRED", text=text)))
    for answer in (on_list, *map(customs.get, (address, f"{address}/check", case))):
        page = looked_at(answer)
        assert "<script>alert" not in answer.text
        assert "<img" not in answer.text
        assert 'href="//x"' not in answer.text
        assert "&lt;" in answer.text
        assert page.faults == []
    wrong = decide(customs, address, granting(1, HOSTILE) | {"declaration": HOSTILE[:35]})
    assert "\u202e" not in wrong.text
    looked_at(wrong, 422)


def test_a_decision_on_its_way_is_shown_and_can_be_looked_at_again(court: Desk, customs: TestClient) -> None:
    """A part of the page refreshes itself, by the same address."""
    address = received(court, customs)
    court.hold()
    quick = Desk(court.world, court.rooms, court.ledger, court.clock, replace(court.limits, wait=0.0))
    officer = quick.at_work("TH customs", Scope.DECIDE)
    led(decide(officer, address, granting(1)))
    page = looked_at(officer.get(address))
    assert "on its way to the ledger" in page.text
    part = officer.get(address, headers={"HX-Request": "true"})
    assert part.text.lstrip().startswith("<section")
    assert "A0241191101234" in part.text
    court.release()
    led(decide(customs, address, granting(1)))  # whoever asks again waits for it
    assert "on its way to the ledger" not in looked_at(officer.get(address)).text


def test_nothing_is_called_done_that_is_on_its_way(court: Desk) -> None:
    """A receipt, a decision and a practice: each is said to be on its way until the ledger holds it."""
    issued = court.issued()
    court.hold()
    quick = Desk(court.world, court.rooms, court.ledger, court.clock, replace(court.limits, wait=0.0))
    officer = quick.at_work("TH customs", Scope.DECIDE)
    raw = json.dumps(issued["envelope"]).encode()
    shown = officer.post(f"{BASE}/receive", files={"envelope": ("envelope.json", raw)})
    answer = officer.post(f"{BASE}/receive", files=carried(shown))
    assert answer.headers["location"].endswith("?done=receiving")
    assert "its issuer is told" not in looked_at(officer.get(answer.headers["location"])).text
    answer = officer.post(f"{BASE}/settings", data={"split": "no"})
    assert answer.headers["location"].endswith("?done=accepted")
    court.release()
    address = led(officer.post(f"{BASE}/receive", files=carried(shown)))
    court.hold()
    answer = decide(officer, address, granting(1))
    assert answer.headers["location"].endswith("?done=accepted")
    assert "The decision is made" not in looked_at(officer.get(answer.headers["location"])).text


def test_without_lists_the_desk_still_receives_and_decides(desk: Desk) -> None:
    """A service without a replica says so, and does the rest."""
    officer = desk.at_work("TH customs", Scope.DECIDE)
    assert "Lists need a replica" in looked_at(officer.get(BASE)).text
    address = received(desk, officer)
    led(decide(officer, address, granting(1)))
    looked_at(officer.get(f"{BASE}/deadlines"), 409)


@pytest.mark.parametrize(
    "path", ["", "/receive", "/cases", "/deadlines", "/look-up", "/settings", "ONE", "ONE/check", "/cases/1"]
)
def test_every_text_goes_through_the_catalogues(court: Desk, customs: TestClient, path: str) -> None:
    """In the pseudo-locale no plain English is left but what strangers and rules say."""
    address = received(court, customs)
    led(customs.post(f"{address}/check", data={"lines": "1", "ground": "random"}))
    led(decide(customs, address, granting(2) | refusing(3, "EXPIRED")))
    customs.cookies.set("asal-language", "qps")
    answer = customs.get(path.replace("ONE", address) if "ONE" in path else f"{BASE}{path}")
    page = looked_at(answer)
    assert "⟦" in page.text
    for plain in ("Certificate ", "Goods ", "Decide ", "Open ", "Line ", "days "):
        assert plain not in re.sub(r"⟦[^⟧]*⟧", "", page.text)
