"""Published verifiers of other projects accept our certificates, and refuse what we refuse.

Asked are oa-verify (GovTech Singapore), tt-verify (TradeTrust) and TrustVC, at the versions of
`package-lock.json`, against a real chain.  They know nothing of this project.
"""

import copy
import json
import subprocess
from collections.abc import Callable, Iterator, Mapping
from datetime import timedelta
from typing import Any

import _ganache
import _setup
import pytest

from ledger.batch import batch_of
from ledger.facts import Reason
from ledger.hashing import keccak
from ledger.presented import redacted
from tests.builders import ABSENT, altered
from tests.vectors.made_envelopes import CERTIFICATES, ISSUERS, Golden, drawn
from tests.vectors.made_twins import retold
from tests.worlds import ChainWorld, network_of

pytestmark = [pytest.mark.peers, pytest.mark.chain, pytest.mark.slow]

LIBRARIES = ("oa-verify", "tt-verify", "trustvc")
GOOD = {
    "single": "issued alone",
    "eight lines": "issued alone, with eight goods lines",
    "back-to-back": "on the strength of an original",
    "hidden field": "with the consignee's name hidden",
    "hidden line": "with a whole goods line hidden",
    "hidden all": "with nothing shown but the mandatory fields",
    "batch member": "anchored with four others, while another member anchors all nodes",
    "batch odd member": "the last of the batch, which moves up alone",
    "batch hidden": "anchored, with a party hidden",
    "batch entered": "anchored, then entered",
    "replacement": "in place of another",
}
ENDED = {
    "cancelled": "DOCUMENT_REVOKED",
    "cancelled hidden": "DOCUMENT_REVOKED",
    "replaced": "DOCUMENT_REVOKED",
    "never issued": "DOCUMENT_NOT_ISSUED",
    "batch never anchored": "DOCUMENT_NOT_ISSUED",
    "batch member cancelled": "DOCUMENT_REVOKED",
    "batch of another member": "DOCUMENT_REVOKED",
    "key compromised": "DOCUMENT_REVOKED",
}
TAMPERED = ("tampered", "removed field", "added field", "batch tampered", "hidden hash never issued")
Answers = Mapping[str, Mapping[str, Mapping[str, Any]]]


class Desk:
    """Issues on a chain and collects the envelopes to be asked about."""

    def __init__(self, world: ChainWorld) -> None:
        """Take a world in which VN, TH and MY have authorities."""
        self.world, self.today = world, world.now.date()
        self.documents: dict[str, dict[str, Any]] = {}

    def draw(self, name: str, vector: str = "vn-th-coffee", **changes: Any) -> Golden:
        """Draw up a certificate of today under a reference of its own."""
        document = json.loads((CERTIFICATES / f"{vector}.json").read_text("utf-8"))["document"]
        days = {
            "reference": name.upper(),
            "issuedOn": self.today.isoformat(),
            "validUntil": (self.today + timedelta(days=100)).isoformat(),
        }
        return drawn(document | days | changes, keccak(name.encode()), self.world.ledger.ledger)

    def issue(self, one: Golden, by: str = "VN issuing") -> Golden:
        """Write the entry of a certificate."""
        self.world.ledger.issue(one.terms, self.world.account(by))
        return one

    def keep(self, name: str, document: dict[str, Any]) -> None:
        """Ask about this envelope later."""
        self.documents[name] = document


@pytest.fixture(scope="module")
def world() -> Iterator[ChainWorld]:
    """Return a chain of this module alone, for its time is set forward."""
    _setup.npm_folder("ganache")
    with _ganache.running() as node:
        world = ChainWorld.deployed(network_of(node))
        world.assemble()
        yield world


@pytest.fixture(scope="module")
def ask(world: ChainWorld, tmp_path_factory: pytest.TempPathFactory) -> Callable[[dict[str, Any]], Answers]:
    """Return what asks the three libraries about envelopes, saved as files as people save them."""
    peers = _setup.npm_folder("peers")

    def asked(documents: dict[str, Any]) -> Answers:
        folder = tmp_path_factory.mktemp("envelopes")
        dns = folder / "dns.txt"
        dns.write_text(json.dumps({domain: world.ledger.ledger.address for _, domain in ISSUERS.values()}))
        for name, document in documents.items():
            (folder / f"{name}.json").write_text(json.dumps(document), "utf-8")
        files = [str(folder / f"{name}.json") for name in documents]
        command = [*_setup.node_command(), str(peers / "verify.mjs"), world.profile.rpc[0], str(dns), *files]
        done = subprocess.run(command, check=False, capture_output=True, text=True, timeout=300)
        assert done.returncode in {0, 1}, done.stderr
        answers: Answers = json.loads(done.stdout)
        return answers

    return asked


@pytest.fixture(scope="module")
def answers(world: ChainWorld, ask: Callable[[dict[str, Any]], Answers]) -> Answers:
    """Issue everything, ask once, and return what the libraries said."""
    desk = Desk(world)
    _issue_single(desk)
    _issue_batch(desk)
    _end(desk)
    _tamper(desk)
    return ask(desk.documents)


def _issue_single(desk: Desk) -> None:
    coffee = desk.issue(desk.draw("single"))
    groceries = desk.issue(desk.draw("eight", "vn-ph-groceries"))
    original = desk.issue(desk.draw("original", "vn-sg-cashew-expired", importingMember="MY"))
    parent = {"certificate": original.hex, "reference": "ORIGINAL", "issuedOn": desk.today.isoformat()}
    onward = desk.draw(
        "onward", "my-th-head-stacks-partial", originals={"1": parent | {"exportingMember": "VN"}}
    )
    desk.issue(onward, "MY issuing")
    desk.keep("single", coffee.single())
    desk.keep("eight lines", groceries.single())
    desk.keep("back-to-back", onward.single())
    desk.keep("hidden field", redacted(coffee.single(), ["consignee.name"]))
    desk.keep("hidden line", redacted(groceries.single(), ["items.5"]))
    rest = ["exporter", "consignee", "transport", "items", "endorsements", "declaration", "certification"]
    desk.keep("hidden all", redacted(coffee.single(), rest))


def _issue_batch(desk: Desk) -> None:
    drawn_up = [desk.draw(f"batch {number}") for number in range(5)]
    ids = {one.id: one for one in drawn_up}
    key, foreign = desk.world.account("VN issuing"), desk.world.account("TH issuing")
    batch, last_day = batch_of(ids, "VN"), drawn_up[0].terms.valid_until
    for node in {node for layer in batch.tree.layers for node in layer}:
        desk.world.ledger.anchor(node, 5, last_day, foreign)
    desk.world.ledger.mark_compromised(foreign, desk.world.now - timedelta(hours=1), desk.world.admin("TH"))
    desk.world.ledger.anchor(batch.tree.root, 5, last_day, key)
    first, second, third, fourth, odd = (ids[leaf] for leaf in batch.tree.layers[0])
    for one in (second, third):
        desk.world.ledger.enter(one.terms, batch.root, batch.proof_of(one.id), key)
    desk.world.ledger.cancel(third.id, Reason.OTHER, key)
    desk.keep("batch member", first.member(batch))
    desk.keep("batch hidden", redacted(first.member(batch), ["exporter"]))
    desk.keep("batch entered", second.member(batch))
    desk.keep("batch member cancelled", third.member(batch))
    desk.keep("batch odd member", odd.member(batch))
    tampered = copy.deepcopy(fourth.member(batch))
    retold(tampered, "items.1.quantity.value", "1")
    desk.keep("batch tampered", tampered)
    stranger = desk.draw("stranger")
    desk.keep("batch never anchored", stranger.member(batch_of([stranger.id, first.id], "VN")))
    desk.keep("batch of another member", fourth.member(batch_of(ids, "TH")))


def _end(desk: Desk) -> None:
    ledger, key = desk.world.ledger, desk.world.account("VN issuing")
    cancelled, old, new = (desk.draw(name) for name in ("cancelled", "old", "new"))
    desk.issue(cancelled)
    ledger.cancel(cancelled.id, Reason.ORIGIN_NOT_MET, key)
    desk.issue(old)
    ledger.replace(old.id, new.terms, key)
    desk.keep("cancelled", cancelled.single())
    desk.keep("cancelled hidden", redacted(cancelled.single(), ["items"]))
    desk.keep("replaced", old.single())
    desk.keep("replacement", new.single())
    desk.keep("never issued", desk.draw("never").single())
    stolen, admin = desk.world.account("stolen key"), desk.world.admin("VN")
    ledger.add_key(desk.world.authority("VN issuing"), stolen, admin)
    forged = desk.issue(desk.draw("forged"), "stolen key")
    ledger.mark_compromised(stolen, desk.world.now - timedelta(hours=1), admin)
    desk.keep("key compromised", forged.single())


def _tamper(desk: Desk) -> None:
    single = desk.documents["single"]
    tampered = copy.deepcopy(single)
    retold(tampered, "items.1.quantity.value", "192000")
    desk.keep("tampered", tampered)
    desk.keep("removed field", altered(single, "/data/exporter/name", ABSENT))
    salted = "00000000-0000-4000-8000-000000000000:string:x"
    desk.keep("added field", altered(single, "/data/exporter/alias", salted))
    desk.keep("hidden hash never issued", {**single, "privacy": {"obfuscatedData": ["ab" * 32]}})


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("name", GOOD, ids=GOOD.values())
def test_a_certificate_in_force_has_integrity_and_status(answers: Answers, library: str, name: str) -> None:
    """As it stands, without any change to their code."""
    found = answers[name][library]
    assert (found["DOCUMENT_INTEGRITY"], found["DOCUMENT_STATUS"]) == (True, True), found["reasons"]


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("name", ENDED)
def test_a_certificate_not_in_force_has_integrity_but_no_status(
    answers: Answers, library: str, name: str
) -> None:
    """The content is as it was drawn up; the ledger does not stand behind it."""
    found = answers[name][library]
    assert (found["DOCUMENT_INTEGRITY"], found["DOCUMENT_STATUS"]) == (True, False)
    assert ENDED[name] in found["reasons"]


@pytest.mark.parametrize("library", LIBRARIES)
@pytest.mark.parametrize("name", TAMPERED)
def test_a_tampered_copy_has_no_integrity(answers: Answers, library: str, name: str) -> None:
    """Whatever the ledger says of the original."""
    found = answers[name][library]
    assert found["DOCUMENT_INTEGRITY"] is False
    assert "DOCUMENT_TAMPERED" in found["reasons"]


@pytest.mark.parametrize("name", GOOD, ids=GOOD.values())
def test_the_issuer_is_identified_by_its_domain(answers: Answers, name: str) -> None:
    """By oa-verify, from the record that the authority puts into its DNS."""
    assert answers[name]["oa-verify"]["ISSUER_IDENTITY"] is True


def test_a_registry_that_the_domain_does_not_name_is_not_identified(
    answers: Answers, world: ChainWorld, ask: Callable[[dict[str, Any]], Answers]
) -> None:
    """The same envelope, with another contract's address in it."""
    assert answers["single"]["oa-verify"]["ISSUER_IDENTITY"] is True
    one = Desk(world).draw("elsewhere").single()
    retold(one, "issuers.0.identityProof.location", "somebody-else.example")
    assert ask({"elsewhere": one})["elsewhere"]["oa-verify"]["ISSUER_IDENTITY"] is False


def test_an_expired_certificate_has_no_status(
    answers: Answers, world: ChainWorld, ask: Callable[[dict[str, Any]], Answers]
) -> None:
    """Their verifiers know no expiry; the contract tells them all the same, alone and for a batch."""
    assert answers["single"]["oa-verify"]["DOCUMENT_STATUS"] is True
    desk = Desk(world)
    alone, together, other = (desk.draw(name) for name in ("alone", "together", "the other"))
    desk.issue(alone)
    batch = world.anchored(together.terms, other.terms)
    documents = {"alone": alone.single(), "together": together.member(batch)}
    for seen in ask(documents).values():
        assert all(found["DOCUMENT_STATUS"] for found in seen.values())
    world.advance(timedelta(days=101))
    for seen in ask(documents).values():
        for found in seen.values():
            assert (found["DOCUMENT_INTEGRITY"], found["DOCUMENT_STATUS"]) == (True, False)
            assert "DOCUMENT_REVOKED" in found["reasons"]
