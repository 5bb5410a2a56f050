"""What is not the ledger it should be, and keys that everybody knows: no process starts on them."""

from collections.abc import Callable

import pytest

from tests.faults.node import FaultyNode, of_another_chain
from tests.faults.station import ACCOUNT, Station

pytestmark = [
    pytest.mark.chain,
    pytest.mark.slow,
    pytest.mark.parametrize("database_kind", ["sqlite"], indirect=True),
]
PROGRAMS = {"service": ("api",), "submitter": ("asal", "--as", ACCOUNT, "outbox", "run")}


def _of_another_chain(station: Station, faulty: FaultyNode) -> Station:
    faulty.behaviour = of_another_chain(1338)
    return station.at(faulty.url)


def _of_no_contract(station: Station, _: FaultyNode) -> Station:
    return station.at(registry=ACCOUNT)


def _of_another_contract(station: Station, _: FaultyNode) -> Station:
    elsewhere = f"0x{'c0' * 20}"
    station.rpc("anvil_setCode", elsewhere, "0x6001600155")
    return station.at(registry=elsewhere)


def _of_a_real_network(station: Station, faulty: FaultyNode) -> Station:
    faulty.behaviour = of_another_chain(1)
    return station.at(faulty.url, chain_id=1)


CASES: dict[str, tuple[Callable[[Station, FaultyNode], Station], str]] = {
    "another chain": (_of_another_chain, "serves chain 1338"),
    "no contract": (_of_no_contract, "there is no contract"),
    "another contract": (_of_another_contract, "is not the CertificateRegistry"),
    "a well-known key on a real network": (_of_a_real_network, "publicly known development key"),
}


@pytest.mark.parametrize("program", PROGRAMS)
@pytest.mark.parametrize("case", CASES)
def test_it_does_not_start_and_says_why(
    station: Station, faulty: FaultyNode, case: str, program: str
) -> None:
    """Case 17: exit code other than 0, a sentence that names the reason, and nothing sent."""
    change, sentence = CASES[case]
    name, *arguments = PROGRAMS[program]
    process = change(station, faulty).starting(name, *arguments, ASAL_PORT="0")
    assert process.wait() not in {0, None}
    assert sentence in " ".join(process.said().split())
    assert faulty.sent() == []
