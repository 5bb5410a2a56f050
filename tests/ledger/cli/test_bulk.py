"""Bulk issuing as people run it: real processes on a real chain, killed where they stand."""

import csv
import io
import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import _dated
import pytest

from ledger.chain.connect import ChainLedger
from ledger.cli import bulk as bulk_command
from ledger.cli.handing_out import Folder, Lines
from ledger.fsck import Examiner
from ledger.opening import Settings, open_ledger
from ledger.ports import FilingState
from ledger.presented import examined, opened
from ledger.verdict import VerdictCode
from ledger.verifying import verify
from tests.builders import altered
from tests.dated import a_document
from tests.docs.pages import blocks
from tests.ledger.cli.conftest import Desk

pytestmark = pytest.mark.chain

ASAL = (sys.executable, "-c", "from ledger.cli import app; app()")
KILLS = 10
ROOT = Path(__file__).resolve().parents[3]


def documents(series: str, count: int) -> list[dict[str, Any]]:
    """Return so many documents with references of their own within a series."""
    return [a_document(reference=f"VN-TH 26/{series}/{number:05}") for number in range(1, count + 1)]


def rows_file(path: Path, rows: list[dict[str, Any]]) -> Path:
    """Write documents, one a line."""
    path.write_text("".join(f"{json.dumps(row, ensure_ascii=False)}\n" for row in rows), encoding="utf-8")
    return path


def bulk(desk: Desk, rows: Path, out: Path, *more: str) -> Any:
    """Run the command in this process."""
    words = ("certificate", "issue", "--bulk", str(rows), "--out", str(out), "--workers", "1", *more)
    return desk.asal(*words, account=desk.issuing("VN"))


def started(desk: Desk, rows: Path, out: Path, *more: str) -> subprocess.Popen[bytes]:
    """Start the command in a process of its own."""
    settings = {
        "ASAL_PROFILE": str(desk.profile),
        "ASAL_ARCHIVE": f"sqlite:///{desk.folder / 'archive.sqlite3'}",
        "ASAL_DEVELOPMENT_KEYS": "1",
        "ASAL_ACCOUNT": desk.issuing("VN"),
    }
    words = ("--json", "certificate", "issue", "--bulk", str(rows), "--out", str(out), *more)
    return subprocess.Popen(
        [*ASAL, *words], env=os.environ | settings, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )


def summary_of(process: subprocess.Popen[bytes]) -> dict[str, Any]:
    """Wait for a command and return what it told."""
    out, talk = process.communicate(timeout=120)
    assert out, talk.decode()
    told: dict[str, Any] = json.loads(out)
    return told


def whole(desk: Desk, out: Path, references: list[str]) -> None:
    """See that a file has the envelope of each row once, in order, and that all is well with the ledger."""
    envelopes = [json.loads(line) for line in out.read_bytes().splitlines()]
    found = [envelope["data"]["reference"].split(":", 2)[2] for envelope in envelopes]
    assert found == references
    settings = Settings(desk.profile, f"sqlite:///{desk.folder / 'archive.sqlite3'}", development_keys=True)
    ours = open_ledger(settings)
    try:
        for envelope in envelopes:
            seen = examined(opened(envelope))
            filing = ours.ledger.archive.find(seen.certificate)
            assert filing is not None
            assert (seen.intact, filing.state) == (True, FilingState.RECORDED)
        assert verify(envelopes[-1], ours.ledger).code is VerdictCode.VALID
        examiner = Examiner(ours.ledger)
        wrong = list(examiner.discrepancies())
        assert [one for one in wrong if one.fault != "not-in-archive"] == []
        assert examiner.counts.recorded == len(references)
    finally:
        ours.close()


def test_each_row_becomes_a_line_and_a_second_run_adds_nothing(desk: Desk) -> None:
    """The summary says how many were issued and how many had been."""
    rows, out = rows_file(desk.folder / "rows.ndjson", documents("E", 12)), desk.folder / "out.ndjson"
    said = bulk(desk, rows, out, "--batch", "5")
    assert said.code == 0, said.talk
    assert (said.json["rows"], said.json["issued"], said.json["batches"]) == (12, 12, 3)
    before = out.read_bytes()
    again = bulk(desk, rows, out)
    assert (again.code, again.json["issued"], again.json["alreadyIssued"]) == (0, 0, 12)
    assert out.read_bytes() == before
    whole(desk, out, [row["reference"] for row in documents("E", 12)])


def test_a_torn_last_line_and_lost_lines_are_made_good(desk: Desk) -> None:
    """The torn one is cut off and written anew; one whose file is gone is rebuilt to the byte."""
    rows, out = rows_file(desk.folder / "rows.ndjson", documents("T", 4)), desk.folder / "out.ndjson"
    bulk(desk, rows, out)
    before = out.read_bytes()
    out.write_bytes(before[: len(before) * 2 // 3])
    assert bulk(desk, rows, out).code == 0
    assert out.read_bytes() == before
    out.unlink()
    assert bulk(desk, rows, out).code == 0
    assert out.read_bytes() == before


def test_a_file_with_something_else_in_it_is_left_alone(desk: Desk) -> None:
    """Before anything is issued."""
    rows, out = rows_file(desk.folder / "rows.ndjson", documents("X", 2)), desk.folder / "out.ndjson"
    out.write_text("not an envelope\n", encoding="utf-8")
    assert bulk(desk, rows, out).code == 2
    assert out.read_text(encoding="utf-8") == "not an envelope\n"


@pytest.mark.parametrize("content", ['{"a":1}', "no line end", '{"version":"another format"'])
def test_a_last_line_that_is_no_torn_envelope_is_left_alone(desk: Desk, content: str) -> None:
    """It is somebody's file, such as rows without a line end."""
    rows, out = rows_file(desk.folder / "rows.ndjson", documents("Y", 1)), desk.folder / "out.ndjson"
    out.write_text(content, encoding="utf-8")
    assert bulk(desk, rows, out).code == 2
    assert out.read_text(encoding="utf-8") == content


@pytest.mark.parametrize("place", ["out.ndjson", "envelopes"])
def test_one_run_at_a_time_has_a_file_or_folder(desk: Desk, place: str) -> None:
    """Another would cut off the line that is just being written."""
    rows, out = rows_file(desk.folder / "rows.ndjson", documents("L", 2)), desk.folder / place
    with Lines(out) if out.suffix else Folder(out):
        refused = bulk(desk, rows, out)
        assert (refused.code, "another run" in refused.talk) == (2, True)
    assert bulk(desk, rows, out).code == 0


def test_what_is_read_is_never_written_over(desk: Desk) -> None:
    """Nor one result by the other; links are looked through."""
    rows, out = rows_file(desk.folder / "rows.ndjson", documents("O", 2)), desk.folder / "out.ndjson"
    before = rows.read_bytes()
    link = desk.folder / "link.ndjson"
    link.symlink_to(rows)
    for words in ((rows, "--errors", str(link)), (link,), (rows, "--errors", str(out))):
        target = rows if words == (link,) else out
        assert bulk(desk, words[0], target, *words[1:]).code == 2
    assert rows.read_bytes() == before


class OnFullDisk(Lines):
    """A file on a disk that is full."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self._stream.close()
        self._stream = open("/dev/full", "wb", buffering=1 << 20)  # noqa: PTH123, SIM115 - closed by `Lines`


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="a device that is always full")
@pytest.mark.parametrize("option", ["--out", "--errors"])
def test_a_full_disk_ends_the_run_and_the_next_goes_on(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, option: str
) -> None:
    """What was accepted is not lost."""
    wanted = documents("D", 3)
    rows = rows_file(desk.folder / "rows.ndjson", [*wanted, altered(wanted[0], "/items/1/hsCode", "x")] * 30)
    full, out = desk.folder / "full.ndjson", desk.folder / "out.ndjson"
    full.symlink_to("/dev/full")
    with monkeypatch.context() as disk:
        if option == "--out":
            disk.setattr(bulk_command, "Lines", OnFullDisk)
        said = bulk(desk, rows, out, *(() if option == "--out" else ("--errors", str(full))))
    assert (said.code, said.json["stopped"]) == (15, "OutputUnwritable"), said.talk
    assert "No space left" in said.talk
    again = bulk(desk, rows_file(rows, wanted), out)
    assert (again.code, again.json["alreadyIssued"]) == (0, 3)
    whole(desk, out, [row["reference"] for row in wanted])


def test_which_references_are_taken_is_read_from_a_fresh_replica(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An old chain takes long to say so; without a replica it is asked, and `asal fsck` always asks it."""
    asked: list[str] = []

    def noted(name: str) -> None:
        before = getattr(ChainLedger, name)

        def asking(self: ChainLedger, *arguments: Any) -> Any:
            asked.append(name)
            return before(self, *arguments)

        monkeypatch.setattr(ChainLedger, name, asking)

    noted("taken")
    noted("evidence")
    rows, out = rows_file(desk.folder / "rows.ndjson", documents("P", 2)), desk.folder / "out.ndjson"
    assert bulk(desk, rows, out).code == 0
    assert asked == ["taken"]
    assert desk.asal("replica", "rebuild").code == 0
    asked.clear()
    rows, taken = rows_file(rows, documents("Q", 2)), documents("P", 1)
    assert bulk(desk, rows, out).code == 0
    assert asked == []
    assert desk.asal("replica", "rebuild").code == 0
    assert desk.asal("fsck").code in {0, 3}
    assert "evidence" in asked
    whole(desk, out, [row["reference"] for row in [*taken, *documents("P", 2)[1:], *documents("Q", 2)]])


def test_a_folder_gets_one_file_for_each_certificate(desk: Desk) -> None:
    """Named by its id."""
    rows, out = rows_file(desk.folder / "rows.ndjson", documents("F", 3)), desk.folder / "envelopes"
    assert bulk(desk, rows, out).code == 0
    files = sorted(out.iterdir())
    assert len(files) == 3
    for file in files:
        assert examined(opened(json.loads(file.read_bytes()))).certificate.hex() == file.stem
    assert bulk(desk, rows, out).code == 0
    assert sorted(out.iterdir()) == files


def test_rows_refused_are_named_with_row_and_column_and_exit_with_3(desk: Desk) -> None:
    """In a file for programs, the first ones also on the terminal; what was sent is not repeated."""
    wrong = altered(documents("R", 2)[1], "/items/1/hsCode", "secret")
    rows, errors = desk.folder / "rows.csv", desk.folder / "errors.ndjson"
    rows.write_text(table([documents("R", 1)[0], wrong]), encoding="utf-8")
    said = bulk(desk, rows, desk.folder / "out.ndjson", "--errors", str(errors))
    assert (said.code, said.json["issued"], said.json["refused"]) == (3, 1, 1)
    (told,) = map(json.loads, errors.read_text(encoding="utf-8").splitlines())
    assert told["row"] == 2
    assert (told["errors"][0]["pointer"], told["errors"][0]["column"]) == (
        "/items/1/hsCode",
        "items.1.hsCode",
    )
    talk = bulk(desk, rows, desk.folder / "out.ndjson").talk
    assert "Row 2  items.1.hsCode" in talk
    assert "secret" not in talk + errors.read_text(encoding="utf-8")


def test_the_table_that_the_guide_shows_is_issued(desk: Desk) -> None:
    """With today's rules, and its days told from today."""
    (shown,) = [one.text for one in blocks(ROOT / "docs/how-to/issue-in-bulk.md") if one.language == "csv"]
    rows = desk.folder / "shown.csv"
    dated = [_dated.dated(row) for row in csv.DictReader(io.StringIO(shown, newline=""))]
    rows.write_text(table(dated), encoding="utf-8")
    said = bulk(desk, rows, desk.folder / "out.ndjson")
    assert (said.code, said.json["issued"]) == (0, len(dated)), said.talk


def test_documents_and_a_bulk_file_are_not_taken_together(desk: Desk) -> None:
    """Nor neither of them."""
    rows = rows_file(desk.folder / "rows.ndjson", documents("N", 1))
    assert desk.asal("certificate", "issue", str(rows), "--bulk", str(rows)).code == 2
    assert desk.asal("certificate", "issue").code == 2


def table(rows: list[dict[str, Any]]) -> str:
    """Return documents as a table."""
    flat = [dict(_cells(row)) for row in rows]
    sheet = io.StringIO()
    writer = csv.DictWriter(sheet, list(dict.fromkeys(name for row in flat for name in row)))
    writer.writeheader()
    writer.writerows(flat)
    return sheet.getvalue()


def _cells(document: dict[str, Any], path: str = "") -> Iterator[tuple[str, str]]:
    for key, value in document.items():
        if isinstance(value, dict):
            yield from _cells(value, f"{path}{key}.")
        else:
            yield path + key, str(value).lower() if isinstance(value, bool) else value


@pytest.mark.slow
def test_a_run_killed_anywhere_goes_on_where_it_stood(desk: Desk) -> None:
    """By kill -9, at random points; in the end each envelope is there once, and nothing lost or invented."""
    seed = random.SystemRandom().randrange(2**32)
    print(f"seed of the kill points: {seed}")  # noqa: T201 - shown when the test fails
    chance = random.Random(seed)  # noqa: S311 - moments, no secrets
    wanted = documents("K", 600)
    rows, out = rows_file(desk.folder / "rows.ndjson", wanted), desk.folder / "out.ndjson"
    for _ in range(KILLS):
        process = started(desk, rows, out, "--batch", "50", "--workers", "2")
        time.sleep(chance.uniform(1.0, 3.5))
        process.send_signal(signal.SIGKILL)
        process.communicate()
    told = summary_of(started(desk, rows, out, "--batch", "50", "--workers", "2"))
    assert told["issued"] + told["alreadyIssued"] == len(wanted), told
    whole(desk, out, [row["reference"] for row in wanted])


@pytest.mark.slow
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_a_run_told_to_stop_ends_cleanly_and_says_how_to_go_on(desk: Desk, how: signal.Signals) -> None:
    """Exit code 15, and the next run completes it; no drawing process stays behind."""
    wanted = documents(how.name, 600)
    rows, out = rows_file(desk.folder / "rows.ndjson", wanted), desk.folder / "out.ndjson"
    process = started(desk, rows, out, "--batch", "50", "--workers", "2")
    while not out.exists() or not out.stat().st_size:
        time.sleep(0.05)
        if process.poll() is not None:
            break
    process.send_signal(how)
    told = summary_of(process)
    assert (process.returncode, told["stopped"]) in {(15, "interrupted"), (0, None)}
    told = summary_of(started(desk, rows, out))
    assert told["issued"] + told["alreadyIssued"] == len(wanted)
    whole(desk, out, [row["reference"] for row in wanted])


@pytest.mark.slow
def test_two_commands_for_one_file_at_once_issue_each_certificate_once(desk: Desk) -> None:
    """One of them submits; both tell every row."""
    wanted = documents("P", 300)
    rows = rows_file(desk.folder / "rows.ndjson", wanted)
    outs = [desk.folder / "one.ndjson", desk.folder / "two.ndjson"]
    both = [started(desk, rows, out, "--batch", "40", "--workers", "1") for out in outs]
    told = [summary_of(process) for process in both]
    assert [one["issued"] + one["alreadyIssued"] for one in told] == [300, 300], told
    assert outs[0].read_bytes() == outs[1].read_bytes()
    whole(desk, outs[0], [row["reference"] for row in wanted])


@pytest.mark.slow
def test_memory_does_not_grow_with_the_rows(desk: Desk) -> None:
    """The envelopes of the larger run alone take more than the processes grow by, and all stay small."""
    peaks = []
    for count in (1_000, 20_000):
        rows = rows_file(desk.folder / f"{count}.ndjson", documents(f"M{count}", count))
        process = started(desk, rows, desk.folder / f"{count}-out.ndjson", "--batch", "250", "--workers", "2")
        peak = 0
        while process.poll() is None:
            peak = max(peak, sum(map(_held, [process.pid, *_children(process.pid)])))
            time.sleep(0.05)
        assert summary_of(process)["issued"] == count
        peaks.append(peak)
    small, large = peaks
    assert large < 300 * 1024
    assert (large - small) * 1024 < (desk.folder / "20000-out.ndjson").stat().st_size


def _children(pid: int) -> list[int]:
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        return [int(child) for task in tasks for child in (task / "children").read_text().split()]
    except OSError:
        return []


def _held(pid: int) -> int:
    """Return the memory that a process holds, in kB."""
    try:
        status = Path(f"/proc/{pid}/status").read_text(encoding="utf-8")
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS")), 0)
