import itertools
import json
from pathlib import Path

import pytest

from ledger.facts import Address, Role
from tests.dated import a_document, a_vector
from tests.ledger.cli.conftest import Desk

NUMBERS = (f"VN-TH 26/02/{number:05}" for number in itertools.count(20_000))


def test_an_issued_certificate_verifies_from_its_file(desk: Desk) -> None:
    """What `issue` writes to a file, `verify` calls valid, with exit code 0."""
    issued = desk.issued(next(NUMBERS))
    said = desk.asal("verify", issued["file"])
    assert (said.code, said.json["code"], said.json["certificate"]) == (0, "VALID", issued["id"])


def test_an_account_may_be_written_in_small_letters(desk: Desk) -> None:
    """Or the certificate would be stored, its key said to be missing, and no retry complete it."""
    file = desk.file("document.json", a_document(reference=next(NUMBERS)))
    issue = ("certificate", "issue", file, "--out", str(desk.folder))
    said = desk.asal(*issue, account=Address(desk.issuing("VN").lower()))
    assert (said.code, said.json[0]["state"]) == (0, "recorded")


def test_issuing_again_changes_nothing(desk: Desk) -> None:
    """The same document issued twice is one certificate with one envelope, byte for byte."""
    reference = next(NUMBERS)
    first = desk.issued(reference)
    envelope = Path(first["file"]).read_bytes()
    again = desk.issued(reference)
    assert (again["id"], again["file"]) == (first["id"], first["file"])
    assert Path(again["file"]).read_bytes() == envelope


def test_another_document_cannot_take_a_used_reference(desk: Desk) -> None:
    """A reference that is taken refuses other content and names the certificate that holds it."""
    reference = next(NUMBERS)
    first = desk.issued(reference)
    other = desk.file(
        "other.json", a_document(reference=reference, importingMember="TH") | {"issuingOffice": "02"}
    )
    document = json.loads(Path(other).read_text(encoding="utf-8"))
    document["exporter"]["name"] = "Somebody Else Co., Ltd."
    said = desk.asal("certificate", "issue", desk.file("other.json", document), account=desk.issuing("VN"))
    assert said.code == 3
    assert "ReferenceAlreadyFiled" in said.talk
    assert first["id"] in said.talk.replace("\n", "")


def test_a_broken_rule_is_named_with_its_field(desk: Desk) -> None:
    """A refusal by a hard rule gives the rule's code, the field and the source, and issues nothing."""
    reference = next(NUMBERS)
    file = desk.file("document.json", a_document(reference=reference, validUntil="2028-11-01"))
    said = desk.asal("certificate", "issue", file, account=desk.issuing("VN"))
    assert said.code == 3
    assert "ATIGA-R14-VALIDITY" in said.talk
    assert "/validUntil" in said.talk


def test_checking_tells_refusals_from_warnings(desk: Desk) -> None:
    """`check` ends with 3 for a refusal and with 0 for a warning, which it still tells."""
    bad = desk.file("bad.json", a_document(validUntil="2028-11-01"))
    warned = desk.file("warned.json", a_vector("vn-la-fob-missing"))
    assert desk.asal("certificate", "check", bad).code == 3
    said = desk.asal("certificate", "check", warned)
    assert said.code == 0
    assert [finding["rule"] for finding in said.json[warned]] == ["ATIGA-N10-FOB"]


def test_a_malformed_document_is_refused_without_repeating_it(desk: Desk) -> None:
    """Every misplaced field is named by its pointer; what was written in it is not repeated."""
    document = a_document(reference=next(NUMBERS))
    document["exporter"]["country"] = "Nguyenland"
    document["exporter"]["name"] = "Nguyen\u202e 4711"
    said = desk.asal("certificate", "issue", desk.file("d.json", document), account=desk.issuing("VN"))
    assert said.code == 3
    assert "/exporter/country" in said.talk
    assert "/exporter/name" in said.talk
    assert "Nguyen" not in said.talk


@pytest.mark.parametrize("text", ["{", '{"a":1,"a":2}', "[]", "NaN"])
def test_input_that_is_no_strict_json_object_is_refused(desk: Desk, text: str) -> None:
    """Broken JSON, a repeated key, a list or a NaN is refused with the rule, not with a traceback."""
    path = desk.folder / "broken.json"
    path.write_text(text, encoding="utf-8")
    said = desk.asal("certificate", "issue", str(path), account=desk.issuing("VN"))
    assert said.code == 3
    assert "InputMalformed" in said.talk


def test_a_cancelled_certificate_says_so_ever_after(desk: Desk) -> None:
    """Cancelling works once, may be repeated, cannot change its reason, and `verify` ends with 11."""
    issued = desk.issued(next(NUMBERS))
    cancel = ("certificate", "cancel", issued["id"], "--reason")
    assert desk.asal(*cancel, "particulars-wrong", account=desk.issuing("VN")).json["written"]
    assert desk.asal(*cancel, "particulars-wrong", account=desk.issuing("VN")).json["written"] is None
    assert desk.asal(*cancel, "other", account=desk.issuing("VN")).code == 3
    said = desk.asal("verify", issued["file"])
    assert (said.code, said.json["code"]) == (11, "CANCELLED")


def test_a_replacement_names_what_it_replaces(desk: Desk) -> None:
    """A replacement must name the earlier reference; then the old one ends and points to the new."""
    old_reference, new_reference = next(NUMBERS), next(NUMBERS)
    old = desk.issued(old_reference)
    document = a_document(reference=new_reference)
    replace = ("certificate", "replace", old["id"])
    account = desk.issuing("VN")
    said = desk.asal(*replace, desk.file("new.json", document), account=account)
    assert (said.code, "REPLACES-NAMED" in said.talk) == (3, True)
    document["replaces"] = {"reference": old_reference, "issuedOn": document["issuedOn"]}
    out = ("--out", str(desk.folder))
    new = desk.asal(*replace, desk.file("new.json", document), *out, account=account).json[0]
    verdict = desk.asal("verify", old["file"])
    assert (verdict.code, verdict.json["replacement"]) == (10, new["id"])
    assert desk.asal("verify", new["file"]).code == 0


def test_a_redacted_copy_verifies_and_hides(desk: Desk) -> None:
    """A copy without the consignee is valid and tells nothing of it; the reference cannot be hidden."""
    issued = desk.issued(next(NUMBERS))
    copy = str(desk.folder / "copy.json")
    redact = ("certificate", "redact", issued["file"], "--out", copy, "--hide")
    assert desk.asal(*redact, "consignee").code == 0
    assert a_document()["consignee"]["name"] not in Path(copy).read_text(encoding="utf-8")
    verdict = desk.asal("verify", copy)
    assert (verdict.code, verdict.json["hidden"]) == (0, 3)
    assert desk.asal(*redact, "reference").code == 3


def test_a_redacted_copy_never_takes_the_place_of_the_envelope(desk: Desk) -> None:
    """What is hidden could not be had back from the copy, under whatever name the file is given again."""
    issued = desk.issued(next(NUMBERS))
    envelope = Path(issued["file"])
    before, link = envelope.read_bytes(), desk.folder / "link.json"
    link.symlink_to(envelope)
    for out in (envelope, envelope.parent / ".." / "envelopes" / envelope.name, link):
        said = desk.asal("certificate", "redact", issued["file"], "--hide", "consignee", "--out", str(out))
        assert (said.code, envelope.read_bytes()) == (2, before)


def test_several_files_are_judged_even_if_one_is_no_envelope(desk: Desk) -> None:
    """One file that is no envelope is reported as such beside the verdicts on the others."""
    issued = desk.issued(next(NUMBERS))
    said = desk.asal("verify", desk.file("no.json", {"version": "1"}), issued["file"])
    assert said.code == 3
    assert said.json[0]["error"] == "EnvelopeMalformed"
    assert said.json[1]["code"] == "VALID"


def test_a_reference_is_looked_up_with_its_date(desk: Desk) -> None:
    """Reference and date of issue together find a certificate; with another date there is none."""
    reference = next(NUMBERS)
    desk.issued(reference)
    words = ("verify", "--reference", reference.replace(" ", "").lower(), "--exporting", "vn", "--issued-on")
    assert desk.asal(*words, a_document()["issuedOn"]).code == 0
    assert desk.asal(*words, "2026-01-01").code == 14
    assert desk.asal("verify", "--reference", reference).code == 2


def test_a_silent_node_is_never_a_bad_certificate(desk: Desk) -> None:
    """With the node gone, verifying ends with 20 and CANNOT_CHECK."""
    issued = desk.issued(next(NUMBERS))
    silent = desk.folder / "silent.toml"
    text = desk.profile.read_text(encoding="utf-8")
    silent.write_text(text.replace(desk.founded.profile.rpc[0], "http://127.0.0.1:9"), encoding="utf-8")
    said = desk.asal("verify", issued["file"], settings={"ASAL_PROFILE": str(silent)})
    assert (said.code, said.json["code"]) == (20, "CANNOT_CHECK")


OUTSIDERS = [
    ("VN", Role.CUSTOMS),
    *((member, role) for member in ("TH", "SG", "MY") for role in (Role.ISSUING, Role.CUSTOMS)),
]


@pytest.mark.parametrize(("member", "role"), OUTSIDERS)
def test_nobody_else_acts_on_a_members_certificates(desk: Desk, member: str, role: Role) -> None:
    """Keys of other members, and keys of one's own without the role, cannot issue, cancel or replace."""
    reference = next(NUMBERS)
    issued = desk.issued(reference)
    outsider = desk.founded.office(member, role).account
    document = a_document(reference=next(NUMBERS))
    document["replaces"] = {"reference": reference, "issuedOn": document["issuedOn"]}
    new = desk.file("new.json", document)
    for words in (
        ("certificate", "issue", new),
        ("certificate", "cancel", issued["id"], "--reason", "other"),
        ("certificate", "replace", issued["id"], new),
    ):
        said = desk.asal(*words, account=outsider)
        assert said.code == 3, words
        assert any(name in said.talk for name in ("NotAuthorised", "NotYourMember", "NotYourCertificate"))
    assert desk.asal("verify", issued["file"]).code == 0


def test_the_archive_shows_a_certificate_with_its_entry(desk: Desk) -> None:
    """`show` gives the document and the entry, and with --envelope the very file that was handed out."""
    issued = desk.issued(next(NUMBERS))
    shown = desk.asal("certificate", "show", issued["id"]).json
    assert (shown["state"], shown["entry"]["exporting"]) == ("recorded", "VN")
    envelope = desk.asal("certificate", "show", issued["id"], "--envelope").json
    assert envelope == json.loads(Path(issued["file"]).read_text(encoding="utf-8"))
    assert desk.asal("certificate", "show", "0x" + "00" * 32).code == 3
    assert desk.asal("certificate", "show", "0x12").code == 2


def test_nothing_is_left_to_resume_after_issuing(desk: Desk) -> None:
    """`resume` finds nothing to do when everything was confirmed."""
    desk.issued(next(NUMBERS))
    assert desk.asal("certificate", "resume").json == {"completed": [], "failed": []}
