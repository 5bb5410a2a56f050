"""The boxes of Form D (ATIGA Annex 7) and of the RCEP form (RCEP Annex 3B) by their printed titles."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ledger.said import said


@dataclass(frozen=True, slots=True)
class Form:
    """What is printed on a form, and in which box what goes."""

    name: str
    agreement: str
    numbers: Mapping[str, str]
    """Number of the box by what goes there."""
    ticks: tuple[tuple[str, str], ...]
    """Field of `endorsements`, and what is printed beside its tick."""


TITLES: Final[Mapping[str, str]] = {
    "exporter": said("Goods consigned from"),
    "consignee": said("Goods consigned to"),
    "producer": said("Producer"),
    "transport": said("Means of transport and route"),
    "official": said("For official use"),
    "item": said("Item"),
    "marks": said("Marks and numbers on packages"),
    "goods": said("Packages and description of goods"),
    "hs": said("HS code"),
    "criterion": said("Origin criterion"),
    "origin": said("RCEP country of origin"),
    "quantity": said("Gross weight or other quantity, and value (FOB)"),
    "invoices": said("Number and date of invoices"),
    "remarks": said("Remarks"),
    "declaration": said("Declaration by the exporter"),
    "certification": said("Certification"),
    "ticks": said("Where it applies"),
}
"""Title of each box, in short."""

_THIRD: Final = ("thirdCountryInvoicing", said("Third-country invoicing"))
_BACK: Final = ("backToBack", said("Back-to-back certificate of origin"))
_LATE: Final = ("issuedRetroactively", said("Issued retroactively"))

FORM_D: Final = Form(
    name=said("Form D"),
    agreement=said("ASEAN Trade in Goods Agreement"),
    numbers={
        "exporter": "1",
        "consignee": "2",
        "transport": "3",
        "official": "4",
        "item": "5",
        "marks": "6",
        "goods": "7",
        "criterion": "8",
        "quantity": "9",
        "invoices": "10",
        "declaration": "11",
        "certification": "12",
        "ticks": "13",
    },
    ticks=(
        _THIRD,
        ("accumulation", said("Accumulation")),
        _BACK,
        ("partialCumulation", said("Partial cumulation")),
        ("exhibition", said("Exhibition")),
        ("deMinimis", said("De minimis")),
        _LATE,
    ),
)

RCEP_FORM: Final = Form(
    name=said("RCEP form"),
    agreement=said("Regional Comprehensive Economic Partnership Agreement"),
    numbers={
        "exporter": "1",
        "consignee": "2",
        "producer": "3",
        "transport": "4",
        "official": "5",
        "item": "6",
        "marks": "7",
        "goods": "8",
        "hs": "9",
        "criterion": "10",
        "origin": "11",
        "quantity": "12",
        "invoices": "13",
        "remarks": "14",
        "declaration": "15",
        "certification": "16",
        "ticks": "17",
    },
    ticks=(_BACK, _THIRD, _LATE),
)

DECLARATIONS: Final = frozenset({"ATIGA-OD", "RCEP-DO"})
"""Schemes that are made out on no form."""


def form_of(scheme: str) -> Form:
    """Return the form of a scheme; one that is not known here is read as Form D, as everywhere."""
    return RCEP_FORM if scheme == "RCEP-CO" else FORM_D
