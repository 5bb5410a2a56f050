"""What `asal fsck` may find: ways in which archive and chain do not say the same."""

from dataclasses import dataclass
from enum import StrEnum


class Fault(StrEnum):
    """What is not as it must be."""

    ENVELOPE_DIFFERS = "envelope-differs"
    """The envelope rebuilt from the archive does not verify against the filing."""
    NOT_ON_CHAIN = "not-on-chain"
    """Recorded says the archive, and the chain holds nothing: lost."""
    ENTRY_DIFFERS = "entry-differs"
    """The chain holds the id, or its batch, with other particulars."""
    REFUSED_BUT_ON_CHAIN = "refused-but-on-chain"
    """Refused says the archive, and the chain holds it."""
    BATCH_DIFFERS = "batch-differs"
    """A batch does not consist of the certificates that the archive has for it."""
    NOT_IN_ARCHIVE = "not-in-archive"
    """The chain holds it from a key of an authority served here, and the archive does not: invented."""
    DOUBLED = "doubled"
    """Two certificates hold one reference."""
    STATUS_NOT_ON_CHAIN = "status-not-on-chain"
    """Recorded says the archive of an operator's status, and the chain has none such: lost."""
    RECORD_MISSING = "record-missing"
    """The archive lacks the record whose hash an operator's status names, or its hash is another."""
    DECISION_NOT_ON_CHAIN = "decision-not-on-chain"
    """Recorded says the archive of a decision at import, and the chain has none such: lost."""
    DECISION_DIFFERS = "decision-differs"
    """The chain holds the decision with another declaration, day or ground, or with other lines."""
    STATEMENT_MISSING = "statement-missing"
    """The archive lacks the statement that a decision rests on, or its hash is another."""
    DRAWN_DIFFERS = "drawn-differs"
    """A decision draws other quantities than the statement grants whose hash the chain names."""
    OVERDRAWN = "overdrawn"
    """Decisions draw more of a goods line than is certified."""


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """One thing that is not as it must be."""

    fault: Fault
    subject: bytes
    """Id of the certificate, or root of the batch; nothing where it is about an operator."""
    detail: str
    operator: str = ""
    """Code of the operator, where it is about one."""
