"""Letters that look like Latin ones and are none: a name that reads like another may be somebody else's.

Such letters are no mistake by themselves, so they are warned of and never refused (Unicode Technical Standard
39, section 4, speaks of whole words and of words that mix scripts; here every letter of these scripts is
told, because no language of the arrangements is written in them).
"""

import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any, Final

from ledger.errors import Finding, Severity

RULE: Final = "TEXT-LOOKALIKE"
_SOURCE: Final = "Unicode Technical Standard 39"
_LIKE_LATIN: Final = frozenset({"CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE", "COPTIC", "MATHEMATICAL"})
_LOST: Final = "\ufffd"


def lookalikes(document: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield a warning for each text of a document with letters that only look like others."""
    for pointer, text in texts_in(document):
        if text.isascii():
            continue
        if scripts := sorted({_script(character) for character in text} & _LIKE_LATIN):
            named = " and ".join(script.capitalize() for script in scripts)
            message = f"has {named} letters, which look like Latin ones; see that it is whom it seems to be"
            yield Finding(RULE, Severity.WARNING, pointer, message, _SOURCE)
        if _LOST in text:
            message = "has a character (U+FFFD) that stands for one that was lost; write it anew"
            yield Finding(RULE, Severity.WARNING, pointer, message, _SOURCE)


def texts_in(document: Mapping[str, Any], pointer: str = "") -> Iterator[tuple[str, str]]:
    """Yield every text of a document with its JSON Pointer."""
    for name, value in document.items():
        if isinstance(value, str):
            yield f"{pointer}/{name}", value
        elif isinstance(value, Mapping):
            yield from texts_in(value, f"{pointer}/{name}")


def _script(character: str) -> str:
    return unicodedata.name(character, "").partition(" ")[0]
