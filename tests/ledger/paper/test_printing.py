"""A certificate on paper says all that its envelope says, and keeps the envelope to the byte."""

import copy
import re
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfReader

from ledger.envelope import canonical, leaves
from ledger.paper import PaperNotPossible, envelope_in, paper_of
from ledger.paper.codes import modules
from ledger.paper.filling import filled
from ledger.paper.form import FORMS
from ledger.paper.layout import laid_out
from ledger.paper.marks import EDGE, HIGH, INNER, WIDE, Page, Text
from ledger.paper.typesetting import Style
from ledger.presented import examined, opened, redacted
from ledger.said import day
from tests.builders import a_document, a_vector, altered
from tests.ledger.paper.papers import NAMES, enveloped, squeezed

DAY = re.compile(r"\d{4}-\d\d-\d\d")
LINK = "https://asal.example/c/" + "A" * 43
SHAPES = (
    "vn-th-coffee",
    "vn-ph-groceries",
    "kh-vn-pepper-exhibition",
    "th-vn-tyres-third-country",
    "id-kh-cement-replaced",
    "sg-th-consolidated-back-to-back",
    "vn-sg-seats-rcep",
    "sg-my-seats-rcep-back-to-back",
    "vn-th-coffee-origin-declaration",
    "th-vn-inverters-rcep-declaration",
)
MANY = a_document()
MANY["items"] = {
    str(n): a_document()["items"]["1"] | {"description": f"Lot {n}: " + "robusta, not roasted " * (n % 9 + 1)}
    for n in range(1, 65)
}
MANY["exporter"] |= {"address": "\n".join(f"Street {n} of a long address" for n in range(40))}


def pages_of(envelope: dict[str, Any], endorsement: str = "") -> list[Page]:
    """Return the pages of an envelope before they are drawn."""
    seen = examined(opened(envelope))
    assert seen.terms is not None
    return laid_out(filled(seen, seen.terms, endorsement), modules(LINK), "Scan")


def texts(envelope: dict[str, Any], endorsement: str = "") -> str:
    """Return all that is printed, without white space."""
    pages = pages_of(envelope, endorsement)
    return squeezed("".join(mark.text for page in pages for mark in page if isinstance(mark, Text)))


def as_printed(value: str) -> str:
    """Return a value as the paper has it: days with their month by name."""
    return squeezed(day(date.fromisoformat(value)) if DAY.fullmatch(value) else value)


@pytest.mark.parametrize("name", SHAPES)
def test_all_that_a_certificate_says_is_on_its_paper(name: str) -> None:
    """Of every scheme, every field is printed somewhere; only words of codes are written out."""
    document = a_vector(name)
    printed = texts(enveloped(document))
    for path, value in leaves(document):
        if isinstance(value, str) and path not in {"scheme", "authorisation.documentType"}:
            assert as_printed(value) in printed, path


def test_what_does_not_fit_goes_on_on_continuation_sheets() -> None:
    """Sixty-four goods lines and an address of forty lines are all there, on numbered sheets."""
    pages = pages_of(enveloped(MANY))
    assert len(pages) > 2
    for number, page in enumerate(pages, 1):
        shown = [mark.text for mark in page if isinstance(mark, Text)]
        assert f"Page {number} of {len(pages)}" in shown
        assert any(MANY["reference"] in text for text in shown)
    printed = texts(enveloped(MANY))
    assert all(f"Street{n}ofalongaddress" in printed for n in range(40))
    assert all(f"Lot{n}:" in printed for n in range(1, 65))
    assert "Endofgoodslines:thelastisnumber64" in printed


@pytest.mark.parametrize("script", NAMES)
def test_no_text_leaves_the_page(script: str) -> None:
    """In no script does a line of text stick out of the paper, however long it is."""
    document = altered(MANY, "/items/1/description", NAMES[script].replace(" ", "") * 20)
    for page in pages_of(enveloped(document), "CERTIFIED TRUE COPY"):
        for mark in page:
            if isinstance(mark, Text):
                wide = Style(mark.size, mark.high, mark.bold).width(mark.text)
                assert mark.x >= EDGE
                assert mark.x + wide <= WIDE - EDGE
                assert 0 < mark.y < mark.y + mark.high < HIGH


def test_ticks_are_those_of_the_document() -> None:
    """A ticked box has an X before its words, an empty one has none."""
    document = altered(a_document(), "/endorsements/issuedRetroactively", value=True)
    printed = texts(enveloped(document))
    assert "XIssuedRetroactively" in printed
    assert "XAccumulation" not in printed


def test_the_rcep_form_has_three_ticks_and_tells_of_others() -> None:
    """What is ticked and has no box there stands on the last sheet, in the words of Form D."""
    document = altered(a_vector("vn-sg-seats-rcep"), "/endorsements/accumulation", value=True)
    printed = texts(enveloped(document))
    for words in ("Back-to-back Certificate of Origin", "Third-party invoicing", "ISSUED RETROACTIVELY"):
        assert printed.count(squeezed(words)) == 1
    assert squeezed("Also applies: Accumulation") in printed
    assert squeezed("De Minimis") not in printed


def test_boxes_are_numbered_as_on_the_forms() -> None:
    """Thirteen on Form D, seventeen on that of RCEP, none on a declaration."""
    assert [FORMS[scheme].number("ticks") for scheme in ("ATIGA-D", "RCEP-CO", "RCEP-DO")] == ["13", "17", ""]
    assert FORMS["ATIGA-D"].words("invoices") == "10. Number and date of invoices"
    assert FORMS["ATIGA-D"].words("producer") == ""
    assert all(sum(form.widths.values()) == INNER for form in FORMS.values())


def test_an_endorsement_is_printed_with_the_certification() -> None:
    """Such as that it is a certified true copy."""
    assert "CERTIFIEDTRUECOPY,3December2026" in texts(
        enveloped(a_document()), "CERTIFIED TRUE COPY, 3 December 2026"
    )


def test_what_the_form_has_no_box_for_is_printed_as_well() -> None:
    """Whoever seals an envelope may put anything into it."""
    document = a_document() | {"insurance": {"policy": "P-1"}, "carriers": "two"}
    printed = texts(enveloped(document))
    assert "insurance.policy:P-1" in printed
    assert "carriers:two" in printed


def test_hidden_fields_are_said_to_be_hidden() -> None:
    """And the copy inside has them hidden as well."""
    copied = redacted(enveloped(a_document()), ["exporter", "items.1.description", "items.1.invoices"])
    printed = texts(copied)
    assert printed.count("hiddenbytheholder") >= 3
    assert "Inthiscopy6particularsarehiddenbytheholder" in printed
    assert envelope_in(paper_of(copied)) == canonical(copied)
    assert squeezed(a_document()["exporter"]["name"]) not in squeezed(printed.split("Manufacturer")[0])


def test_the_same_envelope_gives_the_same_file() -> None:
    """No clock and no chance has a part in it, and the envelope comes back to the byte."""
    envelope = enveloped(a_document())
    first = paper_of(envelope, link=LINK)
    assert first == paper_of(copy.deepcopy(envelope), link=LINK)
    assert envelope_in(first) == canonical(envelope)
    assert first != paper_of(envelope)


def test_the_file_is_an_archive() -> None:
    """It says that it is PDF/A-3B, in which language, and how the envelope belongs to it."""
    reader = PdfReader(BytesIO(paper_of(enveloped(a_document()), link=LINK)))
    root: Any = reader.root_object
    metadata = root["/Metadata"].get_object().get_data().decode()
    assert "<pdfaid:part>3</pdfaid:part>" in metadata
    assert "<pdfaid:conformance>B</pdfaid:conformance>" in metadata
    assert root["/Lang"] == "en-GB"
    assert root["/AF"][0].get_object()["/AFRelationship"] == "/Source"
    assert root["/OutputIntents"][0].get_object()["/S"] == "/GTS_PDFA1"
    assert f">FORM D {a_document()['reference']}</rdf:li>" in metadata
    resources: Any = reader.pages[0]["/Resources"]
    for font in resources["/Font"].values():
        inner = font.get_object()["/DescendantFonts"][0].get_object()
        assert "/FontFile2" in inner["/FontDescriptor"]


def test_names_that_look_like_code_stay_text() -> None:
    """Attack case: no link, script, form or action comes of a name, whatever a spreadsheet would do."""
    nasty = '<script>alert(1)</script> =HYPERLINK("http://evil.example") javascript:x /JS (x) >> endobj'
    document = altered(a_document(), "/exporter/name", nasty)
    document = altered(document, "/items/1/description", f"{nasty} https://evil.example/ \n=1+1")
    content = paper_of(enveloped(document), link=LINK)
    reader = PdfReader(BytesIO(content))
    assert squeezed(nasty) in texts(enveloped(document))
    root: Any = reader.root_object
    assert {"/AA", "/AcroForm"}.isdisjoint(root)
    assert root["/OpenAction"][1] == "/FitH"  # the view of the first page, no action
    assert list(root["/Names"]) == ["/EmbeddedFiles"]
    assert all("/Annots" not in page and "/AA" not in page for page in reader.pages)


def test_an_altered_envelope_is_not_printed() -> None:
    """Paper would look better than its file; the field is named, not its content."""
    envelope = enveloped(a_document())
    envelope["data"]["exporter"]["name"] += " Ltd"
    with pytest.raises(PaperNotPossible, match=r"exporter\.name") as refused:
        paper_of(envelope)
    assert "Ltd" not in str(refused.value)


@pytest.mark.parametrize("given", [{}, {"data": 1}, {"version": "x"}])
def test_what_is_no_envelope_is_not_printed(given: dict[str, Any]) -> None:
    """It is refused with the reason."""
    with pytest.raises(PaperNotPossible, match="no envelope"):
        paper_of(given)


@pytest.mark.parametrize("link", ["javascript:alert(1)", "https://asal.example/" + "x" * 200, "ftp://x"])
def test_only_a_short_web_address_becomes_a_code(link: str) -> None:
    """A code that is too fine is not read off a photocopy."""
    with pytest.raises(PaperNotPossible, match="link"):
        paper_of(enveloped(a_document()), link=link)
