"""What officers of a member did and were refused, as its administrator looks through it."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Final, Literal
from urllib.parse import urlencode

from fastapi import Query, Request, Response

from api.desks import members_shown as shown
from api.desks.act_words import in_words
from api.desks.members_asked import BASE
from api.pages.render import page
from api.pages.tabular import csv_response
from api.services import Services
from ledger.archive import ActOutcome, ActsWanted, Officer

SHOWN: Final = 100
MOST_IN_FILE: Final = 10_000
_AT_ONCE: Final = 500
_HEADER: Final = ("at", "officer", "officer id", "works for", "act", "about", "outcome", "reason")
_DAY: Final = r"^(\d{4}-\d\d-\d\d)?$"
_NOBODY: Final = "nobody"
"""In the address, whom refusals are of that are nobody's in particular."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for in the address; empty texts leave the choice open."""

    officer: Annotated[str, Query(max_length=16)] = ""
    act: Annotated[str, Query(max_length=40)] = ""
    outcome: Annotated[Literal["", "done", "refused"], Query()] = ""
    since: Annotated[str, Query(pattern=_DAY)] = ""
    until: Annotated[str, Query(pattern=_DAY)] = ""
    before: Annotated[int | None, Query(ge=1, le=2**62)] = None

    @property
    def named(self) -> Mapping[str, str]:
        """The choices as the form has them."""
        names = ("officer", "act", "outcome", "since", "until")
        return {name: getattr(self, name) for name in names if getattr(self, name)}

    def wanted(self) -> ActsWanted:
        """Return what is asked of the archive; a day that there is not leaves that end open."""
        last = _midnight(self.until)
        return ActsWanted(
            officer=("" if self.officer == _NOBODY else self.officer) if self.officer else None,
            act=self.act or None,
            outcome=ActOutcome(self.outcome) if self.outcome else None,
            since=_midnight(self.since),
            before=last + timedelta(days=1) if last else None,
            older_than=self.before,
        )


def acts(request: Request, officer: Officer, services: Services, asked: Asked) -> Response:
    """Show what was done, a page of it."""
    rows = shown.acts(officer.member, services, asked.wanted(), SHOWN + 1)
    more = {**asked.named, "before": str(rows[SHOWN - 1].place)} if len(rows) > SHOWN else None
    return page(
        request,
        "desk/members_acts.html",
        rows=rows[:SHOWN],
        asked=asked,
        officers=shown.officers(officer.member, services),
        kinds=services.rooms.acts.kinds(officer.member),
        in_words=in_words,
        nobody=_NOBODY,
        more=f"{BASE}/acts?{urlencode(more)}" if more else "",
        file=f"{BASE}/acts?{urlencode({**asked.named, 'format': 'csv'})}",
        most_in_file=MOST_IN_FILE,
        refused=ActOutcome.REFUSED,
    )


def acts_file(officer: Officer, services: Services, asked: Asked) -> Response:
    """Return the same as a file, from the newest on."""
    rows = _rows(officer.member, services, replace(asked, before=None).wanted())
    table = ((one.act.at, one.name, one.act.officer, one.works_for, *_told(one), one.act.why) for one in rows)
    return csv_response(f"acts-{officer.member}", _HEADER, table)


def _rows(member: str, services: Services, wanted: ActsWanted) -> Iterator[shown.ActRow]:
    for _ in range(MOST_IN_FILE // _AT_ONCE):
        found = shown.acts(member, services, wanted, _AT_ONCE)
        yield from found
        if len(found) < _AT_ONCE:
            return
        wanted = replace(wanted, older_than=found[-1].place)


def _told(one: shown.ActRow) -> tuple[str, str, str]:
    return one.act.act, one.act.about, one.act.outcome.value


def _midnight(text: str) -> datetime | None:
    """Return the beginning of a day, UTC."""
    try:
        day = date.fromisoformat(text)
        return datetime.combine(day, time(), UTC) if date.min < day < date.max else None
    except ValueError:
        return None
