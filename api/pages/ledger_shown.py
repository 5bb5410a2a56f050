"""The pages of the ledger: who may see them, and what each shows."""

import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Final

import orjson
from fastapi import Request, Response

from api.errors import retry_after
from api.pages.figures_kept import Period
from api.pages.figures_shown import NAMES, PERIODS, USUAL, FigureShown, Figuring
from api.pages.ledger_told import EventShown, Teller
from api.pages.render import page
from api.pages.speech import speech_of
from api.pages.tabular import csv_response
from api.pages.visitor import officer_on
from api.services import Services
from ledger.errors import Unavailable
from ledger.facts import AsOf, Authority, Member
from ledger.figures import FiguresNotKept
from ledger.said import Said, said

LATEST: Final = 20
MOST: Final = 100
"""Events in a page of older ones, and in a file."""
_IN_FILE: Final = 1000
_MARK: Final = re.compile(r"([0-9]{1,15})-([0-9]{1,9})")
_CSV: Final = ("moment", "block", "position", "event", "what", "exporting", "importing", "authority", "id")
_AGAIN: Final = 5.0


@dataclass(frozen=True, slots=True)
class Events:
    """Some of the newest events, and how they go on."""

    rows: tuple[EventShown, ...]
    more: bool
    """Whether there are older ones."""
    as_of: AsOf

    @property
    def newest(self) -> str:
        """The place after which newer ones stand."""
        return self.rows[0].mark if self.rows else "0-0"

    @property
    def oldest(self) -> str:
        """The place before which older ones stand."""
        return self.rows[-1].mark if self.rows else "0-0"


def place_of(mark: str | None) -> tuple[int, int] | None:
    """Return the place in an address; None for none, or for what is none."""
    found = _MARK.fullmatch(mark or "")
    return (int(found[1]), int(found[2])) if found else None


def open_to(request: Request, services: Services) -> bool:
    """Whether whoever asks may see events and figures: officers, or everybody where it is said so."""
    return services.limits.ledger_page == "public" or officer_on(request) is not None


def events_of(
    request: Request,
    services: Services,
    *,
    before: tuple[int, int] | None = None,
    after: tuple[int, int] | None = None,
    limit: int = LATEST,
) -> Events:
    """Return events, newest first, in the visitor's language."""
    figures = services.ledger.figures
    as_of = figures.figured()
    found = list(figures.latest(before=before, after=after, limit=limit + 1))
    teller = Teller(services.ledger.members, speech_of(request))
    return Events(tuple(teller.told(one) for one in found[:limit]), len(found) > limit, as_of)


def figuring(request: Request, services: Services, days: int = USUAL) -> Figuring:
    """Return the figures of a period; of a period that there is not, the usual one."""
    period = Period(days if days in PERIODS else USUAL)
    return Figuring(services.figures, services.ledger, period, speech_of(request))


def closed(request: Request) -> Response:
    """Return the page for somebody who has to log in to see this."""
    return page(request, "ledger_closed.html", status=403)


def without(request: Request, error: Exception) -> Response:
    """Return the page that says why there are no figures now."""
    kept = not isinstance(error, FiguresNotKept)
    headers = retry_after(_AGAIN) if kept else None
    return page(request, "ledger_without.html", status=503 if kept else 404, headers=headers, kept=kept)


def answered(request: Request, figure: FigureShown, figures: Figuring, wanted: str) -> Response:
    """Return a figure as it is wanted: `csv`, `json`, or the page."""
    if wanted == "csv":
        header = [str(figures.speech.say(one.title)) for one in figure.columns]
        return csv_response(f"asal-{figure.name}", header, _csv_rows(figure, figures))
    if wanted == "json":
        told = {
            "figure": figure.name,
            "days": figures.period.days or None,
            "asOf": {"block": figure.as_of.block, "time": figure.as_of.time},
            "rows": figure.records,
        }
        return _json(f"asal-{figure.name}", told)
    return figures_page(request, [figure], figures, title=figure.title)


def figures_page(
    request: Request, shown: Sequence[FigureShown], figures: Figuring, title: Said | None = None
) -> Response:
    """Return the page of some figures."""
    return page(
        request,
        "ledger_figures.html",
        shown=shown,
        figures=figures,
        periods=PERIODS,
        days=figures.period.days,
        as_of=min((one.as_of for one in shown), key=lambda one: one.block),
        title=title or said("Figures of the ledger"),
        alone=title is not None,
    )


def every_figure(figures: Figuring) -> list[FigureShown]:
    """Return all figures, in their order."""
    return [figures.shown(name) for name in NAMES]


def events_file(events: Events, wanted: str) -> Response:
    """Return events as a file, `csv` or `json`."""
    records = [_record(one) for one in events.rows]
    if wanted == "csv":
        return csv_response("asal-events", _CSV, [tuple(one.values()) for one in records])
    as_of = {"block": events.as_of.block, "time": events.as_of.time}
    return _json("asal-events", {"asOf": as_of, "events": records, "next": events.oldest})


@dataclass(frozen=True, slots=True)
class AuthorityShown:
    """An authority of a member, with how many keys it has."""

    authority: Authority
    roles: tuple[Said, ...]
    keys: int


@dataclass(frozen=True, slots=True)
class MemberShown:
    """A member, as its page shows it."""

    member: Member
    authorities: tuple[AuthorityShown, ...]


_ROLES: Final = (
    (1, said("issues certificates")),
    (2, said("authorises exporters")),
    (4, said("customs")),
    (8, said("authorised operators")),
)


def member_of(code: str, services: Services) -> MemberShown | None:
    """Return a member with its authorities; None where there is none of this code."""
    members = services.ledger.members
    member = members.member(code)
    if member is None:
        return None
    own = [one for one in members.authorities() if one.member == code]
    return MemberShown(
        member,
        tuple(
            AuthorityShown(
                one, tuple(word for bit, word in _ROLES if one.roles & bit), len(members.keys(one.id))
            )
            for one in own
        ),
    )


def activity_of(code: str, request: Request, services: Services) -> list[tuple[Said, tuple[int, ...]]]:
    """Return what a member did, period by period; nothing where no figures are to be had."""
    found: list[tuple[Said, tuple[int, ...]]] = []
    for days, title in PERIODS.items():
        figures = figuring(request, services, days)
        try:
            every, _ = services.figures.activity(services.ledger, figures.period)
        except (FiguresNotKept, Unavailable):
            return []
        own = next((one for one in every if one.member == code), None)
        counts = (own.issued, own.cancelled, own.replaced, own.received, own.decided) if own else (0,) * 5
        found.append((title, counts))
    return found


@dataclass(frozen=True, slots=True)
class Tile:
    """One number of the front page."""

    number: int
    title: Said
    figure: str
    """The figure that it belongs to."""


def tiles_of(request: Request, services: Services) -> tuple[Tile, ...]:
    """Return the numbers of the last days, of all members together."""
    figures = figuring(request, services)
    done, _ = services.figures.activity(services.ledger, figures.period)
    owed, _ = services.figures.overdue(services.ledger)
    return (
        Tile(sum(one.issued for one in done), said("certificates issued"), "activity"),
        Tile(sum(one.received for one in done), said("received by customs"), "utilisation"),
        Tile(sum(one.decided for one in done), said("decisions at import"), "times"),
        Tile(sum(one.steps for one in owed), said("checks overdue now"), "overdue"),
    )


def members_of(services: Services) -> Sequence[Member]:
    """Return the members; none while nobody answers."""
    with suppress(Unavailable):
        return services.ledger.members.members()
    return ()


def _csv_rows(figure: FigureShown, figures: Figuring) -> list[list[object]]:
    """Return the rows for a spreadsheet: members by name, times in days, rates as numbers."""
    return [
        [
            figures.cell(column, value)
            if column.kind == "member"
            else round(value / 86_400, 3)
            if column.kind == "took" and value is not None
            else round(value, 4)
            if column.kind == "share" and value is not None
            else value
            for column, value in zip(figure.columns, row, strict=True)
        ]
        for row in figure.rows
    ]


def _record(one: EventShown) -> dict[str, Any]:
    return {
        "at": one.at,
        "block": one.place[0],
        "position": one.place[1],
        "event": one.what,
        "what": one.sentence,
        "exporting": one.exporting,
        "importing": one.importing,
        "authority": one.who.name if one.who else "",
        "id": one.certificate or one.operator,
    }


def _json(name: str, told: object) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}.json"'}
    content = orjson.dumps(told, option=orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z)
    return Response(content, headers=headers, media_type="application/json")
