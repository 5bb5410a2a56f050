"""What a kind of problem is (RFC 9457)."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class ProblemType:
    """One kind of problem."""

    code: str
    status: int
    title: str
    advice: str
    """What the caller does about it."""

    @property
    def uri(self) -> str:
        """The `type` of RFC 9457."""
        return f"/problems/{self.code}"
