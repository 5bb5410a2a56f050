"""Who works at the desks, told on the command line."""

import pytest

from ledger.archive import open_archive
from ledger.facts import Role
from ledger.opening import now
from tests.ledger.cli.conftest import Desk, Said

PERSON = ("--issuer", "https://login.example", "--subject", "lan", "--name", "Lan")


def add(desk: Desk, *more: str, account: str = "") -> Said:
    """Enrol a person for the issuing authority of Viet Nam, or as told otherwise."""
    office = desk.founded.office("VN", Role.ISSUING)
    place = more or ("--authority", str(office.authority), "--scope", "issue", "--scope", "read")
    return desk.asal("officers", "add", *PERSON, "--account", account or office.account, *place)


def test_an_officer_is_enrolled_listed_and_ended(desk: Desk) -> None:
    """As the service finds the person; the account is written as the ledger writes it."""
    office = desk.founded.office("VN", Role.ISSUING)
    made = add(desk, account=office.account.lower())
    assert made.code == 0, made.talk
    assert (made.json["member"], made.json["authority"], made.json["account"]) == (
        "VN",
        office.authority,
        office.account,
    )
    assert sorted(made.json["scopes"]) == ["issue", "read"]
    (listed,) = desk.asal("officers", "list").json
    assert (listed["id"], listed["endedAt"]) == (made.json["id"], None)
    assert desk.asal("officers", "list", "--member", "TH").json == []
    assert desk.asal("officers", "end", made.json["id"]).json["endedAt"]
    assert desk.asal("officers", "list", "--member", "VN").json[0]["endedAt"]


def test_who_is_ended_is_out_of_every_session_at_once(desk: Desk) -> None:
    """The service asks the same archive each time."""
    officer = add(desk).json["id"]
    rooms = open_archive(f"sqlite:///{desk.folder / 'archive.sqlite3'}")
    moment = now()
    secret = rooms.officers.begin(officer, now=moment, lasting=moment - moment.replace(year=2000))
    assert rooms.officers.at_work(secret, now=moment) is not None
    assert desk.asal("officers", "end", officer).code == 0
    assert rooms.officers.at_work(secret, now=moment) is None
    rooms.close()


def test_an_administrator_has_the_admin_key_of_the_member_and_no_other_right(desk: Desk) -> None:
    """Neither another member's key nor a scope beside it."""
    admin = desk.founded.admin("VN")
    made = add(desk, "--administrator-of", "VN", account=admin.lower())
    assert (made.json["authority"], made.json["account"], made.json["scopes"]) == (0, admin, ["admin"])
    assert add(desk, "--administrator-of", "TH", account=admin).code == 2
    assert add(desk, "--administrator-of", "XX", account=admin).code == 2
    assert add(desk, "--administrator-of", "VN", "--scope", "issue", account=admin).code == 2


@pytest.mark.parametrize(
    "place",
    [
        ("--scope", "issue"),
        ("--authority", "1", "--administrator-of", "VN", "--scope", "issue"),
        ("--authority", "{number}"),
        ("--authority", "{number}", "--scope", "everything"),
        ("--authority", "{number}", "--scope", "admin"),
        ("--authority", "4000", "--scope", "issue"),
        ("--authority", "{number}", "--scope", "issue", "--name", "a\nb"),
        ("--authority", "{number}", "--scope", "issue", "--subject", ""),
        ("--authority", "{number}", "--scope", "issue", "--name", "a" * 81),
    ],
)
def test_an_officer_that_cannot_be_is_refused(desk: Desk, place: tuple[str, ...]) -> None:
    """No authority or two, no right or one there is not, texts that are none."""
    number = str(desk.founded.office("VN", Role.ISSUING).authority)
    refused = add(desk, *(word.format(number=number) for word in place))
    assert refused.code == 2, refused.out
    assert desk.asal("officers", "list").json == []


def test_an_account_of_another_authority_signs_for_no_officer(desk: Desk) -> None:
    """Nor one that is nobody's key."""
    assert add(desk, account=desk.issuing("TH")).code == 2
    assert add(desk, account=desk.founded.admin("VN")).code == 2


def test_nobody_ends_an_officer_who_is_not_there(desk: Desk) -> None:
    """The command says so."""
    assert desk.asal("officers", "end", "0123456789abcdef").code == 2
