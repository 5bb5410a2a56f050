"""What the contract said can be kept and said again."""

import dataclasses
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger import procedures_refusals, recognition_refusals, refusals
from ledger.facts import Standing
from ledger.operators import OperatorStatus
from ledger.origin.facts import ExporterStatus, Step
from ledger.refusal_json import RefusalUnknown, restated, stated
from ledger.refusals import ContractRefusal

OF_CONTRACTS = {refusals.__name__, recognition_refusals.__name__, procedures_refusals.__name__}
TWINS = [twin for twin in ContractRefusal.__subclasses__() if twin.__module__ in OF_CONTRACTS]
OPERANDS: dict[Any, st.SearchStrategy[Any]] = {
    bytes: st.binary(max_size=32),
    datetime: st.datetimes(timezones=st.just(UTC)),
    Standing: st.sampled_from(Standing),
    OperatorStatus: st.sampled_from([*OperatorStatus, 0]),
    Step: st.sampled_from([*Step, 0]),
    ExporterStatus: st.sampled_from([*ExporterStatus, 0]),
    int: st.integers(0, 2**256 - 1),
    str: st.text(),
}


@st.composite
def refused(draw: st.DrawFn) -> ContractRefusal:
    """Draw a refusal of any class with any operands."""
    twin = draw(st.sampled_from(TWINS))
    return twin(*(draw(OPERANDS[field.type]) for field in dataclasses.fields(twin)))


@given(refused())
def test_every_refusal_comes_back_with_its_operands(refusal: ContractRefusal) -> None:
    """Class, operands and sentence are the same after being written down."""
    again = restated(stated(refusal))
    assert type(again) is type(refusal)
    assert dataclasses.asdict(again) == dataclasses.asdict(refusal)
    assert str(again) == str(refusal)


@pytest.mark.parametrize(
    "text",
    [
        '{"refusal": "FromALaterRelease", "operands": {"id": "00"}}',
        '{"refusal": "dataclass", "operands": {}}',
    ],
)
def test_a_refusal_of_another_release_is_a_refusal_that_says_so(text: str) -> None:
    """An older program reads what a newer one has kept, and can keep it again."""
    refusal = restated(text)
    assert isinstance(refusal, RefusalUnknown)
    assert refusal.name in text
    assert refusal.name in str(refusal)
    assert str(restated(stated(refusal))) == str(refusal)


def test_a_refusal_with_other_operands_than_ours_is_unknown() -> None:
    """A class of the same name that has changed is not guessed at."""
    refusal = restated('{"refusal": "CertificateUnknown", "operands": {"number": 7}}')
    assert isinstance(refusal, RefusalUnknown)
    assert refusal.name == "CertificateUnknown"
