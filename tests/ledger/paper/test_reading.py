"""Whatever is handed in as PDF, the envelope comes out of it or one clear refusal."""

import zlib
from collections.abc import Callable
from io import BytesIO

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfWriter, _reader

from ledger.envelope import canonical
from ledger.errors import InputMalformed
from ledger.paper import envelope_in, is_pdf, paper_of
from tests.builders import a_document
from tests.ledger.paper.papers import enveloped

ENVELOPE = enveloped(a_document())
PAPER = paper_of(ENVELOPE)
SLOWLY = settings(max_examples=60, deadline=None)


def refused(content: bytes) -> str:
    """Return the rule by which a file is refused."""
    with pytest.raises(InputMalformed) as error:
        envelope_in(content)
    return error.value.rule


def survives(content: bytes) -> None:
    """See that a file is read or refused, and nothing else."""
    try:
        assert isinstance(envelope_in(content), bytes)
    except InputMalformed as error:
        assert error.rule in {"pdf.not-ours", "pdf.size"}  # noqa: PT017 - either is right


def attached(**files: bytes) -> bytes:
    """Return a PDF of another program with these files attached."""
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    for name, content in files.items():
        writer.add_attachment(name.replace("_", "."), content)
    out = BytesIO()
    writer.write(out)
    return out.getvalue()


def made_of(*objects: bytes, trailer: bytes = b"/Root 1 0 R") -> bytes:
    """Return a PDF of these objects, numbered from 1."""
    body, offsets = b"%PDF-1.7\n", []
    for number, inner in enumerate(objects, 1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%s\nendobj\n" % (number, inner)
    table = b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    size = len(objects) + 1
    return body + b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<</Size %d %s>>\nstartxref\n%d\n%%%%EOF" % (
        size,
        table,
        size,
        trailer,
        len(body),
    )


def listing(stream: bytes, *, dictionary: bytes = b"") -> bytes:
    """Return a PDF with one attached file of this stream."""
    return made_of(
        b"<</Type/Catalog /Names <</EmbeddedFiles <</Names [(envelope.json) 2 0 R]>>>>>>",
        b"<</Type/Filespec /UF (envelope.json) /EF <</F 3 0 R>>>>",
        b"<</Length %d %s>>\nstream\n%s\nendstream" % (len(stream), dictionary, stream),
    )


def test_the_envelope_comes_back_to_the_byte() -> None:
    """Also out of a file that another program has saved anew."""
    assert is_pdf(PAPER)
    assert envelope_in(PAPER) == canonical(ENVELOPE)
    writer = PdfWriter(clone_from=BytesIO(PAPER))
    out = BytesIO()
    writer.write(out)
    assert envelope_in(out.getvalue()) == canonical(ENVELOPE)
    assert envelope_in(listing(b"{}")) == b"{}"


def test_a_pdf_without_an_envelope_is_told_from_ours() -> None:
    """A scan, another file attached, or two envelopes, of which either could be meant."""
    assert refused(attached()) == "pdf.not-ours"
    assert refused(attached(other_json=b"{}")) == "pdf.not-ours"
    twice = made_of(
        b"<</Type/Catalog /Names <</EmbeddedFiles <</Names [(a) 2 0 R (b) 2 0 R]>>>>>>",
        b"<</Type/Filespec /UF (envelope.json) /EF <</F 3 0 R>>>>",
        b"<</Length 2>>\nstream\n{}\nendstream",
    )
    assert refused(twice) == "pdf.not-ours"


def test_what_unpacks_to_too_much_is_refused() -> None:
    """A bomb of ten megabytes or of fifty, and an envelope that is too large though it is none."""
    for megabytes in (10, 50):
        bomb = zlib.compress(bytes(megabytes * 2**20), 9)
        assert refused(listing(bomb, dictionary=b"/Filter/FlateDecode")) == "pdf.not-ours"
    twice = zlib.compress(zlib.compress(bytes(50 * 2**20), 9), 9)
    assert refused(listing(twice, dictionary=b"/Filter[/FlateDecode/FlateDecode]")) == "pdf.not-ours"
    assert refused(listing(b" " * (513 * 1024))) == "pdf.size"
    assert refused(PAPER + bytes(2**20)) == "pdf.size"


def test_an_encrypted_pdf_is_refused() -> None:
    """Nobody here has its password, not even an empty one."""
    writer = PdfWriter(clone_from=BytesIO(PAPER))
    writer.encrypt("secret", algorithm="RC4-128")
    out = BytesIO()
    writer.write(out)
    assert refused(out.getvalue()) == "pdf.not-ours"


@pytest.mark.parametrize(
    "objects",
    [
        [b"1 0 R"],
        [b"<</Names 1 0 R /EmbeddedFiles 1 0 R /Kids [1 0 R 1 0 R 1 0 R]>>"],
        [b"<</Names <</EmbeddedFiles 2 0 R>>>>", b"<</Kids [2 0 R 2 0 R 2 0 R 2 0 R 2 0 R]>>"],
        [b"<</Names 2 0 R>>", b"3 0 R", b"2 0 R"],
        [b"<</Names <</EmbeddedFiles <</Names [(x) 1 0 R]>>>> /UF (envelope.json) /EF 1 0 R /F 1 0 R>>"],
        [b"[" * 50_000],
        [b"<</A " * 50_000],
        [b"(" * 100_000],
        [b"<</Names " + b"[" * 900 + b"]" * 900 + b">>"],
    ],
)
def test_circles_and_depths_end(objects: list[bytes]) -> None:
    """References that lead back to themselves, and nesting without end."""
    assert refused(made_of(*objects)) == "pdf.not-ours"


@pytest.mark.parametrize("trailer", [b"", b"/Root 99 0 R", b"/Root 1 0 R /Prev 10", b"/Root 1 0 R /Prev 0"])
def test_broken_tables_are_refused(trailer: bytes) -> None:
    """A catalogue that is not there, and tables of objects that lead astray."""
    assert refused(made_of(b"<</Type/Catalog>>", trailer=trailer)) == "pdf.not-ours"


def test_texts_that_are_no_pdf_are_not_taken_for_one() -> None:
    """What begins as JSON is JSON."""
    assert not is_pdf(b'{"version": "x"}')
    assert refused(b"") == "pdf.not-ours"
    assert refused(b"%PDF-1.7") == "pdf.not-ours"


@SLOWLY
@given(end=st.integers(0, len(PAPER) - 1))
def test_a_file_that_was_cut_off_breaks_nothing(end: int) -> None:
    """Wherever the transfer stopped."""
    survives(PAPER[:end])


@SLOWLY
@given(st.lists(st.tuples(st.integers(0, len(PAPER) - 1), st.integers(0, 255)), min_size=1, max_size=40))
def test_flipped_bytes_break_nothing(flips: list[tuple[int, int]]) -> None:
    """Whatever stands where."""
    content = bytearray(PAPER)
    for at, byte in flips:
        content[at] = byte
    survives(bytes(content))


@SLOWLY
@given(st.binary(max_size=400), st.integers(0, 2))
def test_garbage_breaks_nothing(garbage: bytes, where: int) -> None:
    """Alone behind the mark, in a catalogue, or at the end of a file."""
    survives((b"%PDF-1.7\n" + garbage, made_of(garbage), PAPER + garbage)[where])


def counted(monkeypatch: pytest.MonkeyPatch, name: str) -> list[object]:
    """Count what pypdf does by one of the functions of its reader; returns a list of as many entries."""
    done: list[object] = []
    inner: Callable[..., object] = getattr(_reader, name)

    def counting(*given: object, **more: object) -> object:
        done.append(None)
        return inner(*given, **more)

    monkeypatch.setattr(_reader, name, counting)
    return done


def packed(*objects: bytes, outside: bytes) -> bytes:
    """Return a PDF with objects from 10 on packed into one stream, the catalogue first, and one outside."""
    body = b"%%PDF-1.7\n3 0 obj\n%s\nendobj\n" % outside
    places = [sum(len(one) for one in objects[:at]) for at in range(len(objects))]
    head = b" ".join(b"%d %d" % (10 + at, place) for at, place in enumerate(places)) + b" "
    pack, at = zlib.compress(head + b"".join(objects), 9), len(body)
    body += (
        b"5 0 obj\n<</Type/ObjStm /N %d /First %d /Filter/FlateDecode /Length %d>>"
        b"\nstream\n%s\nendstream\nendobj\n" % (len(objects), len(head), len(pack), pack)
    )

    def row(kind: int, place: int, index: int) -> bytes:
        return bytes([kind]) + place.to_bytes(3, "big") + index.to_bytes(2, "big")

    rows = [row(0, 0, 0)] * 3 + [row(1, 10, 0), row(0, 0, 0), row(1, at, 0)] + [row(0, 0, 0)] * 4
    rows += [row(2, 5, index) for index in range(len(objects))]
    table = zlib.compress(b"".join(rows), 9)
    return body + (
        b"4 0 obj\n<</Type/XRef /Size %d /W[1 3 2] /Root 10 0 R /Filter/FlateDecode /Length %d>>"
        b"\nstream\n%s\nendstream\nendobj\nstartxref\n%d\n%%%%EOF"
        % (10 + len(objects), len(table), table, len(body))
    )


CATALOGUE = b"<</Type/Catalog /Names <</EmbeddedFiles <</Names [(envelope.json) 11 0 R]>>>>>>"
FILE = b"<</Type/Filespec /UF (envelope.json) /EF <</F 3 0 R>>>>"


def test_a_file_whose_objects_are_packed_together_is_read() -> None:
    """Programs that make files small do this."""
    assert envelope_in(packed(CATALOGUE, FILE, outside=b"<</Length 2>>\nstream\n{}\nendstream")) == b"{}"


def test_a_file_is_not_searched_again_for_each_object_that_it_lacks(monkeypatch: pytest.MonkeyPatch) -> None:
    """A list of files that names thousands of objects which are nowhere, in a file of half a megabyte."""
    nodes = [
        b"<</Kids [%s]>>" % b" ".join(b"%d 0 R" % (1000 + 64 * one + kid) for kid in range(64))
        for one in range(64)
    ]
    kids = b" ".join(b"%d 0 R" % (2 + one) for one in range(64))
    catalogue = b"<</Type/Catalog /Names <</EmbeddedFiles <</Kids [%s]>>>>>>" % kids
    searched = counted(monkeypatch, "get_stream_data")
    assert refused(made_of(catalogue, *nodes, b"(" + b"a " * 250_000 + b")")) == "pdf.not-ours"
    assert len(searched) < 20


def test_texts_in_one_another_are_not_read_again_from_each_of_their_beginnings(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Objects that each begin in the one before, in the file itself and packed together."""
    begun = b"".join(b"%d 0 obj(" % number for number in range(1, 5000))
    ending = b"\ntrailer\n<</Root 1 0 R /Size 5000>>\nstartxref\n3\n%%EOF"
    read = counted(monkeypatch, "read_object")
    assert refused(b"%PDF-1.7\n" + begun + ending) == "pdf.not-ours"
    pack = packed(*[b"("] * 3000, b"(" * 100_000 + b")" * 103_000, outside=b"null")
    assert refused(pack) == "pdf.not-ours"
    assert len(read) < 100
