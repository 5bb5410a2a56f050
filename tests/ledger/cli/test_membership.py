import stat
from pathlib import Path

import pytest

from ledger.chain import signers
from ledger.facts import Role
from tests.dated import a_document
from tests.ledger.cli.conftest import Desk


@pytest.fixture(autouse=True)
def quick_scrypt(monkeypatch: pytest.MonkeyPatch) -> None:
    """Key files of tests are made with little work; the work factor is the library's affair."""
    made = signers.new_keystore
    monkeypatch.setattr("ledger.opening.new_keystore", lambda path, word: made(path, word, iterations=2))


def test_members_and_authorities_are_listed(desk: Desk) -> None:
    """The eleventh member, admitted by vote, is listed with the ten founders, and so are its authorities."""
    members = [member["code"] for member in desk.asal("members", "list").json]
    assert (len(members), members[-1]) == (11, "TL")
    names = {(one["member"], one["name"]) for one in desk.asal("authorities", "list").json}
    assert {("TL", "Customs Authority"), ("SG", "Singapore Customs")} <= names
    proposals = desk.asal("members", "proposals").json
    assert (proposals[0]["member"], proposals[0]["votes"], proposals[0]["needed"]) == ("TL", 6, 6)


def test_a_new_key_file_signs_once_its_member_has_added_it(desk: Desk) -> None:
    """A new key issues only after its member's administrator has added it, and never after revocation."""
    password = desk.folder / "password"
    password.write_text("correct horse battery staple\n", encoding="utf-8")
    keys = desk.folder / "keys"
    made = desk.asal("keys", "new", "--out", str(keys), settings={"ASAL_PASSWORD_FILE": str(password)}).json
    assert stat.S_IMODE(Path(made["file"]).stat().st_mode) == 0o600
    mine = {"ASAL_KEYS": str(keys), "ASAL_PASSWORD_FILE": str(password), "ASAL_DEVELOPMENT_KEYS": "0"}
    desk.founded.chain.add_signer(signers.KeystoreSigner.open(Path(made["file"]), password))
    file = desk.file("document.json", a_document(reference="VN-TH 26/02/31001"))
    issue = ("certificate", "issue", file, "--out", str(desk.folder))
    assert desk.asal(*issue, settings=mine).code == 2
    authority, admin = desk.founded.office("VN", Role.ISSUING).authority, desk.founded.admin("VN")
    assert desk.asal("keys", "add", str(authority), made["account"], account=admin).code == 0
    assert made["account"] in [key["account"] for key in desk.asal("keys", "list", str(authority)).json]
    _fund(desk, made["account"])
    assert desk.asal(*issue, settings=mine).code == 0
    assert desk.asal("keys", "revoke", made["account"], account=admin).code == 0
    other = desk.file("other.json", a_document(reference="VN-TH 26/02/31002"))
    said = desk.asal("certificate", "issue", other, settings=mine)
    assert (said.code, "NotAuthorised" in said.talk) == (3, True)


def _fund(desk: Desk, account: str) -> None:
    """Give a new account what the test chain asks for gas."""
    from ledger.chain.rpc import Rpc  # noqa: PLC0415 - the only test that needs it

    Rpc(desk.founded.profile.rpc, 10).ask("evm_setAccountBalance", account, hex(10**20))


def test_an_administrator_rules_over_its_own_member_only(desk: Desk) -> None:
    """Thailand's administrator cannot add, revoke, withdraw or mark anything of Viet Nam."""
    office, admin = desk.founded.office("VN", Role.ISSUING), desk.founded.admin("TH")
    for words in (
        ("keys", "add", str(office.authority), "0x" + "11" * 20),
        ("keys", "revoke", office.account),
        ("keys", "rotate", office.account, "0x" + "11" * 20),
        ("keys", "compromised", office.account, "--since", "2026-11-01"),
        ("authorities", "withdraw", str(office.authority)),
    ):
        said = desk.asal(*words, account=admin)
        assert said.code == 3, words
        assert "NotYours" in said.talk


def test_a_compromised_key_spoils_what_it_signed(desk: Desk) -> None:
    """After the key is marked as compromised from the past on, its certificate ends with 13."""
    office, admin = desk.founded.office("BN", Role.ISSUING), desk.founded.admin("BN")
    document = a_document(reference="BN-1", exportingMember="BN")
    document["exporter"]["country"] = "BN"
    file = desk.file("document.json", document)
    issued = desk.asal("certificate", "issue", file, "--out", str(desk.folder), account=office.account)
    assert issued.code == 0, issued.talk
    assert desk.asal("verify", issued.json[0]["file"]).code == 0
    since = ("--since", "2026-01-01T00:00:00Z")
    assert desk.asal("keys", "compromised", office.account, *since, account=admin).code == 0
    assert desk.asal("verify", issued.json[0]["file"]).json["code"] == "ISSUER_NOT_AUTHORISED"


def test_a_vote_counts_once_and_enacts_when_it_is_enough(desk: Desk) -> None:
    """Six of eleven suspend a member, who then cannot write; six reinstate it."""
    voters = ["VN", "TH", "SG", "ID", "PH", "KH"]
    for kind, may_write in (("suspend", False), ("reinstate", True)):
        opened = desk.asal("members", "propose", kind, "MM", account=desk.founded.admin(voters[0]))
        number = str(opened.json["proposal"])
        assert desk.asal("members", "vote", number, account=desk.founded.admin("VN")).code == 3
        for voter in voters[1:]:
            assert desk.asal("members", "vote", number, account=desk.founded.admin(voter)).code == 0
        admin = desk.founded.admin("MM")
        added = desk.asal(
            "authorities", "add", "A bureau", "--domain", "b.mm.example", "--role", "aeo", account=admin
        )
        assert (added.code == 0) is may_write


def test_an_api_key_is_shown_once_and_can_be_revoked(desk: Desk) -> None:
    """The list of API keys tells labels and scopes but no secret; a revoked one is listed as such."""
    office = desk.founded.office("VN", Role.ISSUING)
    number = str(office.authority)
    make = ("api-keys", "create", number, "--account", office.account, "--label", "ERP", "--scope", "issue")
    made = desk.asal(*make).json
    listed = desk.asal("api-keys", "list", number)
    assert made["key"] not in listed.out
    assert [(key["label"], key["revokedAt"]) for key in listed.json] == [("ERP", None)]
    assert desk.asal("api-keys", "revoke", number, made["id"]).json["revokedAt"]
    assert desk.asal("api-keys", "revoke", number, "nothing").code == 2
    assert desk.asal(*make[:4], desk.issuing("TH"), *make[5:]).code == 2


def test_an_api_key_signs_with_the_account_as_the_ledger_writes_it(desk: Desk) -> None:
    """The service would else not find the key for what it has accepted already."""
    office = desk.founded.office("VN", Role.ISSUING)
    number, account = str(office.authority), office.account.lower()
    desk.asal("api-keys", "create", number, "--account", account, "--label", "ERP", "--scope", "issue")
    assert desk.asal("api-keys", "list", number).json[0]["account"] == office.account


def test_development_keys_work_on_a_development_chain_only(desk: Desk) -> None:
    """A profile with another chain id refuses the publicly known keys before anything else."""
    far = desk.folder / "far.toml"
    text = desk.profile.read_text(encoding="utf-8")
    far.write_text(text.replace("chain_id = 1337", "chain_id = 4711"), encoding="utf-8")
    said = desk.asal("members", "list", settings={"ASAL_PROFILE": str(far)})
    assert (said.code, "DevelopmentKeyRefused" in said.talk) == (3, True)


def test_several_keys_at_hand_need_a_choice(desk: Desk) -> None:
    """With many keys at hand and none chosen, a write says so and does nothing."""
    said = desk.asal("members", "vote", "1")
    assert (said.code, "--as" in said.talk) == (2, True)
