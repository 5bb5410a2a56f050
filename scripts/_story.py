"""The demonstration's story: certificates issued by one member's authority, verified by another's customs.

Certificates go through the HTTP API as they would from a ministry's own system.  Then come the copies that
customs meet in practice: altered, cancelled, replaced, expired, never issued, signed with a stolen key.
"""

import json
import secrets
import time
from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import _dated
import _founding
import _setup
import httpx2 as httpx

from ledger import envelope, issuing, presented, visible
from ledger.archive import ApiKeys, Scope
from ledger.documents import parse_document
from ledger.drawing import drawn_up
from ledger.facts import Address, Role
from ledger.ports import Ledger

SAMPLES = _setup.ROOT / "tests/vectors/certificates"
EXPIRED = "vn-sg-cashew-expired"
REPLACED, REPLACEMENT = "id-kh-cement-replaced", "id-kh-cement-rvc"
CANCELLED = "th-vn-tyres-third-country"
STOLEN = "la-th-copper-retroactive"
PLAIN = "vn-th-coffee"
SEVERAL_LINES = "vn-ph-groceries"
_WAIT_SECONDS = 120
"""How long the service may take to record what it has accepted, on a machine that does other things."""


@dataclass(frozen=True, slots=True)
class Sample:
    """An envelope of the demonstration and the verdict it should get."""

    file: Path
    route: str
    """Exporting and importing member."""
    verdict: str
    description: str
    altered: tuple[str, ...] = ()


@dataclass
class Story:
    """A founded ledger with its service, and what was issued on it so far."""

    founded: _founding.Founded
    api: httpx.Client
    tokens: dict[int, str]
    """One API key for each authority."""
    folder: Path
    envelopes: dict[str, dict[str, Any]] = field(default_factory=dict)
    """By the name of the sample."""
    issued: dict[str, str] = field(default_factory=dict)
    """Certificate ids by reference."""

    def issue(self, name: str, *, token: str | None = None) -> None:
        """Issue a sample through the API."""
        document = self._document(name)
        by = token or self._token(document["exportingMember"])
        if "authorisation" in document:
            self.post("/v1/exporters", _authorising(document), by)
        path = "/v1/origin-declarations" if "authorisation" in document else "/v1/certificates"
        self.keep(name, document["reference"], self.post(path, document, by))

    def replace(self, name: str, earlier: str) -> None:
        """Issue a sample in place of an earlier one."""
        document = self._document(name)
        held = self.issued[self._document(earlier)["reference"]]
        token = self._token(document["exportingMember"])
        self.keep(name, document["reference"], self.post(f"/v1/certificates/{held}/replace", document, token))

    def cancel(self, name: str, reason: str) -> None:
        """Cancel an issued sample."""
        document = self._document(name)
        held, token = self.issued[document["reference"]], self._token(document["exportingMember"])
        self.post(f"/v1/certificates/{held}/cancel", {"reason": reason}, token)

    def verify(self, sample: Sample) -> dict[str, Any]:
        """Ask for the verdict on a file, as anybody may."""
        headers = {"Content-Type": "application/json"}
        answer = self.api.post("/v1/verifications", content=sample.file.read_bytes(), headers=headers)
        answer.raise_for_status()
        verdict: dict[str, Any] = answer.json()
        return verdict

    def keep(self, name: str, reference: str, answer: dict[str, Any]) -> None:
        """Remember what came of issuing."""
        self.envelopes[name] = answer["envelope"]
        self.issued[reference] = answer["id"]

    def handed_out(
        self, name: str, document: dict[str, Any], verdict: str, about: str, *altered: str
    ) -> Sample:
        """Write an envelope to a file of its own."""
        file = self.folder / f"{name}.json"
        file.write_text(json.dumps(document, ensure_ascii=False, indent=2), encoding="utf-8")
        fields = visible.unsalted(document["data"])
        route = f"{fields['exportingMember']}→{fields['importingMember']}"
        return Sample(file, route, verdict, about, altered)

    def _document(self, name: str) -> dict[str, Any]:
        """Return a sample's document, its originals named by the ids that they were issued under."""
        document: dict[str, Any] = sample(name)["document"]
        lists = [document, *document["items"].values()]
        for original in (one for part in lists for one in part.get("originals", {}).values()):
            original["certificate"] = self.issued[original["reference"]]
        return document

    def _token(self, member: str) -> str:
        return self.tokens[self.founded.office(member, Role.ISSUING).authority]

    def post(self, path: str, body: dict[str, Any], token: str) -> dict[str, Any]:
        """Post something, once, and return what came of it; ask again while it is on its way."""
        headers = {"Authorization": f"Bearer {token}", "Idempotency-Key": secrets.token_hex(16)}
        answer = self.api.post(path, json=body, headers=headers)
        until = time.monotonic() + _WAIT_SECONDS
        while answer.status_code == httpx.codes.ACCEPTED and time.monotonic() < until:
            time.sleep(1)
            answer = self.api.post(path, json=body, headers=headers)
        if answer.is_error:
            raise RuntimeError(f"{path} answered {answer.status_code}: {answer.text}")
        told: dict[str, Any] = answer.json()
        return told


def _authorising(document: dict[str, Any]) -> dict[str, Any]:
    """Return what authorises the exporter of a declaration, since the beginning of its year."""
    exporter, authorisation = document["exporter"], document["authorisation"]
    return {
        "act": "authorise",
        "code": authorisation["exporterCode"],
        "particulars": {
            "scheme": "RCEP" if document["scheme"].startswith("RCEP") else "AWSC",
            "name": exporter["name"],
            "address": exporter["address"],
            "nationalId": "fictional",
            "office": "Origin division (fictional)",
            "issuedOn": f"{document['issuedOn'][:4]}-01-01",
            "expiresOn": None,
            "products": [
                {"description": line["description"], "hsCode": line["hsCode"], "hsEdition": line["hsEdition"]}
                for line in document["items"].values()
            ],
            "signatories": [{"name": authorisation["signatory"]}],
            "trader": False,
        },
    }


def sample(name: str) -> dict[str, Any]:
    """Return a fresh copy of a sample certificate with its description, its days told from today."""
    found: dict[str, Any] = json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))
    return found | {"document": _dated.dated(found["document"])}


def day_of_the_expired() -> datetime:
    """Return the morning on which the certificate was issued that has expired since."""
    return datetime.fromisoformat(f"{sample(EXPIRED)['document']['issuedOn']}T08:00:00+00:00")


def issued_in_the_past(story: Story, ledger: Ledger) -> None:
    """Issue the certificate that has expired since; the chain's clock must stand at that time."""
    document = sample(EXPIRED)["document"]
    office = story.founded.office(document["exportingMember"], Role.ISSUING)
    certificate = parse_document(document)
    issued = issuing.issue(certificate, authority=office.authority, account=office.account, ledger=ledger)
    answer = {"id": f"0x{issued.filing.id.hex()}", "envelope": issued.envelope}
    story.keep(EXPIRED, document["reference"], answer)


def told(story: Story, keys: ApiKeys) -> Iterator[Sample]:
    """Issue every sample, bring each kind of bad copy about, and yield what is handed out."""
    names = sorted(path.stem for path in SAMPLES.glob("*.json"))
    names.sort(key=lambda name: "originals" in sample(name)["document"])
    for name in names:
        if name not in {EXPIRED, REPLACEMENT, STOLEN}:
            story.issue(name)
    story.replace(REPLACEMENT, REPLACED)
    story.cancel(CANCELLED, "particulars-wrong")
    _sign_with_a_stolen_key(story, keys)
    ends = {EXPIRED: "EXPIRED", REPLACED: "REPLACED", CANCELLED: "CANCELLED", STOLEN: "ISSUER_NOT_AUTHORISED"}
    for name in names:
        about = sample(name)["description"]
        yield story.handed_out(name, story.envelopes[name], ends.get(name, "VALID"), about)
    yield from _copies(story)


def _copies(story: Story) -> Iterator[Sample]:
    """Yield copies that differ from what was issued."""
    quantity = deepcopy(story.envelopes[PLAIN])
    line = quantity["data"]["items"]["1"]["quantity"]
    salt = line["value"].partition(":")[0]
    line["value"] = f"{salt}:string:99999"
    about = "The coffee certificate with a larger quantity written into it"
    yield story.handed_out("altered-quantity", quantity, "ALTERED", about, "items.1.quantity.value")
    line_gone = presented.redacted(story.envelopes[SEVERAL_LINES], ["items.2", "consignee.address"])
    about = "Eight goods lines, one of them and the consignee's address hidden: still valid"
    yield story.handed_out("redacted-line", line_gone, "VALID", about)
    about = "A forgery: well made, with a plausible number, and never issued"
    yield story.handed_out("never-issued", _forged(story), "NOT_FOUND", about)


def _forged(story: Story) -> dict[str, Any]:
    """Return an envelope that is consistent in itself but was never recorded."""
    certificate = parse_document(sample(PLAIN)["document"] | {"reference": "VN-TH 26/02/00777"})
    issuer = (story.founded.office("VN", Role.ISSUING).name, "moit.vn.example")
    drawn = drawn_up(certificate, issuer, story.founded.profile.ledger)
    return envelope.sealed(drawn.data, drawn.seed, drawn.terms, (), drawn.id)


def _sign_with_a_stolen_key(story: Story, keys: ApiKeys) -> None:
    """Issue with a second key of an authority, which is found to have been stolen before that."""
    office = story.founded.office("LA", Role.ISSUING)
    admin, stolen = story.founded.admin("LA"), _founding.account(_founding.SPARE_KEY)
    story.founded.chain.add_key(office.authority, stolen, admin)
    key, token = _api_key(keys, office.authority, stolen, "the thief")
    story.issue(STOLEN, token=token)
    keys.revoke(office.authority, key, now=datetime.now(UTC))
    entered = story.founded.chain.key(stolen)
    since = entered.since if entered else datetime.now(UTC) - timedelta(minutes=1)
    story.founded.chain.mark_compromised(stolen, since, admin)


def api_keys(founded: _founding.Founded, keys: ApiKeys) -> dict[int, str]:
    """Make one API key for each authority."""
    return {
        office.authority: _api_key(keys, office.authority, office.account, f"demo {office.member}")[1]
        for office in founded.offices
    }


def _api_key(keys: ApiKeys, authority: int, account: Address, label: str) -> tuple[str, str]:
    made, token = keys.make(authority, account, list(Scope), label=label, now=datetime.now(UTC))
    return made.id, token
