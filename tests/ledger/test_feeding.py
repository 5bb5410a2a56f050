"""What becomes final on the ledger stands in the feed once, for the members it concerns and nobody else."""

from collections.abc import Iterator
from typing import Any

import pytest

from ledger.archive import open_archive
from ledger.events import Anchored, Ended, Entered, Linked
from ledger.feed_events import FEED_TYPES, sentence
from ledger.feeding import PAGE
from ledger.origin.facts import Step
from tests.feeds import BEGIN, DUE, WHOLE, Annals, a_case, everything_happens, issued
from tests.procedures_told import (
    DAYS,
    concluded,
    decided,
    exporter,
    received,
    split_use,
    stepped,
    the_id,
    word,
)


@pytest.fixture(params=["memory", "sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def database_kind(request: pytest.FixtureRequest) -> str:
    """Return each kind of store in turn, the one in memory too."""
    return str(request.param)


@pytest.fixture
def annals(request: pytest.FixtureRequest, database_kind: str) -> Iterator[Annals]:
    """Return a ledger with members and nothing else."""
    if database_kind == "memory":
        yield Annals()
        return
    rooms = open_archive(request.getfixturevalue("archive_url"))
    yield Annals(rooms.replica, rooms.feed, rooms.watches)
    rooms.close()


def test_every_type_is_told_in_the_order_of_the_chain(annals: Annals) -> None:
    """What is due and not done stands where it was found."""
    everything_happens(annals)
    assert annals.types() == [
        "certificate.issued",
        "certificate.issued",
        "certificate.based-on",
        "certificate.received",
        "certificate.decided",
        "certificate.refusal.clarified",
        "case.opened",
        "case.stepped",
        "case.suspension.set",
        "exporter.recorded",
        "certificate.issued",
        "certificate.replaced",
        "certificate.cancelled",
        "deadline.overdue",
        "case.concluded",
    ]
    assert set(annals.types()) == {kind.value for kind in FEED_TYPES}
    assert all(sentence(kind) for kind in FEED_TYPES)
    blocks = [row.block for row in annals.rows()]
    assert blocks == sorted(blocks)


def test_each_member_hears_what_concerns_it(annals: Annals) -> None:
    """A third member hears nothing; the issuer of an original hears that another rests on it."""
    everything_happens(annals)
    assert annals.types("MY") == []
    assert annals.types("ID") == ["certificate.issued", "certificate.based-on"]
    importing, exporting = annals.types("TH"), annals.types("VN")
    assert "exporter.recorded" not in importing
    assert set(exporting) == {kind.value for kind in FEED_TYPES}
    assert importing == [
        "certificate.issued",
        *(kind for kind in exporting[3:] if kind != "exporter.recorded"),
    ]


def test_the_member_that_is_asked_about_an_original_hears_of_the_case(annals: Annals) -> None:
    """The lines of a certificate of TH are in question, and ID answers for what they rest on."""
    case = a_case(1, "child", "origin", importing="MY", exporting="ID")
    annals.block(issued("origin", "ID", "TH"), issued("child", "TH", "MY"))
    annals.block(case)
    annals.block(stepped(case, Step.ACKNOWLEDGED))
    annals.block(after=91 * DAYS)
    annals.tell()
    kinds = ["case.opened", "case.stepped", "deadline.overdue"]
    for member in ("MY", "TH", "ID"):
        assert [kind for kind in annals.types(member) if not kind.startswith("certificate")] == kinds, member
    assert annals.rows()[-1].concerned == {"MY", "TH", "ID"}
    assert annals.bodies("ID")[-1]["by"] == "ID"


def test_no_body_holds_a_name_or_a_quantity(annals: Annals) -> None:
    """Only ids, members, line numbers as strings, words, hashes and times."""
    everything_happens(annals)
    for body in annals.bodies():
        numbers = {name for name, value in body.items() if isinstance(value, (int, float))}
        assert numbers <= {"case", "version"}, numbers
        assert {"asOf", "link"} <= set(body)
    (body,) = [body for body in annals.bodies() if "declaration" in body]
    assert (body["granted"], body["usedUp"], body["refused"], body["late"]) == (["1"], ["1"], ["3"], None)
    assert body["statement"] == f"0x{word('statement', 'a', 'd1').hex()}"
    assert body["statementLink"] == f"/v1/statements/{body['statement']}"


@pytest.mark.parametrize(
    "event",
    [
        Anchored(word("root"), 1, 4, BEGIN),
        Entered(the_id("a"), word("root"), BEGIN),
        split_use("TH", allowed=False),
    ],
)
def test_what_is_nobodys_event_is_passed_over(event: Any) -> None:
    """Batches, that an entry came from one, and a member's rule on split use."""
    annals = Annals()
    annals.block(issued("a"))
    annals.block(event)
    annals.block(received("a"))
    annals.tell()
    assert annals.types() == ["certificate.issued", "certificate.received"]


def test_only_final_blocks_are_told_of() -> None:
    """What can still be undone is not told, and what was undone never."""
    annals = Annals(finality=2)
    annals.block(issued("a"))
    kept = len(annals.blocks)
    annals.block(received("a"))
    annals.block(Ended(the_id("a"), 1, 3, None))
    annals.tell()
    assert annals.types() == ["certificate.issued"]
    annals.replica.roll_back(kept)
    del annals.blocks[kept:]
    annals.block(decided("a"))
    annals.block()
    annals.block()
    annals.tell()
    assert annals.types() == ["certificate.issued", "certificate.decided"]


def test_a_long_history_is_told_page_by_page(annals: Annals) -> None:
    """Nothing is left out between two pages, and nothing is twice."""
    names = [f"n{number}" for number in range(PAGE + 30)]
    for start in range(0, len(names), 200):
        annals.block(*map(issued, names[start : start + 200]))
    assert annals.feeder.fill()
    assert len(annals.rows()) == PAGE
    annals.tell()
    assert [row.certificate for row in annals.rows()] == [the_id(name) for name in names]


def test_a_step_that_is_not_done_is_told_once(annals: Annals) -> None:
    """By the time of the chain, once for each step and due date, and again only when another is overdue."""
    case = a_case()
    annals.block(issued("a"))
    annals.block(case)
    annals.tell()
    annals.block(after=DUE - annals.blocks[-1].time)
    annals.tell()
    assert "deadline.overdue" not in annals.types()
    for _ in range(3):
        annals.block(after=3600)
        annals.tell()
    assert annals.types().count("deadline.overdue") == 1
    body = annals.bodies()[-1]
    assert (body["overdue"], body["case"], body["step"], body["by"]) == ("step", 1, "opened", "VN")
    assert body["rule"] == "OCP Rule 18(b)"
    later = annals.blocks[-1].time + 30 * DAYS
    annals.block(stepped(case, Step.REPLIED, due=later))
    annals.block(after=31 * DAYS)
    annals.tell()
    annals.block(after=61 * DAYS)
    annals.tell()
    late = [body["overdue"] for body in annals.bodies() if "overdue" in body]
    assert sorted(late) == ["case", "step", "step"]


def test_a_case_that_is_not_concluded_is_told_once_whatever_step_it_is_at(annals: Annals) -> None:
    """A step taken late, within the day that each look goes back, does not tell of the same case again."""
    case = a_case()
    annals.block(issued("a"))
    annals.block(case)
    annals.block(after=WHOLE + 3600 - annals.blocks[-1].time)
    annals.tell()
    annals.block(stepped(case, Step.REPLIED, due=WHOLE + 30 * DAYS), after=3600)
    annals.tell()
    annals.block(after=3600)
    annals.tell()
    assert [body["overdue"] for body in annals.bodies() if "overdue" in body] == ["step", "case"]


def test_a_concluded_case_is_never_overdue(annals: Annals) -> None:
    """Nobody is called late for what is done."""
    case = a_case()
    annals.block(issued("a"))
    annals.block(case)
    annals.block(concluded(case))
    annals.block(after=300 * DAYS)
    annals.tell()
    assert "deadline.overdue" not in annals.types()


def test_a_receipt_without_a_decision_is_told_after_sixty_days(annals: Annals) -> None:
    """Once; of what was decided in time nothing is told."""
    annals.block(issued("a"), issued("b"), issued("c", importing="MY"))
    annals.block(received("a"), received("b"), received("c"))
    annals.block(decided("b"))
    annals.block(after=60 * DAYS - 10)
    annals.tell()
    assert "deadline.overdue" not in annals.types()
    for _ in range(3):
        annals.block(after=100)
        annals.tell()
    late = [row for row in annals.rows() if row.type.value == "deadline.overdue"]
    assert [(row.certificate, row.importing) for row in late] == [(the_id("a"), "TH"), (the_id("c"), "MY")]
    assert {body["overdue"] for body in annals.bodies() if "rule" in body} == {"grounds"}


def test_an_archive_that_begins_late_reads_the_whole_ledger() -> None:
    """Two archives have the same events under the same ids, whenever each began."""
    first = Annals()
    everything_happens(first)
    second = Annals(replica=first.replica)
    second.tell()
    told = [row.event for row in first.rows() if row.type.value != "deadline.overdue"]
    assert [row.event for row in second.rows() if row.type.value != "deadline.overdue"] == told
    assert len(set(told)) == len(told)


def test_exporters_are_their_members_own_affair(annals: Annals) -> None:
    """Others look at the ledger; nobody tells them."""
    annals.block(exporter("VN", "VN/CE-1"), exporter("TH", "TH-9"))
    annals.tell()
    assert [row.exporter for row in annals.rows("VN")] == ["VN/CE-1"]
    assert [row.exporter for row in annals.rows("TH")] == ["TH-9"]
    assert annals.bodies("VN")[0]["link"] == "/v1/exporters/VN/VN%2FCE-1"
    assert annals.rows("ID") == []


def test_what_rests_on_an_original_is_told_of_the_original(annals: Annals) -> None:
    """With the id of the new one, to the issuer of the original and to whom it was made out."""
    annals.block(issued("origin", "ID", "VN"), issued("a"), Linked(the_id("origin"), the_id("a")))
    annals.tell()
    (row,) = [row for row in annals.rows() if row.type.value == "certificate.based-on"]
    assert (row.certificate, sorted(row.concerned)) == (the_id("origin"), ["ID", "VN"])
    assert annals.bodies("ID")[-1]["basedOn"] == f"0x{the_id('a').hex()}"
