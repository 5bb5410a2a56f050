"""Figures that many look at while one thread makes them."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from threading import Event
from typing import Any, cast

from api.pages import figures_kept
from api.pages.figures_kept import KeptFigures, Period
from ledger.facts import AsOf
from ledger.ports import Ledger

AS_OF = AsOf(7, datetime(2026, 11, 3, 8, tzinfo=UTC))


@dataclass
class _Slow:
    """Figures that take until they are let go."""

    made: int = 0
    under_way: Event = field(default_factory=Event)
    go_on: Event = field(default_factory=Event)

    def figured(self) -> AsOf:
        """Return a block that is always the newest."""
        return replace(AS_OF, block=AS_OF.block + self.made)

    def activity(self, since: datetime | None) -> Sequence[int]:
        """Count the times it was made."""
        assert since is None
        self.made += 1
        self.under_way.set()
        assert self.go_on.wait(60)
        return [self.made]


@dataclass
class _Ledger:
    figures: _Slow

    def clock(self) -> datetime:
        """Return the moment."""
        return AS_OF.time


def test_who_asks_while_a_figure_is_made_gets_the_one_before(monkeypatch: Any) -> None:
    """With its own block; nobody waits behind a look at the whole ledger but the first."""
    monkeypatch.setattr(figures_kept, "_AT_LEAST", 0.0)
    slow, kept = _Slow(), KeptFigures()
    ledger = cast("Ledger", _Ledger(slow))

    def asked() -> tuple[Any, AsOf]:
        return kept.activity(ledger, Period(0))

    slow.go_on.set()
    assert asked()[0] == [1]
    slow.go_on.clear()
    slow.under_way.clear()
    with ThreadPoolExecutor(1) as others:
        making = others.submit(asked)
        assert slow.under_way.wait(60)
        value, as_of = asked()
        assert (value, as_of.block) == ([1], AS_OF.block)
        slow.go_on.set()
        assert making.result(60)[0] == [2]
    assert asked()[0] == [3]
