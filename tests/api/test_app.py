"""Starting the service: its settings, and what it does first."""

import subprocess
import sys
import time
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from pydantic import ValidationError

from api.settings import Settings
from tests.api.desk import Desk


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each variable begins with ASAL_."""
    values = {
        "PROFILE": "/etc/asal/profile.toml",
        "ARCHIVE": "postgresql://db/asal",
        "KEYS": "/etc/asal/keys",
        "PASSWORD_FILE": "/run/secrets/asal",
        "BODY_BYTES": "2048",
        "BY_REFERENCE": "5/hour",
        "BLOCK_SECONDS": "5",
        "PORT": "9000",
    }
    for name, value in values.items():
        monkeypatch.setenv(f"ASAL_{name}", value)
    settings = Settings()
    assert (settings.ledger.profile, settings.ledger.keys) == (
        Path("/etc/asal/profile.toml"),
        Path("/etc/asal/keys"),
    )
    assert settings.ledger.archive == "postgresql://db/asal"
    assert not settings.ledger.development_keys
    limits = settings.limits
    assert (limits.body_bytes, limits.by_reference, limits.block_seconds) == (2048, "5/hour", 5)
    assert (settings.host, settings.port) == ("127.0.0.1", 9000)


@pytest.mark.parametrize("variable", ["BODY_BYTES", "PORT", "DEVELOPMENT_KEYS", "BY_REFERENCE"])
def test_a_setting_that_makes_no_sense_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    """Before anything is opened."""
    monkeypatch.setenv("ASAL_PROFILE", "profile.toml")
    monkeypatch.setenv(f"ASAL_{variable}", "nonsense")
    with pytest.raises(ValidationError, match=variable.lower()):
        Settings()


def test_a_service_without_an_identity_provider_does_not_load_what_speaks_with_one() -> None:
    """Most services only verify; what they do not need they do not carry."""
    program = "import api.main, sys; print([name for name in sys.modules if name in {'authlib', 'joserfc'}])"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_every_setting_is_documented() -> None:
    """The reference lists each variable."""
    page = (Path(__file__).parents[2] / "docs" / "reference" / "api.md").read_text(encoding="utf-8")
    for name in Settings.model_fields:
        assert f"`ASAL_{name.upper()}`" in page


def test_a_start_completes_what_was_left_accepted(desk: Desk) -> None:
    """The chain was silent when it was accepted; the next process records it without being asked."""
    desk.hold()
    assert desk.issue(prefer="wait=0").status_code == 202
    desk.release()
    with TestClient(desk.app):
        deadline = time.monotonic() + 20
        while _states(desk) != ["recorded"] and time.monotonic() < deadline:
            time.sleep(0.02)
    assert _states(desk) == ["recorded"]


def _states(desk: Desk) -> list[str]:
    return [one["state"] for one in desk.ask("GET", "/v1/certificates").json()["certificates"]]
