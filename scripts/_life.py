"""What becomes of certificates after their issue: customs decide, Thailand decides on coffee and asks."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

import _story

from ledger.facts import Role

CERTIFICATE: Final = _story.PLAIN
GRANTED: Final = (
    "bn-my-methanol-sp",
    "mm-sg-pulses",
    "my-id-palm-oil",
    "ph-sg-circuits",
    "th-kh-air-conditioners",
    "th-mm-trousers-de-minimis",
)
"""Certificates that customs grant as they stand."""
REFUSED: Final = "sg-id-flavours-ctsh"
"""One whose origin customs doubt."""


def told(story: _story.Story) -> None:
    """Let customs receive, grant a part and refuse another use, and print the certificate's timeline."""
    envelope = story.envelopes[CERTIFICATE]
    reference = _story.sample(CERTIFICATE)["document"]["reference"]
    path = f"/v1/certificates/{story.issued[reference]}"
    customs = story.tokens[story.founded.office("TH", Role.CUSTOMS).authority]
    issuer = story.tokens[story.founded.office("VN", Role.ISSUING).authority]
    print(f"What becomes of {reference} in Thailand:", flush=True)
    story.post("/v1/receipts", envelope, customs)
    line = _story.sample(CERTIFICATE)["document"]["items"]["1"]["quantity"]
    half = f"{int(line['value']) // 2}"
    story.post(f"{path}/decisions", _decision("A0241191101234", half, line["unit"]), customs)
    again = story.api.post(
        f"{path}/decisions",
        json=_decision("A0241191109999", line["value"], line["unit"]),
        headers={"Authorization": f"Bearer {customs}"},
    ).json()
    for error in again.get("errors", ()):
        print(f"  refused    presented again for {line['value']}: {error['detail']} ({error['source']})")
    case = {"certificate": story.issued[reference], "lines": ["1"], "ground": "random"}
    opened = story.post("/v1/cases", case, customs)
    number = opened["case"]["case"]
    story.post(f"/v1/cases/{number}/steps", {"step": "acknowledged"}, issuer)
    answer = story.api.get(f"{path}/timeline", headers={"Authorization": f"Bearer {issuer}"})
    answer.raise_for_status()
    for row in answer.json()["rows"]:
        who = f"{row['who']['authority']}, {row['who']['member']}" if "who" in row else ""
        due = f" Next due {row['due'][:10]}." if "due" in row else ""
        print(f"  {row['recordedAt'][:19]}  {row['sentence']}{due}  ({who})", flush=True)


def elsewhere(story: _story.Story) -> None:
    """Let customs of other members receive certificates, grant what most ask for, and refuse one."""
    for name in GRANTED:
        _decided(
            story, name, lambda line: {"decision": "granted", "quantity": line["value"], "unit": line["unit"]}
        )
    doubt = {"decision": "refused", "reasons": ["ORIGIN-DOUBTED"], "text": "Which materials were imported?"}
    _decided(story, REFUSED, lambda _: doubt)
    print(
        f"Elsewhere customs granted preference on {len(GRANTED)} certificates and refused it on one.\n",
        flush=True,
    )


def _decided(story: _story.Story, name: str, decide: Callable[[dict[str, str]], dict[str, Any]]) -> None:
    """Let the importing customs receive a certificate and decide on each of its lines."""
    document = _story.sample(name)["document"]
    customs = story.tokens[story.founded.office(document["importingMember"], Role.CUSTOMS).authority]
    story.post("/v1/receipts", story.envelopes[name], customs)
    lines = {number: decide(line["quantity"]) for number, line in document["items"].items()}
    path = f"/v1/certificates/{story.issued[document['reference']]}/decisions"
    story.post(path, _presented(f"{document['importingMember']}-2611-{name[:5].upper()}", lines), customs)


def _decision(declaration: str, quantity: str, unit: str) -> dict[str, Any]:
    """Return a decision that grants a quantity of the first line today."""
    return _presented(declaration, {"1": {"decision": "granted", "quantity": quantity, "unit": unit}})


def _presented(declaration: str, lines: dict[str, Any]) -> dict[str, Any]:
    """Return a decision on lines under a declaration of today."""
    return {
        "declaration": declaration,
        "presentedOn": datetime.now(UTC).date().isoformat(),
        "office": "Port office (fictional)",
        "lines": lines,
    }
