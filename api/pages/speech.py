"""The language of a page: its words, how it writes dates, and which one a visitor is spoken to in.

English stands in the source and in the templates.  A catalogue in `locale/<language>.po` has the same in
another language; what it lacks is said in English.  `qps` is no language but the pseudo-locale: it marks
every text that went through here, so that a test sees the ones that did not.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any, Final

from babel.core import Locale
from babel.dates import format_date
from babel.messages.pofile import read_po
from babel.numbers import format_decimal
from fastapi import Request

from ledger.codes.members import Called, called
from ledger.said import Said

LOCALES: Final = Path(__file__).parent / "locale"
ENGLISH: Final = "en"
PSEUDO: Final = "qps"
COOKIE: Final = "asal-language"
NAMES: Final[Mapping[str, str]] = {
    ENGLISH: "English",
    "id": "Bahasa Indonesia",
    "th": "ไทย",
    "vi": "Tiếng Việt",
}
"""The languages there are, each by its own name."""
_DAYS: Final[Mapping[str, str]] = {"vi": "d MMMM 'năm' y"}
"""How a day is written where it is not day, month and year alone."""
_ACCENTED: Final = str.maketrans("AEIOUYaeiouyncNC", "ÀÉÎÖÛÝàéîöûýñçÑÇ")
_PREFERRED: Final = re.compile(
    r"([a-zA-Z]{2,3})(?:-[a-zA-Z0-9-]*)?(?:\s*;\s*q\s*=\s*([01](?:\.[0-9]{0,3})?))?"
)
_MOST_PREFERRED: Final = 300
"""Characters of `Accept-Language` that are read."""


@dataclass(frozen=True, slots=True)
class Speech:
    """A language to speak to somebody in."""

    language: str
    said: Callable[[str], str]
    """From a text in English to the same in this language."""

    def text(self, message: str) -> str:
        """Return a text in this language; a sentence of the ledger with its values in place."""
        if isinstance(message, Said):
            return self.fill(message.template, message.values)
        return self.said(message) if message else message

    def fill(self, template: str, values: Mapping[str, Any]) -> str:
        """Return a text with places in braces, filled in; in English where a translation's do not fit."""
        told = {name: self._value(value) for name, value in values.items()}
        with suppress(LookupError, ValueError, AttributeError):
            return self.said(template).format(**told)
        return template.format(**told)

    def say(self, template: str, /, **values: object) -> str:
        """Return a text in this language; with values, the places in braces are filled in."""
        return self.fill(template, values) if values else self.text(template)

    def counted(self, number: int, one: str, many: str, /, **values: object) -> str:
        """Return the text for one or the text for many, `{number}` filled in."""
        template = one if number == 1 else many
        return self.fill(template, {"number": number, **values})

    def day(self, at: date | str) -> str:
        """Return a date with its month by name; a text that is no ISO date stays as it is."""
        try:
            told = datetime.fromisoformat(at) if isinstance(at, str) else at
        except ValueError:
            return str(at)
        text = format_date(told, _DAYS.get(self.language, "d MMMM y"), locale=self.locale)
        return f"⟦{text}⟧" if self.language == PSEUDO else text

    def moment(self, at: datetime) -> str:
        """Return a moment in UTC to the minute, its month by name."""
        return f"{self.day(at)}, {at:%H:%M} UTC"

    def number(self, value: int) -> str:
        """Return a whole number, its thousands apart."""
        return format_decimal(value, locale=self.locale)

    def member(self, code: str) -> str:
        """Return a state's name in this language and its code; the code alone where it is not known."""
        english = called(code)
        if self.language == ENGLISH or english == code:
            return english
        name = self.locale.territories.get(code) if self.language != PSEUDO else None
        return f"{name} ({code})" if name else self.said(english)

    @property
    def locale(self) -> Locale:
        """How dates and numbers are written; the pseudo-locale's as in English."""
        return _locale(ENGLISH if self.language == PSEUDO else self.language)

    def _value(self, value: object) -> object:
        match value:
            case Said():
                return self.text(value)
            case Called():
                return self.member(value.code)
            case datetime():
                return self.moment(value)
            case date():
                return self.day(value)
        return value


@cache
def speech_in(language: str) -> Speech:
    """Return a language by its code; one that there is no catalogue of is English."""
    if language == PSEUDO:
        return Speech(PSEUDO, pseudo)
    if language not in NAMES or language == ENGLISH:
        return Speech(ENGLISH, str)
    texts = catalogue(language)
    return Speech(language, lambda text: texts.get(text) or text)


def speech_of(request: Request) -> Speech:
    """Return the language that a visitor chose, or else the one that the browser prefers."""
    chosen = request.cookies.get(COOKIE, "")
    if chosen in NAMES or chosen == PSEUDO:
        return speech_in(chosen)
    return speech_in(_preferred(request.headers.get("accept-language", "")))


@cache
def catalogue(language: str) -> Mapping[str, str]:
    """Return what a catalogue says of each English text; texts marked as doubtful are left out."""
    with (LOCALES / f"{language}.po").open("rb") as file:
        read = read_po(file, locale=language)
    return {str(one.id): str(one.string) for one in read if one.id and one.string and not one.fuzzy}


def pseudo(text: str) -> str:
    """Return a text as the pseudo-locale writes it: accented, bracketed, its places in braces kept."""
    parts = []
    for literal, name, spec, conversion in Formatter().parse(text):
        parts.append(literal.translate(_ACCENTED).replace("{", "{{").replace("}", "}}"))
        if name is not None:
            ending = f"!{conversion}" if conversion else ""
            parts.append(f"{{{name}{ending}{f':{spec}' if spec else ''}}}")
    return f"⟦{''.join(parts)}⟧"


@cache
def _locale(language: str) -> Locale:
    return Locale.parse(language)


def _preferred(header: str) -> str:
    """Return the language that `Accept-Language` ranks highest among those there are (RFC 9110, 12.5.4)."""
    ranked: list[tuple[float, int, str]] = []
    for place, part in enumerate(header[:_MOST_PREFERRED].split(",")):
        found = _PREFERRED.fullmatch(part.strip())
        if found and found[1].lower() in NAMES:
            ranked.append((-float(found[2] or 1), place, found[1].lower()))
    best = min(ranked, default=(0.0, 0, ENGLISH))
    return best[2] if best[0] or not ranked else ENGLISH


def languages() -> Sequence[tuple[str, str]]:
    """Return the codes of the languages there are, with their own names."""
    return tuple(NAMES.items())


def known(language: str) -> bool:
    """Whether somebody can choose this language; the pseudo-locale is for tests."""
    with suppress(KeyError):
        return bool(NAMES[language])
    return language == PSEUDO
