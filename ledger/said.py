"""Sentences that can be said in another language: the words, and the values that stand in them.

What a rule has to say is a sentence in English, and is one here too: `Said` is a `str`.  Whoever shows it to
people finds beside it the template with its values, and says the same in their language.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Self

_MONTHS = "January February March April May June July August September October November December".split()


def day(at: date) -> str:
    """Return a date as people read it: month by name."""
    return f"{at.day} {_MONTHS[at.month - 1]} {at.year}"


def moment(at: datetime) -> str:
    """Return a moment as people read it, in UTC."""
    return f"{day(at)} {at:%H:%M:%S} UTC"


class Said(str):
    """A sentence in English with what it is made of."""

    __slots__ = ("template", "values")

    template: str
    """With places in braces, such as `Entered on {at}.`; what catalogues of languages are keyed by."""
    values: Mapping[str, Any]
    """By the names in the braces: texts, numbers, dates, moments, and other sentences."""

    def __new__(cls, template: str, values: Mapping[str, Any]) -> Self:
        """Fill the places in."""
        made = super().__new__(
            cls, template.format(**{name: _plain(value) for name, value in values.items()})
        )
        made.template, made.values = template, values
        return made

    def __reduce__(self) -> tuple[Any, ...]:
        """Return how it is made again, so that copying and pickling keep the template."""
        return Said, (self.template, self.values)


def said(template: str, /, **values: object) -> Said:
    """Return a sentence; `template` must be a literal, because catalogues are drawn from the source."""
    return Said(template, values)


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return moment(value)
    return day(value) if isinstance(value, date) else value
