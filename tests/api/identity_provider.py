"""An identity provider on loopback, spoken to over real HTTP, whose ID tokens a test can spoil."""

import json
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from joserfc import jwt
from joserfc.jwk import Key, KeySet, OctKey, RSAKey
from joserfc.jws import extract_compact
from werkzeug.serving import make_server
from werkzeug.wrappers import Request, Response

Claims = dict[str, Any]


@dataclass
class IdentityProvider:
    """Gives out what `oidc-provider-mock` does, its ID tokens signed anew after `change`."""

    app: Any
    issuer: str = ""
    change: Callable[[Claims], Claims] = lambda claims: claims
    algorithm: str = "RS256"
    key: Key = field(default_factory=lambda: RSAKey.generate_key(2048, {"kid": "first"}))
    published: list[Key] = field(default_factory=list)
    metadata: Claims = field(default_factory=dict)
    """What its description of itself says otherwise."""
    asked: list[str] = field(default_factory=list)
    """Paths that were asked for."""

    def __post_init__(self) -> None:
        """Publish the key that it signs with."""
        self.published = [self.key]

    def __call__(self, environ: Any, start: Any) -> Any:
        """Answer one request."""
        path = Request(environ).path
        self.asked.append(path)
        answer = Response.from_app(self.app, environ)
        if path == "/jwks":
            answer = Response(json.dumps(KeySet(self.published).as_dict()), mimetype="application/json")
        if path == "/.well-known/openid-configuration":
            answer.set_data(json.dumps(json.loads(answer.get_data()) | self.metadata))
        if path == "/oauth2/token" and answer.status_code == 200:
            told = json.loads(answer.get_data())
            answer.set_data(json.dumps(told | {"id_token": self._signed(told["id_token"])}))
        return answer(environ, start)

    def _signed(self, token: str) -> str:
        claims = self.change(json.loads(extract_compact(token.encode()).payload))
        header = {"alg": self.algorithm, "kid": str(self.key.kid)}
        return jwt.encode(header, claims, self.key, [self.algorithm])


@contextmanager
def running(lasting: timedelta = timedelta(hours=1)) -> Iterator[IdentityProvider]:
    """Run one while the block lasts; its tokens are good for so long."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the package uses parts of Authlib that are to go
        from oidc_provider_mock import app  # noqa: PLC0415

    provider = IdentityProvider(app(access_token_max_age=lasting))
    server = make_server("localhost", 0, provider, threaded=True)
    provider.issuer = f"http://localhost:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def a_shared_secret() -> OctKey:
    """Return a key that both sides would know."""
    return OctKey.generate_key(256, {"kid": "shared"})
