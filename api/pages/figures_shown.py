"""Figures as people read them: a chart, the same as a table, and the rows for spreadsheets and programs."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from api.pages.charts import Bar, Chart, Group, chart_of
from api.pages.figures_kept import KeptFigures, Period
from api.pages.matrix import Matrix, Share, matrix_of
from api.pages.speech import Speech
from ledger.facts import AsOf
from ledger.figures import Activity, Overdue, PairTime, PairUse
from ledger.ports import Ledger
from ledger.said import Said, said

PERIODS: Final[Mapping[int, Said]] = {
    7: said("Last 7 days"),
    30: said("Last 30 days"),
    365: said("Last 365 days"),
    0: said("Since the beginning"),
}
"""How far back figures can look, in days."""
USUAL: Final = 30
_DAY: Final = 86_400
_UNKNOWN: Final = "\u2013"
_BATCHES: Final = said("In batches, member not told yet")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a figure's table."""

    key: str
    title: Said
    kind: str = "count"
    """`member`, `count`, `share` (0 to 1) or `took` (seconds)."""


@dataclass(frozen=True, slots=True)
class FigureShown:
    """One figure, in one language."""

    name: str
    """In its address."""
    title: Said
    note: Said
    """What it counts, in a sentence or two."""
    empty: Said
    """What is said when there is nothing."""
    columns: tuple[Column, ...]
    rows: tuple[tuple[Any, ...], ...]
    chart: Chart | Matrix
    as_of: AsOf

    @property
    def records(self) -> list[dict[str, Any]]:
        """The rows by the keys of their columns."""
        return [dict(zip((one.key for one in self.columns), row, strict=True)) for row in self.rows]


_PAIR: Final = (
    Column("exporting", said("Exporting member"), "member"),
    Column("importing", said("Importing member"), "member"),
)
_ACTIVITY: Final = (
    Column("member", said("Member"), "member"),
    Column("issued", said("Issued")),
    Column("cancelled", said("Cancelled")),
    Column("replaced", said("Replaced")),
    Column("received", said("Received")),
    Column("decided", said("Decided")),
)
_UTILISATION: Final = (
    *_PAIR,
    Column("issued", said("Issued")),
    Column("received", said("Received")),
    Column("used", said("With a line granted")),
    Column("rate", said("Utilisation rate"), "share"),
    Column("granted", said("Lines granted")),
    Column("refused", said("Lines refused")),
    Column("unreported", said("Nothing reported")),
)
_TIMES: Final = (
    *_PAIR,
    Column("decided", said("Certificates decided")),
    Column("median", said("Half within"), "took"),
    Column("most", said("Nine in ten within"), "took"),
)
_OVERDUE: Final = (
    Column("member", said("Member"), "member"),
    Column("cases", said("Open checks")),
    Column("steps", said("Own step overdue")),
    Column("conclusions", said("Conclusion overdue")),
)


@dataclass(frozen=True, slots=True)
class Figuring:
    """Makes the figures of a period for a visitor."""

    kept: KeptFigures
    ledger: Ledger
    period: Period
    speech: Speech

    def shown(self, name: str) -> FigureShown:
        """Return a figure by its name; `KeyError` where there is none of this name."""
        return _MAKERS[name](self)

    def activity(self) -> FigureShown:
        """Return what each member did."""
        found, as_of = self.kept.activity(self.ledger, self.period)
        return FigureShown(
            "activity",
            said("Activity of the members"),
            said("What each member recorded in the period: certificates, receipts and decisions."),
            said("Nothing was recorded in this period."),
            _ACTIVITY,
            _rows(found, _ACTIVITY),
            chart_of([group for one in found if (group := self._active(one)).bars]),
            as_of,
        )

    def utilisation(self) -> FigureShown:
        """Return what became of certificates."""
        found, as_of = self.kept.utilisation(self.ledger, self.period)
        shares = {
            (one.exporting, one.importing): self._used(one, one.rate) for one in found if one.rate is not None
        }
        return FigureShown(
            "utilisation",
            said("Utilisation of certificates"),
            said(
                "Of a hundred certificates issued in the period, how many were granted preference for at "
                "least one line until now. Each row is an exporting member, each column an importing one; "
                "the darker the square, the more."
            ),
            said("No certificate was issued in this period."),
            _UTILISATION,
            _rows(found, _UTILISATION),
            matrix_of(shares),
            as_of,
        )

    def times(self) -> FigureShown:
        """Return how long decisions took."""
        found, as_of = self.kept.times(self.ledger, self.period)
        return FigureShown(
            "times",
            said("From issue to decision"),
            said(
                "How long after its issue a certificate was first decided on at import, of those decided on "
                "in the period."
            ),
            said("No certificate was decided on for the first time in this period."),
            _TIMES,
            _rows(found, _TIMES),
            chart_of([self._timed(one) for one in found]),
            as_of,
        )

    def overdue(self) -> FigureShown:
        """Return what members owe in verification checks."""
        found, as_of = self.kept.overdue(self.ledger)
        owing = [one for one in found if one.steps or one.conclusions]
        return FigureShown(
            "overdue",
            said("Checks overdue"),
            said("Open verification checks, and those in which a member has let the time pass, as of now."),
            said("No check is open."),
            _OVERDUE,
            _rows(found, _OVERDUE),
            chart_of([self._owing(one) for one in owing]),
            as_of,
        )

    def took(self, seconds: int) -> str:
        """Return a time in the largest unit of which it has two or more."""
        if seconds >= 2 * _DAY:
            return self.speech.counted(round(seconds / _DAY), "{number} day", "{number} days")
        if seconds >= 2 * 3600:
            return self.speech.counted(round(seconds / 3600), "{number} hour", "{number} hours")
        if seconds >= 2 * 60:
            return self.speech.counted(round(seconds / 60), "{number} minute", "{number} minutes")
        return self.speech.counted(seconds, "{number} second", "{number} seconds")

    def cell(self, column: Column, value: object) -> str:
        """Return what stands in a cell of the table."""
        if value is None:
            return _UNKNOWN
        written: Mapping[str, Callable[[Any], str]] = {
            "member": self._member,
            "share": "{:.0%}".format,
            "took": self.took,
            "count": self.speech.number,
        }
        return written[column.kind](value)

    def _member(self, code: str) -> str:
        return self.speech.member(code) if code else self.speech.say(_BATCHES)

    def _pair(self, one: PairUse | PairTime) -> str:
        return f"{self._name(one.exporting)} → {self._name(one.importing)}"

    def _name(self, code: str) -> str:
        """Return a member's name alone: two of them with codes are wider than a telephone."""
        return self.speech.member(code).replace(f" ({code})", "")

    def _active(self, one: Activity) -> Group:
        say = self.speech
        bars = (
            Bar("one", one.issued, say.say("{number} issued", number=say.number(one.issued))),
            Bar("two", one.received, say.say("{number} received", number=say.number(one.received))),
            Bar("three", one.decided, say.say("{number} decided", number=say.number(one.decided))),
        )
        return Group(say.member(one.member), tuple(bar for bar in bars if bar.value))

    def _used(self, one: PairUse, rate: float) -> Share:
        text = self.speech.say(
            "{share}: {used} of {issued}",
            share=f"{rate:.0%}",
            used=self.speech.number(one.used),
            issued=self.speech.number(one.issued),
        )
        return Share(rate, f"{self._pair(one)}: {text}")

    def _timed(self, one: PairTime) -> Group:
        say = self.speech.say
        half = say("half: {time}", time=self.took(one.median))
        most = say("nine in ten: {time}", time=self.took(one.most))
        bars = (Bar("one", one.median, half), Bar("two", one.most, most))
        return Group(self._pair(one), bars, weight=one.decided)

    def _owing(self, one: Overdue) -> Group:
        say, number = self.speech.say, self.speech.number
        steps = say("{number} own steps overdue", number=number(one.steps))
        ends = say("{number} conclusions overdue", number=number(one.conclusions))
        return Group(
            self.speech.member(one.member), (Bar("one", one.steps, steps), Bar("two", one.conclusions, ends))
        )


_MAKERS: Final = {
    "activity": Figuring.activity,
    "utilisation": Figuring.utilisation,
    "times": Figuring.times,
    "overdue": Figuring.overdue,
}
NAMES: Final = tuple(_MAKERS)
"""The figures there are, in the order of the page."""


def _rows(found: Sequence[object], columns: Sequence[Column]) -> tuple[tuple[Any, ...], ...]:
    return tuple(tuple(getattr(one, column.key) for column in columns) for one in found)
