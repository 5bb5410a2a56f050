"""The API in a process of its own: one uvicorn worker, as shipped, with what the environment can set."""

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path

import _setup

_SERVING = str(_setup.ROOT / "scripts/_serving.py")
_SCRIPTS = str(_setup.ROOT / "scripts")
_PROFILED = str(_setup.ROOT / "scripts/_bench/profiled_service.py")
_READY_SECONDS = 30


class ServiceDidNotStart(RuntimeError):
    """The API ended or stayed silent before it was ready; its last words are in the message."""


class Service:
    """A running API."""

    def __init__(self, settings: Mapping[str, str], log: Path, profile_into: Path | None = None) -> None:
        """Start it on a free port and wait until it is ready; see `profiled_service` for a profile."""
        serving = [_PROFILED, str(profile_into)] if profile_into else [_SERVING]
        self.port = _free_port()
        self._log = log
        with log.open("wb") as errors:
            self._process = subprocess.Popen(
                [sys.executable, *serving],
                cwd=_setup.ROOT,
                env=os.environ | settings | {"ASAL_PORT": str(self.port), "PYTHONPATH": _SCRIPTS},
                stdin=subprocess.PIPE,
                stdout=subprocess.DEVNULL,
                stderr=errors,
            )
        try:
            self._await_ready()
        except BaseException:
            self.close()
            raise

    @property
    def pid(self) -> int:
        """The process's number."""
        return self._process.pid

    def close(self) -> None:
        """Stop it."""
        self._process.terminate()
        try:
            self._process.communicate(timeout=_READY_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.communicate()

    def _await_ready(self) -> None:
        deadline = time.monotonic() + _READY_SECONDS
        while time.monotonic() < deadline and self._process.poll() is None:
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.05)
        raise ServiceDidNotStart(self._log.read_text(encoding="utf-8", errors="replace")[-1000:])


def _free_port() -> int:
    """Return a port of loopback that nobody uses."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port
