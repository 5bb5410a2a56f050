"""Who may do what: every route and every role, and no key of one member ever acts for another."""

from collections.abc import Callable

import pytest
from httpx2 import Response

from ledger.archive import Scope
from tests.api.desk import SECOND_OFFICE, Desk, a_new_document, idempotent, problem, replacing

Ask = Callable[[Desk, dict, str], Response]  # type: ignore[type-arg]

ROUTES: dict[str, Ask] = {
    "get": lambda desk, issued, by: desk.ask("GET", f"/v1/certificates/{issued['id']}", by=by),
    "envelope": lambda desk, issued, by: desk.ask("GET", f"/v1/certificates/{issued['id']}/envelope", by=by),
    "cancel": lambda desk, issued, by: desk.ask(
        "POST", f"/v1/certificates/{issued['id']}/cancel", by=by, json={"reason": "other"}
    ),
    "replace": lambda desk, issued, by: desk.ask(
        "POST",
        f"/v1/certificates/{issued['id']}/replace",
        by=by,
        json=replacing(issued),
        headers=idempotent(),
    ),
    "issue": lambda desk, _, by: desk.issue(a_new_document(), by=by),
}
OK, CREATED = (200, ""), (201, "")
HIDDEN, FORBIDDEN = (404, "certificate-not-found"), (403, "not-your-certificate")
NO_ROLE, NO_MEMBER = (403, "not-authorised"), (403, "not-your-member")

# What each authority meets on a certificate that "VN issuing" issued to TH.
MATRIX = {
    "VN issuing": {"get": OK, "envelope": OK, "cancel": OK, "replace": CREATED, "issue": CREATED},
    SECOND_OFFICE: {"get": OK, "envelope": OK, "cancel": OK, "replace": CREATED, "issue": CREATED},
    "VN competent": {"get": OK, "envelope": OK, "cancel": NO_ROLE, "replace": NO_ROLE, "issue": NO_ROLE},
    "VN customs": {"get": OK, "envelope": OK, "cancel": NO_ROLE, "replace": NO_ROLE, "issue": NO_ROLE},
    "TH customs": {"get": OK, "envelope": OK, "cancel": FORBIDDEN, "replace": FORBIDDEN, "issue": NO_ROLE},
    "TH issuing": {"get": OK, "envelope": OK, "cancel": FORBIDDEN, "replace": FORBIDDEN, "issue": NO_MEMBER},
    "MY issuing": {
        "get": HIDDEN,
        "envelope": HIDDEN,
        "cancel": HIDDEN,
        "replace": HIDDEN,
        "issue": NO_MEMBER,
    },
}
CASES = [(by, route, *wanted) for by, routes in MATRIX.items() for route, wanted in routes.items()]


@pytest.mark.parametrize(("by", "route", "status", "code"), CASES)
def test_every_authority_on_every_route(desk: Desk, by: str, route: str, status: int, code: str) -> None:
    """Each meets what the matrix says, and a refusal changes nothing."""
    issued = desk.issued()
    answer = ROUTES[route](desk, issued, by)
    if not code:
        assert answer.status_code == status, answer.text
        return
    problem(answer, status, code)
    assert desk.ask("GET", f"/v1/certificates/{issued['id']}").json()["standing"] == "valid"


PRIVATE = [
    ("GET", "/v1/certificates"),
    ("GET", "/v1/certificates/0x" + "00" * 32),
    ("GET", "/v1/certificates/0x" + "00" * 32 + "/envelope"),
    ("POST", "/v1/certificates"),
    ("POST", "/v1/certificates/0x" + "00" * 32 + "/cancel"),
    ("POST", "/v1/certificates/0x" + "00" * 32 + "/replace"),
    ("GET", "/v1/recognition/benefits"),
    ("GET", "/v1/recognition/changes"),
    ("GET", "/v1/recognition/latency"),
    ("GET", "/v1/api-keys"),
    ("POST", "/v1/api-keys"),
    ("DELETE", "/v1/api-keys/0011223344556677"),
]
PUBLIC = [
    ("GET", "/v1/members"),
    ("GET", "/v1/members/VN"),
    ("GET", "/v1/authorities"),
    ("GET", "/v1/authorities/1"),
    ("GET", "/v1/recognition?operator=VN1&host=TH"),
    ("GET", "/v1/recognition/hosts?operator=VN1"),
    ("GET", "/livez"),
    ("GET", "/readyz"),
    ("GET", "/problems"),
    ("GET", "/openapi.json"),
    ("GET", "/docs"),
]
BODIES = {
    "/cancel": {"reason": "other"},
    "/api-keys": {"account": "0x" + "11" * 20, "scopes": ["read"], "label": "x"},
}


def _body(path: str) -> object:
    return next((body for end, body in BODIES.items() if path.endswith(end)), a_new_document())


@pytest.mark.parametrize(("method", "path"), PRIVATE)
def test_without_a_key_nothing_private_answers(desk: Desk, method: str, path: str) -> None:
    """No key, an invented key, a key of another form: all the same 401."""
    body = {"json": _body(path)} if method == "POST" else {}
    invented = f"asal_{'0' * 16}_{'A' * 43}"
    for headers in ({}, {"Authorization": f"Bearer {invented}"}, {"Authorization": "Basic dTpw"}):
        answer = desk.ask(method, path, by=None, headers=headers | idempotent(), **body)
        problem(answer, 401, "unauthenticated")
        assert answer.headers["www-authenticate"].startswith("Bearer")


def test_who_asks_is_settled_before_what_is_asked(desk: Desk) -> None:
    """Without a key, or without the scope, a document is not even looked at."""
    nonsense = {"no": "certificate"}
    stranger = desk.ask("POST", "/v1/certificates", by=None, json=nonsense, headers=idempotent())
    problem(stranger, 401, "unauthenticated")
    reader = {"Authorization": f"Bearer {desk.token('VN issuing', Scope.READ)}"} | idempotent()
    answer = desk.ask("POST", "/v1/certificates", by=None, json=nonsense, headers=reader)
    problem(answer, 403, "scope-missing")


@pytest.mark.parametrize(("method", "path"), PRIVATE)
def test_a_revoked_key_is_dead_at_once(desk: Desk, method: str, path: str) -> None:
    """The request after the revocation is refused on every route."""
    every = desk.token("VN issuing", *Scope)
    headers = {"Authorization": f"Bearer {every}"} | idempotent()
    body = {"json": _body(path)} if method == "POST" else {}
    assert desk.ask("GET", "/v1/certificates", by=None, headers=headers).status_code == 200
    (key,) = desk.rooms.keys.keys(1)
    desk.rooms.keys.revoke(1, key.id, now=desk.clock())
    problem(desk.ask(method, path, by=None, headers=headers, **body), 401, "unauthenticated")


@pytest.mark.parametrize(("method", "path"), PRIVATE)
def test_a_key_without_the_scope_opens_nothing(desk: Desk, method: str, path: str) -> None:
    """The one scope that a route needs is the only one that opens it."""
    body = {"json": _body(path)} if method == "POST" else {}
    needed = Scope.ADMIN if "api-keys" in path else Scope.READ if method == "GET" else Scope.ISSUE
    others = [scope for scope in Scope if scope is not needed]
    headers = {"Authorization": f"Bearer {desk.token('VN issuing', *others)}"} | idempotent()
    refused = problem(desk.ask(method, path, by=None, headers=headers, **body), 403, "scope-missing")
    assert refused["scope"] == needed.value


@pytest.mark.parametrize(("method", "path"), PUBLIC)
def test_what_is_public_needs_no_key(desk: Desk, method: str, path: str) -> None:
    """Members, authorities, health and documentation."""
    assert desk.ask(method, path, by=None).status_code == 200


def test_the_importing_member_sees_only_what_the_chain_has_recorded(desk: Desk) -> None:
    """A draft that was only accepted does not exist for it."""
    desk.hold()
    desk.issue(prefer="wait=0")
    (draft,) = desk.ask("GET", "/v1/certificates").json()["certificates"]
    assert desk.ask("GET", f"/v1/certificates/{draft['id']}").status_code == 200
    problem(desk.ask("GET", f"/v1/certificates/{draft['id']}", by="TH customs"), 404, "certificate-not-found")


def test_an_api_key_bound_to_another_members_account_cannot_act_for_it(desk: Desk) -> None:
    """Even a wrongly made key, VN's authority with MY's account or the other way, issues for neither."""
    for authority, account in (("VN issuing", "MY issuing"), ("MY issuing", "VN issuing")):
        bound = desk.world.account(account)
        _, token = desk.rooms.keys.make(desk.authority(authority), bound, Scope, label="x", now=desk.clock())
        headers = {"Authorization": f"Bearer {token}"}
        answer = desk.ask(
            "POST", "/v1/certificates", by=None, json=a_new_document(), headers=headers | idempotent()
        )
        problem(answer, 403, "not-authorised")


def test_the_contract_is_the_last_judge(desk: Desk) -> None:
    """An account whose key was revoked on the chain issues nothing, whatever its API key says."""
    issued = desk.issued()
    desk.world.ledger.revoke_key(desk.world.account("VN issuing"), desk.world.admin("VN"))
    problem(desk.issue(), 403, "not-authorised")
    problem(ROUTES["cancel"](desk, issued, "VN issuing"), 403, "not-authorised")


def test_a_suspended_member_reads_and_does_not_write(desk: Desk) -> None:
    """Its keys lose their power with one vote of the others."""
    issued = desk.issued()
    desk.world.suspend("VN")
    problem(desk.issue(), 403, "not-authorised")
    assert desk.ask("GET", f"/v1/certificates/{issued['id']}").status_code == 200


def test_a_withdrawn_authority_is_nobody(desk: Desk) -> None:
    """Its API keys open nothing any more."""
    issued = desk.issued()
    desk.world.ledger.withdraw_authority(1, desk.world.admin("VN"))
    problem(desk.ask("GET", f"/v1/certificates/{issued['id']}"), 403, "authority-withdrawn")
    problem(desk.issue(), 403, "authority-withdrawn")
