"""`scripts/demo` keeps the README's promise."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2 as httpx
import pytest

ROOT = Path(__file__).resolve().parents[2]
BAD_ENDS = {"REPLACED", "CANCELLED", "EXPIRED", "ALTERED", "NOT_FOUND", "ISSUER_NOT_AUTHORISED"}
READY_SECONDS = 600
"""How long a demonstration may take to begin or to end, on a machine that does other things."""
Ready = dict[str, Any]
"""What the ready file says."""


@pytest.fixture(scope="module")
def ready(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ready]:
    """A demonstration that stays up, by its ready file."""
    folder = tmp_path_factory.mktemp("demo") / "100%20 of it?"
    file = folder.with_name("ready.json")
    command = [sys.executable, str(ROOT / "scripts/demo"), "--data", str(folder), "--ready-file", str(file)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + READY_SECONDS
        while not file.exists() and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.1)
        assert file.exists(), "the demonstration did not become ready"
        yield json.loads(file.read_text(encoding="utf-8"))
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=READY_SECONDS)


def verdict_on(ready: Ready, file: str) -> Ready:
    """Ask the running service for the verdict on a file."""
    headers = {"Content-Type": "application/json"}
    url, body = f"{ready['api']}/v1/verifications", Path(file).read_bytes()
    answer: Ready = httpx.post(url, content=body, headers=headers, timeout=120).json()
    return answer


def test_every_sample_gets_the_verdict_it_is_listed_with(ready: Ready) -> None:
    """Anybody who posts a sample to the API gets the verdict that the ready file foretells."""
    verdicts = set()
    for sample in ready["samples"]:
        answer = verdict_on(ready, sample["file"])
        assert (answer["code"], answer["altered"]) == (sample["verdict"], sample["altered"]), sample["file"]
        verdicts.add(answer["code"])
    assert verdicts == BAD_ENDS | {"VALID"}


def test_every_question_about_an_operator_gets_the_answer_it_is_listed_with(ready: Ready) -> None:
    """Anybody who asks whether an operator is recognised gets the reason that the ready file foretells."""
    reasons = set()
    for asked in ready["recognition"]:
        url = f"{ready['api']}/v1/recognition"
        answer = httpx.get(url, params=asked["query"], timeout=120).json()
        assert (answer["reason"], answer["name"] is not None) == (asked["reason"], asked["named"]), asked
        reasons.add(answer["reason"])
    assert {"recognised", "suspended", "level-too-low", "no-consent", "not-found"} <= reasons


def test_a_suspension_speaks_from_its_moment_on(ready: Ready) -> None:
    """Of the operator that the story suspends, the partner's answer differs before and after."""
    answers = {
        asked["query"].get("on", "now"): asked["reason"]
        for asked in ready["recognition"]
        if asked["query"]["operator"] == "SGMERL00000001" and asked["query"]["host"] == "TH"
    }
    assert answers == {"now": "suspended", "2026-11-01": "recognised"}


def test_the_command_line_agrees_with_the_service(ready: Ready) -> None:
    """`asal verify` tells the same verdicts on the same files and ends with the gravest one's exit code."""
    environment = os.environ | {"ASAL_PROFILE": ready["profile"]}
    asal, samples = Path(sys.executable).with_name("asal"), ready["samples"]
    command = [str(asal), "verify", "--json", *(sample["file"] for sample in samples)]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    told = json.loads(done.stdout)
    assert [(one["code"], one["altered"]) for one in told] == [(s["verdict"], s["altered"]) for s in samples]
    assert done.returncode == max(one["exitCode"] for one in told)


def test_everything_lies_in_its_folder_whatever_the_folder_is_called(ready: Ready) -> None:
    """The archive holds secrets and is emptied at the next start; it must not lie beside the folder."""
    folder = Path(ready["profile"]).parent
    assert (folder / "archive.sqlite3").exists()
    assert {path.name for path in folder.parent.iterdir()} == {folder.name, "ready.json"}


def test_anybody_is_an_officer_with_one_click(ready: Ready) -> None:
    """Each officer of the ready file is to be had, and has the desk that the name says."""
    desks = {"issuing": "/desk/issuing", "customs": "/desk/importing", "AEO": "/desk/aeo"}
    names = {officer["name"] for officer in ready["officers"]}
    assert {"VN issuing", "VN administrator", "TH customs", "TH administrator", "SG AEO"} <= names
    for officer in ready["officers"]:
        if officer["member"] in {"VN", "TH"}:
            with httpx.Client(base_url=ready["api"], timeout=120) as browser:
                form = {"officer": officer["id"], "back": "/desk"}
                assert browser.post("/login/demo", data=form).headers["location"] == "/desk"
                desk = desks.get(officer["name"].partition(" ")[2], "/desk/members")
                assert f'href="{desk}"' in browser.get("/desk").text, officer["name"]


def test_each_api_key_acts_for_its_own_member_only(ready: Ready) -> None:
    """No API key of another member can cancel a certificate of Viet Nam, whatever its roles."""
    coffee = next(
        sample["file"] for sample in ready["samples"] if sample["file"].endswith("vn-th-coffee.json")
    )
    identity = verdict_on(ready, coffee)["certificate"]
    url = f"{ready['api']}/v1/certificates/{identity}/cancel"
    for key in (key for key in ready["apiKeys"] if key["member"] != "VN"):
        headers = {"Authorization": f"Bearer {key['key']}"}
        answer = httpx.post(url, json={"reason": "other"}, headers=headers, timeout=120)
        assert answer.status_code in {403, 404}, key["name"]
    assert verdict_on(ready, coffee)["code"] == "VALID"


def test_what_became_of_a_certificate_is_told_to_both_sides(ready: Ready) -> None:
    """Customs of Thailand and the issuer in Viet Nam read the same story of the coffee, from the service."""
    file = next(sample["file"] for sample in ready["samples"] if sample["file"].endswith("vn-th-coffee.json"))
    url = f"{ready['api']}/v1/certificates/{verdict_on(ready, file)['certificate']}/timeline"
    told = []
    for member, role in (("TH", "CUSTOMS"), ("VN", "ISSUING")):
        key = next(k["key"] for k in ready["apiKeys"] if k["member"] == member and role in k["roles"])
        answer = httpx.get(url, headers={"Authorization": f"Bearer {key}"}, timeout=120)
        told.append([(row["what"], row["sentence"]) for row in answer.json()["rows"]])
    assert told[0] == told[1]
    assert [what for what, _ in told[0]][-4:] == ["received", "decided", "case-opened", "case-acknowledged"]


def test_it_leaves_nothing_running_when_it_is_killed(tmp_path: Path) -> None:
    """Neither the chain nor the API outlives the process that was to end them."""
    file = tmp_path / "ready.json"
    command = [sys.executable, str(ROOT / "scripts/demo"), "--data", str(tmp_path), "--ready-file", str(file)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL) as process:
        while not file.exists() and process.poll() is None:
            time.sleep(0.1)
        process.kill()
    ready = json.loads(file.read_text(encoding="utf-8"))
    deadline = time.monotonic() + 60
    while (left := _answering(ready)) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert left == []


def _answering(ready: Ready) -> list[str]:
    """Return the addresses of a demonstration at which something still answers."""
    found = []
    for name in ("api", "rpc"):
        with contextlib.suppress(httpx.HTTPError):
            httpx.get(ready[name], timeout=5)
            found.append(name)
    return found


def test_it_ends_by_itself_and_leaves_nothing_running(tmp_path: Path) -> None:
    """After `--once` the status is 0 and neither chain nor API answers any more."""
    file = tmp_path / "ready.json"
    command = [
        sys.executable,
        str(ROOT / "scripts/demo"),
        "--once",
        "--data",
        str(tmp_path),
        "--ready-file",
        str(file),
    ]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=READY_SECONDS
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(file.read_text(encoding="utf-8"))
    for address in (told["api"], told["rpc"]):
        with pytest.raises(httpx.ConnectError):
            httpx.get(address)
