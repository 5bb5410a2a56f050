"""`asal members`: who is on the ledger, and the votes that decide it."""

from typing import Annotated

import typer

from ledger.cli.output import answer, failures, page, table, usage
from ledger.cli.session import MOST, session_of
from ledger.facts import Address, ProposalKind
from ledger.said import day

app = typer.Typer(no_args_is_help=True, help="Members of the ledger and the votes among them.")

KINDS = {kind.name.lower().replace("_", "-"): kind for kind in ProposalKind}
Number = Annotated[int, typer.Argument(metavar="PROPOSAL", min=1, max=MOST, help="Number of the proposal.")]


@app.command("list")
def list_members(context: typer.Context) -> None:
    """List the members."""
    session = session_of(context)
    with failures():
        found = session.members.members()
    rows = [(m.code, "suspended" if m.suspended else "active", day(m.admitted_at), m.admin) for m in found]
    titles = ("Member", "Standing", "Admitted", "Admin key")
    answer(found, as_json=session.as_json, shown=lambda: table(titles, rows, empty="No members."))


@app.command()
def proposals(context: typer.Context) -> None:
    """List the votes, open and enacted."""
    session = session_of(context)
    with failures():
        found = session.members.proposals()
    rows = [
        (
            p.id,
            p.kind.name.lower(),
            p.member,
            f"{p.votes}/{p.needed}",
            day(p.enacted_at) if p.enacted_at else "open",
        )
        for p in found
    ]
    titles = ("Proposal", "Kind", "Member", "Votes", "Enacted")
    answer(
        found, as_json=session.as_json, shown=lambda: table(titles, rows, empty="Nothing was proposed yet.")
    )


@app.command()
def propose(
    context: typer.Context,
    kind: Annotated[str, typer.Argument(help=f"One of: {', '.join(KINDS)}.")],
    member: Annotated[str, typer.Argument(help="ISO 3166 alpha-2 code of the member it is about.")],
    admin: Annotated[
        str | None, typer.Option(help="Admin key, to admit a member or to replace a lost key.")
    ] = None,
) -> None:
    """Open a vote, casting one's own; signed with the member's admin key."""
    session = session_of(context)
    if kind not in KINDS:
        usage(f"the kind of a proposal is one of {', '.join(KINDS)}")
    with failures():
        key = Address(admin) if admin else None
        number = session.members.propose(KINDS[kind], member.upper(), key, session.acting())
    answer(
        {"proposal": number}, as_json=session.as_json, shown=lambda: page.print(f"Proposal {number} is open.")
    )


@app.command()
def vote(context: typer.Context, proposal: Number) -> None:
    """Vote for a proposal; the vote that reaches more than half of the members enacts it."""
    session = session_of(context)
    with failures():
        written = session.members.vote(proposal, session.acting())
    answer(written, as_json=session.as_json, shown=lambda: page.print(f"Voted for proposal {proposal}."))


@app.command()
def enact(context: typer.Context, proposal: Number) -> None:
    """Enact a proposal that has its votes because others were suspended meanwhile."""
    session = session_of(context)
    with failures():
        written = session.members.enact(proposal, session.acting())
    answer(written, as_json=session.as_json, shown=lambda: page.print(f"Enacted proposal {proposal}."))


@app.command("rotate-admin")
def rotate_admin(
    context: typer.Context, admin: Annotated[str, typer.Argument(help="The new admin key.")]
) -> None:
    """Hand one's own member's admin key over to another account."""
    session = session_of(context)
    with failures():
        written = session.members.rotate_admin(Address(admin), session.acting())
    answer(written, as_json=session.as_json, shown=lambda: page.print(f"The admin key is {admin} now."))
