"""`asal watch`: who is told of operators and certificates, and what came of it."""

from pathlib import Path
from typing import Annotated

import typer

from ledger.cli.output import answer, failures, page, table, talk, usage
from ledger.cli.session import MOST, Session, read_text, session_of
from ledger.delivering import written
from ledger.keeping_watch import Keeper, Wish
from ledger.opening import now
from ledger.outgoing import Allowed, Sender
from ledger.watch_port import Delivery, Watch

app = typer.Typer(no_args_is_help=True, help="Who is told of operators and certificates.")

Authority = Annotated[int, typer.Argument(min=1, max=MOST, help="Id of the authority.")]
Name = Annotated[str, typer.Argument(metavar="WATCH", help="Id of the watch.")]
Url = Annotated[str, typer.Option(help="Where messages are sent: https, a public address.")]
Operators = Annotated[list[str] | None, typer.Option("--operator", help="Code of one; may be repeated.")]
From = Annotated[
    Path | None, typer.Option("--operators-from", help="File with codes, one on each line.", dir_okay=False)
]
Members = Annotated[
    list[str] | None, typer.Option("--member", help="Watch all operators of a member; may be repeated.")
]
Everything = Annotated[bool, typer.Option("--everything", help="Watch all operators of all members.")]
Hosts = Annotated[
    list[str] | None,
    typer.Option("--host", help="Whose recognition matters; one's own member unless told; may be repeated."),
]
Certificates = Annotated[
    bool, typer.Option("--certificates", help="Watch all certificates that concern one's own member.")
]
Certificate = Annotated[
    list[str] | None, typer.Option("--certificate", help="Id of one certificate; may be repeated.")
]
Label = Annotated[str, typer.Option(help="What it is for.")]
Private = Annotated[
    str,
    typer.Option(envvar="ASAL_WEBHOOK_HOSTS", help="Hosts that may be private or without TLS, by commas."),
]


@app.command()
def add(  # noqa: PLR0913 - each is an option
    context: typer.Context,
    authority: Authority,
    url: Url,
    *,
    operator: Operators = None,
    operators_from: From = None,
    member: Members = None,
    everything: Everything = False,
    host: Hosts = None,
    certificates: Certificates = False,
    certificate: Certificate = None,
    label: Label = "",
    webhook_hosts: Private = "",
) -> None:
    """Watch operators or certificates for an authority; the secret of its messages is shown once."""
    session = session_of(context)
    codes = [*(operator or ()), *_lines(operators_from)]
    wish = Wish(
        url=url,
        label=label,
        operators=codes,
        members=member or (),
        everything=everything,
        hosts=host or (),
        certificates=certificates,
        certificate_ids=[one.lower() for one in certificate or ()],
    )
    with failures():
        keeper = _keeper(session, authority, webhook_hosts)
        known = [one.code for one in session.members.members()]
        final = session.opened.chain.head().block - session.opened.profile.finality
        watch = keeper.begin(wish, known, final, now())
    _with_secret(session, watch)


@app.command("list")
def list_watches(context: typer.Context) -> None:
    """List the watches of all authorities served here."""
    session = session_of(context)
    with failures():
        numbers = [one.id for one in session.members.authorities()]
        found = [watch for number in numbers for watch in session.opened.rooms.watches.of(number)]
    rows = [(watch.id, watch.authority, watch.url, _watched(watch), _state(watch)) for watch in found]
    titles = ("Id", "Authority", "Receiver", "Watched", "")
    told = [_document(watch) for watch in found]
    answer(told, as_json=session.as_json, shown=lambda: table(titles, rows, empty="Nobody watches."))


@app.command()
def rotate(context: typer.Context, watch: Name) -> None:
    """Give a watch another secret, shown once; for 24 hours messages are signed by both."""
    session = session_of(context)
    with failures():
        rotated = _owner(session, watch).rotate(watch, now())
    _with_secret(session, rotated)


@app.command()
def remove(context: typer.Context, watch: Name) -> None:
    """End a watch; what waits for its receiver is not sent any more."""
    session = session_of(context)
    with failures():
        _owner(session, watch).remove(watch)
    answer({"id": watch}, as_json=session.as_json, shown=lambda: page.print(f"{watch} is gone."))


@app.command()
def resume(context: typer.Context, watch: Name) -> None:
    """Tell a disabled watch again, and send what waited."""
    session = session_of(context)
    with failures():
        resumed = _owner(session, watch).resume(watch)
    answer(_document(resumed), as_json=session.as_json, shown=lambda: page.print(f"{watch} is told again."))


@app.command()
def test(context: typer.Context, watch: Name) -> None:
    """Queue a message that says nothing; the running service sends it, once."""
    session = session_of(context)
    with failures():
        queued = _owner(session, watch).test(watch, now())
    _queued(session, queued)


@app.command()
def deliveries(
    context: typer.Context,
    watch: Name,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many.")] = 20,
) -> None:
    """List what was and is to be sent to a receiver, newest first."""
    session = session_of(context)
    with failures():
        found = session.opened.rooms.watches.deliveries(_owner(session, watch).found(watch).id, limit=limit)
    rows = [
        (one.position, one.type.value, one.subject, one.state.value, one.attempts, one.last_error or "")
        for one in found
    ]
    titles = ("Id", "Message", "About", "State", "Attempts", "")
    told = [_told(one) for one in found]
    answer(told, as_json=session.as_json, shown=lambda: table(titles, rows, empty="Nothing was sent."))


@app.command()
def redeliver(
    context: typer.Context, watch: Name, delivery: Annotated[int, typer.Argument(min=1, help="Its id.")]
) -> None:
    """Queue a message once more, under its id, whatever became of it."""
    session = session_of(context)
    with failures():
        queued = _owner(session, watch).again(watch, delivery, now())
    _queued(session, queued)


def _keeper(session: Session, authority: int, hosts: str = "") -> Keeper:
    """Return an authority with its watches."""
    known = session.members.authority(authority)
    if known is None:
        usage(f"there is no authority {authority}; asal authorities list")
    return Keeper(authority, known.member, session.opened.rooms.watches, Sender(Allowed.of(hosts)))


def _owner(session: Session, watch: str) -> Keeper:
    """Return the authority that a watch belongs to."""
    watches = session.opened.rooms.watches
    owner = next((one.id for one in session.members.authorities() if watches.find(one.id, watch)), None)
    if owner is None:
        usage(f"there is no watch {watch}; asal watch list")
    return _keeper(session, owner)


def _lines(path: Path | None) -> list[str]:
    """Return the codes in a file, one on each line."""
    if path is None:
        return []
    try:
        lines = read_text(path).decode("utf-8-sig").splitlines()
    except UnicodeDecodeError:
        usage(f"{path} is no text in UTF-8")
    return [line.strip() for line in lines if line.strip()]


def _with_secret(session: Session, watch: Watch) -> None:
    secret = written(watch.secrets.current)
    talk.print("Keep the secret now; it is not shown again.")
    answer(
        _document(watch) | {"secret": secret},
        as_json=session.as_json,
        shown=lambda: page.print(f"{watch.id}\n{secret}", markup=False),
    )


def _queued(session: Session, delivery: Delivery) -> None:
    shown = f"{delivery.event} is queued; asal watch deliveries {delivery.watch}"
    answer(_told(delivery), as_json=session.as_json, shown=lambda: page.print(shown))


def _document(watch: Watch) -> dict[str, object]:
    """Return what is shown of a watch: no secret."""
    interest = watch.interest
    return {
        "id": watch.id,
        "authority": watch.authority,
        "url": watch.url,
        "label": watch.label,
        "operators": sorted(interest.operators),
        "members": sorted(interest.members),
        "everything": interest.everything,
        "hosts": sorted(interest.hosts or {watch.member}),
        "certificates": interest.all_certificates,
        "certificateIds": sorted(f"0x{one.hex()}" for one in interest.certificates),
        "createdAt": watch.created_at,
        "lastSuccess": watch.last_success,
        "failing": watch.failing,
        "disabledAt": watch.disabled_at,
        "disabledWhy": watch.disabled_why,
    }


def _told(one: Delivery) -> dict[str, object]:
    """Return what is shown of a delivery."""
    return {
        "id": one.position,
        "event": one.event,
        "type": one.type.value,
        "subject": one.subject,
        "state": one.state.value,
        "attempts": one.attempts,
        "nextAt": one.next_at,
        "lastStatus": one.last_status,
        "lastError": one.last_error,
        "deliveredAt": one.delivered_at,
    }


def _watched(watch: Watch) -> str:
    interest = watch.interest
    operators = f"{len(interest.operators)} operators" if interest.operators else ""
    named = ["everything"] if interest.everything else [*sorted(interest.members), operators]
    some = f"{len(interest.certificates)} certificates" if interest.certificates else ""
    named.append("own certificates" if interest.all_certificates else some)
    return ", ".join(filter(None, named))


def _state(watch: Watch) -> str:
    if watch.disabled_at is not None:
        return f"disabled: {watch.disabled_why}"
    return "failing" if watch.failing else "well"
