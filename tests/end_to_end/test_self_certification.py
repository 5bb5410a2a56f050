"""Self-certification between two services on one chain: what the authority of one says, the other acts on.

VN authorises an exporter and hands its record to TH.  The exporter declares on an invoice; TH finds the
declaration good, with signatory and goods.  VN withdraws the authorisation: the next declaration is refused,
and the one before stays as good as it was.
"""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from ledger.archive import Scope, open_archive
from ledger.documents import document_of
from ledger.rules.calendar import last_valid_day
from tests.api.desk import Desk, HandClock, a_desk, problem
from tests.api.test_exporters import a_ministry, act, ask
from tests.builders import an_authorisation, an_origin_declaration
from tests.exporting import CODE, PARTICULARS
from tests.worlds import ChainWorld

pytestmark = pytest.mark.chain
PATH = f"/v1/exporters/VN/{CODE}"


@pytest.fixture
def services(world: ChainWorld, tmp_path: Path) -> Iterator[tuple[Desk, Desk]]:
    """Return the service of VN's ministry and that of Thai customs, each with an archive of its own."""
    empty = tmp_path / "vn.sqlite3"
    open_archive(f"sqlite:///{empty}").close()
    shutil.copy(empty, tmp_path / "th.sqlite3")
    world.advance(timedelta(seconds=1))  # a block of now, or the next one would be ahead of the clocks
    rooms = [open_archive(f"sqlite:///{tmp_path / name}") for name in ("vn.sqlite3", "th.sqlite3")]
    desks = [a_desk(world, each, HandClock(world.now)) for each in rooms]
    yield a_ministry(desks[0]), desks[1]
    for each in rooms:
        each.close()


def declaration(on: date, number: str, **more: Any) -> dict[str, Any]:
    """Return a declaration on an invoice of a day."""
    authorisation = an_authorisation(document_number=number, document_date=on, **more)
    made = an_origin_declaration(authorisation=authorisation, issued_on=on, valid_until=last_valid_day(on))
    transport = replace(made.transport, departure_date=on + timedelta(days=2))
    return document_of(replace(made, transport=transport))


def verdict(desk: Desk, envelope: dict[str, Any]) -> tuple[str, str, str]:
    """Return the verdict's code, and how the line on the exporter ended, with its evidence."""
    told = desk.ask("POST", "/v1/verifications", by=None, json=envelope).json()
    line = next(check for check in told["checks"] if check["name"] == "exporter")
    return told["code"], line["outcome"], line["evidence"]


def test_a_declaration_is_good_elsewhere_until_and_after_its_exporter_is_withdrawn(
    services: tuple[Desk, Desk], world: ChainWorld
) -> None:
    """Each step as the other side sees it, through the services of both."""
    ministry, customs = services
    today = world.now.date()  # the chain's day, which earlier tests may have set forward by years

    # 1. VN authorises; TH takes the record, which the ledger names.
    years = {
        "issuedOn": (today - timedelta(days=7)).isoformat(),
        "expiresOn": (today + timedelta(days=700)).isoformat(),
    }
    authorised = act(ministry, "authorise", particulars=PARTICULARS | years)
    assert authorised.status_code == 201, authorised.text
    record = ask(ministry, "GET", PATH, scope=Scope.READ).json()["record"]
    assert "record" not in ask(customs, "GET", PATH, by="TH customs", scope=Scope.READ).json()
    # 2. The exporter declares; TH finds it good, but cannot look at signatory and goods yet.
    on = today
    first = ask(ministry, "POST", "/v1/origin-declarations", declaration(on, "INV-1"), scope=Scope.ISSUE)
    assert first.status_code == 201, first.text
    envelope = first.json()["envelope"]
    assert verdict(customs, envelope)[:2] == ("VALID", "not-checked")
    # 3. TH takes the record, and now everything is looked at.
    taken = ask(customs, "POST", "/v1/exporters/records", record, by="TH customs", scope=Scope.DECIDE)
    assert taken.status_code == 200, taken.text
    code, outcome, evidence = verdict(customs, envelope)
    assert (code, outcome) == ("VALID", "passed")
    assert evidence.startswith("The exporter was authorised on ")
    # 4. VN withdraws: TH sees it at once, the next declaration is refused, the first stays good.
    assert act(ministry, "withdraw", note="conditions no longer met").status_code == 201
    seen = ask(customs, "GET", PATH, by="TH customs", scope=Scope.READ).json()
    assert (seen["versions"][-1]["status"], len(seen["versions"])) == ("withdrawn", 2)
    refused = ask(ministry, "POST", "/v1/origin-declarations", declaration(on, "INV-2"), scope=Scope.ISSUE)
    body = problem(refused, 422, "certificate-refused")
    assert [(one["rule"], one["source"]) for one in body["errors"]] == [
        ("EXPORTER-NOT-AUTHORISED", "ATIGA OCP Rule 2.6")
    ]
    assert verdict(customs, envelope)[:2] == ("VALID", "passed")
    again = ask(ministry, "POST", "/v1/origin-declarations", declaration(on, "INV-1"), scope=Scope.ISSUE)
    assert again.json()["id"] == first.json()["id"]
