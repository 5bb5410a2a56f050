"""The fixed examples as if they had been written in these days, for chains whose clock is the machine's."""

from typing import Any

import _dated

from tests import builders


def a_document(**overrides: Any) -> dict[str, Any]:
    """Return the default document with the named fields replaced, all days told from today."""
    return _dated.dated(builders.a_document(**overrides))


def a_vector(name: str) -> dict[str, Any]:
    """Return the document of a certificate vector, all days told from today."""
    return _dated.dated(builders.a_vector(name))


def these_days(day: str) -> str:
    """Return a day of the fixed examples, such as `2026-11-02`, told from today."""
    return str(_dated.dated({"day": day})["day"])
