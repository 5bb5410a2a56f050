"""The way to a node: its address, the proxy before it, and the credentials that either wants."""

import base64
import http.client
import ssl
from dataclasses import dataclass
from urllib.parse import SplitResult, quote, unquote, urlsplit

from ledger.chain.profile import is_loopback

_URL_CHARACTERS = "/:?#[]@!$&'()*+,;=%~-._"


@dataclass(frozen=True, slots=True)
class Route:
    """How a node is reached: straight, or through a proxy."""

    node: SplitResult
    proxy: SplitResult | None

    @property
    def target(self) -> str:
        """What is asked for: the path, or to a proxy the whole address."""
        path = (self.node.path or "/") + (f"?{self.node.query}" if self.node.query else "")
        if self.proxy is not None and self.node.scheme == "http":
            path = f"http://{self.node.netloc.rpartition('@')[2]}{path}"
        return quote(path, safe=_URL_CHARACTERS)

    @property
    def headers(self) -> dict[str, str]:
        """What a proxy that is told the whole address has to see."""
        plain = self.proxy is not None and self.node.scheme == "http"
        return credentials(self.proxy, "Proxy-Authorization") if plain and self.proxy else {}

    def connection(self, tls: ssl.SSLContext | None) -> http.client.HTTPConnection:
        """Return a connection that is not open yet."""
        host, port = self.node.hostname or "", self.node.port or (443 if tls else 80)
        near = (self.proxy.hostname or "", self.proxy.port or 80) if self.proxy else (host, port)
        if tls is None:
            return http.client.HTTPConnection(*near)
        connection = http.client.HTTPSConnection(*near, context=tls)
        if self.proxy is not None:
            connection.set_tunnel(host, port, credentials(self.proxy, "Proxy-Authorization"))
        return connection


def route_to(url: str) -> Route:
    """Return the way to a node: straight on this machine, else as `https_proxy` and its like say."""
    node = urlsplit(url)
    if is_loopback(url):
        return Route(node, None)
    from urllib.request import getproxies, proxy_bypass  # noqa: PLC0415 -- costly

    proxy = getproxies().get(node.scheme)
    if not proxy or proxy_bypass(node.netloc.rpartition("@")[2]):
        return Route(node, None)
    return Route(node, urlsplit(proxy if "://" in proxy else f"http://{proxy}"))


def credentials(parts: SplitResult, header: str) -> dict[str, str]:
    """Return the name and password of an address as a header (RFC 7617)."""
    if parts.username is None:
        return {}
    pair = f"{unquote(parts.username)}:{unquote(parts.password or '')}".encode()
    return {header: f"Basic {base64.b64encode(pair).decode()}"}
