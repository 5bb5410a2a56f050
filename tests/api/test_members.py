"""Members, authorities, and an authority's own API keys."""

import pytest

from ledger.archive import Scope
from tests.api.desk import SECOND_OFFICE, Desk, problem


def test_members_are_listed_with_their_state(desk: Desk) -> None:
    """Code, admin key, since when, and whether suspended."""
    desk.world.suspend("MY")
    members = {member["code"]: member for member in desk.ask("GET", "/v1/members", by=None).json()["members"]}
    assert list(members) == ["VN", "TH", "MY"]
    assert members["MY"]["suspended"]
    assert members["VN"]["admin"] == desk.world.admin("VN")
    assert desk.ask("GET", "/v1/members/VN", by=None).json() == members["VN"]


def test_authorities_are_listed_with_roles_and_keys(desk: Desk) -> None:
    """One authority shows its live keys; a withdrawn one stays listed."""
    desk.world.ledger.withdraw_authority(2, desk.world.admin("VN"))
    listed = desk.ask("GET", "/v1/authorities", by=None).json()["authorities"]
    assert [authority["id"] for authority in listed] == list(range(1, 11))
    assert "withdrawnAt" in listed[1]
    one = desk.ask("GET", "/v1/authorities/1", by=None).json()
    assert (one["member"], one["roles"], one["name"]) == ("VN", ["issuing"], "VN issuing office")
    assert [key["account"] for key in one["keys"]] == [desk.world.account("VN issuing")]


@pytest.mark.parametrize(
    ("path", "code"), [("/v1/members/XX", "member-not-found"), ("/v1/authorities/99", "authority-not-found")]
)
def test_what_is_not_there_is_a_problem(desk: Desk, path: str, code: str) -> None:
    """Each with a code of its own."""
    problem(desk.ask("GET", path, by=None), 404, code)


@pytest.mark.parametrize(
    "path", ["/v1/members/vn", "/v1/members/VNM", "/v1/authorities/0", "/v1/authorities/x"]
)
def test_a_name_of_another_form_is_a_problem(desk: Desk, path: str) -> None:
    """Before the ledger is asked."""
    problem(desk.ask("GET", path, by=None), 422, "invalid-request")


def _admin(desk: Desk, name: str = "VN issuing") -> dict[str, str]:
    return {"Authorization": f"Bearer {desk.token(name, Scope.ADMIN)}"}


def _wish(desk: Desk, name: str = "VN issuing") -> dict[str, object]:
    return {"account": desk.world.account(name), "scopes": ["read"], "label": "counter 4"}


def test_an_administrator_makes_a_key_that_works_until_it_is_revoked(desk: Desk) -> None:
    """The token is shown once; the list never has it; after revoking it opens nothing."""
    made = desk.ask("POST", "/v1/api-keys", by=None, headers=_admin(desk), json=_wish(desk))
    assert made.status_code == 201
    token, key = made.json()["token"], made.json()["id"]
    headers = {"Authorization": f"Bearer {token}"}
    assert desk.ask("GET", "/v1/certificates", by=None, headers=headers).status_code == 200
    listed = desk.ask("GET", "/v1/api-keys", by=None, headers=_admin(desk))
    assert key in {one["id"] for one in listed.json()["apiKeys"]}
    assert token.split("_", 2)[2] not in listed.text
    assert desk.ask("DELETE", f"/v1/api-keys/{key}", by=None, headers=_admin(desk)).status_code == 204
    problem(desk.ask("GET", "/v1/certificates", by=None, headers=headers), 401, "unauthenticated")


@pytest.mark.parametrize("name", [SECOND_OFFICE, "TH issuing", "admin VN", "nobody"])
def test_a_key_is_made_only_for_an_account_of_the_own_authority(desk: Desk, name: str) -> None:
    """Not of a sister authority, another member, an admin, or nobody."""
    answer = desk.ask("POST", "/v1/api-keys", by=None, headers=_admin(desk), json=_wish(desk, name))
    problem(answer, 422, "account-not-yours")


def test_a_revoked_account_gets_no_key(desk: Desk) -> None:
    """What cannot sign cannot be bound."""
    headers = _admin(desk)
    desk.world.ledger.revoke_key(desk.world.account("VN issuing"), desk.world.admin("VN"))
    answer = desk.ask("POST", "/v1/api-keys", by=None, headers=headers, json=_wish(desk))
    problem(answer, 422, "account-not-yours")


@pytest.mark.parametrize(
    "overrides", [{"scopes": []}, {"scopes": ["root"]}, {"label": ""}, {"account": "0x12"}, {"authority": 2}]
)
def test_a_wish_outside_the_form_is_refused(desk: Desk, overrides: dict[str, object]) -> None:
    """Among them one that names another authority."""
    answer = desk.ask("POST", "/v1/api-keys", by=None, headers=_admin(desk), json=_wish(desk) | overrides)
    problem(answer, 422, "invalid-request")


def test_an_administrator_sees_and_revokes_only_the_own_keys(desk: Desk) -> None:
    """Another authority's key does not exist, also within the member."""
    desk.token(SECOND_OFFICE)
    (other,) = desk.rooms.keys.keys(desk.authority(SECOND_OFFICE))
    answer = desk.ask("DELETE", f"/v1/api-keys/{other.id}", by=None, headers=_admin(desk))
    problem(answer, 404, "api-key-not-found")
    listed = desk.ask("GET", "/v1/api-keys", by=None, headers=_admin(desk)).json()["apiKeys"]
    assert {one["authority"] for one in listed} == {1}
    assert desk.ask("GET", "/v1/certificates", by=SECOND_OFFICE).status_code == 200
