"""The command line against a real ledger: the demonstration's members on a chain of this test run."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import _founding
import _ganache
import pytest
from typer.testing import CliRunner

from ledger.chain.connect import ChainLedger
from ledger.cli import app
from ledger.facts import Address, Role
from tests.dated import a_document


@dataclass(frozen=True)
class Said:
    """What a command answered."""

    code: int
    out: str
    talk: str

    @property
    def json(self) -> Any:
        """The answer as JSON."""
        return json.loads(self.out)


@dataclass(frozen=True)
class Desk:
    """A place to type commands at, with the keys of every member at hand."""

    founded: _founding.Founded
    folder: Path
    profile: Path

    def asal(
        self, *words: str, account: Address | None = None, settings: Mapping[str, str] | None = None
    ) -> Said:
        """Run a command with JSON as its answer."""
        environment: Mapping[str, str | None] = {
            "ASAL_PROFILE": str(self.profile),
            "ASAL_ARCHIVE": f"sqlite:///{self.folder / 'archive.sqlite3'}",
            "ASAL_DEVELOPMENT_KEYS": "1",
            "ASAL_ACCOUNT": account,
            **(settings or {}),
        }
        done = CliRunner().invoke(app, [*words, "--json"], env=environment)
        assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
        return Said(done.exit_code, done.stdout, done.stderr)

    def issuing(self, member: str) -> Address:
        """Return the account of a member's issuing authority."""
        return self.founded.office(member, Role.ISSUING).account

    def file(self, name: str, document: object) -> str:
        """Write a JSON file and return its path."""
        path = self.folder / name
        path.write_text(json.dumps(document, ensure_ascii=False), encoding="utf-8")
        return str(path)

    def issued(self, reference: str) -> dict[str, Any]:
        """Issue the usual certificate of Viet Nam under a reference; returns what the command told."""
        file = self.file("document.json", a_document(reference=reference))
        out = str(self.folder / "envelopes")
        said = self.asal("certificate", "issue", file, "--out", out, account=self.issuing("VN"))
        assert said.code == 0, said.talk
        told: dict[str, Any] = said.json[0]
        return told


@pytest.fixture(scope="session")
def founded(
    ganache: _ganache.Node, tmp_path_factory: pytest.TempPathFactory
) -> tuple[_founding.Founded, Path]:
    """A founded ledger and the file of its profile."""
    profile = tmp_path_factory.mktemp("ledger") / "asal.toml"
    return _founding.found(ganache.rpc, ganache.chain_id, profile), profile


@pytest.fixture
def desk(founded: tuple[_founding.Founded, Path], tmp_path: Path) -> Desk:
    """A desk with an archive of its own."""
    return Desk(founded[0], tmp_path, founded[1])


@pytest.fixture
def chain(founded: tuple[_founding.Founded, Path]) -> ChainLedger:
    """The ledger behind the desk."""
    return founded[0].chain
