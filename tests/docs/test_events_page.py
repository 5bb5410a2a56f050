"""The page of events shows each type with a body as the code makes it."""

import json
import re

from ledger.feed_events import FEED_TYPES
from tests.docs.pages import ROOT
from tests.feeds import Annals, everything_happens

PAGE = (ROOT / "docs/reference/events.md").read_text(encoding="utf-8")
_SECTION = re.compile(r"^### `([a-z.-]+)`\n.*?^```json\n(.*?)^```", re.MULTILINE | re.DOTALL)


def test_each_type_stands_on_the_page_with_the_body_it_has() -> None:
    """Of a story in which each happens; no type is left out and none is made up."""
    annals = Annals()
    everything_happens(annals)
    made: dict[str, object] = {}
    for row, body in zip(annals.rows(), annals.bodies(), strict=True):
        made.setdefault(row.type.value, body)
    shown = {name: json.loads(body) for name, body in _SECTION.findall(PAGE)}
    assert shown == made
    assert set(shown) == {kind.value for kind in FEED_TYPES}
