"""`asal rules`: the rules in force on a day, without a ledger."""

import json
from datetime import date

from typer.testing import CliRunner

from ledger import rules
from ledger.cli import app
from ledger.terms import Scheme

RUN = CliRunner()


def test_the_rule_sets_are_listed() -> None:
    """Each with the hash that decisions name."""
    told = json.loads(RUN.invoke(app, ["rules", "list", "--json"]).stdout)
    assert [one["hash"] for one in told] == [f"0x{one.hash.hex()}" for one in rules.all_published()]
    assert "ATIGA OCP, text of 2021" in RUN.invoke(app, ["rules", "list"], env={"COLUMNS": "200"}).stdout


def test_a_rule_set_is_shown_for_a_day_of_issue() -> None:
    """The text of that day, not of today."""
    shown = RUN.invoke(app, ["rules", "show", "atiga-d", "--on", "2021-06-01"], env={"COLUMNS": "200"}).stdout
    assert "for proofs issued from 2020-09-20 to 2022-04-30" in shown
    assert "ATIGA-R11-CONSOLIDATION" in shown


def test_the_document_that_is_hashed_is_given_as_json() -> None:
    """Whole, with its hash."""
    asked = ["rules", "show", "RCEP-CO", "--on", "2026-11-02", "--json"]
    told = json.loads(RUN.invoke(app, asked).stdout)
    published = rules.published(Scheme.RCEP_CO, date(2026, 11, 2))
    assert published is not None
    assert (told["document"], told["hash"]) == (published.document, f"0x{published.hash.hex()}")


def test_a_day_without_rules_is_said_and_exits_with_3() -> None:
    """Nothing is guessed."""
    told = RUN.invoke(app, ["rules", "show", "RCEP-CO", "--on", "2021-12-31"])
    assert (told.exit_code, told.stdout) == (3, "")
    assert "No rule set is known for RCEP-CO issued on 2021-12-31." in told.stderr


def test_an_unknown_scheme_is_wrong_usage() -> None:
    """The known ones are named."""
    told = RUN.invoke(app, ["rules", "show", "FORM-A"])
    assert told.exit_code == 2
    assert "ATIGA-D, ATIGA-OD, RCEP-CO, RCEP-DO" in told.stderr
