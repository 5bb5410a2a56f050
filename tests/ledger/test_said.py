"""Sentences that can be said in another language, and what becomes of them on their way."""

import copy
import pickle
from collections.abc import Callable
from datetime import date
from typing import Any

import orjson
import pytest

from ledger.said import Said, said


def _sent(one: object) -> object:
    """Return what arrives in another process."""
    return pickle.loads(pickle.dumps(one))  # noqa: S301 - written in this line


@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, _sent])
def test_a_sentence_that_is_copied_keeps_what_it_is_made_of(again: Callable[[Any], Any]) -> None:
    """Copied, or sent to another process, it can still be said in another language."""
    inner = said("until {day}", day=date(2026, 11, 2))
    made = again(said("Valid {when}.", when=inner))
    assert isinstance(made, Said)
    assert (made, made.template) == ("Valid until 2 November 2026.", "Valid {when}.")
    assert made.values["when"].template == "until {day}"


def test_a_sentence_is_a_text_to_whoever_knows_no_better() -> None:
    """It is equal to its English, stands in JSON as that, and braces in a value stay as they are."""
    made = said("Of {name}.", name="{0} {x} {{y}}")
    assert made == "Of {0} {x} {{y}}."
    assert orjson.loads(orjson.dumps({"text": made})) == {"text": "Of {0} {x} {{y}}."}
