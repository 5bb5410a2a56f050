"""What officers open is kept: who, what and when, before it leaves the house, and once for each look."""

from datetime import timedelta

import pytest
from fastapi.testclient import TestClient

from ledger.archive import ActOutcome, Scope
from ledger.errors import ArchiveUnavailable
from tests.api.desk import Desk


@pytest.fixture
def officer(desk: Desk) -> TestClient:
    """Return the browser of an issuing officer of VN."""
    return desk.at_work("VN issuing", Scope.ISSUE, Scope.READ)


def readings(desk: Desk, member: str = "VN") -> list[tuple[str, str]]:
    """Return what was read and of what, oldest first."""
    acts = reversed(desk.rooms.acts.acts(member))
    return [(one.act, one.about) for one in acts if one.act.startswith("read ")]


def test_every_document_of_a_certificate_that_an_officer_opens_is_kept(
    desk: Desk, officer: TestClient
) -> None:
    """The page, the envelope, the PDF and the timeline, each with the officer, the moment and the id."""
    made = desk.issued()["id"]
    for part in ("", "/envelope", "/paper", "/timeline"):
        assert officer.get(f"/desk/certificates/{made}{part}").status_code == 200
    assert readings(desk) == [
        (f"read desk_certificate{part}", made) for part in ("", "_envelope", "_paper", "_timeline")
    ]
    newest = desk.rooms.acts.acts("VN")[0]
    (who,) = desk.rooms.officers.officers("VN")
    assert (newest.officer, newest.at, newest.outcome) == (who.id, desk.clock(), ActOutcome.DONE)


def test_looking_again_is_kept_after_ten_minutes(
    desk: Desk, officer: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A page that is looked at a hundred times is one reading of each officer; another officer is another."""
    path = f"/desk/certificates/{desk.issued()['id']}"
    for _ in range(20):
        officer.get(path)
    assert len(readings(desk)) == 1
    desk.at_work("VN issuing", Scope.ISSUE, Scope.READ).get(path)
    assert len(readings(desk)) == 2
    monkeypatch.setattr(desk.app.state.services.limiter, "test", lambda *_: True)  # ten minutes later
    desk.clock.advance(timedelta(minutes=10))
    officer.get(path)
    assert len(readings(desk)) == 3


def test_what_was_not_handed_out_is_no_reading(desk: Desk, officer: TestClient) -> None:
    """Lists have no id, and a refusal is kept as one."""
    officer.get("/desk/issuing")
    officer.get(f"/desk/certificates/0x{'00' * 32}")
    assert readings(desk) == []
    assert [one.outcome for one in desk.rooms.acts.acts("VN")] == [ActOutcome.REFUSED]


def test_nothing_that_the_asker_says_of_itself_hides_a_reading(desk: Desk, officer: TestClient) -> None:
    """Whoever claims to be a page that looks again by itself is kept like any other."""
    made = desk.issued()["id"]
    for part in ("", "/envelope", "/paper"):
        officer.get(f"/desk/certificates/{made}{part}", headers={"HX-Request": "true"})
    names = ("desk_certificate", "desk_certificate_envelope", "desk_certificate_paper")
    assert readings(desk) == [(f"read {name}", made) for name in names]


def test_what_cannot_be_kept_is_not_read(
    desk: Desk, officer: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The archive takes nothing: no document leaves, until it does again."""
    path = f"/desk/certificates/{desk.issued()['id']}/envelope"

    def full(*_: object) -> None:
        raise ArchiveUnavailable("full")

    with monkeypatch.context() as broken:
        broken.setattr(desk.rooms.acts, "note", full)
        answer = officer.get(path)
        assert answer.status_code == 503
        assert "signature" not in answer.text
    assert officer.get(path).status_code == 200
    assert len(readings(desk)) == 1
