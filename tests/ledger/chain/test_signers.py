"""Key files, and keys that everybody knows."""

import json
import logging
import stat
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
from eth_account import Account
from eth_account.signers.local import LocalAccount

from ledger.chain.connect import connect
from ledger.chain.deploy import deploy
from ledger.chain.development import (
    DEVELOPMENT_MNEMONIC,
    GANACHE_MNEMONIC,
    OF_BESU,
    OF_DEVELOPMENT_MNEMONIC,
    OF_GANACHE_MNEMONIC,
    OF_TRUFFLE_MNEMONIC,
    TRUFFLE_MNEMONIC,
    WELL_KNOWN_ACCOUNTS,
)
from ledger.chain.profile import ChainProfile, profile_of
from ledger.chain.signers import DevelopmentSigner, KeyFileInvalid, KeystoreSigner, new_keystore, password_in
from ledger.errors import DevelopmentKeyRefused

ROOT = Path(__file__).parents[3]
LOCAL = profile_of({"chain_id": 1337, "rpc": "http://127.0.0.1:1", "registry": "0x" + "11" * 20})
QUICK = 2
"""A work factor for keys that protect nothing."""


@pytest.fixture
def password_file(tmp_path: Path) -> Path:
    """Return a file with a password and a line end."""
    path = tmp_path / "password"
    path.write_text("correct horse\n", encoding="utf-8")
    return path


def test_a_new_key_file_opens_again_with_its_password(tmp_path: Path, password_file: Path) -> None:
    """The account is the one it was made with, and it signs."""
    address = new_keystore(tmp_path / "keys" / "one.json", password_in(password_file), iterations=QUICK)
    signer = KeystoreSigner.open(tmp_path / "keys" / "one.json", password_file)
    assert signer.address == address
    transaction = {"to": address, "nonce": 0, "gas": 21_000, "gasPrice": 0, "value": 0, "chainId": 7}
    assert Account.recover_transaction(signer.sign(transaction)) == address


def test_a_key_file_is_for_its_owner_only_and_hides_the_key(tmp_path: Path) -> None:
    """Nobody else may read it; the signer shows its account only."""
    path = tmp_path / "one.json"
    address = new_keystore(path, "secret", iterations=QUICK)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert json.loads(path.read_text(encoding="utf-8"))["version"] == 3
    (tmp_path / "password").write_text("secret", encoding="utf-8")
    assert repr(KeystoreSigner.open(path, tmp_path / "password")) == f"<KeystoreSigner {address}>"


def test_a_key_file_is_never_overwritten(tmp_path: Path) -> None:
    """The key in it would be lost."""
    path = tmp_path / "one.json"
    new_keystore(path, "secret", iterations=QUICK)
    before = path.read_bytes()
    with pytest.raises(KeyFileInvalid):
        new_keystore(path, "secret", iterations=QUICK)
    assert path.read_bytes() == before


@pytest.mark.parametrize("kdf", ["scrypt", "pbkdf2"])
def test_key_files_of_both_derivations_open(
    tmp_path: Path, password_file: Path, kdf: Literal["scrypt", "pbkdf2"]
) -> None:
    """Version 3 knows two; other software writes either."""
    account = Account.create()
    encrypted = Account.encrypt(account.key, "correct horse", kdf=kdf, iterations=QUICK)
    assert encrypted["crypto"]["kdf"] == kdf
    (tmp_path / "one.json").write_text(json.dumps(encrypted), encoding="utf-8")
    assert KeystoreSigner.open(tmp_path / "one.json", password_file).address == account.address


@pytest.mark.parametrize(("mode", "warned"), [(0o600, False), (0o400, False), (0o640, True), (0o604, True)])
def test_a_key_file_that_others_may_read_is_opened_with_a_warning(
    tmp_path: Path, password_file: Path, caplog: pytest.LogCaptureFixture, mode: int, *, warned: bool
) -> None:
    """The warning names file and mode, and nothing of what is in it."""
    path = tmp_path / "one.json"
    address = new_keystore(path, "correct horse", iterations=QUICK)
    path.chmod(mode)
    with caplog.at_level(logging.WARNING):
        assert KeystoreSigner.open(path, password_file).address == address
    said = [f"key file {path} has mode {mode:04o}: others than its owner may read it; chmod 600"]
    assert caplog.messages == (said if warned else [])


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"version": 3}', '{"version": 3, "crypto": {}}', "no"])
def test_what_is_no_key_file_is_refused(tmp_path: Path, password_file: Path, content: str) -> None:
    """Whatever is wrong with it, the refusal names the file."""
    path = tmp_path / "one.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(KeyFileInvalid, match=r"one\.json"):
        KeystoreSigner.open(path, password_file)


def test_a_wrong_password_is_refused_without_repeating_it(tmp_path: Path, password_file: Path) -> None:
    """Neither the password nor anything of the key is in the message."""
    new_keystore(tmp_path / "one.json", "another", iterations=QUICK)
    with pytest.raises(KeyFileInvalid) as caught:
        KeystoreSigner.open(tmp_path / "one.json", password_file)
    assert "horse" not in str(caught.value)


def test_passwords_must_be_there(tmp_path: Path) -> None:
    """Neither an empty nor a missing password file is taken, nor an empty password for a new key."""
    (tmp_path / "password").write_text("\n", encoding="utf-8")
    with pytest.raises(KeyFileInvalid):
        password_in(tmp_path / "password")
    with pytest.raises(KeyFileInvalid):
        password_in(tmp_path / "missing")
    with pytest.raises(KeyFileInvalid):
        new_keystore(tmp_path / "one.json", "", iterations=QUICK)
    with pytest.raises(KeyFileInvalid):
        KeystoreSigner.open(tmp_path / "missing.json", tmp_path / "password")


def derived(mnemonic: str, count: int) -> list[LocalAccount]:
    """Return the first accounts of a mnemonic."""
    Account.enable_unaudited_hdwallet_features()
    return [Account.from_mnemonic(mnemonic, account_path=f"m/44'/60'/0'/0/{place}") for place in range(count)]


@pytest.mark.slow
def test_the_accounts_known_to_everybody_are_those_of_the_published_mnemonics() -> None:
    """Each address of the table, derived anew."""
    ours = derived(DEVELOPMENT_MNEMONIC, len(OF_DEVELOPMENT_MNEMONIC))
    assert [account.address for account in ours] == list(OF_DEVELOPMENT_MNEMONIC)
    theirs = derived(GANACHE_MNEMONIC, len(OF_GANACHE_MNEMONIC))
    assert [account.address for account in theirs] == list(OF_GANACHE_MNEMONIC)
    older = derived(TRUFFLE_MNEMONIC, len(OF_TRUFFLE_MNEMONIC))
    assert [account.address for account in older] == list(OF_TRUFFLE_MNEMONIC)


BESU_KEYS = [
    "0x8f2a55949038a9610f50fb23b5883af3b4ecb3c3bb792cbcefbd1542c692be63",
    "0xc87509a1c067bbde78beb793e6fa76530b6382a4c0241e5e4a9ec0a0f44dc0d3",
    "0xae6ae8e5ccbfb04590405997ee2d52d2b330726137b875053c36d94e974d162f",
]
"""From Besu's page "Accounts for testing"."""


def test_the_accounts_that_besu_publishes_for_testing_are_among_them() -> None:
    """A network of validators may have been tried out with them."""
    accounts = [Account.from_key(key).address for key in BESU_KEYS]
    assert accounts[:1] == list(OF_BESU)
    assert WELL_KNOWN_ACCOUNTS.issuperset(accounts)


def test_the_accounts_of_our_development_chain_are_among_them() -> None:
    """The mnemonic of the chain's options is the one of the table, and no account is beyond it."""
    wallet = json.loads((ROOT / "ganache-config/options.json").read_text(encoding="utf-8"))["wallet"]
    assert wallet["mnemonic"] == DEVELOPMENT_MNEMONIC
    assert wallet["totalAccounts"] <= len(OF_DEVELOPMENT_MNEMONIC)
    assert DevelopmentSigner(3).address == OF_DEVELOPMENT_MNEMONIC[3]


OTHERS = [
    replace(LOCAL, chain_id=7777),
    replace(LOCAL, rpc=("http://192.0.2.1:8545",)),
    replace(LOCAL, rpc=("http://127.0.0.1:1", "http://192.0.2.1:8545")),
]


@pytest.mark.parametrize(
    "profile", OTHERS, ids=["another chain id", "a node elsewhere", "one node elsewhere"]
)
def test_a_development_key_is_refused_off_a_development_chain(profile: ChainProfile) -> None:
    """Before any node is asked, for writing as for deploying."""
    signer = DevelopmentSigner(0)
    with pytest.raises(DevelopmentKeyRefused) as caught:
        connect(profile, [signer])
    assert (caught.value.account, caught.value.chain_id) == (signer.address, profile.chain_id)
    with pytest.raises(DevelopmentKeyRefused):
        deploy(profile, {"VN": signer.address}, signer)


@pytest.mark.parametrize("mnemonic", [DEVELOPMENT_MNEMONIC, GANACHE_MNEMONIC])
def test_a_key_file_with_a_key_that_everybody_knows_is_refused_too(
    tmp_path: Path, password_file: Path, mnemonic: str
) -> None:
    """Encrypting a public key does not make it secret."""
    account = derived(mnemonic, 1)[0]
    encrypted = Account.encrypt(account.key, "correct horse", kdf="scrypt", iterations=QUICK)
    (tmp_path / "one.json").write_text(json.dumps(encrypted), encoding="utf-8")
    signer = KeystoreSigner.open(tmp_path / "one.json", password_file)
    with pytest.raises(DevelopmentKeyRefused):
        connect(OTHERS[0], [signer])
