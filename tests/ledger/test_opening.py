import subprocess
import sys


def test_what_a_command_does_not_use_is_not_loaded() -> None:
    """SQL and the libraries that open key files and found ledgers take longer to load than to verify with."""
    program = "import sys, ledger.cli; print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    loaded = set(done.stdout.split())
    assert "ledger.opening" in loaded
    assert not loaded & {"alembic", "eth_account", "ledger.archive", "sqlalchemy", "web3"}
