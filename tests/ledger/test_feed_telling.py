"""Watchers of certificates are told what stands in the feed: once, and only what concerns their member."""

from collections.abc import Iterator
from dataclasses import replace

import orjson
import pytest

from ledger.archive import open_archive
from ledger.feed_telling import PAGE
from ledger.keeping_watch import Wish, interest_of
from ledger.watch_port import Interest, Part, WatchMalformed
from tests.feeds import Annals, issued
from tests.procedures_told import decided, received, the_id


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


def test_a_watcher_is_told_what_concerns_its_member(annals: Annals) -> None:
    """The issuer and the importer of a certificate; a third member is told nothing."""
    for member in ("VN", "TH", "MY"):
        annals.watch(member, member)
    annals.block(issued("a"), received("a"), decided("a"))
    annals.tell()
    kinds = ["certificate.issued", "certificate.received", "certificate.decided"]
    assert [one.type.value for one in annals.told("VN")] == kinds
    assert [one.type.value for one in annals.told("TH")] == kinds
    assert annals.told("MY") == []


def test_a_message_names_the_event_of_the_feed(annals: Annals) -> None:
    """Its own id is the watch's, so that a receiver of two watches tells them apart."""
    annals.watch("one")
    annals.watch("two")
    annals.block(issued("a"))
    annals.tell()
    first, second = (orjson.loads(annals.told(name)[0].body) for name in ("one", "two"))
    (row,) = annals.rows("VN")
    assert first["data"]["event"] == second["data"]["event"] == row.event
    assert first["id"] != second["id"]
    assert first["data"]["certificate"] == f"0x{the_id('a').hex()}" == annals.told("one")[0].subject


def test_single_certificates_can_be_watched(annals: Annals) -> None:
    """By id, and no others; one that is no affair of the member's stays untold."""
    wanted = frozenset({the_id("a"), the_id("foreign")})
    annals.watch(interest=Interest(certificates=wanted))
    annals.block(issued("a"), issued("b"), issued("foreign", "ID", "TH"), received("a"), received("foreign"))
    annals.tell()
    assert [one.type.value for one in annals.told()] == ["certificate.issued", "certificate.received"]
    assert {one.subject for one in annals.told()} == {f"0x{the_id('a').hex()}"}


def test_who_watches_operators_alone_hears_of_no_certificate(annals: Annals) -> None:
    """Everything means all operators."""
    annals.watch(interest=Interest(everything=True))
    annals.block(issued("a"))
    annals.tell()
    assert annals.told() == []


def test_nothing_from_before_a_watch_was_made_is_told(annals: Annals) -> None:
    """Also when the feed is filled only afterwards."""
    final = annals.block(issued("before"))
    annals.watch(since=final)
    annals.block(issued("after"))
    annals.tell()
    assert [one.subject for one in annals.told()] == [f"0x{the_id('after').hex()}"]


def test_what_was_told_is_not_told_again(annals: Annals) -> None:
    """Over many pages, and when nothing was to be told in between."""
    annals.block(issued("unwatched"))
    annals.tell()
    annals.watch()
    names = [f"n{number}" for number in range(PAGE + 20)]
    for start in range(0, len(names), 200):
        annals.block(*map(issued, names[start : start + 200]))
    annals.tell()
    annals.tell()
    assert [one.subject for one in annals.told()] == [f"0x{the_id(name).hex()}" for name in names]
    assert annals.watches.told() == annals.feed.newest()


def test_an_interest_in_certificates_can_come_later(annals: Annals) -> None:
    """From then on, not before."""
    watch = annals.watch(interest=Interest(everything=True))
    annals.block(issued("before"))
    annals.tell()
    both = Interest(everything=True, all_certificates=True)
    annals.watches.change(replace(watch, interest=both), Part.WISH)
    annals.block(issued("after"))
    annals.tell()
    assert [one.subject for one in annals.told()] == [f"0x{the_id('after').hex()}"]


@pytest.mark.parametrize("text", ["", "0x12", "0x" + "g" * 64, "5a" * 32, "0x" + "A" * 64])
def test_what_is_no_id_is_refused_with_its_place(text: str) -> None:
    """Without repeating it."""
    wish = Wish(url="https://customs.example/hook", certificate_ids=["0x" + "5a" * 32, text])
    with pytest.raises(WatchMalformed) as refused:
        interest_of(wish, [])
    assert [(one.pointer, one.rule) for one in refused.value.problems] == [("/certificateIds/1", "code.hash")]
