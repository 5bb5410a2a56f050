"""Files that a visitor can keep: made of the answer itself, because nothing of it is kept here.

Each is an address that holds its content (RFC 2397), so that a page offers it without a second request.
"""

import base64
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import orjson

from api.life_schemas import TimelineOut
from api.schemas import VerdictOut
from ledger.facts import LedgerName
from ledger.said import said
from ledger.timeline import Timeline, seen_by
from ledger.verdict import Verdict

MOST_ENVELOPE: Final = 40_000
"""Bytes of the largest envelope that a page offers; of larger ones people keep the file they have."""
_OF_VERDICT: Final = {"warnings", "parties", "exit_code"}
"""What a receipt leaves out: it is about the certificate."""
NOBODY: Final = ""
"""A member that is none: to whom no statement is told."""


@dataclass(frozen=True, slots=True)
class Download:
    """A file to keep."""

    name: str
    title: str
    what: str
    """What it is good for."""
    address: str


def receipt_of(
    verdict: Verdict, asked: Mapping[str, str], ledger: LedgerName, at: datetime
) -> Mapping[str, Any]:
    """Return what was asked, what the answer was, and of which ledger, at a moment.

    Of the certificate it holds its id, paths of altered fields and what the ledger tells anybody, and no
    field; `asked` is what stands for the question, such as the hash of the file.
    """
    told = VerdictOut.from_domain(verdict).model_dump(
        mode="json", by_alias=True, exclude_none=True, exclude=_OF_VERDICT
    )
    return {
        "asked": dict(asked),
        "answeredAt": f"{at:%Y-%m-%dT%H:%M:%SZ}",
        "ledger": {"chainId": ledger.chain_id, "registry": ledger.address},
        "verdict": told,
    }


def downloads_of(
    receipt: Mapping[str, Any], envelope: bytes | None, timeline: Timeline | None
) -> Iterator[Download]:
    """Yield what can be kept of an answer; the timeline as nobody in particular is told it."""
    yield _download(
        "receipt.json",
        said("Receipt"),
        said("What was asked and answered, with ids and hashes only"),
        orjson.dumps(receipt, option=orjson.OPT_INDENT_2),
    )
    if envelope is not None and len(envelope) <= MOST_ENVELOPE:
        what = said("The file that the PDF carries, for programs")
        yield _download("envelope.json", said("Envelope"), what, envelope)
    if timeline is not None:
        what = said("What happened to the certificate, as the ledger tells everybody")
        yield _download("timeline.json", said("Timeline"), what, timeline_json(timeline, NOBODY))


def timeline_json(timeline: Timeline, member: str) -> bytes:
    """Return a timeline as a member is told it, as JSON."""
    told = TimelineOut.from_domain(seen_by(member, timeline))
    return told.model_dump_json(by_alias=True, exclude_none=True, indent=2).encode()


def _download(name: str, title: str, what: str, content: bytes) -> Download:
    encoded = base64.b64encode(content).decode()
    return Download(name, title, what, f"data:application/json;base64,{encoded}")
