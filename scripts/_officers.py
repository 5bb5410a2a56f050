"""Officers of the demonstration: one for each desk of each office, and two administrators.

They have no identity provider: where `ASAL_DEMO_ROLES` says so, anybody is one of them with one click.
"""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import _founding

from api.portal import DEMO_ISSUER
from ledger.archive import Officer, Officers, Scope
from ledger.facts import Address, Role

_READS = (Scope.READ, Scope.WATCH)
_DESKS = (
    (Role.ISSUING, "issuing", (Scope.ISSUE, *_READS)),
    (Role.CUSTOMS, "customs", (Scope.DECIDE, *_READS)),
    (Role.AEO, "AEO", (Scope.AEO, Scope.WATCH)),
)
_ADMINISTRATORS = ("TH", "VN")


def enrolled(founded: _founding.Founded, officers: Officers) -> Sequence[Officer]:
    """Enrol them; each is named by member and desk, such as `VN issuing`."""
    return [
        officers.enrol(
            (DEMO_ISSUER, name),
            name,
            member=name[:2],
            authority=authority,
            account=account,
            scopes=scopes,
            now=datetime.now(UTC),
        )
        for name, authority, account, scopes in _wanted(founded)
    ]


def _wanted(founded: _founding.Founded) -> Iterator[tuple[str, int, Address, Sequence[Scope]]]:
    """Yield name, authority, account and rights of each."""
    for office in founded.offices:
        for role, desk, scopes in _DESKS:
            if role in office.roles:
                competent = desk == "issuing" and Role.COMPETENT in office.roles
                more = (Scope.EXPORTERS,) if competent else ()
                yield f"{office.member} {desk}", office.authority, office.account, (*scopes, *more)
    for member in _ADMINISTRATORS:
        yield f"{member} administrator", 0, founded.admin(member), (Scope.ADMIN,)
