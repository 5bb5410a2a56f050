"""Authorities of a member and their keys: naming, withdrawing, adding, replacing, revoking, distrusting."""

import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from functools import reduce
from operator import or_
from typing import Final

from api.desks.members_form import Asking, FormWrong, Value, Wish
from api.desks.members_words import ROLE_NAMES
from ledger.ports import Members
from ledger.said import Said, said

_DOMAIN: Final = re.compile(r"(?=.{1,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
_LONGEST_NAME: Final = 200


def naming(asked: Asking) -> Wish:
    """Name an authority of the member."""
    name, domain = asked.sent.one("name"), asked.sent.one("domain").lower()
    chosen = [role for role in ROLE_NAMES if (role.name or "").lower() in asked.sent.all("roles")]
    wrong = []
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        wrong.append(("name", said("Enter its name as it stands on certificates, at most 200 characters")))
    if not _DOMAIN.fullmatch(domain):
        wrong.append(("domain", said("Enter its web domain without https://, such as moit.gov.vn")))
    if not chosen:
        wrong.append(("roles", said("Choose what it does, one thing at least")))
    if wrong:
        raise FormWrong(asked.act, *wrong)
    roles = reduce(or_, chosen)
    named = [one.name for one in asked.members.authorities() if one.member == asked.officer.member]
    twice = said("Your member has named an authority of this name before. This would be another one.")
    options = [part for role in chosen for part in ("--role", (role.name or "").lower())]
    return Wish(
        asked.act,
        [
            (said("Name"), name),
            (said("Web domain"), domain),
            (said("What it does"), [ROLE_NAMES[role] for role in chosen]),
        ],
        lambda services: services.ledger.members.add_authority(roles, name, domain, asked.officer.account),
        "",
        name,
        ("authorities", "add", name, "--domain", domain, *options),
        [twice] if name.casefold() in {one.casefold() for one in named} else [],
    )


def _on_ledger(
    asked: Asking,
    facts: Sequence[tuple[Said, Value]],
    do: Callable[[Members], object],
    place: tuple[int, str],
    *command: str,
) -> Wish:
    """Return an act on the authority of a number, noted as about something, and its command."""
    number, about = place
    back = f"/authorities/{number}"
    return Wish(asked.act, facts, lambda services: do(services.ledger.members), back, about, command)


def withdrawing(asked: Asking) -> Wish:
    """Withdraw an authority of the member."""
    found = asked.authority()
    return _on_ledger(
        asked,
        [(said("Authority"), found.name)],
        lambda members: members.withdraw_authority(found.id, asked.officer.account),
        (found.id, f"authority {found.id}"),
        *("authorities", "withdraw", str(found.id)),
    )


def adding_key(asked: Asking) -> Wish:
    """Let an account write for an authority of the member."""
    found, account = asked.authority(), asked.account("account")
    return _on_ledger(
        asked,
        [(said("Authority"), found.name), (said("Account"), account)],
        lambda members: members.add_key(found.id, account, asked.officer.account),
        (found.id, account),
        *("keys", "add", str(found.id), account),
    )


def rotating(asked: Asking) -> Wish:
    """Put one account in the place of another."""
    old, new = asked.key(), asked.account("account")
    return _on_ledger(
        asked,
        [(said("Old account"), old.account), (said("New account"), new)],
        lambda members: members.rotate_key(old.account, new, asked.officer.account),
        (old.authority, old.account),
        *("keys", "rotate", old.account, new),
    )


def revoking(asked: Asking) -> Wish:
    """End a key."""
    found = asked.key()
    return _on_ledger(
        asked,
        [(said("Account"), found.account)],
        lambda members: members.revoke_key(found.account, asked.officer.account),
        (found.authority, found.account),
        *("keys", "revoke", found.account),
    )


def distrusting(asked: Asking) -> Wish:
    """Distrust what a key signed since a moment, which may be past."""
    found = asked.key()
    try:
        since = datetime.fromisoformat(asked.sent.one("since")).replace(tzinfo=UTC)
    except ValueError:
        raise asked.wrong("since", said("Enter the day and the time, in UTC")) from None
    if since > asked.services.ledger.clock() + timedelta(seconds=asked.services.limits.clock_skew_seconds):
        raise asked.wrong("since", said("Enter a moment that is over: what a key will sign, nobody knows"))
    return _on_ledger(
        asked,
        [(said("Account"), found.account), (said("Not trusted from"), since)],
        lambda members: members.mark_compromised(found.account, since, asked.officer.account),
        (found.authority, found.account),
        *("keys", "compromised", found.account, "--since", f"{since:%Y-%m-%dT%H:%M:%SZ}"),
    )
