"""What the demonstration asks about operators, and the answers it expects.

One operator is suspended between two questions, through the API, and the very next answer says so.
"""

import secrets
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import _story

from ledger.facts import Role

SUSPENDED: Final = "SGMERL00000001"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question to anybody's API, and the reason that it must be answered with."""

    operator: str
    """As people write it."""
    host: str
    role: str
    reason: str
    description: str
    on: str | None = None
    named: bool = True
    """Whether the answer tells the operator's name."""

    @property
    def parameters(self) -> dict[str, str]:
        """The question as a query."""
        asked = {"operator": self.operator, "host": self.host, "role": self.role}
        return asked | ({"on": self.on} if self.on else {})

    def expects(self, answer: dict[str, Any]) -> bool:
        """Whether an answer is the expected one."""
        return answer["reason"] == self.reason and (answer["name"] is not None) == self.named


_BEFORE: Final = (
    Asked(
        "AEOSGMERL00000001", "TH", "exporter", "recognised", "Singapore's exporter, as its letterhead has it"
    ),
    Asked("SGORCH00000002", "PH", "exporter", "recognised", "The Philippines recognise Singapore today"),
    Asked(
        "SGORCH00000002",
        "PH",
        "exporter",
        "host-not-participating",
        "and did not on 1 February 2025, when Thailand did",
        on="2025-02-01",
    ),
    Asked("SGORCH00000002", "TH", "exporter", "recognised", "Thailand on that day", on="2025-02-01"),
    Asked("PHLAGUNA0002", "TH", "exporter", "recognised", "The Philippines, level 2"),
    Asked("PHLUZON0001", "TH", "exporter", "level-too-low", "The Philippines, level 1"),
    Asked("SGSEAB00000003", "TH", "exporter", "programme-not-recognised", "STP, and not STP-Plus"),
    Asked("IDMITRA0003", "SG", "importer", "programme-not-recognised", "A compliance programme"),
    Asked("SGHUSH00000004", "TH", "exporter", "recognised", "Recognised, and not to be named", named=False),
    Asked("THSIAM0003", "SG", "exporter", "suspended", "Suspended by Thailand in September"),
    Asked("MYTAMAN0003", "SG", "exporter", "surrendered", "Given back"),
    Asked("LASAVAN0003", "TH", "forwarder", "expired", "Over since the end of 2025"),
    Asked("VNSONG0002", "KH", "exporter", "no-consent", "Consent to the exchange taken back", named=False),
    Asked("VN-AEO-0000417", "KH", "exporter", "recognised", "By the (invented) bilateral arrangement alone"),
    Asked("VNAEO0000417", "TH", "exporter", "home-not-participating", "AAMRA is not in force for Viet Nam"),
    Asked("TLCOFFEE0001", "SG", "exporter", "home-not-participating", "Timor-Leste has not signed it"),
    Asked("TLCOFFEE0001", "TL", "exporter", "recognised", "and is its operators' home"),
    Asked("SG9999999999ZZ", "TH", "exporter", "not-found", "A code that nobody has", named=False),
)
_AFTER: Final = (
    Asked(SUSPENDED, "TH", "exporter", "suspended", "The very next question in Thailand"),
    Asked(SUSPENDED, "SG", "exporter", "suspended", "and at home"),
    Asked(SUSPENDED, "TH", "exporter", "recognised", "On 1 November it was recognised", on="2026-11-01"),
)


def told(story: _story.Story) -> int:
    """Ask, let Singapore suspend an operator, and ask again; returns how many answers were unexpected."""
    wrong = _answered(story, _BEFORE)
    seconds = _suspended(story)
    print(f"\nSingapore suspends {SUSPENDED}; recorded on the ledger after {seconds:.2f} s", flush=True)
    return wrong + _answered(story, _AFTER)


def standing() -> Iterator[Asked]:
    """Yield the questions whose answers stay as they are when the story is over."""
    yield from (one for one in _BEFORE if SUSPENDED not in one.operator)
    yield from _AFTER


def _answered(story: _story.Story, questions: Sequence[Asked]) -> int:
    """Print the answer to each question."""
    wrong = 0
    for one in questions:
        answer = story.api.get("/v1/recognition", params=one.parameters)
        answer.raise_for_status()
        got = answer.json()
        as_expected = one.expects(got)
        wrong += not as_expected
        reason = got["reason"] if as_expected else f"NOT EXPECTED {got['reason']}"
        name = got["name"] or "not named"
        print(f"{reason:26} {got['operator']:15} in {one.host}  {one.description} ({name})")
        print(f"{'':26} {got['sentence']}", flush=True)
    return wrong


def _suspended(story: _story.Story) -> float:
    """Suspend the operator as its authority's system would; returns how long that took, in seconds."""
    office = story.founded.office("SG", Role.AEO)
    headers = {
        "Authorization": f"Bearer {story.tokens[office.authority]}",
        "Idempotency-Key": secrets.token_hex(16),
    }
    body = {"office": "Trade Compliance Branch (fictional)", "ground": "suspected-breach"}
    began = time.monotonic()
    answer = story.api.post(f"/v1/operators/{SUSPENDED}/suspend", json=body, headers=headers)
    if answer.status_code != 201:  # noqa: PLR2004 - recorded; 202 would be accepted
        raise RuntimeError(f"suspending answered {answer.status_code}: {answer.text}")
    return time.monotonic() - began
