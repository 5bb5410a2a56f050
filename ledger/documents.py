"""Between a certificate and the JSON object that envelopes and requests carry.

`parse_document` takes a mapping from strict JSON (`ledger.strict_json`) and returns a well-formed
`Certificate`, or raises `CertificateMalformed` with every problem by JSON Pointer, never repeating what was
sent.  `document_of` goes the other way; the two are inverse to each other, down to the trailing zeros of an
amount.
"""

import dataclasses
import datetime
import re
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal
from functools import cache
from typing import Any, Final, get_args, get_origin

from pydantic import ValidationError
from pydantic.alias_generators import to_camel

from ledger import certificate as domain
from ledger import document_schema as schema
from ledger.certificate import Certificate
from ledger.document_schema import CertificateDocument, Document
from ledger.errors import CertificateMalformed, Problem
from ledger.terms import Scheme
from ledger.wellformed import problems_of

__all__ = ["CertificateDocument", "certificate_of", "document_of", "parse_document", "problems_in"]

_TWINS: Final[dict[type[Document], type]] = {
    schema.TraderDocument: domain.Trader,
    schema.TransportDocument: domain.Transport,
    schema.PackagesDocument: domain.Packages,
    schema.MeasureDocument: domain.Measure,
    schema.MoneyDocument: domain.Money,
    schema.InvoiceDocument: domain.Invoice,
    schema.ItemOriginalDocument: domain.ItemOriginal,
    schema.ItemDocument: domain.Item,
    schema.InvoicerDocument: domain.Invoicer,
    schema.ExhibitionDocument: domain.Exhibition,
    schema.OriginalDocument: domain.Original,
    schema.ReplacedDocument: domain.Replaced,
    schema.EndorsementsDocument: domain.Endorsements,
    schema.DeclarationDocument: domain.Declaration,
    schema.CertificationDocument: domain.Certification,
    schema.AuthorisationDocument: domain.Authorisation,
    schema.CertificateDocument: domain.Certificate,
}

_SHAPE_RULES: Final = {
    "missing": ("field.missing", "add this field"),
    "extra_forbidden": ("field.unknown", "remove this field; the format has none of this name here"),
    "string_type": ("type.string", "use a string"),
    "string_unicode": ("text.surrogate", "use complete Unicode characters; half of a surrogate pair is none"),
    "string_pattern_mismatch": ("numbers.key", "key these entries by number: 1, 2, 3 …"),
    "bool_type": ("type.boolean", "use true or false"),
    "dict_type": ("type.object", "use an object"),
    "model_type": ("type.object", "use an object"),
    "literal_error": ("code.word", "use one of the documented words"),
    "too_short": ("count.out-of-range", "give at least one"),
}
_SAFE_NAME: Final = re.compile(r"[A-Za-z0-9_-]{1,40}")


def parse_document(document: Mapping[str, Any]) -> Certificate:
    """Return the well-formed certificate that a document describes, or raise `CertificateMalformed`."""
    try:
        model = CertificateDocument.model_validate(dict(document))
    except ValidationError as error:
        raise CertificateMalformed(problems_in(error)) from None  # the cause would carry the input
    return certificate_of(model)


def certificate_of(document: CertificateDocument) -> Certificate:
    """Return the well-formed certificate of a rightly shaped document, or raise `CertificateMalformed`."""
    certificate: Certificate = _maker(CertificateDocument)(document)
    problems = (*_gaps(document), *problems_of(certificate))
    if problems:
        raise CertificateMalformed(problems)
    return certificate


def document_of(certificate: Certificate) -> dict[str, Any]:
    """Return the JSON object that describes a certificate: strings, booleans and objects only."""
    document: dict[str, Any] = _outside(certificate)
    return document


def problems_in(error: ValidationError) -> tuple[Problem, ...]:
    """Return what is wrong with the shape of a document, without anything of its values."""
    details = error.errors(include_input=False, include_url=False, include_context=False)
    return tuple(_problem(detail["type"], detail["loc"], detail["msg"]) for detail in details)


def _problem(kind: str, location: tuple[int | str, ...], message: str) -> Problem:
    """Name the field; a name made up by the sender is repeated only when it is short and plain."""
    known = _SHAPE_RULES.get(kind)
    rule, wanted = known or ((kind, message) if "." in kind else ("shape", "use the documented shape"))
    steps = [str(step) for step in location if step != "[key]"]
    if steps and not _SAFE_NAME.fullmatch(steps[-1]):
        steps.pop()
    return Problem("".join(f"/{step}" for step in steps if _SAFE_NAME.fullmatch(step)), rule, wanted)


def _gaps(document: CertificateDocument) -> Iterator[Problem]:
    """Find numbered objects that skip a number; the goods lines themselves are checked by `problems_of`."""
    if document.originals and document.originals.keys() != _first(len(document.originals)):
        yield _gap("/originals")
    for number, item in document.items.items():
        if item.invoices and item.invoices.keys() != _first(len(item.invoices)):
            yield _gap(f"/items/{number}/invoices")
        if item.originals and item.originals.keys() != _first(len(item.originals)):
            yield _gap(f"/items/{number}/originals")


def _gap(pointer: str) -> Problem:
    return Problem(pointer, "numbers.gap", "number these 1, 2, 3 … without gaps")


@cache  # a key has at most two digits, so there are a hundred of these
def _first(count: int) -> frozenset[str]:
    """Return the keys of so many entries."""
    return frozenset(map(str, range(1, count + 1)))


@cache
def _maker(model: type[Document]) -> Callable[..., Any]:
    """Return what makes the dataclass of a model, whose fields have the same names.

    Only fields that hold models need a look; those left out are None in a model, and in its dataclass too,
    unless they are numbered.
    """
    twin, fields = _TWINS[model], model.model_fields.items()
    nested = [(name, make) for name, field in fields if (make := _part_maker(field.annotation))]

    if not nested:
        return lambda document: twin(**vars(document))

    def made(document: Document, **more: int) -> Any:  # noqa: ANN401 (the twin of the model)
        parts = vars(document) | more
        for name, make in nested:
            part = parts[name]
            if part is None:
                del parts[name]
            else:
                parts[name] = make(part)
        return twin(**parts)

    return made


def _part_maker(annotation: Any) -> Callable[[Any], Any] | None:  # noqa: ANN401 (a type or a generic)
    """Return what makes the part of a certificate that a field holds, or None for a plain value."""
    if annotation in _TWINS:
        return _maker(annotation)
    if get_origin(annotation) is not dict:
        return None
    model = get_args(annotation)[1]
    make = _maker(model)
    if model is schema.ItemDocument:  # which has its number as its key
        return lambda entries: tuple(make(entries[key], number=int(key)) for key in sorted(entries, key=int))
    return lambda entries: tuple(make(entries[key]) for key in sorted(entries, key=int))


@cache
def _names(part: type) -> tuple[tuple[str, str], ...]:
    """Return attribute and document name of each field; a goods line's number is its key, not a field."""
    names = (field.name for field in dataclasses.fields(part))
    return tuple((name, to_camel(name)) for name in names if (part, name) != (domain.Item, "number"))


_WRITTEN: Final[dict[type, Callable[[Any], Any]]] = {
    str: lambda text: text,
    bool: lambda tick: tick,
    int: str,
    Decimal: lambda number: format(number, "f"),
    datetime.date: datetime.date.isoformat,
    bytes: lambda octets: f"0x{octets.hex()}",
    tuple: lambda parts: {str(number): _outside(part) for number, part in enumerate(parts, 1)},
    Scheme: lambda scheme: scheme.code,
}
"""How a value of each type is written; every other type is a dataclass and becomes an object."""


def _outside(value: Any) -> Any:  # noqa: ANN401 (any part of a certificate)
    """Turn a dataclass into an object, a tuple into a numbered one, and a value into its string."""
    write = _WRITTEN.get(type(value))
    if write:
        return write(value)
    part_type: type = type(value)
    given = ((name, getattr(value, attribute)) for attribute, name in _names(part_type))
    return {name: _outside(part) for name, part in given if part is not None and part != ()}
