"""Why a certificate cannot be put on paper."""

from dataclasses import dataclass

from ledger.errors import Refused


@dataclass(eq=False)
class PaperNotPossible(Refused):
    """An envelope that is not printed: what stands on paper must be what the file inside it says."""

    rule: str
    """Stable code, such as `paper.altered`."""
    message: str
    """What is wanted, without what was given."""

    def __str__(self) -> str:
        return self.message
