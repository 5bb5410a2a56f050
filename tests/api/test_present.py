"""What pages say: names of fields, times and members, and verdicts in the words of the page."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import BaseModel

from api.pages.boxes import field_at, field_of
from api.pages.certificate import particulars_of
from api.pages.present import NAMED, SHOWN, TONES, result_of, trouble_of
from api.pages.shape import Absent
from api.pages.speech import speech_in
from api.pages.words import choices, inert, member
from ledger.documents import CertificateDocument
from ledger.envelope import leaves
from ledger.errors import EnvelopeMalformed, Finding, InputMalformed, Problem, Severity
from ledger.facts import AsOf
from ledger.presented import Examination
from ledger.verdict import Check, Outcome, Verdict, VerdictCode
from tests.builders import a_document, a_vector, altered

EN = speech_in("en")
AT = datetime(2026, 11, 2, 3, 4, 59, tzinfo=UTC)


def a_verdict(code: VerdictCode = VerdictCode.VALID, **overrides: Any) -> Verdict:
    """Return a verdict of a block."""
    defaults: dict[str, Any] = {
        "sentence": "It is so.",
        "checks": (Check("content", Outcome.PASSED, "All fields are as issued."),),
        "as_of": AsOf(77, AT),
        "certificate": bytes([0x5A]) * 32,
    }
    return Verdict(code=code, **defaults | overrides)


def an_examination(fields: dict[str, Any], hidden: int = 0) -> Examination:
    """Return an intact copy with these fields."""
    return Examination(
        altered=(),
        removed=0,
        located=True,
        hidden=hidden,
        fields=fields,
        terms=None,
        certificate=bytes(32),
        root=bytes(32),
        ledger=None,
    )


def described(model: type[BaseModel], path: str = "") -> Iterator[tuple[str, str]]:
    """Yield the path and description of each field of the document, `*` for a number."""
    for name, info in model.model_fields.items():
        here = f"{path}.{info.alias or name}".lstrip(".")
        yield here, info.description or ""
        inner: Any = info.annotation
        if getattr(inner, "__args__", None):
            here, inner = f"{here}.1", inner.__args__[-1]
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from described(inner, here)


def test_every_field_has_a_name_and_the_box_of_the_schema() -> None:
    """Two tables of boxes would drift apart."""
    seen = 0
    for path, description in described(CertificateDocument):
        field = field_at(path)
        assert field.name, path
        if found := re.match(r"Box (\d+)\b|Top right", description):
            assert field.box == f"box {found[1]}" if found[1] else "top right", path
            seen += 1
    assert seen > 40


def test_every_leaf_of_a_document_is_named() -> None:
    """Goods lines by their number; what the form does not know stays without a name."""
    assert all(field_at(path).name for path, _ in leaves(a_document()))
    assert field_at("items.12.invoices.1.date").line == "12"
    assert field_of("/items/3/hsCode") == field_at("items.3.hsCode")
    assert (field_at("itemz.1").name, field_at("").name, field_at("items").line) == ("", "", "")


@pytest.mark.parametrize(
    ("scheme", "path", "place"),
    [
        ("RCEP-CO", "items.2.hsCode", ("RCEP form", "box 9")),
        ("RCEP-CO", "items.2.fob.amount", ("RCEP form", "box 12")),
        ("RCEP-CO", "transport.departureDate", ("RCEP form", "box 4")),
        ("RCEP-CO", "items.2.hsEdition", ("RCEP form", "")),
        ("RCEP-DO", "items.2.hsCode", ("", "")),
        ("ATIGA-OD", "authorisation.signatory", ("", "")),
        ("ATIGA-D", "items.2.hsCode", ("Form D", "box 7")),
        ("made up", "items.2.hsCode", ("Form D", "box 7")),
    ],
)
def test_a_field_is_found_on_the_form_of_its_scheme(scheme: str, path: str, place: tuple[str, str]) -> None:
    """The RCEP form numbers its boxes otherwise; a declaration has none."""
    field = field_at(path, scheme)
    assert (field.form, field.box) == place
    assert field.name


def test_the_page_of_a_declaration_tells_who_signed_and_on_what() -> None:
    """In place of boxes that it has not."""
    shown = particulars_of(an_examination(a_vector("vn-th-coffee-origin-declaration")), EN)
    rows = {row.name: row.values for row in shown.rows}
    assert rows["Authorisation of the exporter"] == (
        "0107/CE24",
        "Nguyễn Thị Lan Anh",
        "commercial-invoice TNX-2026-1107, 2 November 2026",
    )
    assert {row.box for row in shown.rows} | {shown.boxes} == {""}


def test_the_page_of_an_rcep_certificate_has_its_producer_and_boxes() -> None:
    """Box 3 is the producer there."""
    shown = particulars_of(an_examination(a_vector("vn-sg-seats-rcep")), EN)
    assert {row.name: row.box for row in shown.rows}["Producer"] == "box 3"
    assert shown.boxes == "boxes 6 to 13"


def test_times_and_members_are_written_for_people() -> None:
    """Months by name, members with their codes."""
    assert EN.moment(AT) == "2 November 2026, 03:04 UTC"
    assert (EN.day("2027-01-31"), EN.day("soon")) == ("31 January 2027", "soon")
    assert (member("VN"), member("XX")) == ("Viet Nam (VN)", "XX")
    assert len(choices(())) == 11


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Cà Phê บริษัท", "Cà Phê บริษัท"),
        ("two\nlines", "two\nlines"),
        ("a\u202eb\u200b\x00\ue000", "a[U+202E]b[U+200B][U+0000][U+E000]"),
    ],
)
def test_characters_that_hide_are_shown_by_number(text: str, shown: str) -> None:
    """All others stay as they are."""
    assert inert(text) == shown


def test_every_verdict_has_a_tone() -> None:
    """Nothing but VALID is green, and our own fault is never red."""
    assert set(TONES) == set(VerdictCode)
    assert [code for code, tone in TONES.items() if tone == "good"] == [VerdictCode.VALID]
    assert TONES[VerdictCode.CANNOT_CHECK] == "wait"


@pytest.mark.parametrize("code", VerdictCode)
def test_a_verdict_that_may_soon_be_another_says_when(code: VerdictCode) -> None:
    """Only these two."""
    again = result_of(a_verdict(code), AT).ask_again
    assert bool(again) is (code in {VerdictCode.PENDING, VerdictCode.CANNOT_CHECK})


def test_a_few_altered_fields_are_named_in_the_sentence_and_many_counted() -> None:
    """However many a forger makes up, the page stays short."""
    few = result_of(a_verdict(VerdictCode.ALTERED, altered=("exporter.name", "items.2.fob.amount")), AT)
    assert few.sentence == "Not as issued: Exporter, FOB price of goods line 2."
    many = tuple(f"made.up{number}" for number in range(SHOWN + 9))
    result = result_of(a_verdict(VerdictCode.ALTERED, altered=many), AT)
    assert result.sentence == f"{SHOWN + 9} fields are not as issued."
    assert (len(result.altered), result.unlisted) == (SHOWN, 9)
    assert len(many) > NAMED


def test_notes_name_their_field_and_weight() -> None:
    """A refusal found here is told from what the rules leave to people."""
    findings = tuple(
        Finding("RULE", severity, "/items/1/hsCode", "look at it", "Rule 1") for severity in Severity
    )
    notes = result_of(a_verdict(warnings=findings), AT).notes
    assert [note.severity for note in notes] == ["Against a rule", "Take note"]
    assert notes[0].field.box == "box 7"


def test_troubles_with_a_file_name_its_places() -> None:
    """At the control where another file is chosen."""
    malformed = trouble_of(EnvelopeMalformed((Problem("/data", "rule", "must be an object"),)))
    assert (malformed.control, malformed.details) == ("envelope", ("/data: must be an object.",))
    assert trouble_of(InputMalformed("json.float", "no fractions")).details == ("No fractions.",)


def test_particulars_tell_what_is_hidden_from_what_is_not_stated() -> None:
    """A hidden part is named where others stand beside it; a left-out line stands in its place."""
    document = altered(a_document(), "/items/3", a_document()["items"]["1"])
    del document["consignee"]["address"]
    shown = particulars_of(an_examination(document, hidden=17), EN)
    rows = {row.name: row.values for row in shown.rows}
    assert rows["Consignee"] == ("บริษัท กาแฟสยามดี จำกัด", Absent("Address"), "Thailand (TH)")
    assert [(line.number, bool(line.cells)) for line in shown.lines] == [
        ("1", True),
        ("2", False),
        ("3", True),
    ]
    assert shown.absent == "hidden by the holder"
    bare = particulars_of(an_examination({}), EN)
    assert (bare.absent, bare.lines, bare.rows[0].values) == ("not stated", (), (Absent(),))
