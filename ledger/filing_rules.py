"""What an archive asks of filings before it stores them, whichever archive it is."""

from collections.abc import Sequence

from ledger.batch import Batch
from ledger.errors import ReferenceAlreadyFiled
from ledger.ports import Filing


def check_batch(filings: Sequence[Filing], batch: Batch) -> None:
    """Raise `ValueError` unless the filings are those of a batch, signed by one key.

    Raises `ReferenceAlreadyFiled` when two of them have one reference.
    """
    if {filing.id for filing in filings} != batch.tree.positions.keys():
        raise ValueError("the filings are not those of the batch")
    if len({filing.account for filing in filings}) != 1:
        raise ValueError("a batch is signed by one key")
    first: dict[bytes, bytes] = {}
    for filing in filings:
        if first.setdefault(filing.terms.reference_key, filing.id) != filing.id:
            raise ReferenceAlreadyFiled(first[filing.terms.reference_key])
