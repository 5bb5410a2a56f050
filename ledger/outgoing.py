"""Sending to an address that somebody else has named, without becoming their hand in our network.

A host is resolved once, every address it has must be a public one, and the connection goes to the address
that was checked: a name that leads elsewhere a moment later changes nothing (DNS rebinding).  Redirects are
not followed, proxies of the environment are not used, and of the answer only status and headers are read,
within a time for the whole exchange.

Hosts that the operator of the service names (`Allowed`) may be private and be spoken to without TLS.
"""

import ipaddress
import re
import socket
import ssl
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus
from http.client import HTTPException
from pathlib import Path
from typing import Final
from urllib.parse import SplitResult, urlsplit

from urllib3 import Retry
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError

from ledger.errors import Refused, Unavailable

LONGEST_URL: Final = 2000
"""Characters of an address."""
SECONDS: Final = 10.0
"""For one exchange, from connecting to the last header of the answer."""
_TLS_PORT: Final = 443
_FREE_PORTS: Final = 1024
"""From here on any port may be named; of the lower ones, which belong to other services, 443 alone."""
_MOST_WAIT: Final = 6 * 3600
"""Seconds that a receiver may ask us to wait."""
_TRIED: Final = 2
"""Addresses of a host that are tried."""
_PLAIN: Final = re.compile(r"[!-\[\]-~]+")
"""Visible ASCII without the backslash, which readers of addresses understand differently."""
_HOST: Final = re.compile(r"(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*")
_NUMERIC: Final = re.compile(r"(.*\.)?(0x[0-9a-f]*|[0-9]+)")
"""A host whose last label is a number is an IPv4 address, in one of the old notations if need be."""

_SPECIAL: Final = tuple(
    map(ipaddress.ip_network, ("192.0.0.0/24", "192.88.99.0/24", "168.63.129.16/32", "3fff::/20"))
)
"""What some of the Pythons that this runs on count as public, and is not: protocol assignments, where clouds
keep a service for their own machines (192.0.0.192), the relays of 6to4, such a service at a public address
(168.63.129.16), and examples in documents (RFC 6890, RFC 7526, RFC 9637)."""

_Ip = ipaddress.IPv4Address | ipaddress.IPv6Address
Resolve = Callable[[str, int], Sequence[str]]
"""Returns the addresses of a host, as text; `OSError` when it has none."""


@dataclass(eq=False)
class TargetRefused(Refused):
    """An address that nothing is sent to."""

    why: str

    def __str__(self) -> str:
        return f"nothing is sent to this address: {self.why}"


@dataclass(eq=False)
class NotDelivered(Unavailable):
    """Nobody answered, or not as HTTP asks."""

    why: str

    def __str__(self) -> str:
        return self.why


@dataclass(frozen=True, slots=True)
class Target:
    """An address that may be sent to, as far as can be seen from its text."""

    scheme: str
    host: str
    """Name or IP address, lower case, without brackets."""
    port: int
    path: str
    """With the query."""
    allowed: bool
    """Whether the operator of the service has named it: then it may be private."""

    @property
    def authority(self) -> str:
        """Host and port as the header `Host` has them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        usual = {"https": _TLS_PORT, "http": 80}[self.scheme]
        return host if self.port == usual else f"{host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Allowed:
    """Hosts that may be private and be spoken to without TLS, as the operator of the service says."""

    hosts: frozenset[str] = frozenset()
    """Each `host` for all its ports, or `host:port`."""

    @classmethod
    def of(cls, text: str) -> "Allowed":
        """Read hosts separated by commas or spaces."""
        return cls(frozenset(text.lower().replace(",", " ").split()))

    def holds(self, host: str, port: int) -> bool:
        """Whether a host is among them."""
        name = f"[{host}]" if ":" in host else host
        return not {host, name, f"{name}:{port}"}.isdisjoint(self.hosts)


@dataclass(frozen=True, slots=True)
class Reply:
    """What was answered; a body is not looked at."""

    status: int
    retry_after: float | None
    """Seconds that the receiver asks to wait, where it does so in a form that can be read; at most 6 h."""


def target_of(url: str, allowed: Allowed) -> Target:
    """Return what an address leads to; raises `TargetRefused` where its text alone speaks against it."""
    if len(url) > LONGEST_URL or not _PLAIN.fullmatch(url):
        raise TargetRefused(f"write it in at most {LONGEST_URL} visible ASCII characters, without backslash")
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower().removesuffix("."), parts.port
    except ValueError:
        raise TargetRefused("it is not a URL") from None
    if parts.username is not None or parts.password is not None or "@" in parts.netloc:
        raise TargetRefused("it holds a user name; a receiver knows us by the signature")
    if parts.fragment or url.endswith("#"):
        raise TargetRefused("it has a fragment, which is never sent")
    return _of_parts(parts, _host(host), port, allowed)


def _of_parts(parts: SplitResult, host: str, port: int | None, allowed: Allowed) -> Target:
    """Check scheme and port, which depend on whether the host is one of the operator's."""
    if parts.scheme not in {"https", "http"}:
        raise TargetRefused("its scheme is not https")
    number = port if port is not None else {"https": _TLS_PORT, "http": 80}[parts.scheme]
    named = allowed.holds(host, number)
    if parts.scheme == "http" and not named:
        raise TargetRefused("its scheme is not https")
    if not named and number != _TLS_PORT and number < _FREE_PORTS:
        raise TargetRefused(f"its port is neither {_TLS_PORT} nor one from {_FREE_PORTS} on")
    literal = _literal(host)
    if literal is not None and not named and not is_public(literal):
        raise TargetRefused("its host has no public address")
    path = f"{parts.path or '/'}{f'?{parts.query}' if parts.query else ''}"
    return Target(parts.scheme, host, number, path, named)


def _host(host: str) -> str:
    """Check how a host is written."""
    literal = _literal(host)
    if literal is None and (not _HOST.fullmatch(host) or _NUMERIC.fullmatch(host)):
        raise TargetRefused("its host is neither a name in ASCII nor an IP address in its usual form")
    if isinstance(literal, ipaddress.IPv6Address) and literal.scope_id is not None:
        raise TargetRefused("its host has no public address")
    return str(literal) if literal is not None else host


def _literal(host: str) -> _Ip | None:
    with suppress(ValueError):
        return ipaddress.ip_address(host)
    return None


def is_public(address: _Ip) -> bool:
    """Whether an address is one that the internet leads to, and does not stand for one that it does not.

    IPv6 has forms that carry an IPv4 address (mapped, 6to4, Teredo); the one inside decides as well.  NAT64
    is among the reserved ones.
    """
    inner: list[_Ip | None] = []
    if isinstance(address, ipaddress.IPv6Address):
        inner = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
    if any(address in network for network in _SPECIAL):
        return False
    special = address.is_multicast or address.is_reserved or address.is_unspecified or address.is_loopback
    site_local = isinstance(address, ipaddress.IPv6Address) and address.is_site_local
    public = address.is_global and not special and not site_local and not address.is_link_local
    return public and all(is_public(one) for one in inner if one is not None)


def resolved(host: str, port: int) -> Sequence[str]:
    """Return the addresses of a host in the order in which the system prefers them."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(address[0]) for *_, address in found))


@dataclass
class Sender:
    """Sends; threads may share it."""

    allowed: Allowed = field(default_factory=Allowed)
    authorities: Path | None = None
    """Certificates (PEM) that receivers' own may come from, beside the system's."""
    seconds: float = SECONDS
    resolve: Resolve = resolved
    _open: set[socket.socket] = field(default_factory=set)
    _closed: bool = False
    _turn: threading.Lock = field(default_factory=threading.Lock)

    @cached_property
    def _context(self) -> ssl.SSLContext:
        """How receivers are known."""
        context = ssl.create_default_context()
        if self.authorities is not None:
            context.load_verify_locations(self.authorities)
        return context

    def addresses(self, target: Target) -> Sequence[str]:
        """Return the addresses of a target; `TargetRefused` unless all of them are public.

        A host without any is refused in the same words, so that nobody learns our names by asking.
        """
        try:
            found = self.resolve(target.host, target.port)
        except (OSError, UnicodeError):
            found = ()
        if not found or not (target.allowed or _all_public(found)):
            raise TargetRefused("its host has no public address")
        return found

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> Reply:
        """Send a body; raises `TargetRefused`, and `NotDelivered` when no answer came in time."""
        target = target_of(url, self.allowed)
        deadline = time.monotonic() + self.seconds
        problem = NotDelivered("the receiver cannot be reached")
        for address in self.addresses(target)[:_TRIED]:
            try:
                connection = self._connected(target, address, deadline)
            except NotDelivered as silent:
                problem = silent
                continue
            try:
                return self._exchanged(connection, target, body, headers, deadline)
            finally:
                connection.close()
        raise problem

    def close(self) -> None:
        """End what is under way, and send nothing any more."""
        with self._turn:
            self._closed = True
            for each in self._open:
                _shut(each)

    def _connected(self, target: Target, address: str, deadline: float) -> HTTPConnection:
        """Connect to an address that was checked; TLS is with the host's name."""
        left = deadline - time.monotonic()
        if left <= 0:
            raise NotDelivered("the receiver did not answer in time")
        connection: HTTPConnection
        if target.scheme == "http":
            connection = HTTPConnection(address, target.port, timeout=left)
        else:
            connection = HTTPSConnection(
                address,
                target.port,
                timeout=left,
                ssl_context=self._context,
                server_hostname=target.host,
            )
        with _spoken_of():
            connection.connect()
        return connection

    def _exchanged(
        self,
        connection: HTTPConnection,
        target: Target,
        body: bytes,
        headers: Mapping[str, str],
        deadline: float,
    ) -> Reply:
        """Send and read the head of the answer; what is not there by the deadline is cut off."""
        line = connection.sock
        assert line is not None  # noqa: S101 - it is connected
        watchdog = threading.Timer(max(deadline - time.monotonic(), 0), _shut, (line,))
        watchdog.daemon = True
        with self._turn:
            if self._closed:
                raise NotDelivered("the service is ending")
            self._open.add(line)
        try:
            watchdog.start()
            with _spoken_of():
                connection.request(
                    "POST", target.path, body, {"Host": target.authority, **headers}, preload_content=False
                )
                answer = connection.getresponse()
            if time.monotonic() >= deadline:  # a head that was cut off looks as if it had ended
                raise NotDelivered("the receiver did not answer in time")
            return Reply(answer.status, _asked_to_wait(answer.headers.get("Retry-After")))
        finally:
            watchdog.cancel()
            with self._turn:
                self._open.discard(line)


def _all_public(addresses: Collection[str]) -> bool:
    return all(is_public(ipaddress.ip_address(address)) for address in addresses)


def _shut(line: socket.socket) -> None:
    """Make whoever reads from a connection stop; past TLS, which would want a word with the other side."""
    with suppress(OSError):
        socket.socket.shutdown(line, socket.SHUT_RDWR)


def _asked_to_wait(header: str | None) -> float | None:
    """Read Retry-After: seconds, or a date (RFC 9110, section 10.2.3)."""
    if header is None:
        return None
    with suppress(HTTPError, ValueError, OverflowError):
        return max(0.0, float(Retry(retry_after_max=_MOST_WAIT).parse_retry_after(header)))
    return None


@contextmanager
def _spoken_of() -> Iterator[None]:
    """Turn what goes wrong on the line into a sentence that may be shown to whoever named the address."""
    try:
        yield
    except ssl.SSLError as problem:
        raise NotDelivered("the receiver's certificate is not trusted, or it does not speak TLS") from problem
    except TimeoutError as problem:
        raise NotDelivered("the receiver did not answer in time") from problem
    except (HTTPError, HTTPException, OSError, ValueError) as problem:
        raise NotDelivered(f"the receiver did not answer ({type(problem).__name__})") from problem


def is_redirect(status: int) -> bool:
    """Whether an answer points elsewhere, where nothing is sent."""
    return HTTPStatus.MULTIPLE_CHOICES <= status < HTTPStatus.BAD_REQUEST
