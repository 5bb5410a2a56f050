"""Signed answers: what they say, whose they are, and what becomes of each thing that is changed in one."""

import copy
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from eth_account import Account
from eth_account.messages import encode_typed_data

from ledger import proving, strict_json
from ledger.errors import KeyNotHeld, ProofMalformed, ProofNotOffered
from ledger.memory_operator_files import MemoryOperatorFiles
from ledger.operators import Consent, OperatorStatus
from ledger.proving import ProofCode, check, prove
from ledger.recognising import Asked
from ledger.replica_port import ReplicaBehind
from tests.builders import altered
from tests.recognised import DAY, EXPORTER, NAME, Recognising, key_of, notary, recognising

ASKED = Asked(operator=EXPORTER, host="TH")


@pytest.fixture
def at() -> Recognising:
    """Return the world, with the key of Thai customs and that of VN's AEO authority at hand."""
    return recognising("VN aeo", "TH customs")


def proof(at: Recognising, asked: Asked = ASKED, **more: Any) -> dict[str, Any]:
    """Return a proof as a file has it."""
    read: dict[str, Any] = strict_json.loads(json.dumps(prove(asked, at.ledger, **more)).encode())
    return read


def resealed(document: dict[str, Any], key: str, /, **signer: object) -> dict[str, Any]:
    """Return a proof signed anew by another key."""
    made = copy.deepcopy(document)
    made["typedData"]["message"]["signer"] |= {**signer, "account": key_of(key).address}
    signed = key_of(key).sign_message(encode_typed_data(full_message=made["typedData"]))
    return made | {"signature": f"0x{bytes(signed.signature).hex()}"}


def code(at: Recognising, document: dict[str, Any]) -> ProofCode:
    """Return what a proof is worth."""
    return check(document, at.ledger).code


def test_a_proof_is_genuine_and_says_who_signed_it(at: Recognising) -> None:
    """By a key of the host, if one is at hand."""
    made = proof(at)
    found = check(made, at.ledger)
    assert (found.code, found.exit_code) == (ProofCode.GENUINE, 0)
    assert found.signer is not None
    assert (found.signer.member, found.signer.name) == ("TH", "TH customs office")
    assert made["typedData"]["message"]["answer"]["recognised"] is True
    assert made["typedData"]["message"]["answer"]["name"] == NAME
    assert found.today is not None
    assert found.today.recognised


def test_any_library_for_typed_data_recovers_the_signer(at: Recognising) -> None:
    """The file holds all that `eth_signTypedData_v4` takes, under EIP-712's own type of the domain."""
    made = proof(at)
    message = encode_typed_data(full_message=made["typedData"])
    assert Account.recover_message(message, signature=made["signature"]) == key_of("TH customs").address


def test_who_signs_can_be_named(at: Recognising) -> None:
    """A key of the operator's own member here; one without the role is refused."""
    made = proof(at, account=at.world.account("VN aeo"))
    assert made["typedData"]["message"]["signer"]["member"] == "VN"
    assert code(at, made) is ProofCode.GENUINE
    for name in ("VN issuing", "nobody"):
        with pytest.raises(ProofNotOffered):
            prove(ASKED, at.ledger, at.world.account(name))
    with pytest.raises(KeyNotHeld):
        prove(ASKED, at.ledger, at.world.account("MY aeo"))


def test_without_a_key_that_may_sign_none_is_offered() -> None:
    """Neither without any key nor with that of an issuing authority."""
    for held in ((), ("VN issuing",)):
        with pytest.raises(ProofNotOffered):
            prove(ASKED, recognising(*held).ledger)


def test_a_key_that_lost_its_power_signs_nothing(at: Recognising) -> None:
    """Revoked, or marked as compromised."""
    at.world.ledger.revoke_key(at.world.account("TH customs"), at.world.admin("TH"))
    assert proof(at)["typedData"]["message"]["signer"]["member"] == "VN"
    at.world.ledger.mark_compromised(at.world.account("VN aeo"), at.clock(), at.world.admin("VN"))
    with pytest.raises(ProofNotOffered):
        prove(ASKED, at.ledger)


SIGNED = [
    ("question/operator", "VN0100109107"),
    ("question/host", "MY"),
    ("question/role", "IMP"),
    ("question/direction", "export"),
    ("question/at", 1),
    ("question/known", 1),
    ("answer/recognised", False),
    ("answer/reason", "suspended"),
    ("answer/name", "Somebody else"),
    ("answer/status", "suspended"),
    ("answer/programme", "OTHER"),
    ("answer/level", 2),
    ("answer/validUntil", 7),
    ("answer/arrangement", "OTHER"),
    ("answer/effectiveFrom", 7),
    ("answer/recordedAt", 7),
    ("asOf/block", 1),
    ("asOf/time", 7),
    ("signer/authority", 1),
    ("signer/member", "VN"),
    ("signer/name", "Another office"),
    ("signer/account", "0x" + "11" * 20),
]


@pytest.mark.parametrize(("place", "value"), SIGNED, ids=[place for place, _ in SIGNED])
def test_whatever_is_changed_is_found_out(at: Recognising, place: str, value: object) -> None:
    """Everything in a proof is signed."""
    changed = altered(proof(at), f"/typedData/message/{place}", value)
    assert code(at, changed) is ProofCode.ALTERED


def test_everything_signed_is_tried_above(at: Recognising) -> None:
    """No member of the message is left out."""
    message = proof(at)["typedData"]["message"]
    assert {f"{part}/{name}" for part, names in message.items() for name in names} == {p for p, _ in SIGNED}


def test_a_proof_of_another_ledger_is_said_to_be_that(at: Recognising) -> None:
    """Another chain, or another registry, cannot be passed off: both are signed."""
    for place, value in (("chainId", 1), ("verifyingContract", "0x" + "22" * 20)):
        changed = altered(proof(at), f"/typedData/domain/{place}", value)
        assert code(at, changed) is ProofCode.ALTERED
        assert code(at, resealed(changed, "TH customs")) is ProofCode.ANOTHER_LEDGER


def test_a_signer_without_the_role_proves_nothing(at: Recognising) -> None:
    """A stranger, an issuing authority, or a key that gives itself out for another authority."""
    made = proof(at)
    assert code(at, resealed(made, "stranger")) is ProofCode.SIGNER_NOT_ENTITLED
    vn = {"authority": 1, "member": "VN", "name": "VN issuing office"}
    assert code(at, resealed(made, "VN issuing", **vn)) is ProofCode.SIGNER_NOT_ENTITLED
    assert code(at, resealed(made, "VN aeo")) is ProofCode.SIGNER_NOT_ENTITLED


def test_who_is_not_entitled_learns_nothing(at: Recognising, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ledger is asked about the operator only when the signature is good."""
    made = proof(at)
    monkeypatch.setattr(proving, "answered", lambda *_: pytest.fail("it was asked"))
    for forged in (altered(made, "/typedData/message/answer/level", 2), resealed(made, "stranger")):
        found = check(forged, at.ledger)
        assert (found.signer, found.then, found.today) == (None, None, None)


def test_a_key_proves_for_the_time_in_which_it_was_live(at: Recognising) -> None:
    """Revoked later its proofs stand; compromised from before, they do not."""
    made = proof(at)
    at.clock.advance(DAY)
    account, admin = at.world.account("TH customs"), at.world.admin("TH")
    at.world.ledger.revoke_key(account, admin)
    assert code(at, made) is ProofCode.GENUINE
    later = copy.deepcopy(made)
    later["typedData"]["message"]["asOf"]["time"] += 2 * 86_400
    seal = made["typedData"]["message"]["signer"]
    assert code(at, resealed(later, "TH customs", **seal)) is ProofCode.SIGNER_NOT_ENTITLED
    at.world.ledger.mark_compromised(account, at.clock() - 2 * DAY, admin)
    assert code(at, made) is ProofCode.SIGNER_NOT_ENTITLED


def test_a_proof_stays_genuine_when_the_operator_is_suspended_later(at: Recognising) -> None:
    """It says how it was; what holds today stands beside it."""
    made = proof(at)
    at.clock.advance(DAY)
    at.record(status=OperatorStatus.SUSPENDED, effective_from=at.clock() - 10 * DAY)
    found = check(made, at.ledger)
    assert found.code is ProofCode.GENUINE
    assert found.then is not None
    assert found.today is not None
    assert (found.then.recognised, found.today.code) == (True, "suspended")


def test_an_answer_that_the_ledger_never_gave_is_not_confirmed(at: Recognising) -> None:
    """Though an entitled key signed it."""
    made = proof(at)
    seal = made["typedData"]["message"]["signer"]
    for place, value in (("answer/level", 2), ("answer/recognised", False), ("asOf/block", 10**9)):
        changed = altered(made, f"/typedData/message/{place}", value)
        if place == "asOf/block":
            changed["typedData"]["message"]["asOf"]["time"] += 10 * 86_400
        assert code(at, resealed(changed, "TH customs", **seal)) is ProofCode.NOT_CONFIRMED, place


def test_a_name_that_is_not_the_operators_is_not_confirmed(at: Recognising) -> None:
    """It is not on the ledger, but the record is that the ledger names; a partner is known by this name."""
    made = proof(at)
    seal = made["typedData"]["message"]["signer"]
    forged = resealed(altered(made, "/typedData/message/answer/name", "Somebody else"), "TH customs", **seal)
    assert check(made, at.ledger).name_confirmed is True
    found = check(forged, at.ledger)
    assert (found.code, found.name_confirmed) == (ProofCode.NOT_CONFIRMED, False)


def test_a_name_is_compared_with_the_record_of_its_time(at: Recognising) -> None:
    """An operator that has another name now had this one then."""
    made = proof(at)
    at.clock.advance(DAY)
    at.record(name="Another name")
    assert check(made, at.ledger).name_confirmed is True
    seal = made["typedData"]["message"]["signer"]
    newer = altered(made, "/typedData/message/answer/name", "Another name")
    assert check(resealed(newer, "TH customs", **seal), at.ledger).name_confirmed is False


def test_a_name_without_the_record_is_said_to_be_the_signers_word(at: Recognising) -> None:
    """The rest is compared."""
    made = proof(at)
    elsewhere = replace(at.ledger, operator_files=MemoryOperatorFiles(at.ledger.outbox))
    found = check(made, elsewhere)
    assert (found.code, found.name_confirmed) == (ProofCode.GENUINE, None)
    assert found.sentence.endswith(proving.NAME_NOT_COMPARED)
    assert proving.NAME_NOT_COMPARED not in check(made, at.ledger).sentence


def test_nobody_finds_out_a_name_by_trying(at: Recognising) -> None:
    """Of an operator that does not agree to be named any more, no name is confirmed or denied."""
    made = proof(at)
    at.record(consent=Consent.EXCHANGE)
    seal = made["typedData"]["message"]["signer"]
    for name in (NAME, "Somebody else"):
        tried = altered(made, "/typedData/message/answer/name", name)
        found = check(resealed(tried, "TH customs", **seal), at.ledger)
        assert found.name_confirmed is None


def test_a_proof_cannot_be_dated_ahead(at: Recognising) -> None:
    """Its block is there, so that its time is over."""
    made = proof(at)
    seal = made["typedData"]["message"]["signer"]
    ahead = made["typedData"]["message"]["asOf"]["time"] + 86_400
    later = altered(made, "/typedData/message/asOf/time", ahead)
    assert code(at, resealed(later, "TH customs", **seal)) is ProofCode.NOT_CONFIRMED


def test_a_block_that_has_not_come_here_yet_cannot_be_judged(at: Recognising) -> None:
    """A replica may be behind the one that signed."""
    made = altered(proof(at), "/typedData/message/asOf/block", 10**9)
    with pytest.raises(ReplicaBehind):
        check(resealed(made, "TH customs", **made["typedData"]["message"]["signer"]), at.ledger)


def test_a_withdrawn_consent_leaves_nothing_to_compare(at: Recognising) -> None:
    """The ledger then says no more of the operator than its code; the signature is still told."""
    made = proof(at)
    at.clock.advance(DAY)
    at.record(consent=Consent(0))
    found = check(made, at.ledger)
    assert (found.code, found.signer is not None) == (ProofCode.NOT_COMPARABLE, True)
    for told in (found.then, found.today):
        assert told is not None
        assert (told.code, told.name, told.status, told.programme) == ("no-consent", None, None, None)


def test_the_answer_without_consent_can_be_proved_as_well(at: Recognising) -> None:
    """It holds the code and no more, and no name."""
    at.record(consent=Consent.PUBLICATION)
    made = proof(at)
    answer = made["typedData"]["message"]["answer"]
    assert {name: value for name, value in answer.items() if value} == {"reason": "no-consent"}
    assert code(at, made) is ProofCode.GENUINE


def test_a_proof_of_what_was_known_is_checked_by_what_was_known(at: Recognising) -> None:
    """`known` is part of the question."""
    before = at.clock()
    at.clock.advance(DAY)
    at.record(status=OperatorStatus.SUSPENDED, effective_from=before - timedelta(hours=1))
    asked = Asked(
        operator=EXPORTER, host="TH", at=f"{before:%Y-%m-%dT%H:%M:%SZ}", known=f"{before:%Y-%m-%dT%H:%M:%SZ}"
    )
    made = proof(at, asked)
    assert made["typedData"]["message"]["answer"]["recognised"] is True
    assert code(at, made) is ProofCode.GENUINE


BAD_VALUES = [
    ("/schema", "asal-recognition-proof-2"),
    ("/signature", "0x" + "AB" * 65),
    ("/signature", "0x" + "ab" * 64),
    ("/signature", 7),
    ("/more", 1),
    ("/typedData", []),
    ("/typedData/primaryType", "Mail"),
    ("/typedData/types/AsOf", []),
    ("/typedData/domain/name", "Other"),
    ("/typedData/domain/chainId", -1),
    ("/typedData/domain/chainId", "1337"),
    ("/typedData/domain/chainId", True),
    ("/typedData/domain/salt", "0x"),
    ("/typedData/message/question/operator", "vn1"),
    ("/typedData/message/question/host", "THA"),
    ("/typedData/message/question/role", "trader"),
    ("/typedData/message/question/direction", ""),
    ("/typedData/message/question/at", 2**60),
    ("/typedData/message/answer/recognised", 1),
    ("/typedData/message/answer/level", 256),
    ("/typedData/message/answer/name", "x" * 513),
    ("/typedData/message/answer/more", "x"),
    ("/typedData/message/signer/account", "0x1"),
]


@pytest.mark.parametrize(("place", "value"), BAD_VALUES)
def test_what_is_no_proof_is_refused_at_its_place(at: Recognising, place: str, value: object) -> None:
    """Nothing is left to how a library would read it."""
    with pytest.raises(ProofMalformed):
        check(altered(proof(at), place, value), at.ledger)


@pytest.mark.parametrize("document", [{}, [], None, "proof", {"schema": "asal-recognition-proof-1"}])
def test_what_is_nothing_like_a_proof_is_refused(at: Recognising, document: Any) -> None:
    """By its members."""
    with pytest.raises(ProofMalformed):
        check(document, at.ledger)


def test_a_mirrored_signature_is_none(at: Recognising) -> None:
    """Of the two that recover to one key only the lower is taken (EIP-2), and v is 27 or 28."""
    made = proof(at)
    raw = bytes.fromhex(made["signature"][2:])
    order = 0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFEBAAEDCE6AF48A03BBFD25E8CD0364141
    mirrored = raw[:32] + (order - int.from_bytes(raw[32:64])).to_bytes(32) + bytes([55 - raw[64]])
    assert code(at, made | {"signature": f"0x{mirrored.hex()}"}) is ProofCode.ALTERED
    for forged in (bytes(65), raw[:64] + b"\xff", raw[:64] + bytes([55 - raw[64]])):
        assert code(at, made | {"signature": f"0x{forged.hex()}"}) is ProofCode.ALTERED


def test_a_ledger_without_a_notary_offers_no_proof(at: Recognising) -> None:
    """The keys of other names cannot sign either."""
    assert not notary().holds(at.world.account("TH customs"))
