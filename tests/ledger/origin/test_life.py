"""The life of a certificate, read from events: at any moment, in the order of the chain."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from ledger.events import Linked, Occurrence, moment
from ledger.facts import AsOf
from ledger.hashing import keccak
from ledger.origin.facts import Step, Use
from ledger.origin.life import Life, ordered, story_of, told_in
from ledger.writes import Receive
from tests.procedures import (
    DAY,
    DECLARATION,
    OTHER_DECLARATION,
    a_conclusion,
    a_decision,
    a_step,
    a_suspension,
    an_opening,
    did,
    took,
)
from tests.worlds import MemoryWorld


def world() -> MemoryWorld:
    """Return the assembled world in memory."""
    made = MemoryWorld()
    made.assemble()
    return made


def lived() -> tuple[MemoryWorld, bytes, list[Use]]:
    """Return a certificate to which much has happened, with its use by the ledger's own rules after each."""
    here = world()
    certificate = here.issued()
    views = [here.ledger.use(certificate)]
    decision = a_decision(here, certificate, granted=(1, 2), used_up=(1,), refused=(3,))
    for write, by in (
        (Receive(certificate), "TH customs"),
        (decision, "TH customs"),
        (an_opening(here, certificate, lines=(1, 2), suspended=(1,)), "TH customs"),
        (a_suspension(suspended=(1, 2)), "TH customs"),
        (an_opening(here, certificate, lines=(4,)), "TH customs"),
        (a_step(Step.ACKNOWLEDGED), "VN issuing"),
        (a_step(Step.REPLIED), "VN issuing"),
        (a_conclusion(confirmed=(2,), denied=(1,)), "TH customs"),
        (a_conclusion(case=2, confirmed=(4,)), "TH customs"),
        (
            replace(decision, declaration=OTHER_DECLARATION, granted=(2, 3), used_up=(), refused=()),
            "TH customs",
        ),
    ):
        here.advance(DAY)
        did(here, write, by)
        views.append(here.ledger.use(certificate))
    return here, certificate, views


def test_events_tell_what_the_ledger_s_own_rules_hold_after_each_of_them() -> None:
    """Use, claims and cases are worked out twice, and are the same."""
    here, certificate, views = lived()
    life = here.ledger.life(certificate)
    for count, use in enumerate(views, start=1):
        assert story_of(life.occurrences[:count], certificate).use == use
    told = told_in(life)
    assert told.cases == {number: here.ledger.case(number) for number in (1, 2)}
    assert told.claims[DECLARATION].granted == frozenset({1, 2})
    assert told.claims[OTHER_DECLARATION].granted == frozenset({2, 3})


def test_what_is_said_of_a_past_moment_never_changes() -> None:
    """Later events add to a life and take nothing from it."""
    here, certificate, views = lived()
    occurrences = here.ledger.life(certificate).occurrences
    for before, use, one in zip([Use(), *views[:-1]], views, occurrences, strict=True):
        assert story_of(occurrences, certificate, moment(one.at)).use == use
        just_before = moment(one.at) - timedelta(seconds=1)
        assert story_of(occurrences, certificate, just_before).use == before


def test_cases_about_an_original_say_nothing_of_its_own_use() -> None:
    """They stand in its life, and the lines in question are the other's."""
    here = world()
    original = here.issued()
    child = here.issued("TH issuing", exporting="TH", importing="VN", parents=(original,))
    did(here, an_opening(here, child, about=original, suspended=(1,)), "VN customs")
    took(here, Step.ACKNOWLEDGED)
    assert told_in(here.ledger.life(original)).use == Use()
    assert told_in(here.ledger.life(original)).cases == {}
    assert told_in(here.ledger.life(child)).use.suspended == frozenset({1})


def test_links_name_parents_and_children() -> None:
    """In the order of the chain."""
    one, two, three = (keccak(name) for name in (b"1", b"2", b"3"))
    links = [
        Occurrence(block, 0, 100, Linked(*pair)) for block, pair in enumerate([(one, two), (two, three)])
    ]
    life = Life(two, tuple(links), AsOf(2, moment(100)))
    assert (life.parents, life.children) == ((one,), (three,))


@given(st.permutations(range(8)), st.sets(st.integers(0, 7)))
def test_events_found_twice_and_in_any_order_are_told_once_and_in_order(
    places: list[int], again: set[int]
) -> None:
    """Two searches find the same event when it names a certificate twice."""
    events = {place: Occurrence(place // 2, place % 2, 100, Linked(b"", b"")) for place in range(8)}
    found = [events[place] for place in [*places, *again]]
    assert list(ordered(found)) == [events[place] for place in range(8)]
