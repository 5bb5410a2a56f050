"""A bulk run does what issuing one by one does, loses nothing when it dies, and keeps little in memory."""

import csv
import io
import json
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from ledger import rules
from ledger.archive import ArchiveRooms, open_archive
from ledger.bulk.drawers import Drawers, DrawingStopped
from ledger.bulk.reading import MOST_BYTES, csv_rows, ndjson_rows
from ledger.bulk.rows import Desk, Faulty, Prepared, Raw, drawn_row, problems_of
from ledger.bulk.running import (
    Issued,
    Outcome,
    RowRefused,
    RunPaused,
    Waiting,
    Way,
    envelope_text,
    issue_in_bulk,
)
from ledger.certificate import Certificate
from ledger.documents import parse_document
from ledger.drawing import drawn_up
from ledger.envelope import canonical
from ledger.errors import (
    ArchiveUnavailable,
    ChainUnreachable,
    InputMalformed,
    LedgerError,
    Problem,
    SubmitterStopped,
)
from ledger.facts import LedgerName
from ledger.fsck import Examiner
from ledger.issuing import issue
from ledger.outbox import AlarmName
from ledger.ports import Ledger
from ledger.presented import examined, opened
from ledger.refusals import NotAuthorised, NotYourMember
from ledger.rounds import Policy
from ledger.submitting import assembled
from ledger.verdict import VerdictCode
from ledger.verifying import verify
from tests.api.desk import START, HandClock, a_new_document, a_world_in_memory
from tests.builders import ABSENT, a_document, a_vector, altered
from tests.worlds import NOBODY, World

VN = Desk("VN", ("VN office", "vn.example"), LedgerName(1337, NOBODY))
HERE = Way(batch=4, workers=1, patience=0.5)


@dataclass
class Office:
    """An issuing authority with an archive in a file, over a ledger in memory."""

    world: World
    rooms: ArchiveRooms
    clock: HandClock
    policy: Policy = field(default_factory=Policy)

    @property
    def ledger(self) -> Ledger:
        """The outside, as a process that just started has it."""
        return assembled(
            self.policy,
            members=self.world.ledger,
            registry=self.world.ledger,
            transactions=self.world.transactions,
            archive=self.rooms.certificates,
            outbox=self.rooms.outbox,
            clock=self.clock,
        )

    def run(self, rows: Sequence[Any], way: Way = HERE, **more: Any) -> list[Outcome]:
        """Issue documents, or rows as they are, in one run."""
        raws = [row if isinstance(row, bytes | Problem) else json.dumps(row).encode() for row in rows]
        account, ledger = self.world.account("VN issuing"), self.ledger
        try:
            number = self.world.authority("VN issuing")
            return list(
                issue_in_bulk(raws, authority=number, account=account, ledger=ledger, way=way, **more)
            )
        finally:
            ledger.carrier.close()

    def wrong(self) -> list[Any]:
        """Return what archive and chain disagree about."""
        return list(Examiner(self.ledger).discrepancies())


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """Return the office of VN."""
    clock = HandClock()
    rooms = open_archive(f"sqlite:///{tmp_path / 'archive.sqlite3'}")
    yield Office(a_world_in_memory(clock), rooms, clock)
    rooms.close()


def documents(count: int) -> list[dict[str, Any]]:
    """Return so many documents, each with a reference of its own."""
    return [a_new_document() for _ in range(count)]


# ------------------------------------------------------------------------------------------------ one row


def test_a_row_is_drawn_up_as_issuing_it_alone_would_draw_it_up() -> None:
    """Document, terms, id and envelope are the same to the byte, with the same salts."""
    document = a_new_document()
    row = drawn_row(json.dumps(document).encode(), VN, START.date())
    assert isinstance(row, Prepared)
    alone = drawn_up(parse_document(document), VN.issuer, VN.ledger, row.seed)
    assert (row.id, row.document, row.terms("VN")) == (alone.id, canonical(alone.data), alone.terms)
    for siblings, root in (((), alone.id), ((b"\1" * 32, b"\2" * 32), b"\3" * 32)):
        assert row.envelope(siblings, root) == alone.envelope(siblings, root)


PLACES = ["/items/1/hsCode", "/validUntil", "/exportingMember", "/exporter/country", "/reference", "/items/3"]
VALUES = [ABSENT, "", "TH", "2026-11-30", "0901 11", "x" * 3000, 7, None, {}, "\u202e", True]


@given(st.lists(st.tuples(st.sampled_from(PLACES), st.sampled_from(VALUES)), max_size=3))
def test_a_row_meets_the_rules_that_issuing_it_alone_meets(changes: list[tuple[str, Any]]) -> None:
    """The same places are named with the same rules, whatever is wrong."""
    document = a_document()
    for pointer, value in changes:
        if value is not ABSENT or pointer.lstrip("/") in document:
            document = altered(document, pointer, value)
    row = drawn_row(json.dumps(document).encode(), VN, START.date())
    expected: tuple[Problem, ...] = ()
    try:
        certificate: Certificate = parse_document(json.loads(json.dumps(document)))
        found = rules.refusals(rules.check(certificate, on=START.date()))
        expected = tuple(Problem(one.pointer, one.rule, one.message) for one in found)
        if not expected and certificate.exporting_member != "VN":
            expected = problems_of(NotYourMember(certificate.exporting_member, "VN"))
    except LedgerError as error:
        expected = problems_of(error)
    assert (row.problems if isinstance(row, Faulty) else ()) == expected


# ------------------------------------------------------------------------------------------------ reading


def test_lines_are_read_one_by_one_and_a_line_that_is_too_long_is_one_row() -> None:
    """Empty lines are passed over, a byte order mark too, and the last line needs no end."""
    long = b"x" * (MOST_BYTES * 2)
    stream = io.BytesIO(b"\xef\xbb\xbf{1}\n\n  \r\n" + long + b"\n{2}")
    first, second, third = ndjson_rows(stream)
    assert (first, third) == (b"{1}\n", b"{2}")
    assert isinstance(second, Problem)
    assert second.rule == "row.too-long"


def flat(document: dict[str, Any], path: str = "") -> dict[str, str]:
    """Return a document as a row of a table."""
    cells: dict[str, str] = {}
    for key, value in document.items():
        if isinstance(value, dict):
            cells |= flat(value, f"{path}{key}.")
        else:
            cells[path + key] = str(value).lower() if isinstance(value, bool) else value
    return cells


def table(*given_documents: dict[str, Any]) -> bytes:
    """Return documents as a table."""
    rows = [flat(document) for document in given_documents]
    sheet = io.StringIO()
    writer = csv.DictWriter(sheet, list(dict.fromkeys(name for row in rows for name in row)))
    writer.writeheader()
    writer.writerows(rows)
    return sheet.getvalue().encode()


def rows_of(sheet: bytes) -> tuple[Desk, list[Raw]]:
    """Return the rows of a table and the desk that takes them."""
    columns, rows = csv_rows(io.BytesIO(sheet))
    return Desk(VN.member, VN.issuer, VN.ledger, columns), list(rows)


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_a_row_of_a_table_is_the_document_it_was_made_from(mark: bytes) -> None:
    """Empty cells are fields left out, quotation holds line ends, and a byte order mark is passed over."""
    given_documents = [a_new_document(), a_vector("sg-my-pepper-back-to-back"), a_new_document()]
    desk, raws = rows_of(mark + table(*given_documents))
    for document, raw in zip(given_documents, raws, strict=True):
        row = drawn_row(raw, desk, START.date())
        if document["exportingMember"] == "VN":
            assert isinstance(row, Prepared)
            assert json.loads(row.document).items() >= document.items()
        else:
            assert isinstance(row, Faulty)
            assert [problem.rule for problem in row.problems] == ["NotYourMember"]


def test_ticks_that_a_table_leaves_out_are_not_ticked_and_others_are_true_or_false() -> None:
    """Whoever means yes writes true."""
    document = a_new_document()
    cells = {name: cell for name, cell in flat(document).items() if not name.startswith("endorsements.")}
    for tick, rule in (("", None), ("false", None), ("yes", "type.boolean")):
        sheet = io.StringIO()
        csv.writer(sheet).writerows([[*cells, "endorsements.exhibition"], [*cells.values(), tick]])
        desk, (raw,) = rows_of(sheet.getvalue().encode())
        row = drawn_row(raw, desk, START.date())
        problems = row.problems if isinstance(row, Faulty) else ()
        assert [problem.rule for problem in problems] == [rule] * bool(rule)


@pytest.mark.parametrize(
    "header",
    [b"", b"\n", b"a,a\n", b"a,,b\n", b"a,a.b\n", b"a..b\n", b'"a\n', b"\xff\n", b".a\n", b"a" + b".a" * 40],
)
def test_a_header_that_cannot_be_used_is_refused(header: bytes) -> None:
    """Before anything is issued."""
    with pytest.raises(InputMalformed):
        csv_rows(io.BytesIO(header))


def test_a_column_within_a_tick_box_is_a_problem_of_the_row() -> None:
    """A tick-box has nothing in it."""
    desk, (row,) = rows_of(b"endorsements.deMinimis.x\n1\n")
    drawn = drawn_row(row, desk, START.date())
    assert isinstance(drawn, Faulty)
    assert drawn.problems[0].rule == "csv.header"


def test_cells_too_many_are_a_row_refused_and_broken_quotation_ends_the_table() -> None:
    """Nothing after it means what it seems to."""
    desk, raws = rows_of(b'reference,scheme\na,b,c\n\na\n"a"x,b\na,b\n')
    rows = [drawn_row(raw, desk, START.date()) for raw in raws]
    found = [row.problems[0].rule for row in rows if isinstance(row, Faulty)]
    assert found == ["csv.cells", "csv.cells", "csv.syntax"]


# ------------------------------------------------------------------------------------------------ processes


def test_a_drawing_process_loads_neither_the_chain_nor_the_database() -> None:
    """It starts quickly and stays small."""
    code = "import sys, ledger.bulk.worker; print(*sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], check=True, capture_output=True, text=True).stdout
    heavy = {"web3", "eth_account", "sqlalchemy", "ledger.chain", "ledger.archive", "fastapi", "typer"}
    assert not heavy & set(loaded.split())


def test_processes_draw_up_in_order_what_this_one_would() -> None:
    """However chunks are spread over them."""
    raws: list[Raw] = [json.dumps(document).encode() for document in documents(30)]
    raws[7] = b"{"
    drawers = Drawers(VN, 2, START.date)
    drawn = [row for chunk in drawers.drawn([raws[at : at + 3] for at in range(0, 30, 3)]) for row in chunk]
    drawers.close()
    sent = [json.loads(raw)["reference"] for raw in raws if isinstance(raw, bytes) and raw != b"{"]
    given_references = [row.given_reference for row in drawn if isinstance(row, Prepared)]
    assert given_references == sent
    assert isinstance(drawn[7], Faulty)


def test_a_drawing_process_that_fails_does_not_repeat_what_it_was_given() -> None:
    """Its standard error is its caller's, and may be a log."""
    given = _framed(VN) + _framed("no chunk, but confidential")
    command = [sys.executable, "-m", "ledger.bulk.worker"]
    process = subprocess.run(command, input=given, capture_output=True, check=False)
    assert process.returncode == 1
    assert process.stderr == b"a process that draws up certificates failed: ValueError\n"


def _framed(message: object) -> bytes:
    """Return a message as a `Connection` sends it."""
    body = pickle.dumps(message)
    return len(body).to_bytes(4, "big") + body


def test_a_drawing_process_that_dies_is_told() -> None:
    """And the others end."""
    chunks = [[json.dumps(document).encode()] for document in documents(20)]
    drawers = Drawers(VN, 2, START.date)
    drawn = drawers.drawn(chunks)
    next(drawn)
    os.kill(drawers.pids[0], 9)
    with pytest.raises(DrawingStopped):
        list(drawn)
    drawers.close()
    assert all(not Path(f"/proc/{pid}").exists() for pid in drawers.pids)


# ------------------------------------------------------------------------------------------------ a run


def test_every_row_is_issued_in_batches_and_its_envelope_verifies(office: Office) -> None:
    """In the order of the rows, with one anchor for each batch."""
    wanted = documents(10)
    outcomes = office.run(wanted)
    assert [outcome.row for outcome in outcomes] == list(range(1, 11))
    issued = [outcome for outcome in outcomes if isinstance(outcome, Issued)]
    assert [one.reference for one in issued] == [document["reference"] for document in wanted]
    assert len({one.write for one in issued}) == 3
    for one in issued:
        assert one.envelope is not None
        assert examined(opened(json.loads(one.envelope))).certificate == one.id
        assert verify(json.loads(one.envelope), office.ledger).code is VerdictCode.VALID
    assert office.wrong() == []


def test_the_envelope_is_the_one_that_the_archive_rebuilds(office: Office) -> None:
    """To the byte."""
    for one in office.run(documents(3)):
        assert isinstance(one, Issued)
        filing = office.rooms.certificates.find(one.id)
        assert filing is not None
        assert one.envelope == envelope_text(filing)


def test_the_same_run_again_finds_the_same_certificates(office: Office) -> None:
    """And what was issued alone before."""
    wanted = documents(6)
    account, number = office.world.account("VN issuing"), office.world.authority("VN issuing")
    with closing(office.ledger.carrier) as carrier:
        ledger = replace(office.ledger, carrier=carrier)
        alone = issue(parse_document(wanted[2]), authority=number, account=account, ledger=ledger)
    first, again = office.run(wanted), office.run(wanted)
    assert [(one.id, one.envelope) for one in first if isinstance(one, Issued)] == [
        (one.id, one.envelope) for one in again if isinstance(one, Issued)
    ]
    assert [one.again for one in first if isinstance(one, Issued)] == [
        False,
        False,
        True,
        False,
        False,
        False,
    ]
    assert all(isinstance(one, Issued) and one.again for one in again)
    assert isinstance(first[2], Issued)
    assert first[2].id == alone.filing.id
    assert office.wrong() == []


def test_envelopes_that_are_not_wanted_are_not_made(office: Office) -> None:
    """Those of rows whose lines are written already."""
    wanted = documents(3)
    office.run(wanted)
    assert [
        one.envelope for one in office.run(wanted, wanted=lambda _: False) if isinstance(one, Issued)
    ] == [None] * 3


def test_a_reference_twice_in_a_file_is_one_certificate_or_a_row_refused(office: Office) -> None:
    """In one batch and in two, by whether the documents are the same."""
    one, two = documents(2)
    other = altered(one, "/consignee/name", "Another Co.")
    outcomes = office.run([one, one, other, two, one, other])
    kinds = [type(outcome) for outcome in outcomes]
    assert kinds == [Issued, Issued, RowRefused, Issued, Issued, RowRefused]
    ids = {outcome.id for outcome in outcomes if isinstance(outcome, Issued)}
    assert len(ids) == 2
    refused = [outcome for outcome in outcomes if isinstance(outcome, RowRefused)]
    assert {(row.reference, row.problems[0].rule) for row in refused} == {
        (one["reference"], "ReferenceAlreadyFiled")
    }
    assert office.wrong() == []


def test_rows_with_mistakes_are_told_and_the_others_issued(office: Office) -> None:
    """Each by its number and the places concerned, never with what was sent."""
    outcomes = office.run(
        [
            a_new_document(),
            b'{"reference": "secret',
            altered(a_new_document(), "/items/1/hsCode", "secret"),
            a_new_document(validUntil="2026-11-30"),
            a_new_document(exportingMember="TH"),
            b"[]",
            a_new_document(),
        ]
    )
    assert [type(outcome) for outcome in outcomes] == [Issued, *[RowRefused] * 5, Issued]
    assert "secret" not in str(outcomes)
    assert all(outcome.problems for outcome in outcomes if isinstance(outcome, RowRefused))


def test_a_reference_that_the_ledger_holds_and_the_archive_does_not_is_refused(office: Office) -> None:
    """An anchor would not meet the contract's rule, and the certificate would be CONFLICTING for ever."""
    document = a_new_document()
    row = drawn_row(json.dumps(document).encode(), VN, START.date())
    assert isinstance(row, Prepared)
    terms = row.terms("VN")
    office.world.ledger.issue(terms, office.world.account("VN issuing"))
    outcomes = office.run([*documents(2), document])
    assert [type(outcome) for outcome in outcomes] == [Issued, Issued, RowRefused]
    assert isinstance(outcomes[2], RowRefused)
    assert outcomes[2].problems[0].rule == "ReferenceAlreadyUsed"


def test_certificates_with_parents_get_entries_of_their_own(office: Office) -> None:
    """The contract looks at parents only then; a parent it does not know is a row refused."""
    document = a_vector("sg-my-pepper-back-to-back")
    unknown = altered(document, "/exportingMember", "VN")
    unknown = altered(unknown, "/exporter/country", "VN")
    outcomes = office.run([*documents(2), unknown, *documents(1)])
    assert [type(outcome) for outcome in outcomes] == [Issued, Issued, RowRefused, Issued]
    assert office.wrong() == []


def test_a_key_that_may_not_issue_is_told_before_a_row_is_read(office: Office) -> None:
    """Nothing is drawn up for it."""

    def rows() -> Iterator[Any]:
        yield pytest.fail("a row was read")

    number, account = office.world.authority("VN customs"), office.world.account("VN customs")
    with pytest.raises(NotAuthorised):
        issue_in_bulk(rows(), authority=number, account=account, ledger=office.ledger)


# ------------------------------------------------------------------------------------------------ trouble


def silence(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the chain take no transaction any more."""

    def silent(*_: object, **__: object) -> Any:
        raise ChainUnreachable("it is silent")

    monkeypatch.setattr(office.world.transactions, "send", silent)


def told_until_trouble(
    office: Office, rows: Sequence[Any], way: Way
) -> tuple[list[Outcome], type[Exception]]:
    """Return the outcomes before a run raised, and what it raised."""
    ledger, account = office.ledger, office.world.account("VN issuing")
    raws = [json.dumps(row).encode() for row in rows]
    number, outcomes = office.world.authority("VN issuing"), list[Outcome]()
    try:
        run = issue_in_bulk(raws, authority=number, account=account, ledger=ledger, way=way)
        outcomes.extend(run)
    except LedgerError as error:
        return outcomes, type(error)
    finally:
        ledger.carrier.close()
    raise AssertionError("it did not raise")


def test_a_silent_chain_ends_the_run_with_what_is_accepted_and_the_next_run_goes_on(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Accepted rows are told as waiting; nothing is issued twice."""
    wanted = documents(30)
    with monkeypatch.context() as broken:
        silence(office, broken)
        outcomes, raised = told_until_trouble(office, wanted, HERE)
    assert raised is RunPaused
    waiting = [outcome for outcome in outcomes if isinstance(outcome, Waiting)]
    assert len(waiting) == len(outcomes) == HERE.under_way * HERE.batch
    later = office.run(wanted)
    assert [one.id for one in later[: len(waiting)] if isinstance(one, Issued)] == [one.id for one in waiting]
    assert all(isinstance(one, Issued) for one in later)
    assert office.wrong() == []


def test_a_service_goes_on_accepting_while_the_chain_is_silent(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All rows are accepted, and go out when it speaks again."""
    silence(office, monkeypatch)
    outcomes = office.run(documents(30), Way(batch=4, workers=1, patience=0.1, go_on=True))
    assert len(outcomes) == 30
    assert all(isinstance(outcome, Waiting) for outcome in outcomes)


def test_a_run_waits_while_more_is_under_way_than_allowed(office: Office) -> None:
    """Back-pressure: the outbox never holds more than its bound and one batch, and all rows get through."""
    office.policy = Policy(waiting=4)
    most: list[int] = []

    def watched() -> Iterator[Raw]:
        for document in documents(30):
            most.append(office.rooms.outbox.backlog().certificates)
            yield json.dumps(document).encode()

    ledger, account = office.ledger, office.world.account("VN issuing")
    number = office.world.authority("VN issuing")
    outcomes = list(issue_in_bulk(watched(), authority=number, account=account, ledger=ledger, way=HERE))
    ledger.carrier.close()
    assert len(outcomes) == 30
    assert max(most) <= 8


def test_an_alarm_ends_the_run(office: Office) -> None:
    """An operator looks first."""
    account = office.world.account("VN issuing")
    office.rooms.outbox.raise_alarm(AlarmName.WRITE_FAILS, account, "test", now=office.clock())
    outcomes, raised = told_until_trouble(office, documents(3), HERE)
    assert (outcomes, raised) == ([], SubmitterStopped)


def test_an_insert_that_fails_leaves_no_half_batch(office: Office) -> None:
    """A trigger fails one row of the second batch; the first is issued, the second as a whole is not."""
    wanted = documents(8)
    reference = "".join(char for char in wanted[6]["reference"].upper() if char.isalnum())
    trigger = (
        "CREATE TRIGGER fails BEFORE INSERT ON certificates "
        f"WHEN NEW.reference = '{reference}' BEGIN SELECT RAISE(FAIL, 'disk'); END"
    )
    with office.rooms.database.writing() as connection:
        connection.execute(text(trigger))
    outcomes, raised = told_until_trouble(office, wanted, HERE)
    assert issubclass(raised, ArchiveUnavailable)
    assert [type(outcome) for outcome in outcomes] == [Issued] * 4
    assert len(office.rooms.certificates.filings(office.world.authority("VN issuing"))) == 4
    with office.rooms.database.writing() as connection:
        connection.execute(text("DROP TRIGGER fails"))
    assert all(isinstance(one, Issued) for one in office.run(wanted))
    assert office.wrong() == []


def test_two_runs_of_one_file_at_once_issue_each_certificate_once(office: Office) -> None:
    """One submits for both; each tells all rows."""
    wanted = documents(40)
    told: list[list[Outcome]] = []
    patient = Way(batch=4, workers=1, patience=20)
    threads = [threading.Thread(target=lambda: told.append(office.run(wanted, patient))) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    first, second = ([one.id for one in run if isinstance(one, Issued)] for run in told)
    assert first == second
    assert len(set(first)) == 40
    assert office.wrong() == []
