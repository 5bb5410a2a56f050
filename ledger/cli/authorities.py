"""`asal authorities`: a member's ministries, chambers and customs, with what each may do."""

from functools import reduce
from operator import or_
from typing import Annotated

import typer

from ledger.cli.output import answer, failures, page, table, usage
from ledger.cli.session import MOST, session_of
from ledger.facts import Role
from ledger.said import day

app = typer.Typer(no_args_is_help=True, help="Authorities of the members.")

NAMES = ", ".join(role.name.lower() for role in Role if role.name)


@app.command("list")
def list_authorities(context: typer.Context) -> None:
    """List the authorities of all members."""
    session = session_of(context)
    with failures():
        found = session.members.authorities()
    rows = [
        (a.id, a.member, a.name, a.domain, roles(a.roles), day(a.withdrawn_at) if a.withdrawn_at else "")
        for a in found
    ]
    titles = ("Id", "Member", "Name", "Domain", "Roles", "Withdrawn")
    answer(found, as_json=session.as_json, shown=lambda: table(titles, rows, empty="No authorities yet."))


@app.command()
def add(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="Its name as it appears on certificates.")],
    domain: Annotated[str, typer.Option(help="Its web domain, without https://.")],
    role: Annotated[list[str], typer.Option(help=f"What it may do; repeat for several: {NAMES}.")],
) -> None:
    """Add an authority to one's own member; signed with the member's admin key."""
    session = session_of(context)
    unknown = [name for name in role if name.upper() not in Role.__members__]
    if unknown:
        usage(f"--role is one of {NAMES}")
    with failures():
        granted = reduce(or_, (Role[name.upper()] for name in role))
        number = session.members.add_authority(granted, name, domain, session.acting())
    text = f"Authority {number}. Next: asal keys add {number} ADDRESS"
    answer({"authority": number}, as_json=session.as_json, shown=lambda: page.print(text))


@app.command()
def withdraw(
    context: typer.Context, authority: Annotated[int, typer.Argument(min=1, max=MOST, help="Its id.")]
) -> None:
    """End an authority and revoke its keys; what it signed stays good."""
    session = session_of(context)
    with failures():
        written = session.members.withdraw_authority(authority, session.acting())
    answer(written, as_json=session.as_json, shown=lambda: page.print(f"Authority {authority} is withdrawn."))


def roles(granted: Role) -> str:
    """Return roles as people write them."""
    return ", ".join(role.name.lower() for role in granted if role.name)
