"""The maps on the page about national lists are ones that work."""

from datetime import UTC, datetime

import pytest

from ledger.lists.complaints import Complaints
from ledger.lists.days import FORMS
from ledger.lists.fields import CONSENTS, FIELDS, ROLES, STATUSES
from ledger.lists.mapping import ListMap, map_in
from ledger.lists.source import read_list
from ledger.lists.steps import Kind
from ledger.lists.wanted import Wanted
from ledger.operators import Consent, OperatorRole, OperatorStatus
from tests.docs.pages import ROOT, blocks

PAGE = ROOT / "docs/how-to/load-a-national-list.md"
MAPS = [block.text for block in blocks(PAGE) if block.language == "toml"]
NOW = datetime(2026, 11, 22, tzinfo=UTC)
LISTS = {
    "SG": """AEO Code,UEN,Name of Company,Registered Address,Type of Business,Certified From,Certified To
AEOSG1234567890AB,200012345A,Lion Freight Pte Ltd,1 Keppel Road,Freight Forwarder,1/2/2025,31/1/2028
""",
    "TH": """รายชื่อผู้ประกอบการระดับมาตรฐานเออีโอ,,,,,,,
ลำดับ,AEO No.,เลขทะเบียนนิติบุคคล,ชื่อบริษัท,ที่อยู่,ประเภท,วันที่อนุมัติ,วันหมดอายุ
1,TH0105536000123,0105536000123,บริษัท สยาม จำกัด,กรุงเทพมหานคร,ผู้นำเข้า/ผู้ส่งออก,1/2/2568,31/1/2571
""",
    "PH": "AEO Certificate No.;TIN;Company;Business Address;Level;Category;Status;Date Issued;Valid Until;"
    """Consent to Exchange
AEO-PH-2024-0001;000-123-456;Cebu Exports Inc;Mactan;Level 2;Exporter;Active;2/1/2025;1/31/2028;Yes
""",
}


@pytest.fixture(params=LISTS)
def read(request: pytest.FixtureRequest) -> tuple[ListMap, Wanted]:
    """A map of the page, and what a list says that it was made for."""
    member: str = request.param
    map_ = map_in(MAPS[list(LISTS).index(member)].encode())
    complaints = Complaints()
    text = LISTS[member].encode()
    if map_.sheet:  # the same map serves where there are no sheets
        assert member == "PH"
    source = read_list(text, map_, member, NOW, complaints)
    complaints.raise_any()
    assert source.columns.unknown == ()
    return map_, source.wanted[0]


def test_each_map_reads_the_list_that_it_is_for(read: tuple[ListMap, Wanted]) -> None:
    """A reader who copies a map has one that works, days and all."""
    _, one = read
    assert one.status is OperatorStatus.CERTIFIED
    assert one.effective == datetime(2025, 2, 1, tzinfo=UTC)
    assert one.until == datetime(2028, 1, 31, 23, 59, 59, tzinfo=UTC)
    assert one.consent == Consent.EXCHANGE | Consent.PUBLICATION
    assert (one.operator[:2], one.level, one.roles) in {
        ("SG", 1, OperatorRole.FWD),
        ("TH", 1, OperatorRole.IMP | OperatorRole.EXP),
        ("PH", 2, OperatorRole.EXP),
    }


def test_the_page_names_every_field_word_and_kind() -> None:
    """What can be written in a list is on the page."""
    text = PAGE.read_text(encoding="utf-8")
    words = [*FIELDS, *STATUSES, *CONSENTS, *FORMS, *(word for word in ROLES if len(word) > 3)]
    assert [word for word in words if f"`{word}`" not in text] == []
    assert [kind for kind in Kind if f"\n| {kind} |" not in text] == []
