"""The texts that pages say, drawn from templates and modules, and the catalogues that translate them."""

from __future__ import annotations

from datetime import UTC, datetime
from string import Formatter
from typing import TYPE_CHECKING, Any, Final

from _setup import ROOT
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_python
from babel.messages.pofile import read_po, write_po
from jinja2.ext import babel_extract

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

LOCALES: Final = ROOT / "api/pages/locale"
SAYING: Final = {"say": None, "said": None, "marked": None, "counted": (2, 3)}
"""Functions that say a text, and which of their arguments are texts."""
_TEMPLATES: Final = {"trim_blocks": "true", "lstrip_blocks": "true"}
_LONG_AGO: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""Stands in every catalogue as its date, so that writing it twice changes nothing."""


def texts() -> Sequence[str]:
    """Return every text that pages say, in the order of the alphabet."""
    found = {text for path in _sources() for text in _texts_in(path)}
    return sorted(found)


def paths() -> Sequence[Path]:
    """Return the catalogues."""
    return sorted(LOCALES.glob("*.po"))


def update(path: Path, wanted: Sequence[str]) -> None:
    """Write a catalogue with exactly these texts, keeping what it says of them."""
    before = _read(path)
    after = Catalog(
        locale=path.stem,
        project="Asal",
        version="1",
        msgid_bugs_address="",
        last_translator="",
        language_team=path.stem,
        creation_date=_LONG_AGO,
        revision_date=_LONG_AGO,
        fuzzy=False,
    )
    after.header_comment = before.header_comment
    for text in wanted:
        known = before.get(text)
        after.add(text, known.string if known else "", user_comments=known.user_comments if known else ())
    with path.open("wb") as file:
        write_po(file, after, no_location=True, sort_output=True, width=110)


def problems(path: Path, wanted: Sequence[str]) -> Sequence[str]:
    """Return what is amiss: texts that are missing, left over, or with other places in braces."""
    catalogue = _read(path)
    held = {str(one.id): str(one.string) for one in catalogue if one.id}
    amiss = [f"{path.name}: not in the source any more: {text}" for text in held if text not in set(wanted)]
    for text in wanted:
        translation = held.get(text, "")
        if not translation:
            amiss.append(f"{path.name}: not translated: {text}")
        elif _places(translation) != _places(text):
            amiss.append(f"{path.name}: other places in braces: {text}")
    return amiss


def _read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.stem)


def _places(text: str) -> Sequence[str]:
    return sorted({name for _, name, _, _ in Formatter().parse(text) if name is not None})


def _sources() -> Iterator[Path]:
    for folder, pattern in (("api", "**/*.py"), ("ledger", "**/*.py"), ("api/pages/templates", "**/*.html")):
        yield from sorted((ROOT / folder).glob(pattern))


def _texts_in(path: Path) -> Iterator[str]:
    with path.open("rb") as file:
        if path.suffix == ".py":
            for _, function, python, _ in extract_python(file, SAYING, (), {"encoding": "utf-8"}):
                yield from _said(function, python)
        else:
            for _, function, template, _ in babel_extract(file, list(SAYING), (), _TEMPLATES):
                yield from _said(function, template)


def _said(function: object, arguments: object) -> Iterator[str]:
    """Yield the texts among the arguments of a call; what is no literal is none."""
    given: Sequence[Any] = arguments if isinstance(arguments, list | tuple) else (arguments,)
    wanted = given[1:3] if function == "counted" else given[:1]
    yield from (text for text in wanted if text)
