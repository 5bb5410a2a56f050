"""Amending an operator's particulars at the AEO desk: what would change is shown before it is recorded."""

from collections.abc import Sequence
from typing import Final

from fastapi import Request, Response

from api.dependencies import Caller
from api.desks.aeo_lists_shown import FIELDS, Change
from api.desks.posted import Posted
from api.pages.render import page
from api.services import Services
from ledger import authorising
from ledger.aeo.acts import Act
from ledger.aeo.asked import Action
from ledger.aeo.cases import Case
from ledger.aeo.records import OperatorRecord, record_hash
from ledger.aeo.words import ROLE_WORDS

_NAMES: Final = ("name", "address", "country", "national_id", "programme", "level")
_CARRIED: Final = (
    *("name", "address", "country", "nationalId", "programme", "level", "roles"),
    *("office", "effective", "note", "request"),
)


def to_be_seen(act: Act, sent: Posted, record: OperatorRecord | None) -> bool:
    """Whether a form asks for an amendment that was not shown, or of a record that has changed since."""
    return act is Act.AMEND and (record is None or sent.one("seen") != _mark(record))


def would_change(  # noqa: PLR0913, PLR0917 - what a page shows
    request: Request, case: Case, action: Action, sent: Posted, caller: Caller, services: Services
) -> Response:
    """Show from what to what an amendment changes the record, and the button that records it.

    Raises what recording it would raise.
    """
    ledger = services.ledger
    made = authorising.foreseen(action, authority=caller.authority, account=caller.account, ledger=ledger)
    record = authorising.newest_record(case, ledger)
    changes = changes_of(record, made) if record and made else ()
    return page(
        request,
        "desk/aeo_amend.html",
        case=case,
        record=record,
        changes=changes,
        effective=action.effective,
        fields=[(name, text) for name in _CARRIED for text in sent.all(name)],
        seen=_mark(record) if record else "",
        again=bool(sent.one("seen")),
    )


def changes_of(old: OperatorRecord, new: OperatorRecord) -> Sequence[Change]:
    """Return what differs between two records of an operator, in the order of the form."""
    changes = [Change(FIELDS[name], getattr(old, name), getattr(new, name)) for name in _NAMES]
    roles = [[text for role, text in ROLE_WORDS.items() if role in one.roles] for one in (old, new)]
    changes.append(Change(FIELDS["roles"], *roles))
    return [one for one in changes if one.before != one.after]


def _mark(record: OperatorRecord) -> str:
    return record_hash(record).hex()
