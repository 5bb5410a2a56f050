"""What a node answers that the contract cannot have answered."""

import pytest

from ledger.chain.values import entry_from, one_of
from ledger.errors import ChainUnreachable
from ledger.facts import ProposalKind, Reason, Standing


@pytest.mark.parametrize("kind", [Reason, ProposalKind, Standing])
def test_a_number_that_means_nothing_is_no_answer(kind: type[Reason | ProposalKind | Standing]) -> None:
    """Verifying then cannot check, and does not break."""
    with pytest.raises(ChainUnreachable, match=kind.__name__):
        one_of(kind, 99)


def test_an_entry_that_ended_for_no_reason_there_is_is_no_answer() -> None:
    """A verdict is never made of it."""
    fields = {
        "key": 1,
        "exporting": b"VN",
        "importing": b"TH",
        "scheme": 1,
        "issuedAt": 1,
        "validUntil": 2,
        "endedAt": 1,
        "reason": 99,
    }
    with pytest.raises(ChainUnreachable):
        entry_from(fields)
    assert entry_from(fields | {"reason": 1}) is not None
