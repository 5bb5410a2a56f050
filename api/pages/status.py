"""How the service is, in words for people who wait for it; the same that `/readyz` tells programs."""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from api.readiness import Check, Look, State
from ledger.outbox import Alarm, AlarmName
from ledger.said import said

_HEADLINES: Final = {
    State.OK: ("good", said("The service works")),
    State.DEGRADED: ("care", said("The service works, and something needs attention")),
    State.FAILING: ("stop", said("The service does not work at the moment")),
}
_TONES: Final = {State.OK: "passed", State.DEGRADED: "care", State.FAILING: "failed"}
_TITLES: Final = {
    "archive": said("The archive of documents"),
    "migrations": said("The version of the archive"),
    "chain": said("The chain"),
    "contract": said("The ledger on the chain"),
    "clock": said("The clock"),
    "replica": said("The copy of the ledger kept here"),
    "outbox": said("Certificates on their way to the ledger"),
    "signer": said("The signing service"),
}
_MEANINGS: Final = {
    "archive": said(
        "Certificates cannot be issued; what was accepted is safe. Issued ones may still be verified."
    ),
    "migrations": said("The service and its archive are of different releases, and do not fit together."),
    "chain": said("Nothing can be verified. Certificates are accepted where possible, and recorded later."),
    "contract": said("The service is connected to another ledger. Do not rely on its answers."),
    "clock": said("One of two clocks is wrong, so that answers about validity may be wrong."),
    "replica": said("Verifying may be slower, or may have to wait."),
    "outbox": said("Certificates are accepted, and take longer than usual until they are on the ledger."),
    "signer": said("Certificates are accepted, and recorded when it answers again."),
}
_ALARMS: Final = {
    AlarmName.KEY_USED_ELSEWHERE: said("A key was used outside this service, and issues nothing for now."),
    AlarmName.WRITE_FAILS: said("A write to the ledger keeps failing; its key issues nothing for now."),
    AlarmName.OUTBOX_STUCK: said("An accepted certificate has waited too long for the ledger."),
    AlarmName.CHAIN_SILENT: said("The chain does not answer."),
    AlarmName.TRANSACTION_REFUSED: said("The chain does not take a transaction."),
    AlarmName.SIGNER_UNAVAILABLE: said("The signing service does not sign."),
    AlarmName.SIGNER_MISBEHAVES: said(
        "The signing service signed something else; its key issues nothing for now."
    ),
    AlarmName.ARCHIVE_UNWRITABLE: said("Nothing can be stored."),
    AlarmName.CLOCK_SKEW: said("The clocks of the service and of the chain differ."),
    AlarmName.REORGANISATION_BEYOND_FINALITY: said("The chain has undone blocks that counted as final."),
    AlarmName.CHAIN_MISMATCH: said("The node serves another chain than before."),
    AlarmName.NODE_DISAGREES: said("Two nodes say different things about the chain."),
    AlarmName.WEBHOOKS_STUCK: said("Messages to those who watch operators wait too long."),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One thing the service needs."""

    tone: str
    title: str
    sentence: str
    detail: str
    """What the operator reads, in English; nothing where all is well."""


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
    sentence = said("As it should be.") if well else _MEANINGS[check.name]
    return Line(_TONES[check.state], _TITLES[check.name], sentence, "" if well else check.detail)


def _alarm(alarm: Alarm) -> AlarmLine:
    return AlarmLine(alarm.name.value, alarm.raised_at, _ALARMS[alarm.name])
