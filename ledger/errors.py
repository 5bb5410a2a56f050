r"""Everything that can go wrong, in two families.

    LedgerError
    ├── Refused                      a rule said no; trying again changes nothing
    │   ├── InputMalformed             the bytes are not strict JSON
    │   ├── CertificateMalformed       the document does not have the shape of a certificate
    │   ├── CertificateRefused         a hard rule of its scheme speaks against it
    │   ├── EnvelopeMalformed          the document is not an envelope
    │   ├── FieldNotRedactable         the field cannot be hidden
    │   ├── ReferenceAlreadyFiled      the archive holds another document under this reference
    │   ├── ReferenceAmbiguous         several issuing offices use this reference
    │   ├── CertificateNotFiled        the archive does not hold the certificate
    │   ├── OperatorCodeMalformed      the text is no operator code
    │   ├── OperatorCodeAmbiguous      the text can be read as several operators' codes
    │   ├── QuestionMalformed          a question about recognition is not as it must be asked
    │   ├── ReplicaNeeded              the list is kept in a replica, and there is none
    │   ├── ProofMalformed             the file is not a proof of recognition
    │   ├── ProofNotOffered            no key of an AEO or customs authority is at hand to sign with
    │   ├── ArchiveNotNamed            the step needs an archive and none was named
    │   ├── KeyNotHeld                 no signer for the account is at hand
    │   ├── SubmitterBusy              another process submits for the key
    │   ├── DevelopmentKeyRefused      a publicly known key off a development chain
    │   ├── SignerMisbehaved           a signing service signed something else than it was asked to
    │   ├── LedgerMismatch             wrong chain id, or other code at the contract's address
    │   └── ContractRefusal            one class per custom error of the contracts: `ledger.refusals`
    └── Unavailable                  could not find out; trying again may help
        ├── ChainUnreachable           no answer from the node
        ├── NodesDisagree              two nodes have different blocks
        ├── NotConfirmed               sent, but not confirmed in time
        ├── SignerUnavailable          a signing service did not answer, or would not sign
        ├── NotRecordedYet             queued for the chain, which has not taken it yet
        ├── SubmitterStopped           an alarm keeps a key from submitting
        ├── Overloaded                 more waits in the outbox than is allowed
        ├── ClockSkewed                our clock is behind the chain's
        └── ArchiveUnavailable         the database did not answer, or could not write

A verdict on a presented certificate is an answer, never an exception: see `ledger.verdict`.
Messages never repeat confidential input; they name the field and the rule.
"""

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """Whether a finding stops the certificate."""

    REFUSAL = "refusal"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Problem:
    """One place where a document does not have the required shape."""

    pointer: str
    """JSON Pointer (RFC 6901) of the field."""
    rule: str
    """Stable code of the rule, such as `text.bidi`."""
    message: str
    """What the rule wants, without the offending value."""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule of a scheme says about a certificate."""

    rule: str
    """Stable code, such as `ATIGA-R14-VALIDITY`."""
    severity: Severity
    pointer: str
    """JSON Pointer (RFC 6901) of the field concerned."""
    message: str
    source: str
    """Article, rule or box the text comes from."""


class LedgerError(Exception):
    """Base of everything raised on purpose."""


class Refused(LedgerError):
    """A rule said no."""


class Unavailable(LedgerError):
    """Could not find out."""


@dataclass(eq=False)
class InputMalformed(Refused):
    """Input that is not strict JSON."""

    rule: str
    """Stable code, such as `json.duplicate-key`."""
    message: str
    pointer: str = ""

    def __str__(self) -> str:
        return f"{self.message}{f' (at {self.pointer})' if self.pointer else ''}"


@dataclass(eq=False)
class CertificateMalformed(Refused):
    """A document without the shape of a certificate; carries every problem found."""

    problems: tuple[Problem, ...]

    def __str__(self) -> str:
        return "; ".join(f"{problem.pointer or '/'}: {problem.message}" for problem in self.problems)


@dataclass(eq=False)
class CertificateRefused(Refused):
    """A well-formed certificate that hard rules of its scheme speak against; carries all findings."""

    findings: tuple[Finding, ...]

    def __str__(self) -> str:
        stopping = [finding for finding in self.findings if finding.severity is Severity.REFUSAL]
        return "; ".join(f"{finding.rule} at {finding.pointer}: {finding.message}" for finding in stopping)


@dataclass(eq=False)
class EnvelopeMalformed(Refused):
    """A document that is not one of our envelopes."""

    problems: tuple[Problem, ...]

    def __str__(self) -> str:
        return "; ".join(f"{problem.pointer or '/'}: {problem.message}" for problem in self.problems)


@dataclass(eq=False)
class FieldNotRedactable(Refused):
    """A field that must stay visible, or is not there, was to be hidden."""

    path: str
    """Dotted path of the field."""
    why: str

    def __str__(self) -> str:
        return f"{self.path} cannot be hidden: {self.why}"


@dataclass(eq=False)
class ReferenceAlreadyFiled(Refused):
    """Another document is filed under the same scheme, member, office and reference."""

    certificate: bytes
    """Id of the certificate that holds the reference."""

    def __str__(self) -> str:
        return (
            f"the reference is taken by certificate 0x{self.certificate.hex()} with different content; "
            "cancel or replace that one, or use a new reference"
        )


@dataclass(eq=False)
class ReferenceAmbiguous(Refused):
    """Several issuing offices gave out this reference that day (it is unique per office, Rule 7.3)."""

    count: int

    def __str__(self) -> str:
        return f"{self.count} certificates of different offices carry this reference; name the issuing office"


@dataclass(eq=False)
class CertificateNotFiled(Refused):
    """The archive holds no such certificate for this authority."""

    certificate: bytes

    def __str__(self) -> str:
        return f"certificate 0x{self.certificate.hex()} is not in this archive"


@dataclass(eq=False)
class OperatorCodeMalformed(Refused):
    """A text that is no operator code; see `ledger.aeo.codes`."""

    rule: str
    """Stable code, such as `operator.format`."""
    message: str
    """What the rule wants, without the offending text."""

    def __str__(self) -> str:
        return self.message


@dataclass(eq=False)
class OperatorCodeAmbiguous(Refused):
    """A text that can be read as the code of more than one operator, or does not say whose it is."""

    candidates: tuple[str, ...]
    """Canonical codes that it can be read as."""

    def __str__(self) -> str:
        read = " or ".join(self.candidates)
        return f"the code does not say which country granted it; it can be read as {read}: write one of these"


@dataclass(eq=False)
class QuestionMalformed(Refused):
    """A question about recognition that is not as it must be asked."""

    parameter: str
    """Which part of it, such as `host`."""
    rule: str
    """Stable code, such as `time.format`."""
    message: str
    """What the rule wants, without the offending value."""

    def __str__(self) -> str:
        return f"{self.parameter}: {self.message}"


class ReplicaNeeded(Refused):
    """A list of operators is kept in a replica of the ledger, and there is none here."""

    def __str__(self) -> str:
        return "lists of operators are answered from a replica of the ledger; keep one: asal replica follow"


@dataclass(eq=False)
class ProofMalformed(Refused):
    """A file that is not a proof of recognition, or not of the form this release knows."""

    pointer: str
    """JSON Pointer (RFC 6901) of the place."""
    rule: str
    message: str
    """What is wanted there, without the offending value."""

    def __str__(self) -> str:
        return f"{self.pointer or '/'}: {self.message}"


@dataclass(eq=False)
class ProofNotOffered(Refused):
    """An answer cannot be signed here."""

    message: str

    def __str__(self) -> str:
        return self.message


class ArchiveNotNamed(Refused):
    """A step needs the archive and none was named."""

    def __str__(self) -> str:
        return "name the archive that certificates are kept in: --archive or ASAL_ARCHIVE, such as sqlite:///asal.sqlite3"


@dataclass(eq=False)
class KeyNotHeld(Refused):
    """No signer for the account is at hand."""

    account: str

    def __str__(self) -> str:
        return f"no key for account {self.account} is loaded here; add its key file to the keys folder"


@dataclass(eq=False)
class SubmitterBusy(Refused):
    """Another process submits for the key, and only one may."""

    account: str

    def __str__(self) -> str:
        return f"another process submits for {self.account}; one may at a time, so stop that one first"


@dataclass(eq=False)
class DevelopmentKeyRefused(Refused):
    """A publicly known development key was about to be used where it could do harm."""

    account: str
    chain_id: int

    def __str__(self) -> str:
        return (
            f"{self.account} is a publicly known development key; it works only on a loopback node with the "
            f"development chain id, not on chain {self.chain_id}. Make a key with `asal keys new`"
        )


@dataclass(eq=False)
class SignerMisbehaved(Refused):
    """A signing service signed something else than it was asked to; nothing of it was sent."""

    signer: str
    """Its host and port."""
    field: str
    """The first field that differs, such as `nonce`; `sender` when another key signed."""

    def __str__(self) -> str:
        return (
            f"the signer at {self.signer} returned a transaction whose {self.field} is not what was asked "
            "for; nothing was sent. Find out why before you use it again"
        )


@dataclass(eq=False)
class LedgerMismatch(Refused):
    """The node or the contract is not the one that the profile names."""

    message: str

    def __str__(self) -> str:
        return self.message


@dataclass(eq=False)
class ChainUnreachable(Unavailable):
    """The node gave no answer, or one that is none."""

    message: str

    def __str__(self) -> str:
        return f"the chain could not be asked: {self.message}"


@dataclass(eq=False)
class NodesDisagree(Unavailable):
    """The node and the witness have different blocks at one height, so neither is believed."""

    block: int

    def __str__(self) -> str:
        return f"the node and the witness have different blocks at height {self.block}; see the runbook"


@dataclass(eq=False)
class NotConfirmed(Unavailable):
    """A transaction was sent and its receipt did not come in time; it may still be mined."""

    transaction: bytes

    def __str__(self) -> str:
        return f"transaction 0x{self.transaction.hex()} is not confirmed yet; retry with the same input"


@dataclass(eq=False)
class NotRecordedYet(Unavailable):
    """A write is stored and on its way, and the chain has not taken it yet."""

    certificate: bytes | None = None
    """The certificate it is about; None for what is said about operators and recognition."""

    def __str__(self) -> str:
        of = f" of certificate 0x{self.certificate.hex()}" if self.certificate else ""
        return f"what was asked{of} is stored and on its way; the same call again says how far it is"


@dataclass(eq=False)
class SubmitterStopped(Unavailable):
    """An alarm keeps a key from submitting until an operator has looked at it."""

    alarm: str
    """Name of the alarm, a section of `docs/how-to/runbook.md`."""
    account: str
    detail: str

    def __str__(self) -> str:
        return f"the submitter of {self.account} stopped with alarm {self.alarm}: {self.detail}"


@dataclass(eq=False)
class Overloaded(Unavailable):
    """More certificates wait for the chain than are accepted at once."""

    waiting: int
    limit: int

    def __str__(self) -> str:
        return f"{self.waiting} certificates wait for the chain, and {self.limit} may; try again later"


@dataclass(eq=False)
class ClockSkewed(Unavailable):
    """Our clock is behind the chain's by more than is allowed, so dates of issue could be wrong."""

    ahead: float
    """Seconds by which the newest block seen is ahead of our clock."""
    allowed: float

    def __str__(self) -> str:
        return (
            f"the newest block is {self.ahead:.0f} s ahead of this machine's clock, and {self.allowed:.0f} s "
            "may be; set the clock, by a time server"
        )


@dataclass(eq=False)
class SignerUnavailable(Unavailable):
    """A signing service gave no signature: it is silent, it failed, or the account is locked."""

    signer: str
    """Its host and port."""
    message: str

    def __str__(self) -> str:
        return f"the signer at {self.signer} {self.message}"


@dataclass(eq=False)
class ArchiveUnavailable(Unavailable):
    """The database did not answer, or could not write."""

    message: str

    def __str__(self) -> str:
        return f"the archive could not be used: {self.message}"
