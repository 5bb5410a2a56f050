"""What is printed for people: texts of others are shown, and do not steer the terminal or break the page."""

import json

import pytest
import typer

from ledger.cli import output


def test_control_characters_of_others_are_shown_and_not_obeyed(capsys: pytest.CaptureFixture[str]) -> None:
    """A field named by a forger could else clear the screen and print a verdict of its own."""
    forged = "\x1b[2J\x1b[1;1HVALID\r\x9b2J\u202eVALID\x00"
    output.page.print(f"Not as issued: {forged}.", markup=False)
    output.table(("Name",), [(f"{forged}\nVALID",)], empty="")
    shown = capsys.readouterr().out
    assert not set(shown) & set("\x1b\r\x9b\u202e\x00")
    assert "\\x1b[2J" in shown
    assert not any(line.startswith("VALID") for line in shown.splitlines())


def test_json_on_a_terminal_does_not_steer_it_either(capsys: pytest.CaptureFixture[str]) -> None:
    """A member names its programmes as it likes; whoever reads the JSON gets each name whole."""
    named = 'AEO\x9b2J\x7f\u202eVALID\u200b\t\n"\u00e9'
    output.answer({"name": named}, as_json=True, shown=lambda: None)
    printed = capsys.readouterr().out
    assert not set(printed) & set("\x9b\x7f\u202e\u200b\t")
    assert "\u00e9" in printed
    assert json.loads(printed) == {"name": named}


def test_names_in_brackets_are_shown_as_they_are(capsys: pytest.CaptureFixture[str]) -> None:
    """A member could else name an authority so that nobody's list of authorities can be printed."""
    output.table(("Name",), [("Chamber [/] of [red]Commerce[/red]",)], empty="")
    assert "Chamber [/] of [red]Commerce[/red]" in capsys.readouterr().out


def test_a_file_name_in_brackets_does_not_break_the_word_on_usage(capsys: pytest.CaptureFixture[str]) -> None:
    """Whatever was typed is repeated as it was typed."""
    with pytest.raises(typer.Exit):
        output.usage("copy[/1].json cannot be read")
    assert "copy[/1].json cannot be read" in capsys.readouterr().err
