"""`asal`: the ledger on the command line.

asal members …        who is on the ledger; votes
asal authorities …    a member's own authorities
asal keys …           make, add, rotate and revoke keys
asal api-keys …       who may call the service for an authority
asal officers …       who works at the desks of the service
asal programme …      programmes under which members authorise operators
asal arrangement …    arrangements on mutual recognition, and who recognises whom
asal operator …       authorise operators, suspend, revoke; their records
asal certificate …    check, issue, cancel, replace, show, redact, receive; its timeline and tree
asal statement …      hand statements of decisions, answers and checks over, and take them
asal rules …          rules for proofs of origin, by scheme and date of issue
asal case …           check origin with the issuer: questions, replies, visits, conclusions
asal deadlines        what is due, and late
asal exporter …       certified exporters: authorise, suspend, withdraw; their records
asal declaration …    register declarations of exporters
asal look-up          what other members may see of certificates issued here
asal outbox …         what is accepted and on its way to the chain
asal replica …        follow the chain, so that verifying asks no node
asal events           what has become of certificates
asal watch …          who is told of operators and certificates
asal recognise …      is this operator recognised there?
asal verify …         is this certificate good?
asal fsck             do archive, chain and envelopes say the same?
"""

from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from ledger.cli import (
    access,
    arrangements,
    authorities,
    cases,
    cases_told,
    certificates,
    decisions,
    declarations,
    events,
    examination,
    exporters,
    keys,
    life,
    members,
    officers,
    operators,
    outbox,
    papers,
    programmes,
    recognition,
    replica,
    rules,
    verification,
    watches,
)
from ledger.cli.session import Session
from ledger.facts import Address
from ledger.opening import Settings, SigningService


class _Commands(TyperGroup):
    """Takes `--json` anywhere on the line, where people type it."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401 - the library's own
        """Put `--json` before the command, where it is defined."""
        given = ["--json"] if "--json" in args else []
        return super().parse_args(ctx, [*given, *(arg for arg in args if arg != "--json")])


app = typer.Typer(
    cls=_Commands,
    no_args_is_help=True,
    add_completion=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Certificates of origin and authorised operators on the ledger that ASEAN customs share.",
)
app.add_typer(members.app, name="members")
app.add_typer(authorities.app, name="authorities")
app.add_typer(keys.app, name="keys")
app.add_typer(access.app, name="api-keys")
app.add_typer(officers.app, name="officers")
app.add_typer(programmes.app, name="programme")
app.add_typer(arrangements.app, name="arrangement")
app.add_typer(operators.app, name="operator")
certificates.app.add_typer(life.app)
certificates.app.command()(papers.paper)
certificates.app.add_typer(decisions.app)
certificates.app.command()(events.unreported)
app.add_typer(certificates.app, name="certificate")
app.add_typer(decisions.statements, name="statement")
app.add_typer(cases.app, name="case")
app.add_typer(rules.app, name="rules")
app.add_typer(exporters.app, name="exporter")
app.add_typer(declarations.app, name="declaration")
app.command("look-up")(declarations.look_up)
app.add_typer(outbox.app, name="outbox")
app.add_typer(replica.app, name="replica")
app.add_typer(watches.app, name="watch")
app.add_typer(recognition.app, name="recognise")
app.command("deadlines")(cases_told.deadlines)
app.command("events")(events.events)
app.command("verify")(verification.verify)
app.command("fsck")(examination.fsck)


@app.callback()
def session(  # noqa: PLR0913 - each is an option of the command line
    context: typer.Context,
    *,
    profile: Annotated[
        Path, typer.Option(envvar="ASAL_PROFILE", help="Which network and ledger: a chain profile in TOML.")
    ] = Path("asal.toml"),
    archive: Annotated[
        str | None, typer.Option(envvar="ASAL_ARCHIVE", help="Where documents are kept: a database URL.")
    ] = None,
    keys: Annotated[
        Path | None, typer.Option(envvar="ASAL_KEYS", help="Folder of encrypted key files (keystore v3).")
    ] = None,
    password_file: Annotated[
        Path | None,
        typer.Option(envvar="ASAL_PASSWORD_FILE", help="File with the password of the key files."),
    ] = None,
    development_keys: Annotated[
        bool,
        typer.Option(
            "--development-keys",
            envvar="ASAL_DEVELOPMENT_KEYS",
            help="Use the public keys of a local test chain.",
        ),
    ] = False,
    signer: Annotated[
        str | None,
        typer.Option(envvar="ASAL_SIGNER", help="Address of a signing service (Web3Signer, eth1 mode)."),
    ] = None,
    signer_accounts: Annotated[
        str, typer.Option(envvar="ASAL_SIGNER_ACCOUNTS", help="Its accounts to use, separated by commas.")
    ] = "",
    signer_ca: Annotated[
        Path | None,
        typer.Option(envvar="ASAL_SIGNER_CA", help="Certificates (PEM) that its own must come from."),
    ] = None,
    signer_certificate: Annotated[
        Path | None,
        typer.Option(envvar="ASAL_SIGNER_CERTIFICATE", help="Our certificate (PEM), if it asks for one."),
    ] = None,
    signer_key: Annotated[
        Path | None,
        typer.Option(envvar="ASAL_SIGNER_KEY", help="Private key (PEM) of our certificate."),
    ] = None,
    signer_token_file: Annotated[
        Path | None,
        typer.Option(envvar="ASAL_SIGNER_TOKEN_FILE", help="File with a bearer token to send to it."),
    ] = None,
    signer_timeout: Annotated[
        float, typer.Option(envvar="ASAL_SIGNER_TIMEOUT", help="Seconds it has for one answer.")
    ] = 10.0,
    account: Annotated[
        str | None,
        typer.Option("--as", envvar="ASAL_ACCOUNT", help="The account to act with, when several are held."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Answer in JSON on standard output.")] = False,
) -> None:
    """Certificates of origin and authorised operators on the ledger that ASEAN customs share."""
    service = signer and SigningService(
        url=signer,
        accounts=tuple(signer_accounts.replace(",", " ").split()),
        ca=signer_ca,
        certificate=signer_certificate,
        key=signer_key,
        token_file=signer_token_file,
        timeout=signer_timeout,
    )
    settings = Settings(
        profile=profile,
        archive=archive,
        keys=keys,
        password_file=password_file,
        development_keys=development_keys,
        signer=service or None,
    )
    context.obj = Session(settings, Address(account) if account else None, as_json)
    context.call_on_close(context.obj.close)
