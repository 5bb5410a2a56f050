"""`asal keys`: key files on this machine, and keys on the ledger."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from ledger.cli.output import answer, failures, page, table, usage
from ledger.cli.session import MOST, session_of
from ledger.facts import Address
from ledger.opening import new_key_file
from ledger.said import day, moment

app = typer.Typer(no_args_is_help=True, help="Make key files; add, rotate and revoke keys on the ledger.")

Account = Annotated[str, typer.Argument(metavar="ADDRESS", help="The account of the key.")]


@app.command()
def new(
    context: typer.Context,
    folder: Annotated[Path, typer.Option("--out", help="Folder to write the key file to.")] = Path("keys"),
) -> None:
    """Make a key and write it as an encrypted key file; needs --password-file before the command."""
    session = session_of(context)
    if session.settings.password_file is None:
        usage("name a file with the password: asal --password-file FILE keys new")
    with failures():
        address, path = new_key_file(folder, session.settings.password_file)
    told = {"account": address, "file": str(path)}
    answer(told, as_json=session.as_json, shown=lambda: page.print(f"{address}\n{path}", markup=False))


@app.command()
def held(context: typer.Context) -> None:
    """List the accounts whose keys are at hand here."""
    session = session_of(context)
    with failures():
        accounts = session.opened.accounts
        found = [(account, session.members.key(account)) for account in accounts]
    rows = [(account, f"{key.member}, authority {key.authority}" if key else "") for account, key in found]
    empty = "No keys at hand; name a folder with --keys."
    answer(
        accounts, as_json=session.as_json, shown=lambda: table(("Account", "Writes for"), rows, empty=empty)
    )


@app.command("list")
def list_keys(
    context: typer.Context, authority: Annotated[int, typer.Argument(min=1, max=MOST, help="Its id.")]
) -> None:
    """List an authority's live keys."""
    session = session_of(context)
    with failures():
        found = session.members.keys(authority)
    rows = [(key.account, day(key.since)) for key in found]
    empty = "It has no live keys."
    answer(found, as_json=session.as_json, shown=lambda: table(("Account", "Since"), rows, empty=empty))


@app.command()
def add(
    context: typer.Context,
    authority: Annotated[int, typer.Argument(min=1, max=MOST, help="Its id.")],
    account: Account,
) -> None:
    """Let an account write for an authority of one's own member."""
    session = session_of(context)
    with failures():
        written = session.members.add_key(authority, Address(account), session.acting())
    text = f"{account} writes for authority {authority}."
    answer(written, as_json=session.as_json, shown=lambda: page.print(text))


@app.command()
def rotate(
    context: typer.Context,
    retiring: Account,
    account: Annotated[str, typer.Argument(help="The new account.")],
) -> None:
    """Replace a key by another in one step."""
    session = session_of(context)
    with failures():
        written = session.members.rotate_key(Address(retiring), Address(account), session.acting())
    text = f"{account} takes the place of {retiring}."
    answer(written, as_json=session.as_json, shown=lambda: page.print(text))


@app.command()
def revoke(context: typer.Context, account: Account) -> None:
    """Revoke a key; what it signed stays good."""
    session = session_of(context)
    with failures():
        written = session.members.revoke_key(Address(account), session.acting())
    answer(written, as_json=session.as_json, shown=lambda: page.print(f"{account} is revoked."))


@app.command()
def compromised(
    context: typer.Context,
    account: Account,
    since: Annotated[
        datetime,
        typer.Option(formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%SZ"], help="From when on, in UTC; may be past."),
    ],
) -> None:
    """Distrust what a key signed from a moment on, and revoke it."""
    session = session_of(context)
    start = since.replace(tzinfo=UTC)
    with failures():
        written = session.members.mark_compromised(Address(account), start, session.acting())
    text = f"What {account} signed from {moment(start)} on is not trusted."
    answer(written, as_json=session.as_json, shown=lambda: page.print(text))
