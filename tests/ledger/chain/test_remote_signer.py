"""Keys in a signing service: nothing it returns is believed, and nothing is lost while it is away.

The tests of the protocol run against our own server, which follows Web3Signer, and against Ganache, whose
`eth_signTransaction` is somebody else's.  With `ASAL_TEST_WEB3SIGNER` set to the address of a Web3Signer that
holds a key (`web3signer eth1 --chain-id=1337`), they and the certificate's test run against that one as well.
"""

import json
import logging
import os
import ssl
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import _ganache
import pytest
from eth_account import Account
from eth_account.signers.local import LocalAccount
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner, Result

from api.settings import Settings as ServiceSettings
from ledger.chain.connect import ChainLedger, connect
from ledger.chain.profile import profile_of, write_profile
from ledger.chain.remote_signer import RemoteSigner, remote_signers
from ledger.chain.signed_bytes import difference
from ledger.chain.signing_service import SignerSettingsInvalid, SigningService
from ledger.cli import app
from ledger.errors import DevelopmentKeyRefused, SignerMisbehaved, SignerUnavailable
from ledger.facts import Address
from ledger.hashing import keccak
from ledger.terms import certificate_id
from tests.signing_server import SigningServer
from tests.worlds import ChainWorld, _key

KEY: LocalAccount = Account.from_key(keccak(b"asal test account remote"))
OTHER: LocalAccount = Account.from_key(keccak(b"asal test account other"))
GIVEN = os.environ.get("ASAL_TEST_WEB3SIGNER")
LEGACY: dict[str, Any] = {
    "chainId": 1337,
    "nonce": 0,
    "to": OTHER.address,
    "gas": 90_001,
    "value": 0,
    "data": b"\x00\x01data",
    "gasPrice": 7,
}
DYNAMIC: dict[str, Any] = {name: value for name, value in LEGACY.items() if name != "gasPrice"} | {
    "maxFeePerGas": 2_000_000_007,
    "maxPriorityFeePerGas": 1_000_000_000,
}
CREATION: dict[str, Any] = {name: value for name, value in DYNAMIC.items() if name != "to"} | {"nonce": 255}


@pytest.fixture
def server() -> Iterator[SigningServer]:
    """Return a running signing service with one key."""
    with SigningServer([KEY]) as running:
        yield running


def signer_at(server: SigningServer, **settings: Any) -> RemoteSigner:
    """Return the signer for the first account of a service."""
    return remote_signers(SigningService(server.url, **settings))[0]


# The protocol


@pytest.fixture(params=["ours", "ganache", *(["given"] if GIVEN else [])])
def service(request: pytest.FixtureRequest, server: SigningServer, ganache: _ganache.Node) -> SigningService:
    """Return signing services of several makers."""
    urls = {"ours": server.url, "ganache": ganache.rpc, "given": GIVEN or ""}
    return SigningService(urls[request.param])


@pytest.mark.chain
@pytest.mark.parametrize("asked", [LEGACY, DYNAMIC, CREATION], ids=["legacy", "type 2", "creation"])
def test_a_signing_service_signs_what_it_is_asked(service: SigningService, asked: dict[str, Any]) -> None:
    """The bytes are of that transaction, by that account; an independent decoder says so too."""
    signer = remote_signers(service)[0]
    raw = signer.sign(asked)
    assert Account.recover_transaction(raw) == signer.address
    assert difference(raw, asked, signer.address) is None


@pytest.mark.chain
def test_an_account_that_the_service_does_not_have_is_named_at_the_start(service: SigningService) -> None:
    """Before anything is signed, and not as an account that is silent for now."""
    with pytest.raises(SignerSettingsInvalid, match=f"signer-account: .* no key for {OTHER.address}"):
        remote_signers(replace(service, accounts=(OTHER.address,)))


@pytest.mark.parametrize("url", ["ours", *([GIVEN] if GIVEN else [])])
def test_a_service_set_up_for_another_chain_is_refused(server: SigningServer, url: str) -> None:
    """Web3Signer ignores the chain id of a request; what it returns gives it away."""
    signer = remote_signers(SigningService(server.url if url == "ours" else url))[0]
    for asked in (LEGACY, DYNAMIC):
        with pytest.raises(SignerMisbehaved) as caught:
            signer.sign({**asked, "chainId": 2018})
        assert caught.value.field == "chainId"


def test_requests_are_those_of_the_protocol(server: SigningServer) -> None:
    """Quantities without leading zeros, bytes in hex, and the account as `from`."""
    signer_at(server).sign(DYNAMIC)
    accounts, signing = server.asked
    assert (accounts["method"], accounts["params"]) == ("eth_accounts", [])
    assert (signing["jsonrpc"], signing["method"]) == ("2.0", "eth_signTransaction")
    assert signing["params"] == [
        {
            "from": KEY.address,
            "to": OTHER.address,
            "nonce": "0x0",
            "gas": "0x15f91",
            "value": "0x0",
            "data": "0x000164617461",
            "chainId": "0x539",
            "maxFeePerGas": "0x77359407",
            "maxPriorityFeePerGas": "0x3b9aca00",
        }
    ]


def test_an_object_with_the_raw_bytes_is_taken_too(server: SigningServer) -> None:
    """As go-ethereum answers."""
    signer = signer_at(server)
    raw = "0x" + KEY.sign_transaction(LEGACY).raw_transaction.hex()
    server.answer = json.dumps({"jsonrpc": "2.0", "id": 2, "result": {"raw": raw, "tx": {}}}).encode()
    assert signer.sign(LEGACY).hex() == raw[2:]


def test_every_account_is_taken_unless_some_are_named() -> None:
    """Named in any letter case; each comes once, with its checksum."""
    with SigningServer([KEY, OTHER]) as server:
        held: set[str] = {signer.address for signer in remote_signers(SigningService(server.url))}
        assert held == {KEY.address, OTHER.address}
        named = SigningService(server.url, accounts=(OTHER.address.lower(),))
        assert [str(signer.address) for signer in remote_signers(named)] == [OTHER.address]


def test_connections_are_kept_and_threads_may_share_them(server: SigningServer) -> None:
    """One after the other uses one connection; many at once are all answered each with its own."""
    signer = signer_at(server)
    for nonce in range(5):
        signer.sign({**LEGACY, "nonce": nonce})
    assert server.connections == 1
    with ThreadPoolExecutor(8) as threads:
        raws = list(threads.map(lambda nonce: signer.sign({**LEGACY, "nonce": nonce}), range(64)))
    assert len(set(raws)) == 64


# What it returns is not believed


LIES: dict[str, tuple[str, dict[str, Any]]] = {
    "another nonce": ("nonce", {"nonce": 1}),
    "another receiver": ("to", {"to": KEY.address}),
    "no receiver": ("to", {"to": ""}),
    "a payment": ("value", {"value": 1}),
    "other data": ("data", {"data": b"\x00\x01dat"}),
    "less gas": ("gas", {"gas": 90_000}),
    "another chain": ("chainId", {"chainId": 1}),
}
"""What a service does with a transaction, and the field that gives it away."""


@pytest.mark.parametrize("asked", [LEGACY, DYNAMIC], ids=["legacy", "type 2"])
@pytest.mark.parametrize("lie", LIES)
def test_a_transaction_with_another_field_is_refused(
    server: SigningServer, asked: dict[str, Any], lie: str
) -> None:
    """The refusal names the field and no value."""
    field, change = LIES[lie]
    signer = signer_at(server)
    server.edit = lambda transaction: transaction | change
    with pytest.raises(SignerMisbehaved) as caught:
        signer.sign(asked)
    assert caught.value.field == field
    assert f"whose {field} is not what was asked for" in str(caught.value)


@pytest.mark.parametrize(
    ("asked", "change", "field"),
    [
        (LEGACY, {"gasPrice": 8}, "gasPrice"),
        (DYNAMIC, {"maxFeePerGas": 2_000_000_008}, "maxFeePerGas"),
        (DYNAMIC, {"maxPriorityFeePerGas": 1}, "maxPriorityFeePerGas"),
        (DYNAMIC, {"accessList": [{"address": OTHER.address, "storageKeys": []}]}, "accessList"),
        (LEGACY, {"accessList": [], "type": 1}, "type"),
    ],
)
def test_other_fees_and_another_type_are_refused(
    server: SigningServer, asked: dict[str, Any], change: dict[str, Any], field: str
) -> None:
    """What is paid and to which effect is part of what was asked."""
    signer = signer_at(server)
    server.edit = lambda transaction: transaction | change
    with pytest.raises(SignerMisbehaved) as caught:
        signer.sign(asked)
    assert caught.value.field == field


def test_another_key_is_refused(server: SigningServer) -> None:
    """The sender is recovered from the signature."""
    signer = signer_at(server)
    server.signs_with = OTHER
    with pytest.raises(SignerMisbehaved) as caught:
        signer.sign(DYNAMIC)
    assert caught.value.field == "sender"


@pytest.mark.parametrize(
    "result", ["0x", "0x02", "0xzz", "", "02f8", 7, None, [], {}, {"raw": 1}, "0x" + "c0" * 9]
)
def test_what_is_no_transaction_is_refused(server: SigningServer, result: object) -> None:
    """Whatever stands in its place."""
    signer = signer_at(server)
    server.answer = json.dumps({"jsonrpc": "2.0", "id": 2, "result": result}).encode()
    with pytest.raises(SignerMisbehaved) as caught:
        signer.sign(LEGACY)
    assert caught.value.field == "encoding"


RAWS = [bytes(KEY.sign_transaction(asked).raw_transaction) for asked in (LEGACY, DYNAMIC)]


@given(st.sampled_from((0, 1)), st.data())
def test_no_change_to_the_bytes_goes_unnoticed(which: int, data: st.DataObject) -> None:
    """One byte altered, cut off or added anywhere differs in some field, and nothing else is raised."""
    raw, asked = RAWS[which], (LEGACY, DYNAMIC)[which]
    place = data.draw(st.integers(0, len(raw)))
    piece = data.draw(st.binary(max_size=2))
    altered = raw[:place] + piece + raw[place + data.draw(st.integers(0, 2)) :]
    if altered != raw:
        assert difference(altered, asked, Address(KEY.address)) is not None


def test_a_signature_in_its_other_form_is_refused() -> None:
    """The mirrored signature recovers the same account, and networks do not take it (EIP-2)."""
    order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
    signed = KEY.sign_transaction(LEGACY)
    s = signed.s.to_bytes(32).lstrip(b"\0")
    mirrored = (order - signed.s).to_bytes(32)
    assert len(s) == 32  # of this key and transaction, so that the lengths in front stay as they are
    raw = bytes(signed.raw_transaction).replace(s, mirrored)
    v = signed.v.to_bytes(2)
    other_v = (
        signed.v ^ 1 if signed.v % 2 == 0 else signed.v + (1 if (signed.v - 35) % 2 == 0 else -1)
    ).to_bytes(2)
    raw = raw.replace(b"\x82" + v, b"\x82" + other_v)
    assert Account.recover_transaction(raw) == KEY.address
    assert difference(raw, LEGACY, Address(KEY.address)) == "signature"


# Away, slow or locked


def test_a_locked_account_is_said_clearly(server: SigningServer) -> None:
    """It is unavailable and not refused: an operator can unlock it."""
    signer = signer_at(server)
    server.locked.add(KEY.address.lower())
    with pytest.raises(SignerUnavailable, match=f"holds no unlocked key for {KEY.address}; load or unlock"):
        signer.sign(LEGACY)


@pytest.mark.parametrize(
    ("status", "answer", "said"),
    [
        (500, b"", "answered HTTP 500"),
        (404, b"<html>", "answered HTTP 404"),
        (307, b"", "answered HTTP 307"),
        (401, b"", r"does not let us in \(HTTP 401\)"),
        (403, b"", r"does not let us in \(HTTP 403\)"),
        (200, b"<html>", "answered something else than JSON-RPC"),
        (200, b"[]", "answered something else than JSON-RPC"),
        (200, b'{"id": 1, "result": "0x"}', "answered something else than JSON-RPC"),
        (200, b"[" * 100_000, "answered something else than JSON-RPC"),
        (200, b" " * 3_000_000, "sends an answer that does not end"),
        (
            400,
            b'{"error": {"code": -32602, "message": "Invalid params"}}',
            r"refused: Invalid params \(-32602\)",
        ),
        (200, b'{"error": {"code": -1, "message": "' + b"a\\n" * 999 + b'"}}', r"refused: (a ){100} \(-1\)"),
        (200, b'{"error": 1}', "refused: no reason given"),
    ],
)
def test_every_other_answer_is_a_signer_that_is_unavailable(
    server: SigningServer, status: int, answer: bytes, said: str
) -> None:
    """The message names host and port, and what was said in one short line."""
    signer = signer_at(server)
    server.status, server.answer = status, answer
    with pytest.raises(SignerUnavailable) as caught:
        signer.sign(LEGACY)
    assert str(caught.value).startswith(f"the signer at {server.url[7:]} ")
    assert caught.match(said)


def test_a_signer_that_does_not_answer_in_time_is_given_up(server: SigningServer) -> None:
    """After the seconds of its settings."""
    signer = signer_at(server, timeout=0.2)
    server.open.clear()
    with pytest.raises(SignerUnavailable, match=r"did not answer within 0\.2 s"):
        signer.sign(LEGACY)


def test_nothing_of_the_address_but_host_and_port_is_shown(server: SigningServer) -> None:
    """A path may hold a secret."""
    signer = remote_signers(SigningService(f"{server.url}/secret?key=secret"))[0]
    assert repr(signer) == f"<RemoteSigner {KEY.address} at {server.url[7:]}>"
    server.stop()
    with pytest.raises(SignerUnavailable) as caught:
        signer.sign(LEGACY)
    assert "secret" not in str(caught.value)
    assert server.url[7:] in str(caught.value)


def test_a_program_may_start_before_its_signer(
    server: SigningServer, caplog: pytest.LogCaptureFixture
) -> None:
    """With the accounts named; without them nobody knows which there are."""
    server.stop()
    with pytest.raises(SignerUnavailable):
        remote_signers(SigningService(server.url))
    with caplog.at_level(logging.WARNING):
        (signer,) = remote_signers(SigningService(server.url, accounts=(KEY.address,)))
    assert "starting without the signing service" in caplog.text
    server.start()
    assert Account.recover_transaction(signer.sign(LEGACY)) == KEY.address


def test_a_restarted_service_is_asked_again_at_once(server: SigningServer) -> None:
    """The connections that it dropped are found out and made anew."""
    signer = signer_at(server)
    signer.sign(LEGACY)
    server.stop()
    server.start()
    assert Account.recover_transaction(signer.sign(LEGACY)) == KEY.address


# Settings


@pytest.mark.parametrize(
    ("url", "said"),
    [
        (
            "http://signer.example:9000",
            "plain http:// is taken on this machine only.*name its CA in signer-ca",
        ),
        ("http://192.0.2.7", "plain http://"),
        (
            "https://me:secret@signer.example",
            "must not contain a password; put a token into signer-token-file",
        ),
        ("ftp://signer.example", "must be an https:// address"),
        ("signer.example:9000", "must be an https:// address"),
        ("https://", "must be an https:// address"),
        ("https://a:b", "must be an https:// address"),
    ],
)
def test_an_address_that_is_not_safe_is_refused(url: str, said: str) -> None:
    """Before anything is sent; the refusal says what to do and never repeats the address."""
    with pytest.raises(SignerSettingsInvalid, match=said) as caught:
        remote_signers(SigningService(url))
    assert caught.value.setting == "signer"
    assert "secret" not in str(caught.value)


def test_settings_that_cannot_be_used_are_named(server: SigningServer, tmp_path: Path) -> None:
    """Each by the name of its option."""
    (tmp_path / "empty").write_text("", encoding="utf-8")
    (tmp_path / "two").write_text("one\ntwo", encoding="utf-8")
    wrong: dict[str, dict[str, Any]] = {
        "signer-ca": {"url": "https://127.0.0.1:1", "ca": tmp_path / "empty"},
        "signer-certificate": {"url": "https://127.0.0.1:1", "certificate": tmp_path / "empty"},
        "signer-key": {"url": "https://127.0.0.1:1", "key": tmp_path / "empty"},
        "signer-token-file": {"token_file": tmp_path / "two"},
        "signer-account": {"accounts": ("0x12",)},
        "signer-timeout": {"timeout": 0},
    }
    for setting, fields in wrong.items():
        with pytest.raises(SignerSettingsInvalid) as caught:
            remote_signers(SigningService(**{"url": server.url, **fields}))
        assert caught.value.setting == setting
    with pytest.raises(SignerSettingsInvalid, match="cannot be read"):
        remote_signers(SigningService(server.url, token_file=tmp_path / "missing"))


def test_a_service_without_keys_is_refused() -> None:
    """Rather than starting with nothing to sign with."""
    with SigningServer([]) as server, pytest.raises(SignerSettingsInvalid, match="has no keys"):
        remote_signers(SigningService(server.url))


def test_a_token_from_a_file_is_sent(server: SigningServer, tmp_path: Path) -> None:
    """Without it, or with another, the service does not answer."""
    server.token = "t0ken-1"
    path = tmp_path / "token"
    path.write_text("t0ken-1\n", encoding="ascii")
    assert str(signer_at(server, token_file=path).address) == KEY.address
    path.write_text("t0ken-2\n", encoding="ascii")
    with pytest.raises(SignerUnavailable, match="HTTP 401") as caught:
        signer_at(server, token_file=path)
    assert "t0ken" not in str(caught.value)


# TLS


@pytest.fixture(scope="session")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with two CAs, and a server's and a client's certificate from the first."""
    folder = tmp_path_factory.mktemp("certificates")

    def made(name: str, *options: str) -> None:
        subject = ("-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.pem")
        new_key = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2")
        command = ["openssl", "req", "-x509", *new_key, *subject, *options]
        subprocess.run(command, cwd=folder, check=True, capture_output=True)

    usage = ("-addext", "keyUsage=critical,keyCertSign,cRLSign")
    made("ca", *usage)
    made("stranger", *usage)
    from_ca = ("-CA", "ca.pem", "-CAkey", "ca.key", "-addext", "basicConstraints=critical,CA:FALSE")
    made("server", *from_ca, "-addext", "subjectAltName=IP:127.0.0.1")
    made("client", *from_ca)
    for key in folder.glob("*.key"):
        key.chmod(0o600)
    return folder


@pytest.fixture
def tls_server(certificates: Path) -> Iterator[SigningServer]:
    """Return a signing service that asks its callers for a certificate."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates / "server.pem", certificates / "server.key")
    context.load_verify_locations(certificates / "ca.pem")
    context.verify_mode = ssl.CERT_REQUIRED
    with SigningServer([KEY], tls=context) as running:
        yield running


def test_each_side_shows_a_certificate(tls_server: SigningServer, certificates: Path) -> None:
    """With the CA named and our own certificate, the line stands and is kept."""
    signer = signer_at(
        tls_server,
        ca=certificates / "ca.pem",
        certificate=certificates / "client.pem",
        key=certificates / "client.key",
    )
    for nonce in range(3):
        signer.sign({**LEGACY, "nonce": nonce})
    assert tls_server.connections == 1


@pytest.mark.parametrize("ca", ["stranger.pem", None])
def test_a_service_of_another_ca_is_not_talked_to(
    tls_server: SigningServer, certificates: Path, ca: str | None
) -> None:
    """Also not when the CA is one that the system does not know."""
    with pytest.raises(SignerUnavailable, match=r"cannot be trusted, or does not trust us \(TLS\)"):
        signer_at(tls_server, ca=certificates / ca if ca else None)
    assert not tls_server.asked


def test_without_our_certificate_the_service_hangs_up(tls_server: SigningServer, certificates: Path) -> None:
    """It is never asked."""
    with pytest.raises(SignerUnavailable):
        signer_at(tls_server, ca=certificates / "ca.pem")
    assert not tls_server.asked


# On a chain


@dataclass
class Office:
    """An issuing office whose key lies in a signing service."""

    world: ChainWorld
    service: SigningService
    ledger: ChainLedger
    account: Address

    def issue(self) -> bytes:
        """Issue a certificate with the remote key and return its id."""
        terms = self.world.terms()
        self.ledger.issue(terms, self.account)
        return certificate_id(terms)

    def holds(self, certificate: bytes) -> bool:
        """Return whether the ledger holds a certificate."""
        return self.world.seen(certificate).entry is not None

    @property
    def nonce(self) -> int:
        """How many transactions the key has sent."""
        return int(self.world.rpc.ask("eth_getTransactionCount", self.account, "pending"), 16)


def office_of(world: ChainWorld, service: SigningService) -> Office:
    """Give the first key of a service to the issuing authority of VN."""
    (signer, *_) = remote_signers(service)
    world.rpc.ask("evm_setAccountBalance", signer.address, hex(10**21))
    world.ledger.add_key(world.authority("VN issuing"), signer.address, world.admin("VN"))
    return Office(world, service, connect(world.profile, [signer]), signer.address)


@pytest.fixture
def office(world: ChainWorld, server: SigningServer) -> Office:
    """Return an office with its key in our server."""
    return office_of(world, SigningService(server.url, timeout=5))


@pytest.mark.chain
@pytest.mark.parametrize("url", ["ours", *([GIVEN] if GIVEN else [])])
def test_a_certificate_is_issued_with_a_remote_key(
    world: ChainWorld, server: SigningServer, url: str
) -> None:
    """The entry names the key, which was never here."""
    office = office_of(world, SigningService(server.url if url == "ours" else url))
    certificate = office.issue()
    key = world.seen(certificate).key
    assert key is not None
    assert key.account == office.account


@pytest.mark.chain
def test_nothing_is_lost_while_the_signer_is_away(office: Office, server: SigningServer) -> None:
    """No transaction number is used up by what was not signed, and the next write needs no help."""
    first = office.issue()
    server.stop()
    before = office.nonce
    terms = office.world.terms()
    for _ in range(3):
        with pytest.raises(SignerUnavailable):
            office.ledger.issue(terms, office.account)
    assert office.nonce == before
    server.start()
    office.ledger.issue(terms, office.account)
    assert office.nonce == before + 1
    assert all(map(office.holds, (first, certificate_id(terms), office.issue())))


@pytest.mark.chain
def test_what_a_signer_made_up_is_not_sent(office: Office, server: SigningServer) -> None:
    """The key's next transaction is the one that was asked for."""
    before = office.nonce
    server.edit = lambda transaction: transaction | {"nonce": transaction["nonce"] + 1}
    with pytest.raises(SignerMisbehaved):
        office.issue()
    assert office.nonce == before
    server.edit = dict
    assert office.holds(office.issue())


@pytest.mark.chain
def test_a_slow_signer_holds_up_its_own_key_only(office: Office, server: SigningServer) -> None:
    """Another key writes meanwhile, and the slow one finishes."""
    server.open.clear()
    with ThreadPoolExecutor(1) as waiting:
        slow = waiting.submit(office.issue)
        try:
            other = office.world.issued(by="TH issuing", exporting="TH", importing="VN")
            assert office.holds(other)
            assert not slow.done()
        finally:
            server.open.set()
        assert office.holds(slow.result())


@pytest.mark.chain
def test_many_writes_with_one_remote_key_all_succeed(office: Office) -> None:
    """From many threads, each transaction number once."""
    before = office.nonce
    with ThreadPoolExecutor(6) as threads:
        certificates = list(threads.map(lambda _: office.issue(), range(12)))
    assert all(map(office.holds, certificates))
    assert office.nonce == before + 12


def test_a_key_that_everybody_knows_is_refused_in_a_signing_service_too() -> None:
    """Off a development chain, before any node is asked, by its account alone."""
    profile = profile_of({"chain_id": 7777, "rpc": "http://127.0.0.1:1", "registry": "0x" + "11" * 20})
    public = Account.from_key("0x8f2a55949038a9610f50fb23b5883af3b4ecb3c3bb792cbcefbd1542c692be63")
    with SigningServer([public], chain_id=7777) as server:
        signers = remote_signers(SigningService(server.url))
        with pytest.raises(DevelopmentKeyRefused) as caught:
            connect(profile, signers)
    assert caught.value.account == public.address


# From the doors


@pytest.mark.chain
def test_a_command_signs_with_a_key_of_a_signing_service(world: ChainWorld, tmp_path: Path) -> None:
    """An administrator's key need not be on the machine; a signer that is away is status 1, not 3."""
    admin, number = world.admin("VN"), str(world.authority("VN issuing"))
    write_profile(world.profile, tmp_path / "asal.toml")

    def asal(signer: str, *words: str) -> Result:
        return CliRunner().invoke(app, ["--profile", str(tmp_path / "asal.toml"), "--signer", signer, *words])

    with SigningServer([_key("admin VN")]) as server:
        done = asal(server.url, "--signer-accounts", admin, "keys", "add", number, KEY.address)
        assert done.exit_code == 0, done.stderr
        key = world.ledger.key(Address(KEY.address))
        assert key is not None
        assert key.member == "VN"
    away = asal(server.url, "keys", "add", number, OTHER.address)
    assert (away.exit_code, f"the signer at {server.url[7:]} did not answer" in away.stderr) == (1, True)
    open_line = asal("http://signer.example", "keys", "add", number, OTHER.address)
    assert (open_line.exit_code, "plain http:// is taken on this machine only" in open_line.stderr) == (
        3,
        True,
    )


def test_the_service_reads_its_signing_service_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each variable by the name of its option."""
    variables = {
        "PROFILE": "asal.toml",
        "SIGNER": "https://signer.example:9000",
        "SIGNER_ACCOUNTS": f"{KEY.address},{OTHER.address}",
        "SIGNER_CA": "ca.pem",
        "SIGNER_CERTIFICATE": "us.pem",
        "SIGNER_KEY": "us.key",
        "SIGNER_TOKEN_FILE": "token",
        "SIGNER_TIMEOUT": "2.5",
    }
    for name, value in variables.items():
        monkeypatch.setenv(f"ASAL_{name}", value)
    assert ServiceSettings().ledger.signer == SigningService(
        "https://signer.example:9000",
        (KEY.address, OTHER.address),
        Path("ca.pem"),
        Path("us.pem"),
        Path("us.key"),
        Path("token"),
        2.5,
    )
    monkeypatch.delenv("ASAL_SIGNER")
    assert ServiceSettings().ledger.signer is None
