"""How the service is, in words for people who wait for it; the same that `/readyz` tells programs."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from api.readiness import Check, Look, State
from ledger.outbox import Alarm, AlarmName

_HEADLINES: Final = {
    State.OK: ("good", "The service works"),
    State.DEGRADED: ("care", "The service works, and something needs attention"),
    State.FAILING: ("stop", "The service does not work at the moment"),
}
_TONES: Final = {State.OK: "passed", State.DEGRADED: "care", State.FAILING: "failed"}
_TITLES: Final = {
    "archive": "The archive of documents",
    "migrations": "The version of the archive",
    "chain": "The chain",
    "contract": "The ledger on the chain",
    "clock": "The clock",
    "replica": "The copy of the ledger kept here",
    "outbox": "Certificates on their way to the ledger",
    "signer": "The signing service",
}
_MEANINGS: Final = {
    "archive": "Certificates cannot be issued; what was accepted is safe. Issued ones may still be verified.",
    "migrations": "The service and its archive are of different releases, and do not fit together.",
    "chain": "Nothing can be verified. Certificates are accepted where possible, and recorded later.",
    "contract": "The service is connected to another ledger. Do not rely on its answers.",
    "clock": "One of two clocks is wrong, so that answers about validity may be wrong.",
    "replica": "Verifying may be slower, or may have to wait.",
    "outbox": "Certificates are accepted, and take longer than usual until they are on the ledger.",
    "signer": "Certificates are accepted, and recorded when it answers again.",
}
_ALARMS: Final = {
    AlarmName.KEY_USED_ELSEWHERE: "A key was used outside this service, and issues nothing for now.",
    AlarmName.WRITE_FAILS: "A write to the ledger keeps failing; its key issues nothing for now.",
    AlarmName.OUTBOX_STUCK: "An accepted certificate has waited too long for the ledger.",
    AlarmName.CHAIN_SILENT: "The chain does not answer.",
    AlarmName.TRANSACTION_REFUSED: "The chain does not take a transaction.",
    AlarmName.SIGNER_UNAVAILABLE: "The signing service does not sign.",
    AlarmName.SIGNER_MISBEHAVES: "The signing service signed something else; its key issues nothing for now.",
    AlarmName.ARCHIVE_UNWRITABLE: "Nothing can be stored.",
    AlarmName.CLOCK_SKEW: "The clocks of the service and of the chain differ.",
    AlarmName.REORGANISATION_BEYOND_FINALITY: "The chain has undone blocks that counted as final.",
    AlarmName.CHAIN_MISMATCH: "The node serves another chain than before.",
    AlarmName.NODE_DISAGREES: "Two nodes say different things about the chain.",
    AlarmName.WEBHOOKS_STUCK: "Messages to those who watch operators wait too long.",
}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing the service needs."""

    tone: str
    title: str
    sentence: str


@dataclass(frozen=True, slots=True)
class AlarmLine:
    """One alarm in force."""

    name: str
    since: datetime
    sentence: str


@dataclass(frozen=True, slots=True)
class StatusPage:
    """All that the page shows."""

    tone: str
    title: str
    block: int | None
    as_of: datetime | None
    lines: tuple[Line, ...]
    alarms: tuple[AlarmLine, ...]


def shown(look: Look) -> StatusPage:
    """Return what the page shows of a look at everything."""
    tone, title = _HEADLINES[look.state]
    return StatusPage(
        tone=tone,
        title=title,
        block=look.as_of.block if look.as_of else None,
        as_of=look.as_of.time if look.as_of else None,
        lines=tuple(_line(check) for check in look.checks),
        alarms=tuple(_alarm(alarm) for alarm in look.alarms),
    )


def _line(check: Check) -> Line:
    well = check.state is State.OK
    sentence = "As it should be." if well else f"{_MEANINGS[check.name]} ({check.detail})"
    return Line(_TONES[check.state], _TITLES[check.name], sentence)


def _alarm(alarm: Alarm) -> AlarmLine:
    return AlarmLine(alarm.name.value, alarm.raised_at, _ALARMS[alarm.name])
