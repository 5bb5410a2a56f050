"""The AEO status of the traders that a certificate names, told beside its verdict and never changing it.

The exporter is looked at as the importing member sees its partners: recognised there or not, as exporter, for
imports.  The consignee is looked at in the importing member as well: with a code of that member its own
status as importer, with another one whether it is recognised there.  The moment is that of the verdict,
because benefits are given on the day of clearance and not on that of issue.

A code that cannot be read is said to be that, and where nobody answers the party cannot be checked, which is
not the same as having no status.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from ledger.aeo.codes import parse_operator_code
from ledger.aeo.told import NO_NAMES, Told, told
from ledger.errors import OperatorCodeAmbiguous, OperatorCodeMalformed
from ledger.operators import Direction, Found, OperatorCode, OperatorRole, Question
from ledger.said import said

CANNOT_CHECK: Final = "cannot-check"
CODE_MALFORMED: Final = "code-malformed"
CODE_AMBIGUOUS: Final = "code-ambiguous"
NO_ANSWER: Final = said(
    "Its status could not be checked: nobody answered. That says nothing about the operator."
)
NOT_KEPT: Final = said("Its status could not be checked: no registry of operators is named here.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """What the ledger says of a trader by the operator code that the certificate gives it."""

    role: str
    """exporter or consignee."""
    given: str
    """The code as the certificate has it."""
    host: str
    """The member in which it is looked at."""
    at: datetime
    reason: str
    """A reason of `ledger.operators.Reason` in small letters, or one of the three of this module."""
    sentence: str
    operator: OperatorCode | None = None
    """The code in its canonical form; None where it could not be read."""
    recognised: bool | None = None
    """None where that could not be found out."""
    status: str | None = None
    """How it stands with the member that granted it."""
    programme: str | None = None
    """Code of its programme."""


@dataclass(frozen=True, slots=True)
class Claim:
    """A trader with an operator code."""

    role: str
    as_: OperatorRole
    given: str
    home: str
    """The member that the certificate's form places it in, for codes that do not name theirs."""
    host: str

    def read(self) -> OperatorCode:
        """Return the canonical code; raises as `parse_operator_code`.

        A code that names its country is read as that country's, wherever the trader sits.
        """
        try:
            return parse_operator_code(self.given)
        except (OperatorCodeAmbiguous, OperatorCodeMalformed):
            return parse_operator_code(self.given, member=self.home)


def claims_of(fields: Mapping[str, object], exporting: str, importing: str) -> tuple[Claim, ...]:
    """Return the traders whose codes a copy shows; a hidden code is not there."""
    return tuple(_claims(fields, exporting, importing))


def _claims(fields: Mapping[str, object], exporting: str, importing: str) -> Iterator[Claim]:
    if given := _code_in(fields.get("exporter")):
        yield Claim("exporter", OperatorRole.EXP, given, exporting, importing)
    if given := _code_in(fields.get("consignee")):
        yield Claim("consignee", OperatorRole.IMP, given, importing, importing)


def _code_in(trader: object) -> str | None:
    code = trader.get("operator") if isinstance(trader, Mapping) else None
    return code if isinstance(code, str) else None


@dataclass(frozen=True, slots=True)
class Read:
    """The claims of a certificate with their codes read."""

    claims: tuple[tuple[Claim, OperatorCode | Party], ...]
    """With each its code, or why it has none."""
    at: datetime

    @property
    def operators(self) -> Collection[OperatorCode]:
        """The codes that the ledger is to be asked for."""
        return {code for _, code in self.claims if isinstance(code, str)}

    def told(self, found: Found | None, *, unanswered: str = NO_ANSWER) -> tuple[Party, ...]:
        """Return the parties by what was found; None when nobody answered, and `unanswered` says why."""
        return tuple(
            code if isinstance(code, Party) else self._party(claim, code, found, unanswered)
            for claim, code in self.claims
        )

    def _party(self, claim: Claim, code: OperatorCode, found: Found | None, unanswered: str) -> Party:
        if found is None:
            return _bare(claim, self.at, CANNOT_CHECK, unanswered, operator=code)
        question = Question(
            operator=code, host=claim.host, role=claim.as_, direction=Direction.IMPORT, at=self.at
        )
        return _answered(claim, told(question, found, NO_NAMES, self.at))


def read(claims: Collection[Claim], at: datetime) -> Read:
    """Read the codes of claims."""
    at = at.replace(microsecond=0)
    return Read(tuple((claim, _read(claim, at)) for claim in claims), at)


def _read(claim: Claim, at: datetime) -> OperatorCode | Party:
    try:
        return claim.read()
    except OperatorCodeAmbiguous as error:
        several = said("The code can be read as {codes}.", codes=" or ".join(error.candidates))
        return _bare(claim, at, CODE_AMBIGUOUS, several)
    except OperatorCodeMalformed as error:
        unread = said("The code cannot be read: {why}.", why=error.message)
        return _bare(claim, at, CODE_MALFORMED, unread)


def _bare(
    claim: Claim, at: datetime, reason: str, sentence: str, operator: OperatorCode | None = None
) -> Party:
    return Party(
        role=claim.role,
        given=claim.given,
        host=claim.host,
        at=at,
        reason=reason,
        sentence=sentence,
        operator=operator,
    )


def _answered(claim: Claim, answer: Told) -> Party:
    return Party(
        role=claim.role,
        given=claim.given,
        host=claim.host,
        at=answer.question.at,
        reason=answer.code,
        sentence=answer.sentence,
        operator=answer.operator,
        recognised=answer.recognised,
        status=answer.status,
        programme=answer.programme.code if answer.programme else None,
    )
