"""The secured look-up at the importing desk (RCEP Articles 3.17.7 and 3.21.5).

Asked by the number of a certificate it shows the six particulars and how the certificate stands, as the API
does.  What else the officer types from a paper is compared with them, so that what differs stands out.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from api.desks.posted import Posted
from api.pages.present import TONES, Trouble
from ledger.field_checks import LONGEST_REFERENCE
from ledger.looking_up import ApprovedShown, LineShown, Shown, look_exporter_up, look_up
from ledger.ports import Ledger
from ledger.said import Said, said
from ledger.terms import normalised
from ledger.texts import EXPORTER_PATTERN
from ledger.verdict import TITLES

LONGEST: Final = 500
"""Characters of a name or a description that are compared."""
CODE: Final = "code"
"""The control that asks for an approved exporter instead."""
_QUANTITY: Final = re.compile(r"[0-9]{1,15}([.][0-9]{1,8})?")
_CODE: Final = re.compile(EXPORTER_PATTERN)
_HS: Final = 6
"""Digits of the Harmonized System that are the same in every member."""
_WANTED: Final = {
    "number": said("Enter the number of the certificate"),
    "issuedOn": said("Enter a date"),
    "hsCode": said("Enter at least six digits of the HS code"),
    "quantity": said("Enter a quantity in digits, such as 1200.50"),
    "description": said("Enter at most {most} characters", most=LONGEST),
    "exporter": said("Enter at most {most} characters", most=LONGEST),
    CODE: said("Enter the code as it is authorised, in capitals, digits, dots, hyphens and slashes"),
}


@dataclass(frozen=True, slots=True)
class Paper:
    """What an officer typed from a paper; nothing where a field was left empty."""

    number: str
    issued_on: date | None
    exporter: str
    hs_code: str
    description: str
    quantity: Decimal | None


@dataclass(frozen=True, slots=True)
class Compared:
    """One particular of the paper beside what was issued."""

    name: Said
    agrees: bool
    lines: tuple[int, ...] = ()
    """Goods lines with which it agrees, where it is about goods; places from 1."""


@dataclass(frozen=True, slots=True)
class Found:
    """A certificate with the number."""

    shown: Shown
    title: str
    tone: str
    compared: tuple[Compared, ...]

    @property
    def code(self) -> str:
        """The verdict's code, under which the help explains it."""
        return self.shown.standing.value


def paper_in(sent: Posted) -> Paper | Sequence[Trouble]:
    """Return what was typed, or all that has to be put right."""
    wrong = [name for name, right in _checked(sent).items() if not right]
    if wrong:
        return [Trouble(name, _WANTED[name]) for name in wrong]
    issued_on, quantity = sent.one("issuedOn"), sent.one("quantity")
    return Paper(
        number=sent.one("number"),
        issued_on=date.fromisoformat(issued_on) if issued_on else None,
        exporter=sent.one("exporter"),
        hs_code=_digits(sent.one("hsCode")),
        description=sent.one("description"),
        quantity=Decimal(quantity) if quantity else None,
    )


def certificates_like(paper: Paper, member: str, ledger: Ledger) -> tuple[Found, ...]:
    """Return the certificates with the number that a member may see, compared with its paper."""
    return tuple(
        Found(shown, TITLES[shown.standing], TONES[shown.standing], tuple(_compared(paper, shown)))
        for shown in look_up(paper.number, ledger, asking=member)
    )


def approved(code: str, ledger: Ledger) -> Sequence[ApprovedShown] | Trouble:
    """Return the approved exporters with a code, or what is wrong with the code."""
    if not _CODE.fullmatch(code):
        return Trouble(CODE, _WANTED[CODE])
    return look_exporter_up(code, ledger)


def _checked(sent: Posted) -> dict[str, bool]:
    hs_code, quantity = sent.one("hsCode"), sent.one("quantity")
    return {
        "number": 0 < len(sent.one("number")) <= LONGEST_REFERENCE,
        "issuedOn": _is_day(sent.one("issuedOn")),
        "exporter": len(sent.one("exporter")) <= LONGEST,
        "hsCode": not hs_code or _HS <= len(_digits(hs_code)) <= 2 * _HS,
        "description": len(sent.one("description")) <= LONGEST,
        "quantity": not quantity or _QUANTITY.fullmatch(quantity) is not None,
    }


def _is_day(told: str) -> bool:
    try:
        return not told or bool(date.fromisoformat(told))
    except ValueError:
        return False


def _digits(code: str) -> str:
    return "".join(one for one in code if one in "0123456789")


def _compared(paper: Paper, shown: Shown) -> Iterator[Compared]:
    """Yield every particular that was typed, beside the number by which the certificate was found."""
    if paper.issued_on is not None:
        yield Compared(said("Date of issue"), paper.issued_on == shown.issued_on)
    if paper.exporter:
        yield Compared(said("Exporter"), normalised(paper.exporter) == normalised(shown.exporter))
    asked = (
        (said("HS code"), paper.hs_code, lambda line: line.hs_code[:_HS] == paper.hs_code[:_HS]),
        (said("Description of the goods"), paper.description, lambda line: _like(paper.description, line)),
        (said("Quantity"), paper.quantity, lambda line: Decimal(line.quantity) == paper.quantity),
    )
    for name, typed, agrees in asked:
        if typed is not None and typed != "":
            lines = tuple(number for number, line in enumerate(shown.lines, 1) if agrees(line))
            yield Compared(name, bool(lines), lines)


def _like(description: str, line: LineShown) -> bool:
    """Whether a description holds the other: papers shorten them."""
    typed, issued = normalised(description), normalised(line.description)
    return typed in issued or issued in typed
