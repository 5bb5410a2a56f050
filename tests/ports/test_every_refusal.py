"""Every custom error of the contracts, provoked on both ledgers with the same operands."""

from dataclasses import fields

import pytest

from ledger.chain.artefacts import CERTIFICATE_REGISTRY, artefact
from ledger.refusals import ContractRefusal
from tests.ports.provocations import PROVOCATIONS
from tests.worlds import World


@pytest.mark.parametrize("name", PROVOCATIONS)
def test_both_ledgers_refuse_alike(world: World, name: str) -> None:
    """The same step meets the same refusal with the same operands, and changes nothing."""
    brink = PROVOCATIONS[name](world)
    with pytest.raises(ContractRefusal) as caught:
        brink.step()
    assert type(caught.value).__name__ == name
    found = {field.name: getattr(caught.value, field.name) for field in fields(caught.value)}
    assert found == {field.name: getattr(brink.refusal, field.name) for field in fields(brink.refusal)}


def test_every_custom_error_is_provoked() -> None:
    """The table above names all errors of the ABI and no other."""
    errors = {item["name"] for item in artefact(CERTIFICATE_REGISTRY).abi if item["type"] == "error"}
    assert set(PROVOCATIONS) == errors
