"""Back-to-back certificates: no more is re-exported than came in, however it is asked for."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ledger.certificate import Certificate, Replaced
from ledger.deciding import decide
from ledger.deciding_asked import Asked, DecisionRefused, Grant
from ledger.decision_port import Decision, Draft
from ledger.errors import CertificateRefused
from ledger.facts import Reason, Standing
from ledger.issuing import Issued, cancel, envelope_of, replace_certificate
from ledger.kept_port import NotKept
from ledger.origin.facts import LateGround
from ledger.origin.lines import lines_of
from ledger.presented import redacted
from ledger.reexporting import balance_of
from ledger.tree import tree_of
from ledger.writes import Decide
from tests.builders import a_measure
from tests.trade import Trade, a_shipment, envelope_in, re_exported

Source = tuple[Certificate, bytes, int]


@pytest.fixture
def trade() -> Trade:
    """Return four members and their offices."""
    return Trade()


def an_original(trade: Trade, reference: str = "VN-SG 1", *quantities: str) -> Source:
    """Issue an original from VN to SG, and let SG keep it."""
    document = a_shipment("VN", "SG", reference, *(quantities or ("100",)))
    issued = trade["VN"].issue(document)
    trade["SG"].keep(envelope_in(issued))
    return document, issued.filing.id, 1


def of_line(source: Source, line: int) -> Source:
    """Return another line of an original."""
    return source[0], source[1], line


def a_child(trade: Trade, reference: str, quantity: str, *sources: Source, to: str = "TH") -> Issued:
    """Let SG issue a back-to-back certificate of one line."""
    return trade["SG"].issue(re_exported("SG", to, reference, [(quantity, sources)]))


def pointers(refused: CertificateRefused) -> Sequence[str]:
    """Return the places that are refused."""
    return [finding.pointer for finding in refused.findings if finding.rule == "R11-QUANTITY"]


def left(trade: Trade, source: Source) -> list[str]:
    """Return what the lines of an original still hold."""
    return [f"{line.left:f}" for line in balance_of(source[1], trade["SG"].ledger)]


def test_the_sum_of_what_is_re_exported_stays_within_the_original(trade: Trade) -> None:
    """Also across importing members; what is left is told in the refusal."""
    source = an_original(trade)
    a_child(trade, "SG-TH 1", "60", source)
    a_child(trade, "SG-MY 1", "30", source, to="MY")
    with pytest.raises(CertificateRefused) as refused:
        a_child(trade, "SG-TH 2", "11", source)
    assert pointers(refused.value) == ["/items/1/quantity/value"]
    assert "only 10 KGM left" in str([finding.message for finding in refused.value.findings])
    a_child(trade, "SG-TH 2", "10", source)
    assert left(trade, source) == ["0"]


def test_issuing_the_same_certificate_again_draws_nothing_more(trade: Trade) -> None:
    """A retry finds what the first one left."""
    source = an_original(trade)
    first = a_child(trade, "SG-TH 1", "80", source)
    assert a_child(trade, "SG-TH 1", "80", source).filing.id == first.filing.id
    assert left(trade, source) == ["20"]


def test_a_line_that_rests_on_several_originals_takes_them_in_turn(trade: Trade) -> None:
    """Consolidation: many to one, each original to its end before the next."""
    first, second = an_original(trade, "VN-SG 1", "100"), an_original(trade, "VN-SG 2", "50")
    a_child(trade, "SG-TH 1", "120", first, second)
    assert (left(trade, first), left(trade, second)) == (["0"], ["30"])
    with pytest.raises(CertificateRefused):
        a_child(trade, "SG-TH 2", "31", first, second)


def test_each_line_of_an_original_has_a_balance_of_its_own(trade: Trade) -> None:
    """What one line lacks another does not lend."""
    source = an_original(trade, "VN-SG 1", "100", "40")
    with pytest.raises(CertificateRefused) as refused:
        trade["SG"].issue(
            re_exported("SG", "TH", "SG-TH 1", [("10", [source]), ("41", [of_line(source, 2)])])
        )
    assert pointers(refused.value) == ["/items/2/quantity/value"]
    assert left(trade, source) == ["100", "40"]


def test_an_original_that_nobody_presented_here_cannot_be_drawn_on(trade: Trade) -> None:
    """Its quantities are in the document alone."""
    document = a_shipment("VN", "SG", "VN-SG 1", "100")
    issued = trade["VN"].issue(document)
    with pytest.raises(NotKept):
        a_child(trade, "SG-TH 1", "10", (document, issued.filing.id, 1))


def test_a_quantity_in_another_unit_is_refused_with_the_unit_to_use(trade: Trade) -> None:
    """Nothing is converted: a piece has no weight that the ledger knows."""
    source = an_original(trade)
    child = re_exported("SG", "TH", "SG-TH 1", [("10", [source])])
    item = child.items[0]
    odd = replace(item, quantity=a_measure("10", "C62"))
    with pytest.raises(CertificateRefused) as refused:
        trade["SG"].issue(replace(child, items=(odd,)))
    assert pointers(refused.value) == ["/items/1/quantity/unit"]


def test_a_line_without_its_original_line_is_refused(trade: Trade) -> None:
    """Or it would be outside of every sum."""
    source = an_original(trade)
    with pytest.raises(CertificateRefused) as refused:
        trade["SG"].issue(re_exported("SG", "TH", "SG-TH 1", [("10", [source]), ("10", [])]))
    assert pointers(refused.value) == ["/items/2/originals"]


def test_a_line_number_that_the_original_lacks_is_refused(trade: Trade) -> None:
    """The original is here, so it can be told."""
    source = an_original(trade)
    with pytest.raises(CertificateRefused) as refused:
        a_child(trade, "SG-TH 1", "10", of_line(source, 2))
    assert pointers(refused.value) == ["/items/1/originals/1/item"]


def test_cancelling_an_unused_child_gives_its_quantity_back(trade: Trade) -> None:
    """One on which preference was granted keeps it, for the goods are gone."""
    source = an_original(trade)
    unused, used = a_child(trade, "SG-TH 1", "60", source), a_child(trade, "SG-TH 2", "40", source)
    grant(trade, used.filing.id)
    for child in (unused, used):
        ended(trade, child.filing.id)
    assert left(trade, source) == ["60"]
    with pytest.raises(CertificateRefused):
        a_child(trade, "SG-TH 3", "61", source)


def test_a_replacement_takes_up_what_the_replaced_one_had_drawn(trade: Trade) -> None:
    """Correcting a quantity upwards is limited by what is left in all."""
    source = an_original(trade)
    old = a_child(trade, "SG-TH 1", "60", source)
    a_child(trade, "SG-MY 1", "30", source, to="MY")
    with pytest.raises(CertificateRefused):
        replaced(trade, old, "71", source)
    replaced(trade, old, "70", source)
    assert left(trade, source) == ["0"]


def test_replacing_a_used_certificate_draws_anew(trade: Trade) -> None:
    """What was granted on the old one is imported; the new one covers other goods."""
    source = an_original(trade)
    old = a_child(trade, "SG-TH 1", "60", source)
    grant(trade, old.filing.id)
    with pytest.raises(CertificateRefused):
        replaced(trade, old, "41", source)


def test_what_is_imported_here_is_not_re_exported_as_well(trade: Trade) -> None:
    """And the other way round: both draw on the same certified quantity."""
    source = an_original(trade)
    trade["SG"].receive(envelope_of(trade["VN"].ledger.archive.find(source[1])))  # type: ignore[arg-type]

    def imported(declaration: str, quantity: str) -> None:
        office = trade["SG"]
        wish = Asked(
            certificate=source[1],
            declaration=declaration,
            presented_on=trade.now.date(),
            lines={1: Grant(Decimal(quantity), "KGM")},
            office="Pasir Panjang",
        )
        decide(wish, authority=office.customs, account=office.customs_key, ledger=office.ledger, wait=2)

    imported("D-1", "30")
    with pytest.raises(CertificateRefused):
        a_child(trade, "SG-TH 1", "71", source)
    a_child(trade, "SG-TH 1", "60", source)
    with pytest.raises(DecisionRefused):
        imported("D-2", "11")
    imported("D-2", "10")
    assert left(trade, source) == ["0"]


def test_what_is_imported_and_re_exported_in_the_same_moment_stays_within_the_original(trade: Trade) -> None:
    """Of two that saw all of it left the second looks again."""
    source = an_original(trade)
    office = trade["SG"]
    office.receive(envelope_of(trade["VN"].ledger.archive.find(source[1])))  # type: ignore[arg-type]
    wish = Asked(
        certificate=source[1],
        declaration="D-1",
        presented_on=trade.now.date(),
        lines={1: Grant(Decimal(50), "KGM")},
        office="Pasir Panjang",
    )

    class Slow:
        """Decisions that are filed a little after they were judged."""

        def __getattr__(self, name: str) -> Any:
            """Do all else as the decisions themselves."""
            return getattr(office.ledger.decisions, name)

        def file(self, draft: Draft) -> Decision:
            """Let another process issue a certificate first."""
            a_child(trade, "SG-TH 1", "60", source)
            return office.ledger.decisions.file(draft)

    slow = replace(office.ledger, decisions=Slow())
    with pytest.raises(DecisionRefused):
        decide(wish, authority=office.customs, account=office.customs_key, ledger=slow, wait=2)
    assert left(trade, source) == ["40"]


def test_a_tree_tells_parents_children_and_what_is_left(trade: Trade) -> None:
    """From whichever certificate it is asked, it is the same tree."""
    source = an_original(trade)
    child = a_child(trade, "SG-TH 1", "60", source)
    tree = tree_of(child.filing.id, trade["SG"].ledger)
    assert (
        set(tree.nodes) == {source[1], child.filing.id} == set(tree_of(source[1], trade["SG"].ledger).nodes)
    )
    top = tree.nodes[source[1]]
    assert (top.children, top.unseen, top.exceeded) == ((child.filing.id,), 0, False)
    assert [(f"{line.certified:f}", f"{line.reexported:f}") for line in top.lines] == [("100", "60")]
    assert tree.nodes[child.filing.id].parents == (source[1],)


@pytest.mark.parametrize("hidden", ["items.1.originals", "items.2"])
def test_a_redacted_copy_does_not_hide_what_is_re_exported(trade: Trade, hidden: str) -> None:
    """It counts as not seen where it names no originals, and a whole one takes its place."""
    first, second = an_original(trade), an_original(trade, "VN-SG 2")
    lines = [("100", [first]), ("70", [second])]
    whole = envelope_in(trade["SG"].issue(re_exported("SG", "TH", "SG-TH 1", lines)))
    thai = trade["TH"]
    for _, one, _ in (first, second):
        original = trade["VN"].ledger.archive.find(one)
        assert original is not None
        thai.receive(envelope_of(original))
    kept = thai.receive(redacted(whole, [hidden])).kept
    top = tree_of(kept.id, thai.ledger).nodes[second[1]]
    assert (top.lines[0].reexported == 70) or top.unseen == 1
    thai.receive(whole)
    top = tree_of(kept.id, thai.ledger).nodes[second[1]]
    assert (top.lines[0].reexported, top.unseen) == (Decimal(70), 0)


def test_what_a_dishonest_archive_issues_too_much_is_seen_by_who_holds_the_copies(trade: Trade) -> None:
    """Its own archive did not look; the importing member keeps what was presented, and sees."""
    source = an_original(trade)
    trade["SG"].ledger.archive.draws_on = lambda _: ()  # type: ignore[method-assign, assignment]
    for reference in ("SG-TH 1", "SG-TH 2"):
        child = a_child(trade, reference, "60", source)
        trade["TH"].receive(envelope_in(child))
    original = trade["VN"].ledger.archive.find(source[1])
    assert original is not None
    trade["TH"].receive(envelope_of(original))
    tree = tree_of(child.filing.id, trade["TH"].ledger)
    assert tree.nodes[source[1]].exceeded
    assert [f"{line.reexported:f}" for line in tree.nodes[source[1]].lines] == ["120"]


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.integers(1, 70),
            st.lists(st.sampled_from([(0, 1), (0, 2), (1, 1)]), min_size=1, max_size=3, unique=True),
            st.sampled_from(["issue", "issue", "cancel", "grant"]),
        ),
        max_size=12,
    )
)
def test_no_sequence_of_issues_and_ends_re_exports_more_than_was_certified(
    wishes: list[tuple[int, list[tuple[int, int]], str]],
) -> None:
    """Drawn at random; the sum over live or used children is compared with the originals each time."""
    trade = Trade()
    sources = [an_original(trade, "VN-SG 1", "100", "50"), an_original(trade, "VN-SG 2", "80")]
    made: dict[bytes, int] = {}
    for number, (quantity, places, act) in enumerate(wishes):
        if act == "issue":
            drawn = [of_line(sources[which], line) for which, line in places]
            try:
                made[a_child(trade, f"SG-TH {number}", str(quantity), *drawn).filing.id] = quantity
            except CertificateRefused:
                continue
        elif made and live(trade, one := list(made)[quantity % len(made)]):
            if act == "cancel":
                ended(trade, one)
            elif not granted(trade, one):
                grant(trade, one)
        counted = sum(amount for one, amount in made.items() if live(trade, one) or granted(trade, one))
        assert counted <= 100 + 50 + 80
        for source in sources:
            assert all(line.left >= Decimal(0) for line in balance_of(source[1], trade["SG"].ledger))


def live(trade: Trade, certificate: bytes) -> bool:
    """Whether a certificate has not ended."""
    return trade.chain.standing(certificate, trade.chain.head().time) is Standing.VALID


def grant(trade: Trade, certificate: bytes) -> None:
    """Let Thai customs grant preference on line 1."""
    trade.chain.write(
        Decide(
            certificate=certificate,
            declaration=bytes([1]) * 32,
            granted=(1,),
            used_up=(),
            refused=(),
            presented_at=trade.chain.head().time,
            late=LateGround.NONE,
            statement=bytes([2]) * 32,
        ),
        trade["TH"].customs_key,
    )


def granted(trade: Trade, certificate: bytes) -> bool:
    """Whether preference was granted on a certificate."""
    events = [one.event for one in trade.chain.life(certificate).occurrences]
    return any(lines_of(getattr(event, "granted", 0)) for event in events)


def ended(trade: Trade, certificate: bytes) -> None:
    """Let SG cancel one of its certificates."""
    office = trade["SG"]
    cancel(
        certificate,
        Reason.OTHER,
        authority=office.issuing,
        account=office.issuing_key,
        ledger=office.ledger,
        wait=2,
    )


def replaced(trade: Trade, old: Issued, quantity: str, source: Source) -> Issued:
    """Let SG replace a certificate by one with another quantity."""
    office = trade["SG"]
    named = Replaced(reference="SG-TH 1", issued_on=old.filing.terms.issued_on)
    certificate = re_exported("SG", "TH", "SG-TH 1R", [(quantity, [source])], replaces=named)
    return replace_certificate(
        old.filing.id,
        certificate,
        authority=office.issuing,
        account=office.issuing_key,
        ledger=office.ledger,
        wait=2,
    )
