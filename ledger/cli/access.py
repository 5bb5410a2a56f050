"""`asal api-keys`: who may call the service, for which authority."""

from typing import Annotated

import typer

from ledger.cli.output import answer, failures, page, table, talk, usage
from ledger.cli.session import MOST, session_of
from ledger.facts import Address
from ledger.opening import Scope, now
from ledger.said import day

app = typer.Typer(no_args_is_help=True, help="API keys of the authorities served here.")

SCOPES = ", ".join(Scope)
Authority = Annotated[int, typer.Argument(min=1, max=MOST, help="Id of the authority.")]


@app.command()
def create(
    context: typer.Context,
    authority: Authority,
    account: Annotated[str, typer.Option(help="The account of the ledger that signs for its holder.")],
    label: Annotated[str, typer.Option(help="Who or what uses it.")],
    scope: Annotated[list[str], typer.Option(help=f"What it is for; repeat for several: {SCOPES}.")],
) -> None:
    """Make an API key; it is shown once and cannot be read again."""
    session = session_of(context)
    if any(name not in list(Scope) for name in scope):
        usage(f"--scope is one of {SCOPES}")
    with failures():
        key = session.members.key(Address(account))
        if key is None or key.authority != authority:
            usage(f"{account} is not a key of authority {authority}")
        scopes = [Scope(name) for name in scope]
        moment = now()
        made, token = session.opened.api_keys.make(authority, key.account, scopes, label=label, now=moment)
    talk.print("Keep it now; only its hash is stored.")
    answer(
        {"id": made.id, "key": token}, as_json=session.as_json, shown=lambda: page.print(token, markup=False)
    )


@app.command("list")
def list_keys(context: typer.Context, authority: Authority) -> None:
    """List an authority's API keys."""
    session = session_of(context)
    with failures():
        found = session.opened.api_keys.keys(authority)
    rows = [
        (
            key.id,
            key.label,
            " ".join(sorted(key.scopes)),
            day(key.created_at),
            "revoked" if key.revoked_at else "live",
        )
        for key in found
    ]
    titles = ("Id", "Label", "Scopes", "Made", "")
    answer(found, as_json=session.as_json, shown=lambda: table(titles, rows, empty="It has no API keys."))


@app.command()
def revoke(
    context: typer.Context,
    authority: Authority,
    key: Annotated[str, typer.Argument(help="Id of the API key.")],
) -> None:
    """Revoke an API key; the next request with it is refused."""
    session = session_of(context)
    with failures():
        gone = session.opened.api_keys.revoke(authority, key, now=now())
    if gone is None:
        usage(f"authority {authority} has no API key {key}")
    answer(gone, as_json=session.as_json, shown=lambda: page.print(f"API key {key} is dead."))
