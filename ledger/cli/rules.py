"""`asal rules`: the rules by which proofs of origin are judged, as dated data with their hashes."""

from datetime import UTC, date, datetime
from typing import Annotated

import typer

from ledger import rules
from ledger.aeo import days
from ledger.cli.output import EXIT_REFUSED, answer, failures, page, table, talk, usage
from ledger.cli.session import session_of
from ledger.rules import Published
from ledger.terms import Scheme

app = typer.Typer(no_args_is_help=True, help="Rules for proofs of origin, by scheme and date of issue.")


@app.command("list")
def list_rule_sets(context: typer.Context) -> None:
    """List the rule sets of all schemes."""
    found = rules.all_published()
    rows = [
        (
            one.scheme.code,
            one.rule_set.since,
            _last(one),
            f"0x{one.hash.hex()[:8]}…",
            one.rule_set.edition.name,
        )
        for one in found
    ]
    titles = ("Scheme", "Issued from", "To", "Hash", "Name")
    answer(
        [_told(one) for one in found],
        as_json=session_of(context).as_json,
        shown=lambda: table(titles, rows, empty="No rule sets."),
    )


@app.command("show")
def show_rule_set(
    context: typer.Context,
    scheme: Annotated[str, typer.Argument(metavar="SCHEME", help="ATIGA-D, ATIGA-OD, RCEP-CO or RCEP-DO.")],
    on: Annotated[str, typer.Option(help="Date of issue, as 2026-11-22; today when not given.")] = "",
) -> None:
    """Show the rules for proofs of a scheme issued on a day."""
    with failures():
        day = days.day(on, "on") if on else datetime.now(UTC).date()
    try:
        chosen = Scheme.named(scheme.upper())
    except KeyError:
        usage(f"name one of {', '.join(one.code for one in Scheme)}")
    found = rules.published(chosen, day)
    if found is None:
        talk.print(f"No rule set is known for {chosen.code} issued on {day}.", markup=False)
        raise typer.Exit(EXIT_REFUSED)
    told = {**_told(found), "document": found.document}
    answer(told, as_json=session_of(context).as_json, shown=lambda: _show(found))


def _told(one: Published) -> dict[str, str]:
    return {
        "scheme": one.scheme.code,
        "name": one.rule_set.edition.name,
        "since": str(one.rule_set.since),
        "until": _last(one),
        "hash": f"0x{one.hash.hex()}",
    }


def _last(one: Published) -> str:
    """Return the last day of issue that a rule set applies to; nothing while there is no later one."""
    return "" if one.rule_set.until == date.max else str(one.rule_set.until)


def _show(found: Published) -> None:
    page.print(f"{found.rule_set.edition.name} ({found.scheme.code})")
    page.print(
        f"for proofs issued from {found.rule_set.since}{f' to {_last(found)}' if _last(found) else ''}"
    )
    page.print(f"hash 0x{found.hash.hex()}")
    for title in ("edition", "clocks"):
        told = found.document[title].items()
        table((title.capitalize(), ""), [(name, _line(value)) for name, value in told], empty="")
    rows = [(rule.code, rule.severity, rule.text, rule.source) for rule in found.rule_set.rules]
    table(("Code", "Severity", "Rule", "Source"), rows, empty="")


def _line(value: object) -> str:
    """Return a figure or a list in one line."""
    if isinstance(value, dict):
        return ", ".join(f"{name} {inner}" for name, inner in value.items())
    return ", ".join(value) if isinstance(value, list) else str(value)
