"""Certificates as PDF on the command line."""

import itertools
import json
from pathlib import Path

from tests.ledger.cli.conftest import Desk

NUMBERS = (f"VN-TH 26/02/{number:05}" for number in itertools.count(70_000))


def test_a_printed_certificate_verifies_like_its_envelope(desk: Desk) -> None:
    """The PDF is handed in as it is."""
    issued = desk.issued(next(NUMBERS))
    out = desk.folder / "printed.pdf"
    said = desk.asal("certificate", "paper", issued["file"], "--out", str(out))
    assert (said.code, said.json) == (0, {"file": str(out), "bytes": out.stat().st_size})
    verified = desk.asal("verify", str(out))
    assert (verified.code, verified.json["code"]) == (0, "VALID")
    again = desk.folder / "again.pdf"
    desk.asal("certificate", "paper", str(out), "--out", str(again))
    assert again.read_bytes() == out.read_bytes()


def test_an_altered_envelope_is_not_printed(desk: Desk) -> None:
    """It is refused with 3, and no file is left."""
    issued = desk.issued(next(NUMBERS))
    envelope = json.loads(Path(issued["file"]).read_text(encoding="utf-8"))
    envelope["data"]["exporter"]["name"] += " Ltd"
    out = desk.folder / "altered.pdf"
    said = desk.asal("certificate", "paper", desk.file("altered.json", envelope), "--out", str(out))
    assert said.code == 3
    assert not out.exists()


def test_a_scan_is_told_from_a_certificate(desk: Desk) -> None:
    """A PDF without an envelope says what to ask for."""
    scan = desk.folder / "scan.pdf"
    scan.write_bytes(b"%PDF-1.4\n")
    said = desk.asal("verify", str(scan))
    assert said.code == 3
    assert "a scan has none" in said.json["message"]
