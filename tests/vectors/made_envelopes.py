"""Golden envelopes, each with what a ledger holds and the verdict that follows."""

import copy
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ledger import envelope
from ledger.batch import Batch, batch_of
from ledger.documents import parse_document
from ledger.drawing import drawn_up
from ledger.facts import Address, LedgerName
from ledger.hashing import keccak
from ledger.presented import redacted
from ledger.terms import Terms, certificate_id

CERTIFICATES = Path(__file__).resolve().parent / "certificates"
LEDGER = LedgerName(1337, Address("0x5FbDB2315678afecb367f032d93F642f64180aa3"))
MANDATORY = (*envelope.MANDATORY,)
BATCH = (
    "vn-ph-groceries",
    "vn-la-fob-missing",
    "vn-kh-yarn-combination",
    "vn-th-coffee",
    "vn-th-coffee again",
)
"""Five, so that one of them is the odd last node of its tree."""
ISSUERS = {
    "VN": ("Ministry of Industry and Trade", "moit.vn.example"),
    "SG": ("Singapore Customs", "customs.sg.example"),
    "ID": ("Ministry of Trade", "kemendag.id.example"),
    "MY": ("Ministry of Investment, Trade and Industry", "miti.my.example"),
}


@dataclass(frozen=True, slots=True)
class Golden:
    """A certificate with its fixed seed, drawn up and ready to be sealed."""

    data: envelope.Data
    seed: bytes
    terms: Terms

    @property
    def id(self) -> bytes:
        """The certificate's id."""
        return certificate_id(self.terms)

    @property
    def hex(self) -> str:
        """The certificate's id in hex."""
        return f"0x{self.id.hex()}"

    def single(self) -> dict[str, Any]:
        """Return its envelope when issued alone."""
        return envelope.sealed(self.data, self.seed, self.terms, (), self.id)

    def member(self, batch: Batch) -> dict[str, Any]:
        """Return its envelope as one of a batch."""
        return envelope.sealed(self.data, self.seed, self.terms, batch.proof_of(self.id), batch.root)


@cache
def golden(name: str, ledger: LedgerName = LEDGER) -> Golden:
    """Draw up a certificate of `certificates/`; "NAME again" is the same under another reference."""
    vector = json.loads((CERTIFICATES / f"{name.removesuffix(' again')}.json").read_text("utf-8"))
    document = vector["document"]
    if name.endswith(" again"):
        document = {**document, "reference": f"{document['reference']}-2"}
    return drawn(document, keccak(f"golden {name}".encode()), ledger)


def drawn(document: dict[str, Any], seed: bytes, ledger: LedgerName = LEDGER) -> Golden:
    """Draw up the data and the terms of a document, as issuing does."""
    certificate = parse_document(document)
    one = drawn_up(certificate, ISSUERS[certificate.exporting_member], ledger, seed)
    return Golden(one.data, one.seed, one.terms)


def batch(member: str = "VN") -> Batch:
    """Return the batch of the five of `BATCH`, all of VN, as a member anchors it."""
    return batch_of((golden(name).id for name in BATCH), member)


def an_entry(one: Golden, **changes: Any) -> dict[str, Any]:
    """Return the ledger's entry of a certificate, signed by a key of its member."""
    entry = {
        "issuedAt": "2026-11-18T03:00:00+00:00",
        "validUntil": f"{one.terms.valid_until}T23:59:59+00:00",
        "exporting": one.terms.exporting,
        "importing": one.terms.importing,
        "scheme": int(one.terms.scheme),
        "endedAt": None,
        "reason": None,
        "key": a_key(one.terms.exporting),
    }
    return entry | changes


def an_anchor(**changes: Any) -> dict[str, Any]:
    """Return the ledger's record of the batch."""
    anchor = {
        "size": len(BATCH),
        "anchoredAt": "2026-11-03T03:00:00+00:00",
        "validUntil": "2027-11-01T23:59:59+00:00",
        "exporting": "VN",
        "key": a_key("VN"),
    }
    return anchor | changes


def a_key(member: str, **changes: Any) -> dict[str, Any]:
    """Return the key that signed."""
    return {"member": member, "revokedAt": None, "compromisedFrom": None} | changes


def a_ledger(**changes: Any) -> dict[str, Any]:
    """Return what a ledger holds: nothing, at noon of 1 December 2026."""
    state = {
        "name": {"chainId": LEDGER.chain_id, "address": LEDGER.address},
        "now": "2026-12-01T12:00:00+00:00",
        "block": 41,
        "final": True,
        "silent": False,
        "entries": {},
        "anchors": {},
        "holders": {},
        "replacements": {},
        "accepted": [],
    }
    return state | changes


def entered(one: Golden, **changes: Any) -> dict[str, Any]:
    """Return a ledger with the entry of one certificate."""
    held = {f"0x{one.terms.reference_key.hex()}": one.hex}
    return a_ledger(entries={one.hex: an_entry(one, **changes)}, holders=held)


def anchored(**changes: Any) -> dict[str, Any]:
    """Return a ledger with the batch, anchored by VN or by the member given as `exporting`."""
    root = batch(changes.get("exporting", "VN")).root
    return a_ledger(anchors={f"0x{root.hex()}": an_anchor(**changes)})


def case(
    description: str, document: dict[str, Any], ledger: dict[str, Any], verdict: str, **expected: Any
) -> dict[str, Any]:
    """Return the content of one file."""
    wanted = {"verdict": verdict, "altered": [], "removed": 0, "located": True, "hidden": 0} | expected
    return {"description": description, "ledger": ledger, "envelope": document, "expected": wanted}


def cases() -> dict[str, dict[str, Any]]:
    """Return every golden envelope by name: the verdicts, then redacted copies."""
    return {**_issued(), **_ended(), **_batched(), **_doubtful(), **_redacted()}


def _issued() -> dict[str, dict[str, Any]]:
    made = {}
    for name, what in {
        "vn-th-coffee": "one goods line",
        "vn-ph-groceries": "eight goods lines",
        "sg-my-pepper-back-to-back": "back-to-back with one original",
        "sg-th-consolidated-back-to-back": "back-to-back with two originals",
        "id-kh-cement-rvc": "replacing an earlier one",
        "my-th-head-stacks-partial": "partial cumulation",
    }.items():
        one = golden(name)
        made[f"valid-{name}"] = case(f"Issued singly, {what}", one.single(), entered(one), "VALID")
    return made


def _ended() -> dict[str, dict[str, Any]]:
    one = golden("vn-th-coffee")
    newer = golden("vn-th-coffee again")
    end = {"endedAt": "2026-11-25T09:00:00+00:00", "reason": "ORIGIN_NOT_MET"}
    replacing = entered(one, endedAt=end["endedAt"], reason="REPLACED") | {
        "replacements": {one.hex: newer.hex}
    }
    old = golden("vn-sg-cashew-expired")
    last_day = entered(old) | {"now": "2026-10-13T23:59:59+00:00"}
    return {
        "cancelled": case("Cancelled by its member", one.single(), entered(one, **end), "CANCELLED"),
        "replaced": case(
            "Replaced by a newer one", one.single(), replacing, "REPLACED", replacement=newer.hex
        ),
        "expired": case("Seven weeks past its last day", old.single(), entered(old), "EXPIRED"),
        "valid-on-its-last-second": case(
            "The last second of its last day, UTC", old.single(), last_day, "VALID"
        ),
        "cancelled-and-expired": case(
            "Cancelled, and past its date", old.single(), entered(old, **end), "CANCELLED"
        ),
        "replaced-and-expired": case(
            "Replaced, and past its date",
            old.single(),
            entered(old, **end | {"reason": "REPLACED"}),
            "REPLACED",
        ),
    }


def _batched() -> dict[str, dict[str, Any]]:
    five, one, odd = batch(), golden("vn-th-coffee"), _odd()
    other = f"0x{keccak(b'another certificate').hex()}"
    taken = anchored() | {"holders": {f"0x{one.terms.reference_key.hex()}": other}}
    both = entered(one, issuedAt="2026-11-03T03:00:00+00:00") | {"anchors": anchored()["anchors"]}
    ended = entered(one, endedAt="2026-11-25T09:00:00+00:00", reason="OTHER") | {
        "anchors": anchored()["anchors"]
    }
    early = anchored(anchoredAt="2026-10-31T23:59:59+00:00")
    foreign = anchored(exporting="TH", key=a_key("TH"))
    short = anchored(exporting="TH", key=a_key("TH"), validUntil="2026-11-03T23:59:59+00:00")
    copied = anchored() | {"anchors": short["anchors"] | anchored()["anchors"]}
    return {
        "batch-member": case(
            "Anchored in a batch of five, not entered", one.member(five), anchored(), "VALID"
        ),
        "batch-odd-member": case("The odd last one of the batch", odd.member(five), anchored(), "VALID"),
        "batch-entered": case("Anchored, then entered", one.member(five), both, "VALID"),
        "batch-entered-cancelled": case("Anchored, entered, cancelled", one.member(five), ended, "CANCELLED"),
        "batch-reference-taken": case(
            "Another certificate was entered under its reference", one.member(five), taken, "CONFLICTING"
        ),
        "batch-of-another-member": case(
            "Its tree was anchored by a key of TH, and its proof ends there",
            one.member(batch("TH")),
            foreign,
            "ISSUER_NOT_AUTHORISED",
        ),
        "batch-copied-only": case(
            "A key of TH has anchored its tree, and VN has not", one.member(five), foreign, "NOT_FOUND"
        ),
        "batch-copied": case(
            "A key of TH has anchored its tree too, valid for that day only",
            one.member(five),
            copied,
            "VALID",
        ),
        "batch-without-member": case(
            "Its proof ends at the top of the tree, short of the member",
            envelope.sealed(one.data, one.seed, one.terms, five.tree.proof_of(one.id), five.tree.root),
            anchored(),
            "NOT_FOUND",
        ),
        "batch-dated-later": case(
            "Dated more than a day after its batch was anchored", one.member(five), early, "NOT_FOUND"
        ),
        "batch-valid-too-long": case(
            "Valid a second longer than its batch says",
            one.member(five),
            anchored(validUntil="2027-11-01T23:59:58+00:00"),
            "NOT_FOUND",
        ),
        "batch-anchored-after-expiry": case(
            "Its batch was anchored after its last day",
            one.member(five),
            anchored(anchoredAt="2027-11-02T00:00:00+00:00", validUntil="2028-12-31T23:59:59+00:00")
            | {"now": "2027-11-03T00:00:00+00:00"},
            "NOT_FOUND",
        ),
    }


def _odd() -> Golden:
    """Return the member of the batch that moves up alone."""
    last = batch().tree.layers[0][-1]
    return next(one for one in map(golden, BATCH) if one.id == last)


def _doubtful() -> dict[str, dict[str, Any]]:
    one = golden("vn-th-coffee")
    elsewhere = golden("vn-th-coffee", LedgerName(1, LEDGER.address))
    contract = golden("vn-th-coffee", LedgerName(1337, Address("0xe7f1725E7734CE288F8367e1Bb143E90bb3F0512")))

    def signed(**changes: Any) -> dict[str, Any]:
        return entered(one, key=a_key("VN", **changes))

    at = "2026-11-18T03:00:00+00:00"
    stolen_and_cancelled = entered(
        one,
        key=a_key("VN", compromisedFrom=at),
        endedAt="2026-11-25T09:00:00+00:00",
        reason="OBTAINED_BY_FRAUD",
    )
    stolen = {
        "key-compromised-before": ("Signed a second after its key was stolen", "2026-11-18T02:59:59+00:00"),
        "key-compromised-at-once": ("Signed in the second its key was stolen", at),
    }
    return {
        **{
            name: case(what, one.single(), signed(compromisedFrom=since), "ISSUER_NOT_AUTHORISED")
            for name, (what, since) in stolen.items()
        },
        "key-compromised-later": case(
            "Its key was stolen a second later",
            one.single(),
            signed(compromisedFrom="2026-11-18T03:00:01+00:00"),
            "VALID",
        ),
        "key-revoked-later": case(
            "Its key was retired later", one.single(), signed(revokedAt="2026-11-20T00:00:00+00:00"), "VALID"
        ),
        "key-compromised-and-cancelled": case(
            "Cancelled, but by its key's date never issued",
            one.single(),
            stolen_and_cancelled,
            "ISSUER_NOT_AUTHORISED",
        ),
        "never-issued": case("Drawn up and never issued", one.single(), a_ledger(), "NOT_FOUND"),
        "never-issued-expired": case(
            "Never issued, and past its date",
            golden("vn-sg-cashew-expired").single(),
            a_ledger(),
            "NOT_FOUND",
        ),
        "on-its-way": case(
            "Accepted, not recorded yet", one.single(), a_ledger(accepted=[one.hex]), "PENDING"
        ),
        "not-final": case(
            "In a block that can be undone", one.single(), entered(one) | {"final": False}, "PENDING"
        ),
        "not-final-expired": case(
            "Expired whether or not its block stays",
            golden("vn-sg-cashew-expired").single(),
            entered(golden("vn-sg-cashew-expired")) | {"final": False},
            "EXPIRED",
        ),
        "node-silent": case(
            "The node gives no answer", one.single(), entered(one) | {"silent": True}, "CANNOT_CHECK"
        ),
        "node-silent-accepted": case(
            "No answer, though accepted here",
            one.single(),
            a_ledger(silent=True, accepted=[one.hex]),
            "CANNOT_CHECK",
        ),
        "another-chain": case("Names another chain", elsewhere.single(), a_ledger(), "NOT_FOUND"),
        "another-contract": case("Names another registry", contract.single(), a_ledger(), "NOT_FOUND"),
    }


def _redacted() -> dict[str, dict[str, Any]]:
    one, many, five = golden("vn-th-coffee"), golden("vn-ph-groceries"), batch()
    rest = [name for name in one.data if name not in MANDATORY]

    def hidden(document: dict[str, Any], *paths: str) -> tuple[dict[str, Any], int]:
        copied = redacted(copy.deepcopy(document), paths)
        return copied, len(copied["privacy"]["obfuscatedData"])

    made = {
        "hidden-field": ("The consignee's name hidden", one, one.single(), ["consignee.name"]),
        "hidden-party": ("The whole consignee hidden", one, one.single(), ["consignee"]),
        "hidden-line": ("Goods line 5 of eight hidden", many, many.single(), ["items.5"]),
        "hidden-lines": (
            "All goods lines but the last hidden",
            many,
            many.single(),
            [f"items.{n}" for n in range(1, 8)],
        ),
        "hidden-all-that-may-be": ("Only the mandatory fields left", one, one.single(), rest),
    }
    cases = {}
    for name, (what, golden_one, document, paths) in made.items():
        copied, count = hidden(document, *paths)
        cases[name] = case(what, copied, entered(golden_one), "VALID", hidden=count)
    copied, count = hidden(one.member(five), "items.1.description", "exporter.address")
    cases["hidden-in-batch"] = case(
        "Two fields of a batch member hidden", copied, anchored(), "VALID", hidden=count
    )
    return cases
