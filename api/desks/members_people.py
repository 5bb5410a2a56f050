"""Officers of a member: who works at the desks of this service, for whom, with which rights."""

from collections.abc import Sequence
from typing import Final

from eth_utils.address import is_checksum_address

from api.desks.members_form import Asking, FormWrong, Value, Wish, own_authority, own_key
from api.desks.members_words import SCOPE_NAMES
from api.errors import ApiError
from ledger.archive import Scope
from ledger.facts import Address
from ledger.said import said

_LONGEST: Final = {"issuer": 200, "subject": 255, "name": 80}
"""Characters of each, as the archive keeps them."""
ADMINISTRATOR: Final = "administrator"
"""What is chosen instead of a key, for the member itself."""


def enrolling(asked: Asking) -> Wish:
    """Let a person work for the member or one of its authorities."""
    texts = {name: asked.sent.one(name) for name in _LONGEST}
    wrong = [
        (name, said("Enter 1 to {most} characters that can be seen", most=_LONGEST[name]))
        for name, given in texts.items()
        if not given or len(given) > _LONGEST[name] or not given.isprintable()
    ]
    if wrong:
        raise FormWrong(asked.act, *wrong)
    authority, account, scopes, works_for = _office(asked)
    identity = texts["issuer"], texts["subject"]
    rights = [SCOPE_NAMES[scope] for scope in scopes if scope in SCOPE_NAMES]
    return Wish(
        asked.act,
        [
            (said("Name"), texts["name"]),
            (said("Identity provider"), texts["issuer"]),
            (said("Number or name of the person there"), texts["subject"]),
            (said("Works for"), works_for),
            (said("May"), rights or [said("Administer the member")]),
        ],
        lambda services: services.rooms.officers.enrol(
            identity,
            texts["name"],
            member=asked.officer.member,
            authority=authority,
            account=account,
            scopes=scopes,
            now=services.ledger.clock(),
        ),
        "/officers",
        texts["subject"],
    )


def _office(asked: Asking) -> tuple[int, Address, Sequence[Scope], Value]:
    """Return authority, account and rights that an officer is to have, and for whom it works."""
    chosen = asked.sent.one("office")
    if chosen == ADMINISTRATOR:
        account, whole = asked.officer.account, said("The member, as an administrator")
        return 0, account, [Scope.ADMIN], whole
    if not is_checksum_address(chosen):
        raise asked.wrong("office", said("Choose for whom the person works"))
    key = own_key(chosen, asked.officer, asked.members)
    authority = own_authority(key.authority, asked.officer, asked.members)
    if key.revoked_at is not None or authority.withdrawn_at is not None:
        raise asked.wrong("office", said("This key signs no more; choose another one"))
    scopes = [scope for scope in SCOPE_NAMES if scope in asked.sent.all("scopes")]
    if not scopes:
        raise asked.wrong("scopes", said("Choose what the person may do, one thing at least"))
    return authority.id, key.account, scopes, authority.name


def ending(asked: Asking) -> Wish:
    """End an officer's work; nobody ends the own one, so that one administrator is left."""
    found = [
        one
        for one in asked.services.rooms.officers.officers(asked.officer.member)
        if one.id == asked.sent.one("officer")
    ]
    if not found:
        raise ApiError("not-found")
    if found[0].id == asked.officer.id:
        raise asked.wrong("officer", said("This is you: another administrator ends your work"))
    return Wish(
        asked.act,
        [(said("Name"), found[0].name), (said("Number or name of the person there"), found[0].subject)],
        lambda services: services.rooms.officers.end(found[0].id, now=services.ledger.clock()),
        "/officers",
        found[0].id,
    )
