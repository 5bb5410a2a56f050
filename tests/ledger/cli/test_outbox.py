"""`asal outbox` and `asal fsck`: what waits, who carries it, and whether all says the same."""

import itertools
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from ledger.documents import parse_document
from ledger.issuing import issue
from ledger.opening import Opened, Settings, open_ledger
from tests.dated import a_document
from tests.ledger.cli.conftest import Desk

pytestmark = pytest.mark.chain
NUMBERS = (f"VN-TH 26/02/{number:05}" for number in itertools.count(70_000))


def opened(desk: Desk) -> Opened:
    """Return the ledger of a desk, opened in this process."""
    archive = f"sqlite:///{desk.folder / 'archive.sqlite3'}"
    return open_ledger(Settings(desk.profile, archive, development_keys=True))


def accepted(desk: Desk, count: int = 1) -> None:
    """Accept certificates without carrying them to the chain."""
    at_hand, account = opened(desk), desk.issuing("VN")
    key = at_hand.ledger.members.key(account)
    assert key is not None
    for _ in range(count):
        certificate = parse_document(a_document(reference=next(NUMBERS)))
        issue(certificate, authority=key.authority, account=account, ledger=at_hand.ledger, wait=0)
    at_hand.close()


def test_what_waits_is_told_and_carried(desk: Desk) -> None:
    """Three certificates that wait together become one batch."""
    accepted(desk, 3)
    told = desk.asal("outbox", "status").json
    assert (told["backlog"]["certificates"], told["keys"][0]["waiting"], told["alarms"]) == (3, 3, [])
    drained = desk.asal("outbox", "drain")
    assert (drained.code, drained.json) == (0, {"waiting": 0})
    assert desk.asal("outbox", "status").json["keys"] == []
    counts = desk.asal("fsck").json["counts"]
    expected = {
        "filings": 3,
        "recorded": 3,
        "accepted": 0,
        "refused": 0,
        "batches": 1,
        "operators": 0,
        "decisions": 0,
    }
    assert counts == expected


def test_what_waits_is_told_while_the_node_is_silent(desk: Desk) -> None:
    """When the operator needs it most."""
    accepted(desk)
    silent = desk.folder / "silent.toml"
    silent.write_text(re.sub(r"rpc = .*", 'rpc = ["http://127.0.0.1:9"]', desk.profile.read_text("utf-8")))
    told = desk.asal("outbox", "status", settings={"ASAL_PROFILE": str(silent)})
    assert (told.code, told.json["backlog"]["certificates"]) == (0, 1)


def test_one_process_submits_for_a_key_and_carries_what_others_accept(desk: Desk) -> None:
    """A second one refuses; a command whose key is held waits for the holder."""
    account = desk.issuing("VN")
    environment = os.environ | {
        "ASAL_PROFILE": str(desk.profile),
        "ASAL_ARCHIVE": f"sqlite:///{desk.folder / 'archive.sqlite3'}",
        "ASAL_DEVELOPMENT_KEYS": "1",
        "ASAL_ACCOUNT": account,
    }
    run = [str(Path(sys.executable).with_name("asal")), "outbox", "run"]
    with subprocess.Popen(run, env=environment, stderr=subprocess.PIPE, text=True) as holder:
        assert holder.stderr is not None
        assert "Submitting for 1 keys" in holder.stderr.readline()
        second = desk.asal("outbox", "run", account=account)
        assert (second.code, "SubmitterBusy" in second.talk) == (3, True)
        assert desk.asal("outbox", "reconcile", account=account).code == 3
        assert desk.issued(next(NUMBERS))["state"] == "recorded"
        holder.send_signal(signal.SIGTERM)
        assert holder.wait(timeout=30) == 0


def test_an_archive_restored_from_a_copy_stops_until_it_is_reconciled(desk: Desk) -> None:
    """Nothing is issued twice; what was lost with the newer archive is named."""
    archive, copy = desk.folder / "archive.sqlite3", desk.folder / "yesterday.sqlite3"
    desk.issued(next(NUMBERS))
    shutil.copy(archive, copy)
    lost = desk.issued(next(NUMBERS))
    for leftover in desk.folder.glob("archive.sqlite3*"):
        leftover.unlink()
    shutil.copy(copy, archive)
    accepted(desk)
    stopped = desk.asal("certificate", "resume")
    assert (stopped.code, "key-used-elsewhere" in stopped.out) == (1, True)
    file = desk.file("other.json", a_document(reference=next(NUMBERS)))
    issue_it = ("certificate", "issue", file, "--out", str(desk.folder / "envelopes"))
    refused = desk.asal(*issue_it, account=desk.issuing("VN"))
    assert (refused.code, "SubmitterStopped" in refused.talk) == (1, True)
    (reconciled,) = desk.asal("outbox", "reconcile").json
    assert (reconciled["foreign"], reconciled["settled"], reconciled["requeued"]) == (1, 0, 0)
    assert desk.asal("certificate", "resume").code == 0
    assert desk.asal(*issue_it, account=desk.issuing("VN")).code == 0
    examined = desk.asal("fsck")
    assert examined.code == 3
    assert [lost["id"]] == [
        one["subject"] for one in examined.json["discrepancies"] if one["subject"] == lost["id"]
    ]
