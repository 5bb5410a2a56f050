"""`asal officers`: who works at the desks of the service, for which authority, with which rights."""

from typing import Annotated

import typer

from ledger.cli.output import answer, failures, page, table, talk, usage
from ledger.cli.session import MOST, Session, session_of
from ledger.facts import Address
from ledger.opening import Scope, now
from ledger.said import day

app = typer.Typer(no_args_is_help=True, help="Officers who work at the desks of this service.")

SCOPES = ", ".join(scope for scope in Scope if scope is not Scope.ADMIN)
_LENGTHS = {"--issuer": 200, "--subject": 255, "--name": 80}
"""The most characters of each."""


@app.command()
def add(  # noqa: PLR0913 - each is a fact about the officer
    context: typer.Context,
    *,
    issuer: Annotated[str, typer.Option(help="The identity provider, as its tokens name it (`iss`).")],
    subject: Annotated[str, typer.Option(help="The person there (`sub`).")],
    name: Annotated[str, typer.Option(help="What colleagues call the person.")],
    account: Annotated[str, typer.Option(help="The account of the ledger that signs for the officer.")],
    authority: Annotated[
        int | None, typer.Option(min=1, max=MOST, help="Id of the authority the officer works for.")
    ] = None,
    administrator_of: Annotated[
        str | None, typer.Option(help="Instead of an authority: the member that the person administers.")
    ] = None,
    scope: Annotated[
        list[str] | None, typer.Option(help=f"What the officer may do; repeat for several: {SCOPES}.")
    ] = None,
) -> None:
    """Enrol an officer: from the next login on the person works at the desks of its scopes."""
    session = session_of(context)
    for option, given in zip(_LENGTHS, (issuer, subject, name), strict=True):
        if not given.strip() or len(given) > _LENGTHS[option] or not given.isprintable():
            usage(f"{option} is a text of 1 to {_LENGTHS[option]} characters that can be seen")
    if (authority is None) == (administrator_of is None):
        usage("name either --authority or --administrator-of")
    with failures():
        if authority is not None:
            member, key = _office(session, authority, account)
            scopes = _scopes(scope or [])
        else:
            member, key = _administration(session, str(administrator_of), account)
            if scope:
                usage("--scope is not for administrators: they administer their member, and nothing else")
            scopes = [Scope.ADMIN]
        made = session.opened.rooms.officers.enrol(
            (issuer, subject),
            name,
            member=member,
            authority=authority or 0,
            account=key,
            scopes=scopes,
            now=now(),
        )
    talk.print("From the next login on; whoever is logged in keeps the office chosen then.")
    answer(made, as_json=session.as_json, shown=lambda: page.print(made.id, markup=False))


@app.command("list")
def list_officers(
    context: typer.Context,
    member: Annotated[str | None, typer.Option(help="Of this member only.")] = None,
) -> None:
    """List the officers, those who were ended too."""
    session = session_of(context)
    with failures():
        found = session.opened.rooms.officers.officers(member)
    rows = [
        (
            officer.id,
            officer.name,
            officer.member,
            str(officer.authority or "administrator"),
            " ".join(sorted(officer.scopes)),
            officer.subject,
            f"ended {day(officer.ended_at)}" if officer.ended_at else "at work",
        )
        for officer in found
    ]
    titles = ("Id", "Name", "Member", "Authority", "Scopes", "Subject", "")
    answer(found, as_json=session.as_json, shown=lambda: table(titles, rows, empty="There are no officers."))


@app.command()
def end(
    context: typer.Context,
    officer: Annotated[str, typer.Argument(help="Id of the officer.")],
) -> None:
    """End an officer's work; every session is over at once."""
    session = session_of(context)
    with failures():
        gone = session.opened.rooms.officers.end(officer, now=now())
    if gone is None:
        usage(f"there is no officer {officer}")
    answer(gone, as_json=session.as_json, shown=lambda: page.print(f"Officer {gone.id} is out."))


def _office(session: Session, authority: int, account: str) -> tuple[str, Address]:
    """Return the member of an authority, and its key as the ledger writes it; it must be live."""
    key = session.members.key(Address(account))
    found = session.members.authority(authority)
    if key is None or key.authority != authority or found is None:
        usage(f"{account} is not a key of authority {authority}")
    if key.revoked_at is not None or found.withdrawn_at is not None:
        usage(f"{account} signs for authority {authority} no more: its key was revoked, or it was withdrawn")
    return found.member, key.account


def _administration(session: Session, code: str, account: str) -> tuple[str, Address]:
    """Return a member and its admin key as the ledger writes it."""
    member = session.members.member(code)
    if member is None or member.admin.lower() != account.lower():
        usage(f"{account} is not the admin key of {code}")
    return member.code, member.admin


def _scopes(given: list[str]) -> list[Scope]:
    """Return the rights of an officer of an authority; `admin` is for administrators alone."""
    if not given or any(name not in list(Scope) or name == Scope.ADMIN for name in given):
        usage(f"--scope is one of {SCOPES}")
    return [Scope(name) for name in given]
