"""The ledger without a chain: for tests, examples and as its rules in plain words.

`MemoryLedger` answers the ports `Members`, `Registry`, `Recognitions` and `Procedures` as the contracts do,
refusal by refusal and in the same order; `tests/ports/` runs one suite on both.
"""

from ledger.memory.procedures import MemoryLedger

__all__ = ["MemoryLedger"]
