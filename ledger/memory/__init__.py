"""The ledger without a chain: for tests, examples and as its rules in plain words.

`MemoryLedger` answers the ports `Members`, `Registry` and `Recognitions` as the contracts do, refusal by
refusal and in the same order; `tests/ports/` runs one suite on both.
"""

from ledger.memory.registry import MemoryLedger

__all__ = ["MemoryLedger"]
