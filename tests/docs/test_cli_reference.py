"""The page of the command line names the commands and options there are, and no others."""

import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer

from ledger.cli import app
from ledger.verdict import EXIT_CODES
from tests.docs.pages import ROOT, blocks, pages

PAGE = (ROOT / "docs/reference/cli.md").read_text(encoding="utf-8")
_SECTION = re.compile(r"^### `(?P<usage>asal [^`]+)`\n(?P<text>.*?)(?=^##|\Z)", re.MULTILINE | re.DOTALL)
_ROW = re.compile(r"^\| `(--[a-z-]+)`", re.MULTILINE)
_TYPED = re.compile(r"\.venv/bin/asal +([^|)>;\n]*)")
SECTIONS = {section["usage"]: section["text"] for section in _SECTION.finditer(PAGE)}


def _commands(command: Any, path: str) -> Iterator[tuple[str, Any]]:
    """Yield each command that does something, with its words."""
    inner = getattr(command, "commands", None)
    if not inner:
        yield path, command
        return
    for name, found in inner.items():
        yield from _commands(found, f"{path} {name}")


ROOT_COMMAND: Any = typer.main.get_command(app)
COMMANDS = dict(_commands(ROOT_COMMAND, "asal"))


def _options(command: Any) -> set[str]:
    """Return the long names of a command's options."""
    parameters = (one for one in command.params if one.param_type_name == "option")
    return {name for one in parameters for name in one.opts} - {"--help"}


def _usage(path: str, command: Any) -> str:
    """Return a command with its arguments as people type them."""
    arguments = (one for one in command.params if one.param_type_name == "argument")
    return " ".join([path, *(one.metavar or one.name.upper() for one in arguments)])


def test_every_command_has_its_section_and_every_section_its_command() -> None:
    """The headings are the commands with their arguments, each once."""
    assert set(SECTIONS) == {_usage(path, command) for path, command in COMMANDS.items()}


@pytest.mark.parametrize("path", COMMANDS)
def test_a_section_names_the_options_of_its_command(path: str) -> None:
    """Options that come or go must come or go on the page."""
    command = COMMANDS[path]
    assert set(_ROW.findall(SECTIONS[_usage(path, command)])) == _options(command)


def test_the_options_before_the_command_are_named_with_their_variables() -> None:
    """What can be set in the environment is shown with its variable."""
    table = PAGE.partition("## Exit codes")[0]
    assert set(_ROW.findall(table)) == _options(ROOT_COMMAND)
    for option in (one for one in ROOT_COMMAND.params if one.envvar):
        assert re.search(rf"`{option.opts[0]}` \| `{option.envvar}`", table)


def test_the_exit_codes_of_the_verdicts_are_those_of_the_program() -> None:
    """The table of verdicts repeats the program's, in its order."""
    assert re.findall(r"^\| ([A-Z_]+) \| (\d+) \|$", PAGE, re.MULTILINE) == [
        (verdict.value, str(code)) for verdict, code in sorted(EXIT_CODES.items(), key=lambda pair: pair[1])
    ]


def _typed(page: Path) -> set[str]:
    """Return every call of `asal` that a page tells people to type, without the program's name."""
    shown = [block.text.replace("\\\n", " ") for block in blocks(page) if block.language in {"sh", "console"}]
    return {line.strip() for text in shown for line in _TYPED.findall(text)}


@pytest.mark.parametrize("page", [page for page in pages() if _typed(page)], ids=lambda page: page.stem)
def test_the_commands_that_a_page_shows_are_taken(page: Path) -> None:
    """Every option and command shown is one there is, and no required option is left out."""
    for line in _typed(page):
        words, command = shlex.split(line), ROOT_COMMAND
        given: set[str] = set()
        while words:
            word = words.pop(0)
            inner = getattr(command, "commands", {})
            if word.startswith("--"):
                options = (*command.params, *ROOT_COMMAND.params)
                known = {name: one for one in options for name in (*one.opts, *one.secondary_opts)}
                assert word in known, f"{line}: there is no {word}"
                given.add(word)
                del words[: not known[word].is_flag]
            elif inner:
                assert word in inner, f"{line}: there is no {word}"
                command = inner[word]
        required = {one.opts[0] for one in command.params if one.required and one.param_type_name == "option"}
        assert not getattr(command, "commands", None), f"{line}: stops half-way"
        assert required <= given, f"{line}: leaves out {required - given}"
