"""What the search box makes of what is typed into it."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from api.pages.links import token_of
from api.pages.searching import LONGEST, Kind, Wanted, read
from ledger.codes.members import NAMES

ID = bytes(range(32))
HEX = f"0x{ID.hex()}"
HASH = (Wanted(Kind.CERTIFICATE, HEX), Wanted(Kind.TRANSACTION, HEX))


def kinds(text: str) -> list[Kind]:
    """Return what a text can name."""
    return [one.kind for one in read(text)]


@pytest.mark.parametrize("text", [HEX, HEX.upper().replace("X", "x"), ID.hex(), f"  {HEX}\n"])
def test_a_hash_is_a_certificate_or_a_transaction(text: str) -> None:
    """Written with or without 0x, in capitals or small letters."""
    assert read(text) == HASH


@pytest.mark.parametrize(
    "text",
    [
        token_of(ID),
        f"https://origin.example/q/{token_of(ID)}",
        f"https://origin.example/q/{token_of(ID)}#k=1",
        f"https://origin.example/ledger/certificates/{HEX}?x=1",
        f"/q/{token_of(ID)}/",
    ],
)
def test_what_a_qr_code_holds_is_a_certificate(text: str) -> None:
    """As the link itself, whatever the service it names, or what stands at its end."""
    assert read(text) == (Wanted(Kind.CERTIFICATE, HEX),)


@pytest.mark.parametrize(
    ("text", "code"),
    [("VN", "VN"), ("vn", "VN"), ("Viet Nam", "VN"), ("vietnam", "VN"), ("Việt Nam", "VN"), ("lao", "LA")],
)
def test_a_member_is_found_by_code_and_name(text: str, code: str) -> None:
    """With or without spaces and marks, and by the beginning of the name."""
    assert Wanted(Kind.MEMBER, code) in read(text)


def test_a_reference_number_is_taken_for_one() -> None:
    """As it stands on the form."""
    assert read("VN-TH 26/02/00006")[0] == Wanted(Kind.REFERENCE, "VN-TH 26/02/00006")
    assert Kind.REFERENCE in kinds("D2026-000123")


def test_the_code_of_an_operator_is_read_as_declarations_write_it() -> None:
    """In its one form, with the signs left out."""
    assert Wanted(Kind.OPERATOR, "SGMERL00000001") in read("AEO SG-MERL 0000 0001")
    assert Kind.OPERATOR not in kinds("Singapore Customs")


def test_a_number_may_be_a_block_or_a_reference() -> None:
    """Both are offered."""
    assert kinds("120")[0] is Kind.BLOCK
    assert Kind.REFERENCE in kinds("120")
    assert read("#0120")[0] == Wanted(Kind.BLOCK, "120")


def test_a_name_may_be_that_of_an_authority() -> None:
    """A part of it will do, in any script."""
    assert read("Bộ Công Thương") == (Wanted(Kind.AUTHORITY, "Bộ Công Thương"),)
    assert Kind.AUTHORITY in kinds("Customs")
    assert kinds("กรมศุลกากร") == [Kind.AUTHORITY]


@pytest.mark.parametrize("text", ["", " ", "?", "a", "'", "\x00"])
def test_what_names_nothing_is_nothing(text: str) -> None:
    """The page then says what can be searched for."""
    assert read(text) == ()


@given(st.text())
def test_any_text_is_read(text: str) -> None:
    """Nothing raises, nothing is offered twice, and what is offered has its form."""
    found = read(text)
    assert len(set(found)) == len(found)
    for one in found:
        assert one.value
        assert len(one.value) <= 18 * LONGEST
        if one.kind in {Kind.CERTIFICATE, Kind.TRANSACTION}:
            assert bytes.fromhex(one.value[2:]).hex() == one.value[2:]
        if one.kind is Kind.MEMBER:
            assert one.value in NAMES


@given(st.binary(min_size=32, max_size=32))
def test_every_certificate_is_found_by_its_id_and_by_its_link(certificate: bytes) -> None:
    """No id looks like something else."""
    wanted = Wanted(Kind.CERTIFICATE, f"0x{certificate.hex()}")
    assert read(f"0x{certificate.hex()}")[0] == wanted
    assert read(f"https://a.example/q/{token_of(certificate)}") == (wanted,)
    assert read(base64.urlsafe_b64encode(certificate).decode().rstrip("=")) == (wanted,)
