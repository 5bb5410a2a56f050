"""`scripts/demo` keeps the README's promise."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import httpx2 as httpx
import pytest

ROOT = Path(__file__).resolve().parents[2]
BAD_ENDS = {"REPLACED", "CANCELLED", "EXPIRED", "ALTERED", "NOT_FOUND", "ISSUER_NOT_AUTHORISED"}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> object:
    """A demonstration that stays up, with what its ready file says."""
    ready = tmp_path_factory.mktemp("demo") / "ready.json"
    command = [sys.executable, str(ROOT / "scripts/demo"), "--ready-file", str(ready)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        deadline = time.monotonic() + 180
        while not ready.exists() and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.1)
        assert ready.exists(), process.communicate(timeout=10)[0]
        yield process, json.loads(ready.read_text(encoding="utf-8"))
    finally:
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=60)


def test_every_sample_gets_the_verdict_it_is_listed_with(demo: tuple[subprocess.Popen[str], dict]) -> None:
    """Anybody who posts a sample to the API gets the verdict that the ready file foretells."""
    _, ready = demo
    verdicts = set()
    for sample in ready["samples"]:
        body = Path(sample["file"]).read_bytes()
        headers = {"Content-Type": "application/json"}
        answer = httpx.post(
            f"{ready['api']}/v1/verifications", content=body, headers=headers, timeout=30
        ).json()
        assert (answer["code"], answer["altered"]) == (sample["verdict"], sample["altered"]), sample["file"]
        verdicts.add(answer["code"])
    assert verdicts == BAD_ENDS | {"VALID"}


def test_the_command_line_agrees_with_the_service(demo: tuple[subprocess.Popen[str], dict]) -> None:
    """`asal verify` on the same files ends with the exit code of the same verdict and names the altered field."""
    _, ready = demo
    environment = os.environ | {"ASAL_PROFILE": ready["profile"]}
    asal = Path(sys.executable).with_name("asal")
    for sample in ready["samples"]:
        command = [str(asal), "verify", sample["file"], "--json"]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        told = json.loads(done.stdout)
        assert (told["code"], told["altered"]) == (sample["verdict"], sample["altered"])
        assert done.returncode == told["exitCode"]


def test_each_api_key_acts_for_its_own_member_only(demo: tuple[subprocess.Popen[str], dict]) -> None:
    """No API key of another authority can cancel a certificate of Viet Nam, whatever its roles."""
    _, ready = demo
    valid = next(sample for sample in ready["samples"] if sample["file"].endswith("vn-th-coffee.json"))
    headers = {"Content-Type": "application/json"}
    body = Path(valid["file"]).read_bytes()
    url = f"{ready['api']}/v1/verifications"
    identity = httpx.post(url, content=body, headers=headers, timeout=30).json()["certificate"]
    for key in (key for key in ready["apiKeys"] if key["member"] != "VN"):
        answer = httpx.post(
            f"{ready['api']}/v1/certificates/{identity}/cancel",
            json={"reason": "other"},
            headers={"Authorization": f"Bearer {key['key']}"},
            timeout=30,
        )
        assert answer.status_code in {403, 404}, key["name"]
    assert httpx.post(url, content=body, headers=headers, timeout=30).json()["code"] == "VALID"


def test_it_ends_when_told_to_and_leaves_nothing_running(tmp_path: Path) -> None:
    """After `--once` the status is 0 and neither chain nor API answers any more."""
    ready = tmp_path / "ready.json"
    command = [sys.executable, str(ROOT / "scripts/demo"), "--once", "--ready-file", str(ready)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    told = json.loads(ready.read_text(encoding="utf-8"))
    for address in (told["api"], told["rpc"]):
        with pytest.raises(httpx.ConnectError):
            httpx.get(address)
