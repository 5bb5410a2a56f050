"""Nothing that somebody names makes us speak to our own network."""

import ipaddress
import socket
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from urllib3.connection import HTTPSConnection

from ledger import outgoing
from ledger.outgoing import Allowed, NotDelivered, Reply, Sender, TargetRefused, target_of
from tests.receiver import Receiver, a_certificate

PUBLIC = "93.184.215.14"
NOBODY = Allowed()


def leading_to(*addresses: str) -> Sender:
    """Return a sender for whom every name leads to these addresses."""
    return Sender(resolve=lambda _, __: addresses)


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Return a receiver on loopback."""
    with Receiver() as running:
        yield running


@pytest.fixture
def allowed(receiver: Receiver) -> Sender:
    """Return a sender whose operator has named that receiver."""
    return Sender(Allowed.of(f"127.0.0.1:{receiver.port}"), seconds=5)


@pytest.mark.parametrize(
    "url",
    [
        "https://127.0.0.1/",
        "https://127.1.2.3:8443/hook",
        "https://10.0.0.7/",
        "https://172.16.0.1/",
        "https://192.168.1.1/",
        "https://100.64.0.1/",
        "https://169.254.169.254/latest/meta-data",
        "https://0.0.0.0/",
        "https://224.0.0.1/",
        "https://255.255.255.255/",
        "https://192.0.2.1/",
        "https://[::1]/",
        "https://[::]/",
        "https://[::ffff:127.0.0.1]/",
        "https://[::ffff:7f00:1]/",
        "https://[::127.0.0.1]/",
        "https://[64:ff9b::7f00:1]/",
        "https://[2002:7f00:1::]/",
        "https://[fe80::1]/",
        "https://[fe80::1%25eth0]/",
        "https://[fec0::1]/",
        "https://[fd00::1]/",
        "https://[ff02::1]/",
    ],
)
def test_addresses_that_the_internet_does_not_lead_to_are_refused(url: str) -> None:
    """In every notation that the resolver is not needed for."""
    with pytest.raises(TargetRefused, match="no public address"):
        target_of(url, NOBODY)


@pytest.mark.parametrize(
    "host",
    ["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "0x7f.1", "1.2.3.4.5", "017700000001", "example.1"],
)
def test_old_notations_of_numbers_are_refused(host: str) -> None:
    """Decimal, octal, hexadecimal and shortened addresses are understood differently by different readers."""
    with pytest.raises(TargetRefused, match="usual form"):
        target_of(f"https://{host}/", NOBODY)


@pytest.mark.parametrize(
    ("url", "why"),
    [
        ("http://receiver.example/", "https"),
        ("ftp://receiver.example/", "https"),
        ("file:///etc/passwd", "neither"),
        ("gopher://127.0.0.1:6379/", "https"),
        ("//receiver.example/", "https"),
        ("receiver.example", "neither"),
        ("", "write it"),
        ("https://", "neither"),
        ("https://user@receiver.example/", "user name"),
        ("https://user:word@receiver.example/", "user name"),
        ("https://receiver.example@127.0.0.1/", "user name"),
        ("https://@receiver.example/", "user name"),
        ("https://receiver.example/#part", "fragment"),
        ("https://receiver.example/#", "fragment"),
        ("https://receiver.example:22/", "port"),
        ("https://receiver.example:80/", "port"),
        ("https://receiver.example:0/", "port"),
        ("https://receiver.example:99999/", "URL"),
        ("https://receiver.example:port/", "URL"),
        ("https://receiver.example\\@127.0.0.1/", "write it"),
        ("https://receiver.example/\r\nHost: other", "write it"),
        ("https://receiver.example/a b", "write it"),
        ("https://rec\u00e9iver.example/", "write it"),
        ("https://127\u30020.0.1/", "write it"),
        ("https://rec_eiver.example/", "neither"),
        ("https://[::1/", "URL"),
        ("https://receiver..example/", "neither"),
        (f"https://receiver.example/{'a' * 2000}", "write it"),
    ],
)
def test_addresses_of_another_form_are_refused_with_the_reason(url: str, why: str) -> None:
    """The reason names the rule and never repeats the address."""
    with pytest.raises(TargetRefused, match=why) as caught:
        target_of(url, NOBODY)
    assert "receiver.example" not in str(caught.value)


def test_an_address_of_the_usual_form_is_taken_apart() -> None:
    """Host in lower case, the usual port, path with query; the header leaves the usual port out."""
    target = target_of("https://Receiver.Example./hook?a=1", NOBODY)
    assert (target.host, target.port, target.path) == ("receiver.example", 443, "/hook?a=1")
    assert target.authority == "receiver.example"
    other = target_of("https://receiver.example:8443", NOBODY)
    assert (other.port, other.path, other.authority) == (8443, "/", "receiver.example:8443")
    assert target_of(f"https://{PUBLIC}/", NOBODY).host == PUBLIC
    assert target_of("https://[2606:4700::1111]:8443/", NOBODY).authority == "[2606:4700::1111]:8443"


@pytest.mark.parametrize(
    "addresses",
    [
        ("127.0.0.1",),
        ("10.1.2.3",),
        ("169.254.169.254",),
        ("::1",),
        ("::ffff:10.0.0.1",),
        ("fe80::1%lo",),
        (PUBLIC, "127.0.0.1"),
        (),
    ],
)
def test_a_name_that_leads_to_our_network_is_refused(addresses: Sequence[str]) -> None:
    """Every address of it has to be public; one that has none is refused in the same words."""
    with pytest.raises(TargetRefused, match="no public address"):
        leading_to(*addresses).post("https://receiver.example/", b"{}", {})


def test_a_name_that_nobody_knows_is_refused_in_the_same_words() -> None:
    """So that our own names cannot be found out by asking."""

    def unknown(_: str, __: int) -> Sequence[str]:
        raise socket.gaierror

    with pytest.raises(TargetRefused, match="no public address"):
        Sender(resolve=unknown).post("https://receiver.example/", b"{}", {})


def test_localhost_is_refused_by_where_it_leads() -> None:
    """The system's own resolver is asked, as in earnest."""
    with pytest.raises(TargetRefused, match="no public address"):
        Sender().post("https://localhost:8443/", b"{}", {})


def test_a_name_that_leads_elsewhere_a_moment_later_changes_nothing(
    monkeypatch: pytest.MonkeyPatch, receiver: Receiver
) -> None:
    """The connection goes to the address that was checked; the name is looked up once (rebinding)."""
    answers = iter([[PUBLIC], ["127.0.0.1"], ["127.0.0.1"]])
    asked, connected = list[str](), list[tuple[str, object]]()

    def rebinding(host: str, _: int) -> Sequence[str]:
        asked.append(host)
        return next(answers)

    class Watched(HTTPSConnection):
        """Says where it would connect to."""

        def connect(self) -> None:
            """Connect to nothing."""
            connected.append((self.host, self.server_hostname))
            raise ConnectionRefusedError

    monkeypatch.setattr(outgoing, "HTTPSConnection", Watched)
    with pytest.raises(NotDelivered):
        Sender(resolve=rebinding).post(f"https://receiver.example:{receiver.port}/", b"{}", {})
    assert asked == ["receiver.example"]
    assert connected == [(PUBLIC, "receiver.example")]
    assert receiver.received == []


def test_a_host_that_the_operator_has_named_may_be_private_and_plain(
    receiver: Receiver, allowed: Sender
) -> None:
    """What is sent arrives whole, under the host's name."""
    reply = allowed.post(receiver.url("/a?b=c"), b'{"x":1}', {"webhook-id": "evt_1"})
    (received,) = receiver.received
    assert reply == Reply(204, None)
    assert (received.path, received.body) == ("/a?b=c", b'{"x":1}')
    assert received.headers["host"] == f"127.0.0.1:{receiver.port}"
    assert received.headers["webhook-id"] == "evt_1"


def test_only_the_named_port_of_a_host_is_open(receiver: Receiver) -> None:
    """Without a port all are; another host is none of it."""
    elsewhere = Allowed.of(f"127.0.0.1:{receiver.port + 1}, receiver.internal")
    with pytest.raises(TargetRefused):
        Sender(elsewhere).post(receiver.url(), b"", {})
    assert target_of("http://receiver.internal:81/", elsewhere).allowed
    assert target_of("http://[::1]/", Allowed.of("[::1]:80")).allowed
    with pytest.raises(TargetRefused):
        target_of("http://other.internal/", elsewhere)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(receiver: Receiver, allowed: Sender, status: int) -> None:
    """The answer is what it is; nothing is asked of the other address."""
    receiver.status, receiver.headers = status, {"Location": f"http://127.0.0.1:{receiver.port}/other"}
    assert allowed.post(receiver.url(), b"{}", {}).status == status
    assert [one.path for one in receiver.received] == ["/hook"]


def test_proxies_of_the_environment_are_not_used(
    receiver: Receiver, allowed: Sender, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What goes out does not go by way of another machine."""
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    assert allowed.post(receiver.url(), b"{}", {}).status == 204


def test_an_answer_whose_body_does_not_end_is_an_answer(receiver: Receiver, allowed: Sender) -> None:
    """The body is not looked at."""
    receiver.status, receiver.endless = 200, b"x" * 65536
    assert allowed.post(receiver.url(), b"{}", {}).status == 200


def test_an_answer_whose_head_does_not_end_is_cut_off(receiver: Receiver) -> None:
    """However steadily its bytes come, the whole has to be there in time."""
    receiver.drips = True
    sender = Sender(Allowed.of("127.0.0.1"), seconds=0.3)
    with pytest.raises(NotDelivered):
        sender.post(receiver.url(), b"{}", {})


def test_a_receiver_that_says_nothing_is_given_up(receiver: Receiver) -> None:
    """With a sentence that says so."""
    receiver.open.clear()
    with pytest.raises(NotDelivered, match="did not answer"):
        Sender(Allowed.of("127.0.0.1"), seconds=0.3).post(receiver.url(), b"{}", {})


def test_what_is_under_way_ends_when_the_sender_is_closed(receiver: Receiver, allowed: Sender) -> None:
    """A service that ends does not wait for receivers; nothing is sent after."""
    receiver.open.clear()
    found = list[Exception]()

    def send() -> None:
        try:
            allowed.post(receiver.url(), b"{}", {})
        except NotDelivered as problem:
            found.append(problem)

    thread = threading.Thread(target=send)
    thread.start()
    receiver.wait(1)
    allowed.close()
    thread.join()
    assert len(found) == 1
    with pytest.raises(NotDelivered, match="ending"):
        allowed.post(receiver.url(), b"{}", {})


def test_a_receiver_that_is_not_there_is_told() -> None:
    """Without our address, and with the class of what went wrong."""
    with Receiver() as other:
        gone = other.url()
    sender = Sender(Allowed.of("127.0.0.1"), seconds=1)
    with pytest.raises(NotDelivered, match="did not answer"):
        sender.post(gone, b"{}", {})


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("120", 120.0), ("0", 0.0), ("soon", None), ("-5", None), ("1e400", None), ("9" * 400, 21600.0)],
)
def test_how_long_a_receiver_asks_to_wait_is_read(
    receiver: Receiver, allowed: Sender, header: str, seconds: float | None
) -> None:
    """Seconds or a date, at most six hours; what is neither is left out."""
    receiver.status, receiver.headers = 503, {"Retry-After": header}
    assert allowed.post(receiver.url(), b"{}", {}) == Reply(503, seconds)


def test_a_date_to_wait_for_that_is_over_asks_for_nothing(receiver: Receiver, allowed: Sender) -> None:
    """RFC 9110 allows both forms."""
    receiver.status, receiver.headers = 503, {"Retry-After": "Fri, 31 Dec 1999 23:59:59 GMT"}
    assert allowed.post(receiver.url(), b"{}", {}) == Reply(503, 0.0)


def test_tls_is_with_the_name_and_by_the_certificates_that_are_trusted(tmp_path: Path) -> None:
    """The address is the checked one, the certificate has to be for the name."""
    file, context = a_certificate(tmp_path, "receiver.example")
    with Receiver(context) as receiver:
        named = Allowed.of("receiver.example other.example")
        trusting = Sender(named, file, 5, lambda _, __: ["127.0.0.1"])
        assert trusting.post(receiver.url(host="receiver.example"), b"{}", {}).status == 204
        assert receiver.received[0].headers["host"] == f"receiver.example:{receiver.port}"
        with pytest.raises(NotDelivered, match="certificate"):
            trusting.post(receiver.url(host="other.example"), b"{}", {})
        strict = Sender(named, seconds=5, resolve=lambda _, __: ["127.0.0.1"])
        with pytest.raises(NotDelivered, match="certificate"):
            strict.post(receiver.url(host="receiver.example"), b"{}", {})
        assert len(receiver.received) == 1


def test_every_address_of_the_special_registries_is_private() -> None:
    """First and last of each range that IANA keeps from the public."""
    ranges = "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.2.0/24 \
        192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4 ::1/128 ::/128 \
        100::/64 2001:db8::/32 fc00::/7 64:ff9b::/96 fe80::/10 fec0::/10 ff00::/8 64:ff9b:1::/48 \
        192.0.0.0/24 192.88.99.0/24 3fff::/20 2001::/32 2001:10::/28 5f00::/16"
    for network in map(ipaddress.ip_network, ranges.split()):
        for address in (network[0], network[-1]):
            assert not outgoing.is_public(address), address
    for known in ("192.0.0.192", "168.63.129.16", "::ffff:192.0.0.192", "2002:c000:c0::1"):
        assert not outgoing.is_public(ipaddress.ip_address(known)), known
    for public in (PUBLIC, "1.1.1.1", "2606:4700::1111", "::ffff:1.1.1.1", "2002:101:101::1"):
        assert outgoing.is_public(ipaddress.ip_address(public)), public
