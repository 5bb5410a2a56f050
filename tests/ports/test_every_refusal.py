"""Every custom error of the contracts, provoked on both ledgers with the same operands."""

from dataclasses import fields

import pytest

from ledger.chain.artefacts import CERTIFICATE_REGISTRY, ORIGIN_PROCEDURES, RECOGNITION_REGISTRY, artefact
from ledger.refusals import ContractRefusal
from tests.ports import procedure_provocations, recognition_provocations  # noqa: F401 - join the table
from tests.ports.provocations import PROVOCATIONS
from tests.worlds import World

OF_FOUNDING = {"MembersInvalid", "CertificatesInvalid"}
"""Refused before there is a ledger; `tests/ledger/chain/test_deploy.py` provokes them."""


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
    contracts = (CERTIFICATE_REGISTRY, RECOGNITION_REGISTRY, ORIGIN_PROCEDURES)
    errors = {item["name"] for name in contracts for item in artefact(name).abi if item["type"] == "error"}
    assert set(PROVOCATIONS) == errors - OF_FOUNDING
