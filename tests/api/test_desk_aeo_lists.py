"""Lists at the AEO desk: looked at before anything is recorded, by hand as a browser without scripts does."""

import csv
import html
import io
import re
from collections.abc import Mapping
from typing import Any

import pytest
from fastapi.testclient import TestClient
from httpx2 import Response

from ledger.archive import ActOutcome, Scope
from ledger.memory import MemoryLedger
from ledger.operators import OperatorCode, OperatorStatus, ProgrammeKind
from ledger.writes import DeclareProgramme
from tests.api.desk import Desk
from tests.api.seen import Seen
from tests.api.test_pages import looked_at
from tests.ledger.lists.samples import row, text_of, workbook
from tests.recognised import EXPORTER, NAME, recognising_on

LIST, PARTNERS = "/desk/aeo/list", "/desk/aeo/partners"
CODE = OperatorCode("VN0100100100")
OTHER = OperatorCode("VN0100100200")


@pytest.fixture
def office(desk: Desk) -> Desk:
    """Return the service of a member that has a programme."""
    chain = desk.world.ledger
    assert isinstance(chain, MemoryLedger)
    chain.write(
        DeclareProgramme("VN-AEO", "Priority enterprise", ProgrammeKind.SAFE_AEO, 2),
        desk.world.account("VN aeo"),
    )
    return desk


@pytest.fixture
def officer(office: Desk) -> TestClient:
    """Return the browser of an officer of VN."""
    return office.at_work("VN aeo", Scope.AEO)


def two() -> list[dict[str, Any]]:
    """Return two rows that nothing is wrong with."""
    return [row(), row(code=OTHER, name="Mekong Rice Ltd", national_id="7000", level="2")]


def send(officer: TestClient, content: str | bytes, **fields: Any) -> Response:
    """Send a list."""
    return officer.post(LIST, data=fields, files={"file": ("list.csv", content)})


def carried(shown: Response) -> Mapping[str, str]:
    """Return what the form that confirms carries along."""
    form = shown.text.split('<form method="post"', 1)[1]
    found = re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form)
    return {name: html.unescape(value) for name, value in found}


def confirm(officer: TestClient, shown: Response) -> Response:
    """Press the button under what would change."""
    return officer.post(LIST, data=carried(shown))


def status_of(office: Desk, code: OperatorCode) -> OperatorStatus | None:
    """Return the newest status of an operator on the ledger."""
    found = office.ledger.recognitions.found([code]).operators.get(code)
    return found.latest.status if found else None


def test_a_list_is_looked_at_before_it_is_recorded(office: Desk, officer: TestClient) -> None:
    """Every row stands on the page with what it would change; the button then records just that."""
    looked_at(officer.get(LIST))
    shown = send(officer, text_of(two()))
    page = looked_at(shown)
    assert "New on the ledger (2)" in page.text
    assert f"Mekong Rice Ltd {OTHER}" in page.text
    assert "End of validity: 31 December 2028" in page.text
    assert "Record 2 operators" in page.text
    assert status_of(office, CODE) is None
    assert "2 operators are recorded." in looked_at(confirm(officer, shown)).text
    assert status_of(office, CODE) is status_of(office, OTHER) is OperatorStatus.CERTIFIED
    (kept,) = [one for one in office.rooms.acts.acts("VN") if one.outcome is ActOutcome.DONE]
    assert kept.act == "list.record"


def test_the_same_list_again_has_nothing_to_record(officer: TestClient) -> None:
    """Sent anew, or confirmed twice from the same page."""
    shown = send(officer, text_of(two()))
    confirm(officer, shown)
    again = looked_at(confirm(officer, shown), 409)
    assert "There is nothing to record" in again.text
    assert "2 operators stay as they are." in looked_at(send(officer, text_of(two()))).text


def test_what_a_list_changes_is_shown_from_old_to_new(office: Desk, officer: TestClient) -> None:
    """Field by field, as people read them."""
    confirm(officer, send(officer, text_of(two())))
    rows = [row(roles="EXP", consent="exchange"), row(**two()[1] | {"name": "Mekong Rice JSC", "until": ""})]
    shown = send(officer, text_of(rows))
    page = looked_at(shown)
    assert "Changed (2)" in page.text
    assert "Authorised as: exporter, manufacturer → exporter" in page.text
    assert "Registered name: Mekong Rice Ltd → Mekong Rice JSC" in page.text
    assert "End of validity: 31 December 2028 → no end" in page.text
    looked_at(confirm(officer, shown))
    found = office.ledger.recognitions.found([OTHER]).operators[OTHER]
    assert found.latest.until is None


def test_wrong_rows_are_told_with_their_lines_and_nothing_is_recorded(
    office: Desk, officer: TestClient
) -> None:
    """All of them at once, without what is wrong being said back; the other rows are shown all the same."""
    rows = [*two(), row(code="VN0300000000", level="77", until="someday-secret")]
    shown = send(officer, text_of(rows))
    page = looked_at(shown, 422)
    assert "2 places of the list are wrong" in page.text
    assert "New on the ledger (2)" in page.text
    assert "date.format" in page.text
    assert "someday-secret" not in page.text
    assert "Record 2 operators" not in page.text
    assert status_of(office, CODE) is None


def test_a_confirmation_of_what_has_changed_since_is_looked_at_again(
    office: Desk, officer: TestClient
) -> None:
    """Whatever another officer recorded in between is not overwritten unseen."""
    shown = send(officer, text_of(two()))
    confirm(officer, send(officer, text_of([row(name="Another name")])))
    page = looked_at(confirm(officer, shown), 409)
    assert "Somebody has changed the ledger since you looked" in page.text
    assert "Another name → Tay Nguyen Export JSC" in page.text
    assert status_of(office, OTHER) is None
    assert office.rooms.acts.acts("VN")[0].outcome is ActOutcome.REFUSED


def test_a_forged_seal_records_nothing(office: Desk, officer: TestClient) -> None:
    """A list that was not looked at, or is not the one that was, is shown first."""
    first = carried(send(officer, text_of([row()])))
    second = carried(send(officer, text_of(two())))
    looked_at(officer.post(LIST, data={**second, "seal": first["seal"]}), 409)
    looked_at(officer.post(LIST, data={**second, "seal": "0" * 64}), 409)
    assert status_of(office, OTHER) is None


def test_a_map_and_consents_kept_elsewhere_are_carried_along(office: Desk, officer: TestClient) -> None:
    """A workbook under titles of its own."""
    cells = row()
    del cells["consent"]
    titles = {name: f"Column\u200b {number}" for number, name in enumerate(cells)}
    book = workbook([list(titles.values()), list(cells.values())])
    map_ = "[columns]\n" + "".join(f'{name} = "{title}"\n' for name, title in titles.items())
    missing = looked_at(send(officer, book, map=map_), 422)
    assert "consent" in missing.text
    shown = send(officer, book, map=map_, consentSource='clause 7 of the "form"', consent="both")
    assert "New on the ledger (1)" in looked_at(shown).text
    assert "One operator is recorded." in looked_at(confirm(officer, shown)).text
    (event,) = office.ledger.operator_files.events(CODE)
    assert event.note == 'list sent at the desk; consents: clause 7 of the "form"; line 2'


@pytest.mark.parametrize(
    ("content", "fields", "said", "control"),
    [
        ("", {}, "Choose a file with rows in it", "file"),
        (b"\x00\x01\x02\x03", {}, "The file cannot be read as a list", "file"),
        (b"PK\x03\x04 no workbook", {}, "The file cannot be read as a list", "file"),
        ("a,b\n1,2\n", {}, "Say in the map which columns these are", "map"),
        (text_of([row()]), {"map": "[columns"}, "The map cannot be used", "map"),
        (text_of([row()]), {"map": "x" * 20_000}, "The map is too long", "map"),
        (text_of([row()]), {"consentSource": "x" * 201}, "Enter at most 200 characters", "consentSource"),
        (text_of([row()]), {"consentSource": "a file"}, "The list says itself", "consentSource"),
        ("x" * 600_000, {}, "The file is too large for the desk", "file"),
        (text_of([row(code=f"VN{n:08}") for n in range(2001)]), {}, "too many rows", "file"),
    ],
)
def test_what_cannot_be_read_is_said_at_its_control(
    officer: TestClient, content: str | bytes, fields: dict[str, str], said: str, control: str
) -> None:
    """Before the ledger is asked; what else was typed is kept."""
    page = looked_at(send(officer, content, office="AEO unit", **fields), 422)
    assert said in page.text
    assert f"#{control}" in [one.get("href") for one in page.all("a")]
    assert "AEO unit" in [one.get("value") for one in page.all("input")]


def test_hostile_cells_of_a_list_are_text(officer: TestClient) -> None:
    """Markup and formulas are shown as written, also in titles that nothing is taken from."""
    rows = [{**row(name="<script>alert(1)</script>"), "<b>title": "=1"}]
    shown = send(officer, text_of(rows))
    looked_at(shown)
    assert "<script>alert" not in shown.text
    assert "<b>title" not in shown.text
    confirm(officer, shown)
    looked_at(officer.get(f"/desk/aeo/operators/{CODE}"))


def test_while_the_chain_is_busy_the_list_can_be_gone_on_with(office: Desk, officer: TestClient) -> None:
    """What was accepted is recorded once the chain takes it, and the same list then has nothing left."""
    shown = send(officer, text_of(two()))
    slow = Desk(office.world, office.rooms, office.ledger, office.clock, type(office.limits)(wait=0.0))
    slow.hold()
    waiting = looked_at(confirm(slow.at_work("VN aeo", Scope.AEO), shown))
    assert "send the same list again, and it goes on" in waiting.text
    slow.release()
    assert "There is nothing to record" in looked_at(confirm(officer, shown), 409).text
    assert status_of(office, CODE) is OperatorStatus.CERTIFIED


def test_a_list_of_another_member_s_operators_is_refused_row_by_row(
    office: Desk, officer: TestClient
) -> None:
    """A member writes about its own."""
    page = looked_at(send(officer, text_of([row(code="TH0105500000001")])), 422)
    assert "One place of the list is wrong" in page.text
    assert status_of(office, OperatorCode("TH0105500000001")) is None


@pytest.fixture
def partner(desk: Desk) -> TestClient:
    """Return the browser of an officer of TH, which recognises an operator of VN."""
    recognising_on(desk.world, desk.ledger, desk.clock)
    return desk.at_work("TH aeo", Scope.AEO)


def check(officer: TestClient, content: str, **fields: str) -> Response:
    """Send a list of partners."""
    return officer.post(PARTNERS, data=fields, files={"file": ("partners.csv", content)})


def test_each_row_of_a_partner_list_is_answered(partner: TestClient) -> None:
    """Those that cannot be read stand first and stop no other."""
    looked_at(partner.get(PARTNERS))
    page: Seen = looked_at(check(partner, f"operator\n{EXPORTER}\nVN0999999999\n???\n"))
    assert "3 rows" in page.text
    assert "Rows that cannot be answered (1)" in page.text
    assert "Not recognised (1)" in page.text
    assert "Recognised (1)" in page.text
    assert NAME in page.text


def test_the_answers_are_had_as_a_file_without_formulas(partner: TestClient) -> None:
    """The same cells as through the API."""
    answer = check(partner, f'operator\n{EXPORTER}\n"=HYPERLINK(1)"\n', **{"as": "csv"})
    assert answer.headers["content-disposition"].startswith("attachment")
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert [one["recognised"] for one in rows] == ["yes", ""]
    assert rows[1]["given"] == "'=HYPERLINK(1)"


@pytest.mark.parametrize(
    ("content", "fields", "control"),
    [
        ("", {}, "file"),
        ("name\nx\n", {}, "file"),
        ("operator\n", {}, "file"),
        ("operator\n" + "VN1\n" * 2001, {}, "file"),
        ("operator\nVN1\n", {"host": "XX"}, "host"),
        ("operator\nVN1\n", {"role": "king"}, "role"),
        ("operator\nVN1\n", {"direction": "up"}, "direction"),
    ],
)
def test_a_partner_list_that_cannot_be_asked_says_at_which_control(
    partner: TestClient, content: str, fields: dict[str, str], control: str
) -> None:
    """And nothing is answered."""
    page = looked_at(check(partner, content, **fields), 422)
    assert f"#{control}" in [one.get("href") for one in page.all("a")]


@pytest.mark.parametrize("path", [LIST, PARTNERS])
def test_lists_are_for_officers_of_aeo_authorities(office: Desk, path: str) -> None:
    """Nobody else sees the form or sends it, and no other site makes a browser send it."""
    for name, scope in (("VN issuing", Scope.ISSUE), ("VN issuing", Scope.AEO)):
        browser = office.at_work(name, scope)
        assert browser.get(path).status_code == 403
        assert browser.post(path, files={"file": ("list.csv", text_of(two()))}).status_code == 403
    officer = office.at_work("VN aeo", Scope.AEO)
    files = {"file": ("list.csv", text_of(two()))}
    assert officer.post(path, files=files, headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert office.client.get(path, follow_redirects=False).status_code == 303
