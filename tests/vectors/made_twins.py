"""Tampered twins of the golden envelopes: what was done to each, and what must be found out."""

import base64
import copy
from collections.abc import Callable
from functools import partial
from typing import Any

from ledger import envelope
from ledger.envelope import leaf_hash, leaves
from ledger.hashing import keccak
from ledger.presented import redacted
from tests.vectors.made_envelopes import Golden, a_ledger, anchored, batch, case, drawn, entered, golden

Json = dict[str, Any]
Edit = Callable[[Json], None]
NEVER_ISSUED = keccak(b"never issued").hex()
BLANK = "00000000-0000-4000-8000-000000000000"
ALTERED = {
    "quantity": ("The quantity is ten times as much", "items.1.quantity.value", "192000"),
    "hs-code": ("Another tariff code", "items.1.hsCode", "09012120"),
    "criterion": ("Another origin criterion", "items.1.criterion", "CTH"),
    "description": ("One letter of the description", "items.1.description", "Coffee beans, Robusta"),
    "invoice": ("Another invoice", "items.1.invoices.1.number", "TNX-2026-1108"),
    "exporter": ("Another exporter", "exporter.name", "Somebody Else Ltd."),
    "consignee-country": ("Another country", "consignee.country", "SG"),
    "validity": ("A year longer", "validUntil", "2028-11-01"),
    "issue-date": ("A day earlier", "issuedOn", "2026-11-01"),
    "importing-member": ("Another importing member", "importingMember", "MY"),
    "exporting-member": ("Another exporting member", "exportingMember", "LA"),
    "reference": ("Another reference", "reference", "VN-TH 26/02/00007"),
    "reference-spelling": ("The same reference, spelt otherwise", "reference", "VN-TH 26.02.00006"),
    "office": ("Another office", "issuingOffice", "03"),
    "scheme": ("A scheme that does not exist", "scheme", "ATIGA-E"),
    "reference-key": ("Another reference key", "terms.referenceKey", f"0x{'11' * 32}"),
    "chain": ("Another chain", "network.chainId", "1"),
    "store": ("Another registry", "issuers.0.documentStore", "0xe7f1725E7734CE288F8367e1Bb143E90bb3F0512"),
    "domain": ("Another domain", "issuers.0.identityProof.location", "moit.vn.example.org"),
    "nothing-left": ("A text emptied", "items.1.marks", ""),
    "look-alike": ("A Cyrillic letter that looks Latin", "certification.officer", "Trần Quốc B\u0430o"),
}
"""One field each of the coffee certificate: what, where, and its new text; the salt stays."""


def cases() -> dict[str, Json]:
    """Return every twin by name."""
    return {**_one_field(), **_fields(), **_signatures(), **_forged(), **_malformed()}


def field(document: Json, path: str) -> tuple[Any, Any]:
    """Return the container of a field and its key there."""
    inner: Any = document["data"]
    *steps, last = path.split(".")
    for step in steps:
        inner = inner[int(step)] if isinstance(inner, list) else inner[step]
    return inner, last


def retold(document: Json, path: str, text: str) -> None:
    """Change the text of a field and keep its salt."""
    inner, last = field(document, path)
    salt, kind, _ = inner[last].split(":", 2)
    inner[last] = f"{salt}:{kind}:{text}"


def removed(document: Json, path: str) -> None:
    """Take a field away without leaving its hash."""
    inner, last = field(document, path)
    del inner[last]


def twin(of: Golden, edit: Edit, description: str, verdict: str = "ALTERED", **expected: Any) -> Json:
    """Return the case of an edited copy of an envelope issued singly."""
    document = copy.deepcopy(of.single())
    edit(document)
    return case(description, document, entered(of), verdict, **expected)


def _one_field() -> dict[str, Json]:
    coffee = golden("vn-th-coffee")
    made = {
        f"altered-{name}": twin(coffee, partial(retold, path=path, text=text), what, altered=[path])
        for name, (what, path, text) in ALTERED.items()
    }
    flag = "endorsements.partialCumulation"
    made["altered-flag"] = twin(
        coffee, lambda copied: retold(copied, flag, "true"), "A box ticked", altered=[flag]
    )
    parent = "terms.parents.1"
    made["altered-parent"] = twin(
        golden("sg-my-pepper-back-to-back"),
        lambda copied: retold(copied, parent, f"0x{'22' * 32}"),
        "Another original behind a back-to-back certificate",
        altered=[parent],
    )
    return made


def swap(one: str, other: str) -> Edit:
    """Return the edit that exchanges two fields."""

    def edit(copied: Json) -> None:
        (a, x), (b, y) = field(copied, one), field(copied, other)
        a[x], b[y] = b[y], a[x]

    return edit


def added(path: str, text: str) -> Edit:
    """Return the edit that adds a field."""

    def edit(copied: Json) -> None:
        inner, last = field(copied, path)
        inner[last] = f"{BLANK}:string:{text}"

    return edit


def renamed(copied: Json) -> None:
    """Rename a field."""
    copied["data"]["consignee"]["company"] = copied["data"]["consignee"].pop("name")


def resalted(copied: Json) -> None:
    """Give a field another salt."""
    text = copied["data"]["reference"]
    copied["data"]["reference"] = f"{BLANK}{text[36:]}"


def unsalted(copied: Json) -> None:
    """Take a field's salt away."""
    copied["data"]["reference"] = copied["data"]["reference"].split(":", 2)[2]


def line_9(copied: Json) -> None:
    """Add a copy of the last goods line."""
    copied["data"]["items"]["9"] = copy.deepcopy(copied["data"]["items"]["8"])


def _fields() -> dict[str, Json]:
    """Return copies with fields moved about."""
    coffee, many = golden("vn-th-coffee"), golden("vn-ph-groceries")

    def edited(what: str, of: Golden, *edits: Edit, **expected: Any) -> Json:
        def all_of_them(copied: Json) -> None:
            for edit in edits:
                edit(copied)

        return twin(of, all_of_them, what, **expected)

    line_5 = sum(1 for path, _ in leaves(many.data) if path.startswith("items.5."))
    line_8 = [f"items.9.{path[8:]}" for path, _ in leaves(many.data) if path.startswith("items.8.")]
    lines = [path for path, _ in leaves(many.data) if path.startswith(("items.1.", "items.2."))]
    seal = "transport.sealNumber"
    pair = ["consignee.name", "exporter.name"]
    return {
        "removed-field": edited(
            "A field removed", coffee, lambda c: removed(c, "items.1.grossWeight.value"), removed=1
        ),
        "removed-fields": edited(
            "Three removed",
            coffee,
            *(lambda c, p=p: removed(c, p) for p in (*pair, "transport.conveyance")),
            removed=3,
        ),
        "removed-line": edited("A goods line removed", many, lambda c: removed(c, "items.5"), removed=line_5),
        "added-field": edited("A field added", coffee, added(seal, "TH-99"), altered=[seal]),
        "added-line": edited("A goods line added, a copy of another", many, line_9, altered=line_8),
        "swapped-fields": edited("Two fields exchanged", coffee, swap(*pair), altered=pair),
        "swapped-lines": edited(
            "Two goods lines exchanged", many, swap("items.1", "items.2"), altered=_both(lines)
        ),
        "renamed-field": edited("A field renamed", coffee, renamed, altered=["consignee.company"]),
        "altered-and-removed": edited(
            "One field edited, one removed",
            coffee,
            lambda c: retold(c, "exporter.name", "X"),
            lambda c: removed(c, "consignee.name"),
            altered=["exporter.name"],
            removed=1,
        ),
        "altered-salt": edited("Another salt, the same text", coffee, resalted, altered=["reference"]),
        "altered-no-salt": edited("The text without its salt", coffee, unsalted, altered=["reference"]),
        "altered-letters": edited(
            "The same name in decomposed Unicode",
            coffee,
            lambda c: retold(c, "declaration.signatory", "Nguye\u0302\u0303n Thi\u0323 Lan Anh"),
            altered=["declaration.signatory"],
        ),
    }


def _both(lines: list[str]) -> list[str]:
    """Return the paths of two exchanged goods lines, in the order of the fields."""
    names = {path.split(".", 2)[2] for path in lines}
    first = {path.split(".", 2)[2] for path in lines if path.startswith("items.1.")}
    second = names - first | {path.split(".", 2)[2] for path in lines if path.startswith("items.2.")}
    swapped = {f"items.1.{name}" for name in second} | {f"items.2.{name}" for name in first}
    return sorted(swapped, key=lambda path: path.split("."))


def _signatures() -> dict[str, Json]:
    coffee, five = golden("vn-th-coffee"), batch()
    other = golden("vn-ph-groceries")

    def signed(
        what: str, *, proof: list[str] | None = None, altered: str = "signature", **changes: Any
    ) -> Json:
        changes |= {} if proof is None else {"proof": proof}
        return twin(coffee, lambda copied: copied["signature"].update(changes), what, altered=[altered])

    member = coffee.member(five)
    reversed_proof = copy.deepcopy(member)
    reversed_proof["signature"]["proof"][1:] = reversed_proof["signature"]["proof"][:0:-1]
    borrowed = twin(
        coffee, lambda c: c.update(signature=other.single()["signature"]), "Another one's signature"
    )
    own_terms = coffee.single()["signature"]["proof"]
    return {
        "signature-root": signed("Another root", merkleRoot=five.root.hex()),
        "signature-no-proof": signed("No proof", proof=[]),
        "signature-terms": signed("Another hash for the terms", proof=[NEVER_ISSUED]),
        "signature-longer": signed("A step too many", proof=[*own_terms, NEVER_ISSUED]),
        "signature-document": twin(
            coffee,
            lambda copied: copied["signature"].update(targetHash=NEVER_ISSUED),
            "Another document hash: nothing says any more which fields were issued",
            located=False,
        ),
        "signature-borrowed": {**borrowed, "expected": {**borrowed["expected"], "located": False}},
        "signature-batch-order": case(
            "The steps of a batch's proof in the wrong order",
            reversed_proof,
            anchored(),
            "ALTERED",
            altered=["signature"],
        ),
        "fingerprints-edited": twin(
            coffee,
            lambda copied: copied.update(fingerprints=_packed([NEVER_ISSUED])),
            "Wrong fingerprints beside an unaltered content, which needs none",
            "VALID",
        ),
        "fingerprints-absent": twin(
            coffee,
            lambda copied: copied.pop("fingerprints"),
            "No fingerprints beside an unaltered content",
            "VALID",
        ),
    }


def _packed(hashes: list[str]) -> str:
    return base64.b64encode(bytes.fromhex("".join(hashes))).decode()


def _forged() -> dict[str, Json]:
    """Return copies by somebody who knows the format."""
    coffee = golden("vn-th-coffee")

    def unlisted(copied: Json) -> None:
        retold(copied, "items.1.quantity.value", "192000")
        del copied["fingerprints"]

    def relisted(copied: Json) -> None:
        retold(copied, "items.1.quantity.value", "192000")
        copied["fingerprints"] = _packed(
            sorted(leaf_hash(path, value) for path, value in leaves(copied["data"]))
        )

    def hidden(*hashes: str) -> Edit:
        return lambda copied: copied.update(privacy={"obfuscatedData": list(hashes)})

    def refilled(copied: Json) -> None:
        copied.update(redacted(copied, ["consignee.name"]))
        copied["data"]["consignee"]["name"] = f"{BLANK}:string:Somebody Else Ltd."

    def shown_twice(copied: Json) -> None:
        copied["privacy"] = {
            "obfuscatedData": [leaf_hash("exporter.name", copied["data"]["exporter"]["name"])]
        }

    def hidden_and_edited(copied: Json) -> None:
        copied.update(redacted(copied, ["consignee.name"]))
        retold(copied, "exporter.name", "Somebody Else Ltd.")

    def edited_then_hidden(copied: Json) -> None:
        retold(copied, "exporter.name", "Somebody Else Ltd.")
        copied.update(redacted(copied, ["exporter.name"]))

    def parent_hidden(copied: Json) -> None:
        path = "terms.parents.1"
        copied["privacy"] = {"obfuscatedData": [leaf_hash(path, copied["data"]["terms"]["parents"]["1"])]}
        del copied["data"]["terms"]["parents"]

    wish = drawn({**_document(coffee), "reference": "VN-TH 26/02/99999"}, keccak(b"forger"))
    borrowed = _borrowing(wish, coffee)
    covered = copy.deepcopy(borrowed)
    covered["privacy"] = {"obfuscatedData": [NEVER_ISSUED]}
    return {
        "forged-no-fingerprints": twin(coffee, unlisted, "Edited, its fingerprints taken out", located=False),
        "forged-fingerprints": twin(coffee, relisted, "Edited, its fingerprints made to fit", located=False),
        "forged-anew": case(
            "Edited and wrapped anew, every hash right: only the ledger can tell",
            drawn(_with_quantity(_document(coffee), "192000"), coffee.seed).single(),
            entered(coffee),
            "NOT_FOUND",
        ),
        "forged-hidden-hash": twin(
            coffee,
            hidden(NEVER_ISSUED),
            "A hidden field that was never issued",
            altered=["privacy"],
            hidden=1,
        ),
        "forged-shown-and-hidden": twin(
            coffee, shown_twice, "A field shown and hidden too", altered=["privacy"], hidden=1
        ),
        "forged-refilled": twin(
            coffee, refilled, "A hidden field filled in again", altered=["consignee.name"], hidden=1
        ),
        "forged-hidden-and-edited": twin(
            coffee, hidden_and_edited, "One field hidden, another edited", altered=["exporter.name"], hidden=1
        ),
        "forged-edited-then-hidden": twin(
            coffee,
            edited_then_hidden,
            "A field edited, then hidden",
            altered=["privacy"],
            removed=1,
            hidden=1,
        ),
        "forged-parent-hidden": twin(
            golden("sg-my-pepper-back-to-back"),
            parent_hidden,
            "The original of a back-to-back certificate hidden by hand",
            altered=["signature"],
            hidden=1,
        ),
        "forged-borrowed-root": case(
            "Wrapped anew under the root and the proof of a genuine batch",
            borrowed,
            anchored(),
            "ALTERED",
            altered=["signature"],
        ),
        "forged-borrowed-root-covered": case(
            "The same, with a hidden hash that was never issued to distract from the proof",
            covered,
            anchored(),
            "ALTERED",
            altered=["privacy"],
            hidden=1,
        ),
    }


def _document(of: Golden) -> Json:
    return {name: value for name, value in of.data.items() if name not in {"issuers", "network", "terms"}}


def _with_quantity(document: Json, value: str) -> Json:
    copied = copy.deepcopy(document)
    copied["items"]["1"]["quantity"]["value"] = value
    return copied


def _borrowing(wish: Golden, of: Golden) -> Json:
    """Return a certificate nobody issued, sealed with the siblings and the root of a genuine one."""
    five = batch()
    return envelope.sealed(wish.data, wish.seed, wish.terms, five.proof_of(of.id), five.root)


def _malformed() -> dict[str, Json]:
    coffee = golden("vn-th-coffee")

    def hide(name: str) -> Edit:
        def edit(copied: Json) -> None:
            gone = [leaf_hash(at, value) for at, value in leaves(copied["data"]) if at.split(".")[0] == name]
            copied["privacy"] = {"obfuscatedData": gone}
            del copied["data"][name]

        return edit

    def moved(copied: Json) -> None:
        copied["data"][""] = {"exporter": copied["data"].pop("exporter")}

    def dotted(copied: Json) -> None:
        copied["data"]["exporter.name"] = copied["data"]["exporter"].pop("name")

    def listed(copied: Json) -> None:
        copied["data"]["items"] = list(copied["data"]["items"].values())

    def keyed(copied: Json) -> None:
        copied["data"]["issuers"] = {"0": copied["data"]["issuers"][0]}

    made: dict[str, tuple[str, str, Edit]] = {
        "hidden-validity": ("Its last day hidden by hand", "envelope.mandatory", hide("validUntil")),
        "hidden-reference": ("Its reference hidden by hand", "envelope.mandatory", hide("reference")),
        "hidden-office": ("Its office hidden by hand", "envelope.mandatory", hide("issuingOffice")),
        "hidden-terms": ("Its terms hidden by hand", "envelope.mandatory", hide("terms")),
        "moved-under-nothing": (
            "The exporter moved under an empty name: the same paths",
            "envelope.key",
            moved,
        ),
        "dotted-name": ("A name with a dot: the same path", "envelope.key", dotted),
        "list-for-object": ("Goods lines as a list", "envelope.array", listed),
        "object-for-list": ("The issuer's list as an object: the same paths", "envelope.issuers", keyed),
        "null": (
            "A null where a line was",
            "envelope.leaf",
            lambda c: c["data"]["items"].update({"1": None}),
        ),
        "number": ("A number without salt", "envelope.leaf", lambda c: c["data"].update(reference=7)),
        "version": ("Of another version", "envelope.version", lambda c: c.update(version="3")),
        "type": (
            "Of another kind of signature",
            "envelope.signature",
            lambda c: c["signature"].update(type="X"),
        ),
        "upper-case": (
            "A hash in capitals",
            "envelope.hash",
            lambda c: c["signature"].update(merkleRoot=c["signature"]["merkleRoot"].upper()),
        ),
        "fingerprints": (
            "Fingerprints cut short",
            "envelope.fingerprints",
            lambda c: c.update(fingerprints="AAAA"),
        ),
    }
    cases = {}
    for name, (what, rule, edit) in made.items():
        document = copy.deepcopy(coffee.single())
        edit(document)
        refused = {
            "description": what,
            "ledger": a_ledger(),
            "envelope": document,
            "expected": {"refused": rule},
        }
        cases[f"refused-{name}"] = refused
    return cases
