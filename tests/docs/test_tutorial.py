"""The tutorial works as written: its commands are run in order, and print what it shows."""

import os
import re
import subprocess
from pathlib import Path

import _founding
import _ganache
import pytest

from tests.docs.pages import ROOT, blocks

TUTORIAL = ROOT / "docs/tutorials/first-certificate.md"
SEAM = "----8<----"


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory, ganache: _ganache.Node) -> list[tuple[str, str]]:
    """Run every shell block in one shell on a fresh ledger; pair what it printed with what the page shows."""
    desk = tmp_path_factory.mktemp("checkout")
    for name in (".venv", "docs"):
        (desk / name).symlink_to(ROOT / name)
    (desk / ".demo").mkdir()
    _founding.found(ganache.rpc, ganache.chain_id, desk / ".demo/asal.toml")
    steps = blocks(TUTORIAL)
    commands = [step.text for step in steps if step.language == "sh"]
    printed = _run(f"echo '{SEAM}'\n".join(commands), desk).split(f"{SEAM}\n")
    assert len(printed) == len(commands)
    shown = [
        after.text if after and after.language == "text" else ""
        for step, after in zip(steps, [*steps[1:], None], strict=True)
        if step.language == "sh"
    ]
    return list(zip(printed, shown, strict=True))


def _run(script: str, folder: Path) -> str:
    """Return what a shell prints on both streams, at the width of a wide terminal."""
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("ASAL_")}
    done = subprocess.run(
        ["bash", "-c", script],
        cwd=folder,
        env=inherited | {"COLUMNS": "200", "PYTHONUNBUFFERED": "1", "PYTHONPATH": str(ROOT)},
        check=False,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
    )
    return done.stdout


def _pattern(line: str) -> str:
    """Return the regular expression of a line shown, in which `…` stands for anything."""
    return ".*".join(re.escape(part) for part in line.rstrip().split("…"))


@pytest.mark.chain
@pytest.mark.slow
def test_every_command_of_the_tutorial_prints_what_the_page_shows(outputs: list[tuple[str, str]]) -> None:
    """Each line shown is printed by the commands above it, in that order."""
    for printed, shown in outputs:
        lines = iter(printed.splitlines())
        for wanted in shown.splitlines():
            pattern = re.compile(_pattern(wanted))
            assert any(pattern.fullmatch(line.rstrip()) for line in lines), (
                f"{wanted!r} is not in:\n{printed}"
            )


@pytest.mark.chain
@pytest.mark.slow
def test_the_tutorial_meets_valid_altered_and_cancelled(outputs: list[tuple[str, str]]) -> None:
    """The exit codes that the page shows are those of three different verdicts and of a refusal."""
    codes = {int(code) for printed, _ in outputs for code in re.findall(r"exit code (\d+)", printed)}
    assert codes == {0, 3, 11, 12}
