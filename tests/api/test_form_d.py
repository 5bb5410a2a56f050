"""A certificate on the form people know, out of copies of any shape."""

from typing import Any

import pytest

from api.pages.form_d import Sheet, sheet_of
from api.pages.form_words import FORM_D, RCEP_FORM
from api.pages.shape import MAX_LINES, Absent, Named
from api.pages.speech import speech_in
from tests.api.test_present import an_examination
from tests.builders import a_document, a_vector, altered

EN = speech_in("en")
HOSTILE = "<script>\u202egnp\x00\u200b=HYPERLINK(1)"


def a_sheet(fields: dict[str, Any], hidden: int = 0) -> Sheet:
    """Return a copy on its form."""
    sheet = sheet_of(an_examination(fields, hidden), EN)
    assert sheet is not None
    return sheet


def boxes(sheet: Sheet) -> dict[str, Any]:
    """Return what stands in each box, by number."""
    return {box.number: box.values for box in (*sheet.boxes, *sheet.foot)}


def test_every_box_of_form_d_has_its_place() -> None:
    """One to thirteen, each once (ATIGA Annex 7)."""
    sheet = a_sheet(a_document())
    numbers = [
        *boxes(sheet),
        sheet.official,
        sheet.item,
        *(number for number, _ in sheet.columns),
        sheet.ticks_number,
    ]
    assert sorted(map(int, numbers)) == list(range(1, 14))
    assert sheet.form == "Form D"


def test_every_box_of_the_rcep_form_has_its_place() -> None:
    """One to seventeen, the HS code and the country of origin in columns of their own (RCEP Annex 3B)."""
    sheet = a_sheet(a_vector("vn-sg-seats-rcep"))
    numbers = [
        *boxes(sheet),
        sheet.official,
        sheet.item,
        *(number for number, _ in sheet.columns),
        sheet.ticks_number,
    ]
    assert sorted(map(int, numbers)) == list(range(1, 18))
    assert len(sheet.lines[0].cells) == len(sheet.columns) == 7


@pytest.mark.parametrize("name", ["vn-th-coffee-origin-declaration", "th-vn-inverters-rcep-declaration"])
def test_a_declaration_is_on_no_form(name: str) -> None:
    """It is shown as a plain statement."""
    assert sheet_of(an_examination(a_vector(name)), EN) is None


def test_what_the_certificate_says_stands_in_its_boxes() -> None:
    """Members by name, days with the name of the month, the operator code beside the name."""
    document = altered(a_document(), "/exporter/operator", "VN0312345678")
    sheet = a_sheet(document)
    name, code, address, country = boxes(sheet)["1"]
    assert (name, country) == ("Công ty TNHH Cà Phê Tây Nguyên Xanh", "Viet Nam (VN)")
    assert code == Named("Operator code", "VN0312345678")
    assert sheet.issued_in == ("Viet Nam (VN)",)
    assert boxes(sheet)["11"][0] == (
        "Produced in Viet Nam (VN), and complying with the origin requirements for goods exported to "
        "Thailand (TH)."
    )
    assert "2 November 2026" in boxes(sheet)["12"][-1]
    marks, goods, criterion, quantity, invoices = sheet.lines[0].cells
    assert (marks, criterion) == (("TNX / BANGKOK / 1-320",), ("WO",))
    assert Named("HS code", "09011130 (AHTN2022)") in goods
    assert quantity[0] == "19200 KGM"
    assert invoices == ("TNX-2026-1107, 28 October 2026",)
    assert address


def test_ticks_are_those_of_the_certificate_or_unknown() -> None:
    """A copy that hides them is not one that has none."""
    ticked = altered(a_document(), "/endorsements/backToBack", value=True)
    told = {tick.name: tick.ticked for tick in a_sheet(ticked).ticks}
    assert told["Back-to-back certificate of origin"] is True
    assert sum(1 for one in told.values() if one) == 1
    assert len(told) == len(FORM_D.ticks) == 7
    assert {tick.ticked for tick in a_sheet({"endorsements": "x"}).ticks} == {None}
    assert len(RCEP_FORM.ticks) == 3


def test_what_a_copy_hides_is_marked_in_its_place() -> None:
    """Named where others stand beside it; what need not be there is not said to be hidden."""
    document = a_document()
    del document["consignee"]["address"]
    del document["items"]["1"]["marks"]
    del document["transport"]
    sheet = a_sheet(document, hidden=4)
    assert Absent("Address") in boxes(sheet)["2"]
    assert sheet.lines[0].cells[0] == (Absent(),)
    assert boxes(sheet)["3"] == (Absent(optional=True),)
    assert (sheet.absent, sheet.absent_optional) == (
        "hidden by the holder",
        "hidden by the holder, or not stated",
    )


def test_a_left_out_line_stands_in_its_place() -> None:
    """So that nobody takes the third for the second."""
    document = altered(a_document(), "/items/3", a_document()["items"]["1"])
    assert [(line.number, bool(line.cells)) for line in a_sheet(document, hidden=9).lines] == [
        ("1", True),
        ("2", False),
        ("3", True),
    ]


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"exporter": "text", "items": "text", "endorsements": [], "declaration": True},
        {"exporter": {"name": {"deep": "text"}}, "items": {"1": "text", "07": {}, "x": {}, "99": {}}},
        {
            "items": {
                "3": {"invoices": {"1": "text"}, "quantity": {"value": {"a": "b"}}, "originals": {"1": 1}}
            }
        },
        {"exporter": True, "consignee": {"country": True}, "transport": "ship", "replaces": "x"},
        {"scheme": {"a": "b"}, "reference": HOSTILE, "exhibition": {"name": HOSTILE}},
    ],
)
def test_no_shape_of_a_copy_breaks_the_form(fields: dict[str, Any]) -> None:
    """Whatever stands where the form has something else."""
    assert a_sheet(fields).form == "Form D"


def test_a_form_has_an_end() -> None:
    """However long a forger's texts and however many the lines."""
    line = {"description": "x" * 3000, "invoices": {str(n): {"number": "i"} for n in range(200)}}
    sheet = a_sheet({"items": {str(number): line for number in range(1, 100)}})
    assert (len(sheet.lines), sheet.more_lines) == (MAX_LINES, 99 - MAX_LINES)
    goods, invoices = sheet.lines[0].cells[1], sheet.lines[0].cells[-1]
    assert max(len(value) for value in goods if isinstance(value, str)) < 2010
    assert len(invoices) == MAX_LINES


def test_originals_and_invoices_stand_in_their_order_with_their_days() -> None:
    """The tenth after the ninth, also out of a file in the order of the alphabet; months by name."""
    numbers = sorted(str(number) for number in range(1, 12))
    parts = {number: {"number": f"I-{number}", "reference": f"R-{number}"} for number in numbers}
    days = {"date": "2026-10-28", "issuedOn": "2026-10-28"}
    fields = altered(a_document(), "/items/1/invoices", {key: one | days for key, one in parts.items()})
    fields = altered(fields, "/items/1/originals", fields["items"]["1"]["invoices"])
    goods, invoices = (a_sheet(fields).lines[0].cells[place] for place in (1, -1))
    in_order = range(1, 12)
    assert invoices == tuple(f"I-{number}, 28 October 2026" for number in in_order)
    drawn = [one.text for one in goods if isinstance(one, Named) and "R-" in one.text]
    assert drawn == [f"R-{number} / 28 October 2026" for number in in_order]
