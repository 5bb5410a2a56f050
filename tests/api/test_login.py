"""How officers log in and out, as a browser does it, with a real identity provider on loopback."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest
from fastapi.testclient import TestClient
from httpx2 import Response
from joserfc.jwk import ECKey, RSAKey
from pydantic import ValidationError

from api.app import create_app
from api.desks.at_work import LASTING
from api.desks.provider import Client, Provider
from api.pages.render import POLICY
from api.portal import DEMO_ISSUER, DemoRolesRefused, Portal, see_allowed
from api.services import Limits
from api.settings import Settings
from ledger.archive import ActOutcome, Officer, Scope
from ledger.archive.officers import IDLE
from tests.api.desk import Desk
from tests.api.identity_provider import Claims, IdentityProvider, a_shared_secret, running
from tests.api.seen import Seen, seen
from tests.api.test_pages import looked_at

pytestmark = pytest.mark.filterwarnings("ignore:get_jwt_config:DeprecationWarning")  # in the provider
SECRET = "s3cret/+"  # no secret of anybody
ELSEWHERE = "https://evil.example"


@pytest.fixture(scope="module")
def _provider() -> Iterator[IdentityProvider]:
    with running() as provider:
        yield provider


@pytest.fixture
def provider(_provider: IdentityProvider) -> Iterator[IdentityProvider]:
    """Return the identity provider, honest at first."""
    key = _provider.key
    yield _provider
    _provider.change, _provider.algorithm, _provider.metadata = (lambda claims: claims), "RS256", {}
    _provider.key, _provider.published = key, [key]
    _provider.asked.clear()


def portal(provider: IdentityProvider, secret: str = SECRET) -> Portal:
    """Return the settings to log in there."""
    return Portal("http://testserver", Provider(Client(provider.issuer, "asal", secret)))


def a_browser(desk: Desk, portal: Portal, base_url: str = "http://testserver") -> TestClient:
    """Return a browser at a service with this way to log in."""
    app = create_app(desk.ledger, desk.rooms, desk.limits, portal=portal)
    return TestClient(app, base_url, raise_server_exceptions=False, follow_redirects=False)


@pytest.fixture
def browser(desk: Desk, provider: IdentityProvider) -> TestClient:
    """Return a browser at a service with an identity provider; the clocks of both agree."""
    desk.clock.now = datetime.now(UTC)
    return a_browser(desk, portal(provider))


@pytest.fixture
def demo(desk: Desk) -> TestClient:
    """Return a browser at a demonstration."""
    return a_browser(desk, Portal(demo_roles=True))


def enrolled(desk: Desk, subject: str, issuer: str, name: str = "VN issuing") -> Officer:
    """Enrol a person for an authority of the cast."""
    authority = desk.ledger.members.authority(desk.authority(name))
    assert authority is not None
    return desk.rooms.officers.enrol(
        (issuer, subject),
        subject,
        member=authority.member,
        authority=authority.id,
        account=desk.world.account(name),
        scopes=[Scope.ISSUE, Scope.READ],
        now=desk.clock(),
    )


def begun(browser: TestClient, back: str = "") -> str:
    """Begin a login; returns the address at the provider."""
    answer = browser.post("/login/start", data={"back": back})
    assert answer.status_code == 303, answer.text
    return str(answer.headers["location"])


def authenticated(address: str, subject: str) -> str:
    """Be somebody at the provider; returns path and question that the browser is sent back with."""
    answer = httpx2.post(address, data={"sub": subject})
    assert answer.status_code == 302, answer.text
    parts = urlsplit(answer.headers["location"])
    assert f"{parts.scheme}://{parts.netloc}" == "http://testserver"
    return f"{parts.path}?{parts.query}"


def logged_in(browser: TestClient, subject: str, back: str = "") -> Response:
    """Log in from beginning to end."""
    return browser.get(authenticated(begun(browser, back), subject))


def refused(desk: Desk, answer: Response, status: int, code: str) -> Seen:
    """Return the page of a refusal, after seeing that nobody was let in and that it is kept."""
    page = seen(answer.text)
    assert (answer.status_code, page.faults) == (status, [])
    assert f"/help/problems/{code}" in [link["href"] for link in page.all("a")], page.text
    assert "asal-session" not in answer.cookies
    if status < 500:
        assert desk.rooms.acts.acts("")[0].why == code
    return page


def test_an_officer_logs_in_and_is_led_to_the_page_asked_for(
    desk: Desk, browser: TestClient, provider: IdentityProvider
) -> None:
    """The whole way: to the provider and back, in with a session, kept among the acts."""
    officer = enrolled(desk, "lan@example.vn", provider.issuer)
    answer = logged_in(browser, "lan@example.vn", "/desk/issuing")
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk/issuing")
    page = looked_at(browser.get("/desk"))
    assert "You work for VN issuing office, Viet Nam (VN)" in page.text
    (act,) = desk.rooms.acts.acts("VN")
    assert (act.act, act.officer, act.outcome) == ("login", officer.id, ActOutcome.DONE)


def test_the_question_to_the_provider_has_state_nonce_and_a_challenge(browser: TestClient) -> None:
    """New each time, the challenge a hash of what only we know."""
    first, second = (parse_qs(urlsplit(begun(browser)).query) for _ in range(2))
    assert first["code_challenge_method"] == ["S256"]
    assert first["response_type"] == ["code"]
    assert first["scope"] == ["openid profile"]
    assert first["redirect_uri"] == ["http://testserver/login/back"]
    for name in ("state", "nonce", "code_challenge"):
        assert len(first[name][0]) == 43
        assert first[name] != second[name]


def test_a_form_may_end_at_the_provider_and_the_page_loads_nothing_from_there(
    browser: TestClient, provider: IdentityProvider
) -> None:
    """Browsers hold `form-action` against redirects too; all else of the policy stays."""
    policy = browser.get("/login").headers["content-security-policy"]
    assert f"form-action 'self' https: {provider.issuer};" in policy
    assert [part for part in policy.split("; ") if "form-action" not in part] == [
        part for part in POLICY.split("; ") if "form-action" not in part
    ]


def test_a_session_is_a_cookie_that_scripts_and_other_sites_do_not_get(desk: Desk) -> None:
    """With TLS it is for this host alone as well; without it there is only loopback."""
    enrolled(desk, "lan", DEMO_ISSUER)
    for address, name, more in (
        ("http://testserver", "asal-session", set()),
        ("https://testserver", "__Host-asal-session", {"Secure"}),
    ):
        shown = a_browser(desk, Portal(address, demo_roles=True), address)
        (button,) = [one for one in seen(shown.get("/login").text).all("button") if "value" in one]
        answer = shown.post("/login/demo", data={"officer": button["value"]})
        parts = answer.headers["set-cookie"].split("; ")
        assert parts[0].startswith(f"{name}=")
        seconds = int((LASTING + timedelta(hours=12)).total_seconds())
        assert set(parts[1:]) == {"HttpOnly", "Path=/", "SameSite=lax", f"Max-Age={seconds}", *more}
        assert shown.get("/desk").status_code == 200


@pytest.mark.parametrize(
    "spoil",
    [
        lambda query: query.replace("state=", "state=x"),
        lambda query: f"{query.partition('state=')[0]}state=",
        lambda query: f"{query}&iss={ELSEWHERE}",
    ],
    ids=["another state", "no state", "another provider"],
)
def test_an_answer_to_another_question_lets_nobody_in(
    desk: Desk, browser: TestClient, provider: IdentityProvider, spoil: Callable[[str], str]
) -> None:
    """A state that is another, none, or the name of another provider (RFC 9207)."""
    enrolled(desk, "lan", provider.issuer)
    query = authenticated(begun(browser), "lan")
    refused(desk, browser.get(spoil(query)), 403, "login-over")
    assert browser.get(query).status_code == 303  # the login itself is as good as before


def test_nobody_finishes_a_login_that_another_browser_began(
    desk: Desk, browser: TestClient, provider: IdentityProvider
) -> None:
    """Who follows a link made by somebody else would work under that person's name without knowing."""
    enrolled(desk, "mallory", provider.issuer)
    query = authenticated(begun(browser), "mallory")
    victim = a_browser(desk, portal(provider))
    refused(desk, victim.get(query), 403, "login-over")
    begun(victim)
    refused(desk, victim.get(query), 403, "login-over")


def test_an_answer_is_good_once(desk: Desk, browser: TestClient, provider: IdentityProvider) -> None:
    """Who finds the address in the history of a browser gets nothing for it."""
    enrolled(desk, "lan", provider.issuer)
    query = authenticated(begun(browser), "lan")
    assert browser.get(query).status_code == 303
    browser.post("/desk/leave")
    refused(desk, browser.get(query), 403, "login-over")
    code = parse_qs(urlsplit(query).query)["code"][0]
    state = parse_qs(urlsplit(begun(browser)).query)["state"][0]
    refused(desk, browser.get(f"/login/back?code={code}&state={state}"), 403, "login-refused")


def test_a_login_of_more_than_ten_minutes_begins_again(desk: Desk, browser: TestClient) -> None:
    """Nobody leaves half a login lying about."""
    query = authenticated(begun(browser), "lan")
    desk.clock.advance(timedelta(minutes=10))
    refused(desk, browser.get(query), 403, "login-over")


def _without(name: str) -> Callable[[Claims], Claims]:
    return lambda claims: {key: value for key, value in claims.items() if key != name}


SPOILED: dict[str, Callable[[Claims], Claims]] = {
    "another nonce": lambda claims: claims | {"nonce": "x"},
    "no nonce": _without("nonce"),
    "another audience": lambda claims: claims | {"aud": ["other"]},
    "no audience": _without("aud"),
    "several audiences and no party": lambda claims: claims | {"aud": ["asal", "other"]},
    "another party": lambda claims: claims | {"aud": ["asal", "other"], "azp": "other"},
    "another issuer": lambda claims: claims | {"iss": ELSEWHERE},
    "expired": lambda claims: claims | {"exp": claims["iat"] - 120},
    "never expires": _without("exp"),
    "from tomorrow": lambda claims: claims | {"iat": claims["iat"] + 86_400},
    "nobody": _without("sub"),
    "an empty name": lambda claims: claims | {"sub": ""},
    "a number for a name": lambda claims: claims | {"sub": 7},
}


@pytest.mark.parametrize("name", SPOILED)
def test_a_token_that_does_not_fit_proves_nothing(
    desk: Desk, browser: TestClient, provider: IdentityProvider, name: str
) -> None:
    """Each check of OpenID Connect Core, 3.1.3.7, by itself."""
    enrolled(desk, "lan", provider.issuer)
    provider.change = SPOILED[name]
    refused(desk, logged_in(browser, "lan"), 403, "identity-not-proven")


def test_a_token_by_another_key_or_with_a_shared_secret_proves_nothing(
    desk: Desk, browser: TestClient, provider: IdentityProvider
) -> None:
    """A key the provider does not publish, and HMAC with a key it does."""
    enrolled(desk, "lan", provider.issuer)
    provider.key = RSAKey.generate_key(2048, {"kid": "first"})
    refused(desk, logged_in(browser, "lan"), 403, "identity-not-proven")
    shared = a_shared_secret()
    provider.key, provider.algorithm = shared, "HS256"
    provider.published = [shared]
    refused(desk, logged_in(browser, "lan"), 403, "identity-not-proven")


def test_a_new_key_of_the_provider_is_fetched_once_it_is_used(
    desk: Desk, browser: TestClient, provider: IdentityProvider
) -> None:
    """Nobody has to restart anything when keys change; the kinds of keys may change too."""
    enrolled(desk, "lan", provider.issuer)
    assert logged_in(browser, "lan").status_code == 303
    asked = provider.asked.count("/jwks")
    assert logged_in(browser, "lan").status_code == 303
    assert provider.asked.count("/jwks") == asked  # kept as long as it fits
    provider.key, provider.algorithm = ECKey.generate_key("P-256", {"kid": "second"}), "ES256"
    provider.published = [provider.key]
    assert logged_in(browser, "lan").status_code == 303


def test_two_audiences_are_fine_when_the_token_was_made_for_us(
    desk: Desk, browser: TestClient, provider: IdentityProvider
) -> None:
    """`azp` says for whom."""
    enrolled(desk, "lan", provider.issuer)
    provider.change = lambda claims: claims | {"aud": ["asal", "other"], "azp": "asal"}
    assert logged_in(browser, "lan").status_code == 303


def test_who_says_no_at_the_provider_is_told_what_to_do(desk: Desk, browser: TestClient) -> None:
    """The provider's own words are not shown: anybody can write into that address."""
    state = parse_qs(urlsplit(begun(browser)).query)["state"][0]
    words = f"/login/back?error=access_denied&error_description=Call+0800&state={state}"
    page = refused(desk, browser.get(words), 403, "login-refused")
    assert "0800" not in page.text


def test_a_stranger_is_told_who_it_is_and_how_to_be_enrolled(
    desk: Desk, browser: TestClient, provider: IdentityProvider
) -> None:
    """With the exact command, in which the name from the provider cannot become another command."""
    subject = "x'; rm -rf ~ #"
    page = refused(desk, logged_in(browser, subject), 403, "officer-unknown")
    assert provider.issuer in page.text
    assert """--subject 'x'"'"'; rm -rf ~ #' --name NAME --authority NUMBER""" in page.text
    assert desk.rooms.acts.acts("")[0].about == subject


def test_an_ended_officer_is_a_stranger(desk: Desk, browser: TestClient, provider: IdentityProvider) -> None:
    """The provider still knows the person; that is not enough, and an open session is dead at once."""
    officer = enrolled(desk, "lan", provider.issuer)
    assert logged_in(browser, "lan").status_code == 303
    desk.rooms.officers.end(officer.id, now=desk.clock())
    assert browser.get("/desk").headers["location"] == "/login?back=/desk&over=true"
    assert logged_in(browser, "lan").status_code == 403


def test_the_same_name_at_another_provider_is_somebody_else(desk: Desk, browser: TestClient) -> None:
    """An identity is issuer and subject together; nobody of the demonstration gets in with a provider."""
    enrolled(desk, "lan", ELSEWHERE)
    enrolled(desk, "lan", DEMO_ISSUER)
    assert logged_in(browser, "lan").status_code == 403


def test_who_is_several_officers_chooses_one(
    desk: Desk, browser: TestClient, provider: IdentityProvider
) -> None:
    """And cannot choose somebody else's, nor twice."""
    enrolled(desk, "lan", provider.issuer)
    second = enrolled(desk, "lan", provider.issuer, "TH customs")
    other = enrolled(desk, "minh", provider.issuer, "TH issuing")
    answer = logged_in(browser, "lan", "/desk/importing")
    assert answer.headers["location"] == "/login/choose"
    page = looked_at(browser.get("/login/choose"))
    assert "VN issuing office" in page.text
    assert "asal-session" not in answer.cookies
    refused(desk, browser.post("/login/choose", data={"officer": other.id}), 403, "officer-unknown")
    refused(desk, browser.post("/login/choose", data={"officer": second.id}), 403, "login-over")
    logged_in(browser, "lan", "/desk/importing")
    answer = browser.post("/login/choose", data={"officer": second.id})
    assert answer.headers["location"] == "/desk/importing"
    assert "Thailand (TH)" in looked_at(browser.get("/desk")).text


def test_the_choice_takes_no_login_whose_person_is_not_known_yet(desk: Desk, browser: TestClient) -> None:
    """Nor nobody's at all."""
    refused(desk, browser.get("/login/choose"), 403, "login-over")
    begun(browser)
    refused(desk, browser.get("/login/choose"), 403, "login-over")
    refused(desk, browser.post("/login/choose", data={"officer": ""}), 403, "login-over")


@pytest.mark.parametrize(
    "back",
    ["//evil.example", "/\\evil.example", ELSEWHERE, "/desk/../../x\r\nX: y", "/login", "/desks", "desk", ""],
)
def test_a_login_leads_to_the_desks_and_nowhere_else(
    desk: Desk, browser: TestClient, provider: IdentityProvider, back: str
) -> None:
    """Whatever stands in the address of the login."""
    enrolled(desk, "lan", provider.issuer)
    page = seen(browser.get("/login", params={"back": back}).text)
    assert [one["value"] for one in page.all("input") if one["name"] == "back"] == ["/desk"]
    assert logged_in(browser, "lan", back).headers["location"] == "/desk"


def test_a_login_begins_a_new_session_and_ends_the_one_before(
    desk: Desk, browser: TestClient, provider: IdentityProvider
) -> None:
    """A secret that somebody planted in the browser is never taken over."""
    enrolled(desk, "lan", provider.issuer)
    browser.cookies.set("asal-session", "planted", domain="testserver.local", path="/")
    logged_in(browser, "lan")
    first = browser.cookies["asal-session"]
    assert first != "planted"
    logged_in(browser, "lan")
    assert browser.cookies["asal-session"] != first
    assert desk.rooms.officers.at_work(first, now=desk.clock()) is None
    assert desk.rooms.officers.at_work("planted", now=desk.clock()) is None


def test_a_session_ends_after_a_day_at_work(
    desk: Desk, browser: TestClient, provider: IdentityProvider
) -> None:
    """Nine hours after the login, to the second, however busy it was."""
    enrolled(desk, "lan", provider.issuer)
    logged_in(browser, "lan")
    for _ in range(int(LASTING / IDLE)):
        desk.clock.advance(IDLE - timedelta(seconds=1))
        assert browser.get("/desk").status_code == 200
    desk.clock.advance(timedelta(seconds=int(LASTING / IDLE) - 1))
    assert browser.get("/desk").status_code == 200
    desk.clock.advance(timedelta(seconds=1))
    assert browser.get("/desk").headers["location"] == "/login?back=/desk&over=true"


def test_leaving_ends_the_session_here_and_says_what_goes_on_elsewhere(
    desk: Desk, browser: TestClient, provider: IdentityProvider
) -> None:
    """A copy of the cookie is worth nothing afterwards; leaving twice does no harm."""
    enrolled(desk, "lan", provider.issuer)
    logged_in(browser, "lan")
    copy = browser.cookies["asal-session"]
    answer = browser.post("/desk/leave")
    assert answer.headers["location"] == "/login?left=true"
    assert "Your login at the identity provider may go on" in seen(browser.get("/login?left=true").text).text
    assert "asal-session" not in browser.cookies
    assert desk.rooms.officers.at_work(copy, now=desk.clock()) is None
    assert browser.post("/desk/leave").status_code == 303
    assert browser.get("/desk").status_code == 303


def test_public_pages_greet_an_officer_and_ask_the_archive_for_nobody_else(
    desk: Desk, browser: TestClient, provider: IdentityProvider, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The name stands on every page with the way out; without a cookie nothing is looked up."""
    enrolled(desk, "lan", provider.issuer)
    asked: list[str] = []
    at_work = desk.rooms.officers.at_work

    def watched(secret: str, *, now: datetime, idle: timedelta, active: bool) -> Officer | None:
        asked.append(secret)
        return at_work(secret, now=now, idle=idle, active=active)

    monkeypatch.setattr(desk.rooms.officers, "at_work", watched)
    assert "Log out" not in seen(browser.get("/verify").text).text
    assert asked == []
    logged_in(browser, "lan")
    asked.clear()
    assert "lan Log out" in seen(browser.get("/verify").text).text
    assert len(asked) == 1


def test_a_silent_provider_is_a_page_that_says_so_and_not_for_ever(
    desk: Desk, provider: IdentityProvider
) -> None:
    """503 with the time to come back; the next attempt asks again."""
    desk.clock.now = datetime.now(UTC)
    enrolled(desk, "lan", provider.issuer)
    nobody = Portal("http://testserver", Provider(Client("http://localhost:9", "asal", "secret")))
    answer = a_browser(desk, nobody).post("/login/start", data={"back": ""})
    refused(desk, answer, 503, "provider-unavailable")
    assert answer.headers["retry-after"]
    browser = a_browser(desk, portal(provider))
    provider.metadata = {"token_endpoint": "http://localhost:9/token"}
    query = authenticated(begun(browser), "lan")
    refused(desk, browser.get(query), 503, "provider-unavailable")


@pytest.mark.parametrize(
    "metadata",
    [
        {"issuer": ELSEWHERE},
        {"token_endpoint": "http://evil.example/token"},
        {"jwks_uri": "http://evil.example/keys"},
        {"authorization_endpoint": "javascript:alert(1)"},
        {"token_endpoint": None},
    ],
)
def test_a_provider_that_describes_itself_otherwise_is_not_asked(
    desk: Desk, browser: TestClient, provider: IdentityProvider, metadata: Claims
) -> None:
    """Another issuer, or an address at which somebody could listen."""
    provider.metadata = metadata
    answer = browser.post("/login/start", data={"back": ""})
    refused(desk, answer, 503, "provider-unavailable")


@pytest.mark.parametrize("methods", [["client_secret_basic"], ["client_secret_post"], None])
def test_a_client_with_a_secret_shows_it_as_the_provider_takes_it(
    desk: Desk, provider: IdentityProvider, methods: list[str] | None
) -> None:
    """In a header, or in the form."""
    desk.clock.now = datetime.now(UTC)
    enrolled(desk, "lan", provider.issuer)
    provider.metadata = {"token_endpoint_auth_methods_supported": methods} if methods else {}
    browser = a_browser(desk, portal(provider))
    assert logged_in(browser, "lan").status_code == 303


def test_logins_are_begun_only_so_often(desk: Desk, provider: IdentityProvider) -> None:
    """From one address; both ways count together."""
    desk.limits = Limits(logins="2/minute")
    browser = a_browser(desk, Portal("http://testserver", portal(provider).provider, demo_roles=True))
    begun(browser)
    assert browser.post("/login/demo", data={"officer": "nobody"}).status_code == 404
    refused(desk, browser.post("/login/start", data={"back": ""}), 429, "rate-limited")


def test_one_click_is_a_login_in_a_demonstration(desk: Desk, demo: TestClient) -> None:
    """Each officer of the demonstration is a button, and leads to the page that was asked for."""
    officer = enrolled(desk, "VN issuing", DEMO_ISSUER)
    asked = demo.get("/desk")
    assert (asked.status_code, asked.headers["location"]) == (303, "/login?back=/desk")
    page = looked_at(demo.get("/login?back=/desk/issuing"))
    assert "Viet Nam (VN) VN issuing VN issuing office" in page.text
    (button,) = [one for one in page.all("button") if one.get("name") == "officer"]
    answer = demo.post("/login/demo", data={"officer": button["value"], "back": "/desk/issuing"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk/issuing")
    front = looked_at(demo.get("/desk"))
    assert "You work for VN issuing office, Viet Nam (VN)" in front.text
    assert [act.about for act in desk.rooms.acts.acts("VN") if act.outcome == "done"] == [officer.id]


def test_only_officers_of_the_demonstration_are_to_be_had_with_a_click(desk: Desk, demo: TestClient) -> None:
    """Nobody whom an identity provider knows, nobody who was ended, and nobody at all elsewhere."""
    real = enrolled(desk, "lan", "https://login.example")
    ended = enrolled(desk, "old", DEMO_ISSUER)
    desk.rooms.officers.end(ended.id, now=desk.clock())
    played = enrolled(desk, "VN issuing", DEMO_ISSUER)
    for officer in (real, ended):
        assert demo.post("/login/demo", data={"officer": officer.id}).status_code == 404
    answer = desk.client.post("/login/demo", data={"officer": played.id}, follow_redirects=False)
    assert answer.status_code == 404
    assert "Nobody can log in here" in looked_at(desk.client.get("/login")).text
    assert desk.client.post("/login/start", data={"back": ""}).status_code == 404


def test_roles_for_anybody_are_refused_but_on_a_test_chain() -> None:
    """The service does not start."""
    with pytest.raises(DemoRolesRefused, match="ASAL_DEMO_ROLES"):
        see_allowed(Portal(demo_roles=True), test_chain=False)
    see_allowed(Portal(demo_roles=True), test_chain=True)
    see_allowed(Portal(), test_chain=False)


SET = {
    "ASAL_PUBLIC_URL": "https://co.example/",
    "ASAL_OIDC_ISSUER": "https://login.example/realms/customs",
    "ASAL_OIDC_CLIENT_ID": "asal",
    "ASAL_OIDC_CLIENT_SECRET_FILE": "{secret}",
}


def _settings(monkeypatch: pytest.MonkeyPatch, folder: Path, values: Mapping[str, str]) -> Settings:
    """Read the settings of an environment, with a file that holds the secret."""
    secret = folder / "secret"
    secret.write_text("s3cret\n", encoding="utf-8")
    for name, value in {"ASAL_PROFILE": "asal.toml", **values}.items():
        monkeypatch.setenv(name, value.format(secret=secret))
    return Settings()


def test_the_way_to_log_in_comes_from_the_environment(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The secret from its file, without the line's end; without any of it only visitors come."""
    portal = _settings(monkeypatch, tmp_path, SET).portal
    assert portal.provider is not None
    assert portal.provider.client == Client("https://login.example/realms/customs", "asal", "s3cret")
    assert (portal.public_url, portal.demo_roles) == ("https://co.example", False)
    for name in SET:
        monkeypatch.delenv(name)
    assert _settings(monkeypatch, tmp_path, {}).portal == Portal()


@pytest.mark.parametrize("missing", SET)
def test_half_a_way_to_log_in_is_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, missing: str) -> None:
    """The service says at its start what goes together, and does not show the values."""
    with pytest.raises(ValidationError, match="go together") as refused:
        _settings(monkeypatch, tmp_path, {name: value for name, value in SET.items() if name != missing})
    assert "login.example" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ASAL_PUBLIC_URL", "http://co.example"),
        ("ASAL_PUBLIC_URL", "https://co.example/portal"),
        ("ASAL_PUBLIC_URL", "co.example"),
        ("ASAL_OIDC_ISSUER", "http://login.example"),
        ("ASAL_OIDC_ISSUER", "login.example"),
        ("ASAL_OIDC_CLIENT_SECRET_FILE", "/nowhere/secret"),
    ],
)
def test_an_address_without_tls_is_refused_but_on_this_machine(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, value: str
) -> None:
    """So is one that is none, or with a path in it where none can be."""
    with pytest.raises(ValidationError, match=name.removeprefix("ASAL_").lower()):
        _settings(monkeypatch, tmp_path, SET | {name: value})


def test_the_front_says_what_each_desk_is_for_and_what_waits(desk: Desk) -> None:
    """Drafts of the authority are counted; who has no desk is told why."""
    browser = desk.at_work("VN issuing", Scope.ISSUE, Scope.READ)
    assert "not issued yet" not in looked_at(browser.get("/desk")).text
    browser.post("/desk/issuing/drafts", data={"scheme": "ATIGA-D", "token": "0123456789abcdef" * 2})
    page = looked_at(browser.get("/desk"))
    assert "Draft, check and issue certificates" in page.text
    assert "One draft is not issued yet." in page.text
    assert "Member" in looked_at(desk.administrator("VN").get("/desk")).text
    nobody = desk.at_work("VN issuing", Scope.EXPORTERS)
    assert "You have no desk here" in looked_at(nobody.get("/desk")).text
