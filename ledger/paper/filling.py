"""Filling a form in: which field stands in which box, and in what words."""

from collections.abc import Iterator
from typing import Final

from ledger.paper.form import ENDORSEMENTS, FORMS, Form
from ledger.paper.sheet import HIDDEN, Box, Column, Sheet
from ledger.paper.told import Told
from ledger.presented import Examination
from ledger.terms import Terms

NOTE: Final = "The electronic envelope in this file is what is verified; this paper is its rendition."
_SIGNED: Final = "Signed in the electronic certificate; this paper has no signature or stamp of its own."


def filled(seen: Examination, terms: Terms, endorsement: str) -> Sheet:
    """Return what stands on the paper of an intact envelope: all that it says, in the boxes of its form."""
    form = FORMS[terms.scheme.code]
    told = Told(seen.fields, redacted=bool(seen.hidden))
    told.text("scheme")
    reference = told.text("reference")
    facts = tuple(_facts(told))
    boxes = _parties(form, told)
    return Sheet(
        title=form.title,
        form=form.name,
        known_by=form.known_by,
        reference=reference,
        facts=facts,
        left=boxes,
        transport=Box(form.words("transport"), _transport(form, told)),
        official=Box(form.words("official"), "", tuple((words, False) for words in form.treatment))
        if form.treatment
        else None,
        columns=tuple(Column(form.words(column), wide) for column, wide in form.widths.items()),
        rows=tuple(_rows(form, told)),
        closing=_closing(told),
        remarks=Box(form.words("remarks") or "Remarks", told.text("remarks"))
        if told.has("remarks")
        else None,
        signed=tuple(_signed(form, told, endorsement)),
        ticks=Box(form.words("ticks"), "", tuple(_ticks(form, told))),
        further=_lines(*_ticked_beside(form, told), *told.rest(), _how_much_is_hidden(seen)),
        foot=_foot(seen),
        issued_on=terms.issued_on,
    )


def _facts(told: Told) -> Iterator[str]:
    """Yield what stands beside the reference."""
    office = told.text("issuingOffice")
    yield f"Issued in {told.state('exportingMember')}, office {office}"
    yield f"Addressed to {told.state('importingMember')}"
    yield f"Date of issue: {told.day('issuedOn')}"
    yield f"Last day of presentation: {told.day('validUntil')}"
    if told.has("replaces"):
        reference, on = told.text("replaces.reference", must=True), told.day("replaces.issuedOn", must=True)
        yield f"Issued in place of {reference} of {on}"


def _parties(form: Form, told: Told) -> tuple[Box, ...]:
    exhibition = ""
    if told.has("exhibition"):
        name, address = (told.text(f"exhibition.{field}", must=True) for field in ("name", "address"))
        exhibition = f"Exhibition: {name}, {address}"
    third = Box(form.words("producer") or "Producer", _party("producer", told, must=False))
    return (
        Box(form.words("exporter"), _party("exporter", told)),
        Box(
            form.words("consignee"), _lines(_party("consignee", told, must=bool(form.certified)), exhibition)
        ),
        *([third] if "producer" in form.boxes or third.text else []),
    )


def _party(who: str, told: Told, *, must: bool = True) -> str:
    if not told.has(who):
        return told.text(who, must=must)
    operator = told.text(f"{who}.operator")
    return _lines(
        told.text(f"{who}.name", must=True),
        told.text(f"{who}.address", must=True),
        told.state(f"{who}.country", must=True),
        operator and f"Authorised economic operator: {operator}",
    )


def _ticks(form: Form, told: Told) -> Iterator[tuple[str, bool]]:
    for field, words in form.endorsements.items():
        yield words, told.ticked(f"endorsements.{field}")


def _ticked_beside(form: Form, told: Told) -> Iterator[str]:
    """Yield what the document ticks and the form has no tick-box for."""
    for field, words in ENDORSEMENTS.items():
        if field not in form.endorsements and told.ticked(f"endorsements.{field}"):
            yield f"Also applies: {words}"


def _transport(form: Form, told: Told) -> str:
    values = (
        told.day("transport.departureDate"),
        told.text("transport.conveyance"),
        told.port("transport.portOfLoading"),
        told.port("transport.portOfDischarge"),
    )
    return _lines(*(f"{name}: {value}" for name, value in zip(form.carried, values, strict=True) if value))


def _rows(form: Form, told: Told) -> Iterator[tuple[str, ...]]:
    """Yield the goods lines, one for each number up to the last, and what belongs to all of them."""
    named = list(form.widths)
    numbers = told.numbers("items")
    for number in range(1, max(numbers, default=0) + 1):
        cells = _item(f"items.{number}", number, told, named) if number in numbers else _hidden_line(number)
        yield tuple(cells.get(column, "") for column in named)
    if not numbers:
        yield tuple({"goods": HIDDEN}.get(column, "") for column in named)
    together = _lines(_invoicer(told), *_originals(told))
    if together:
        yield tuple({"goods": together}.get(column, "") for column in named)


def _hidden_line(number: int) -> dict[str, str]:
    return {"item": str(number), "goods": HIDDEN}


def _item(at: str, number: int, told: Told, named: list[str]) -> dict[str, str]:
    """Return the texts of a goods line by column; what has no column of its own goes with the goods."""
    edition = told.text(f"{at}.hsEdition")
    hs = _lines(told.text(f"{at}.hsCode", must=True), edition and f"({edition})")
    differential = told.text(f"{at}.tariffDifferential")
    origin = _lines(told.state(f"{at}.originCountry", must=True), differential and f"Article {differential}")
    maker, mark = told.text(f"{at}.manufacturer"), told.text(f"{at}.trademark")
    goods = _lines(
        told.packages(f"{at}.packages", must="marks" in named and "hs" not in named),
        told.text(f"{at}.description", must=True),
        "" if "hs" in named else f"HS number: {hs.replace(chr(10), ' ')}",
        "" if "origin" in named else f"Country of origin: {origin.replace(chr(10), ', ')}",
        maker and f"Manufacturer: {maker}",
        mark and f"Trade mark: {mark}",
        *(_original_line(f"{at}.originals.{one}", told) for one in told.numbers(f"{at}.originals")),
    )
    weight = told.measure(f"{at}.grossWeight")
    fob = told.money(f"{at}.fob")
    return {
        "item": str(number),
        "marks": told.text(f"{at}.marks", must="hs" not in named),
        "goods": goods,
        "hs": hs,
        "criterion": told.text(f"{at}.criterion", must=True),
        "origin": origin,
        "quantity": _lines(
            told.measure(f"{at}.quantity", must=True), weight and f"Gross: {weight}", fob and f"FOB: {fob}"
        ),
        "invoices": _invoices(f"{at}.invoices", told),
    }


def _invoices(at: str, told: Told) -> str:
    numbers = told.numbers(at)
    if not numbers:
        return told.text(at, must=True)
    return _lines(
        *(
            _lines(told.text(f"{at}.{one}.number", must=True), told.day(f"{at}.{one}.date", must=True))
            for one in numbers
        )
    )


def _original_line(at: str, told: Told) -> str:
    line, reference = told.text(f"{at}.item", must=True), told.text(f"{at}.reference", must=True)
    on, certificate = told.day(f"{at}.issuedOn", must=True), told.text(f"{at}.certificate", must=True)
    return f"Re-exported: line {line} of {reference} of {on}, certificate {certificate}"


def _originals(told: Told) -> Iterator[str]:
    for one in told.numbers("originals"):
        at = f"originals.{one}"
        member, code = told.state(f"{at}.exportingMember", must=True), told.text(f"{at}.exporterCode")
        reference, on = told.text(f"{at}.reference", must=True), told.day(f"{at}.issuedOn", must=True)
        by = f", exporter {code}" if code else ""
        certificate = told.text(f"{at}.certificate", must=True)
        yield f"Original proof of origin {one}: {reference} of {on}, {member}{by}, certificate {certificate}"


def _invoicer(told: Told) -> str:
    if not told.has("thirdCountryInvoicer"):
        return ""
    name = told.text("thirdCountryInvoicer.name", must=True)
    return f"Third-country invoice by {name}, {told.state('thirdCountryInvoicer.country', must=True)}"


def _closing(told: Told) -> str:
    numbers = told.numbers("items")
    last = max(numbers, default=0)
    return f"End of goods lines: the last is number {last}" if last else "End of goods lines"


def _signed(form: Form, told: Told, endorsement: str) -> Iterator[Box]:
    """Yield declaration and certification, or of a declaration by an exporter what it is made out under."""
    issuer = told.text("issuers.0.name")
    domain = told.text("issuers.0.identityProof.location")
    if form.declared:
        produced, importing = (
            told.state(f"declaration.{field}", must=True)
            for field in ("countryOfProduction", "importingCountry")
        )
        words = form.declared.format(produced=produced, importing=importing)
        yield Box(form.words("declaration"), _lines(words, *_signature("declaration", "signatory", told)))
        by = _lines(form.certified, *_signature("certification", "officer", told), f"{issuer} ({domain})")
        yield Box(form.words("certification"), _lines(by, _SIGNED), endorsement=endorsement)
        return
    documents = {
        "Authorisation code": told.text("authorisation.exporterCode", must=True),
        "Authorised signatory": told.text("authorisation.signatory", must=True),
        "Made out on": told.text("authorisation.documentType").replace("-", " "),
        "Document number": told.text("authorisation.documentNumber"),
        "Document date": told.day("authorisation.documentDate"),
    }
    given = (f"{name}: {value}" for name, value in documents.items() if value)
    yield Box(form.words("authorisation"), _lines(form.authorised, *given), endorsement=endorsement)
    yield Box("Registered by", _lines(f"{issuer} ({domain})", _SIGNED))


def _signature(at: str, who: str, told: Told) -> Iterator[str]:
    place, on = told.text(f"{at}.place", must=True), told.day(f"{at}.date", must=True)
    yield f"Place and date: {place}, {on}"
    yield f"Signed by: {told.text(f'{at}.{who}', must=True)}"


def _how_much_is_hidden(seen: Examination) -> str:
    if not seen.hidden:
        return ""
    return f"In this copy {seen.hidden} particulars are {HIDDEN}; what is not stated above may be among them."


def _foot(seen: Examination) -> str:
    ledger = seen.ledger
    where = f"Ledger {ledger.address} on chain {ledger.chain_id}. " if ledger else ""
    return f"{NOTE}\n{where}Certificate 0x{seen.certificate.hex()}"


def _lines(*texts: str) -> str:
    """Return the texts that are not empty as paragraphs."""
    return "\n".join(filter(None, texts))
