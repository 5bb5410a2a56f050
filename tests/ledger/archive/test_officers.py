"""Officers, their sessions and logins: made once, ended at once, and nothing kept that opens a door."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import select, text

from ledger.archive import ActOutcome, ArchiveRooms, DeskAct, Officer, Scope, open_archive
from ledger.archive.desk_tables import sessions
from ledger.archive.logins import LASTING
from ledger.archive.officers import IDLE
from tests.ledger.archive.filings import ACCOUNT, NOON

ISSUER = "https://login.example"
DAY = timedelta(hours=9)


@pytest.fixture
def rooms(archive_url: str) -> Iterator[ArchiveRooms]:
    """Give an archive."""
    rooms = open_archive(archive_url)
    yield rooms
    rooms.close()


def an_officer(rooms: ArchiveRooms, subject: str = "lan", authority: int = 3) -> Officer:
    """Enrol somebody."""
    return rooms.officers.enrol(
        (ISSUER, subject),
        "Lan",
        member="VN",
        authority=authority,
        account=ACCOUNT,
        scopes=[Scope.ISSUE, Scope.READ],
        now=NOON,
    )


def test_a_session_leads_to_its_officer_until_it_is_over(rooms: ArchiveRooms) -> None:
    """To the second: at the moment it ends it is over."""
    officer = an_officer(rooms)
    secret = rooms.officers.begin(officer.id, now=NOON, lasting=DAY)
    assert rooms.officers.at_work(secret, now=NOON + DAY - timedelta(seconds=1), idle=DAY) == officer
    assert rooms.officers.at_work(secret, now=NOON + DAY, idle=DAY) is None
    assert rooms.officers.at_work("another", now=NOON) is None


def test_a_session_that_lies_idle_is_over_and_stays_so(rooms: ArchiveRooms) -> None:
    """To the second, counted from what the officer did last; what a page asks by itself does not count."""
    officer = an_officer(rooms)
    secret = rooms.officers.begin(officer.id, now=NOON, lasting=DAY)
    at_work, second = rooms.officers.at_work, timedelta(seconds=1)
    assert at_work(secret, now=NOON + IDLE - second) == officer
    last = NOON + IDLE - second
    for minutes in range(5, 30, 5):
        assert at_work(secret, now=last + timedelta(minutes=minutes), active=False) == officer
    assert at_work(secret, now=last + IDLE - second, active=False) == officer
    assert at_work(secret, now=last + IDLE) is None
    assert at_work(secret, now=last + IDLE) is None
    assert at_work(secret, now=last + timedelta(minutes=5), idle=timedelta(minutes=5)) is None


def test_a_busy_session_is_not_written_to_each_time(rooms: ArchiveRooms) -> None:
    """Once in each thirtieth of the time that it may lie idle, which is a minute."""
    secret = rooms.officers.begin(an_officer(rooms).id, now=NOON, lasting=DAY)
    seen = set()
    for seconds in range(0, 180, 10):
        rooms.officers.at_work(secret, now=NOON + timedelta(seconds=seconds))
        with rooms.database.reading() as connection:
            seen.add(connection.execute(select(sessions.c.seen_at)).scalar_one())
    assert seen == {NOON + timedelta(minutes=minute) for minute in range(3)}


def test_who_is_ended_is_out_at_once_and_stays_listed(rooms: ArchiveRooms) -> None:
    """Every session of theirs is gone, nobody else's, and no identity leads to them any more."""
    gone, stays = an_officer(rooms), an_officer(rooms, "minh")
    secrets = [rooms.officers.begin(gone.id, now=NOON, lasting=DAY) for _ in range(2)]
    kept = rooms.officers.begin(stays.id, now=NOON, lasting=DAY)
    ended = rooms.officers.end(gone.id, now=NOON + timedelta(hours=1))
    assert ended is not None
    assert [rooms.officers.at_work(secret, now=NOON) for secret in secrets] == [None, None]
    assert rooms.officers.at_work(kept, now=NOON) == stays
    assert rooms.officers.of_identity(ISSUER, "lan") == ()
    assert set(rooms.officers.officers("VN")) == {ended, stays}
    assert rooms.officers.end(gone.id, now=NOON + timedelta(hours=2)) == ended
    assert rooms.officers.end("nobody", now=NOON) is None


def test_one_person_may_be_several_officers(rooms: ArchiveRooms) -> None:
    """Both are found by the identity, and no other issuer's person of that name is."""
    first, second = an_officer(rooms), an_officer(rooms, authority=4)
    assert set(rooms.officers.of_identity(ISSUER, "lan")) == {first, second}
    assert rooms.officers.of_identity("https://other.example", "lan") == ()


def test_leaving_ends_one_session_only(rooms: ArchiveRooms) -> None:
    """The one at another computer goes on."""
    officer = an_officer(rooms)
    here, there = (rooms.officers.begin(officer.id, now=NOON, lasting=DAY) for _ in range(2))
    rooms.officers.leave(here)
    rooms.officers.leave(here)
    assert rooms.officers.at_work(here, now=NOON) is None
    assert rooms.officers.at_work(there, now=NOON) == officer


def test_nothing_in_the_database_opens_a_door(rooms: ArchiveRooms) -> None:
    """Neither the secret of a session nor that of a login is kept."""
    session = rooms.officers.begin(an_officer(rooms).id, now=NOON, lasting=DAY)
    _, login = rooms.logins.begin("/desk", now=NOON)
    with rooms.database.reading() as connection:
        rows = [connection.execute(text(f"SELECT * FROM {table}")).one() for table in ("sessions", "logins")]  # noqa: S608
    for row in rows:
        raw = [bytes(value) for value in row if isinstance(value, bytes | memoryview)]
        assert session not in str(row)
        assert login not in str(row)
        assert not any(secret.encode() in value for secret in (session, login) for value in raw)


def test_sessions_that_are_over_are_dropped_when_one_begins(rooms: ArchiveRooms) -> None:
    """The table does not grow with the years."""
    officer = an_officer(rooms)
    for day in range(3):
        rooms.officers.begin(officer.id, now=NOON + timedelta(days=day), lasting=DAY)
    with rooms.database.reading() as connection:
        assert connection.execute(text("SELECT count(*) FROM sessions")).scalar() == 1


def test_a_login_is_taken_once_and_not_late(rooms: ArchiveRooms) -> None:
    """Looking takes nothing; after ten minutes there is nothing to take."""
    made, secret = rooms.logins.begin("/desk/issuing", now=NOON)
    assert rooms.logins.look(secret, now=NOON) == made
    assert rooms.logins.take(secret, now=NOON) == made
    assert rooms.logins.take(secret, now=NOON) is None
    _, late = rooms.logins.begin("/desk", now=NOON)
    assert rooms.logins.look(late, now=NOON + LASTING) is None
    assert rooms.logins.take(late, now=NOON + LASTING) is None


def test_a_login_takes_only_the_answer_that_belongs_to_it(rooms: ArchiveRooms) -> None:
    """Not another state, and none once the person is known."""
    made, _ = rooms.logins.begin("/desk", now=NOON)
    assert made.answered_with(made.state)
    assert not made.answered_with("")
    assert not made.answered_with(f"{made.state}x")
    known, _ = rooms.logins.begin("/desk", now=NOON, identity=(ISSUER, "lan"))
    assert known.identity == (ISSUER, "lan")
    assert not known.answered_with(known.state)


def test_no_two_logins_share_anything_random(rooms: ArchiveRooms) -> None:
    """State, nonce, verifier and secret are new each time, and all long enough for RFC 7636."""
    made = [rooms.logins.begin("/desk", now=NOON) for _ in range(10)]
    random = {text for login, secret in made for text in (login.state, login.nonce, login.verifier, secret)}
    assert len(random) == 40
    assert {len(text) for text in random} == {43}


def test_acts_are_told_newest_first_to_their_member_alone(rooms: ArchiveRooms) -> None:
    """And no more of them than asked for."""
    for number, member in enumerate(("VN", "TH", "VN", "VN")):
        act = DeskAct(
            at=NOON,
            officer="",
            member=member,
            authority=3,
            act=f"act {number}",
            about="",
            outcome=ActOutcome.REFUSED,
            why="scope-missing",
        )
        rooms.acts.note(act)
    assert [act.act for act in rooms.acts.acts("VN")] == ["act 3", "act 2", "act 0"]
    assert [act.act for act in rooms.acts.acts("VN", most=1)] == ["act 3"]
