"""How tests are spread over processes: whole files, the pages in one process, what takes longest first."""

from typing import Final

from xdist.scheduler import LoadFileScheduling

_TOGETHER: Final = "tests/browser/"
"""A folder whose tests share a demonstration and a browser: one process starts both once."""
LONGEST_FIRST: Final = (_TOGETHER, "tests/faults/", "tests/end_to_end/", "tests/docs/")
"""Folders whose tests would keep one process busy at the end, while the others have nothing left to do."""


class ByRoom(LoadFileScheduling):  # type: ignore[misc]  # which carries no types
    """Gives each process whole files, in the order in which they were collected."""

    def _split_scope(self, nodeid: str) -> str:
        """Return what a test must stay together with."""
        return _TOGETHER if nodeid.startswith(_TOGETHER) else super()._split_scope(nodeid)


def rank(nodeid: str) -> int:
    """Return the place of a test's folder among those that take longest; others come after them."""
    return next(
        (place for place, start in enumerate(LONGEST_FIRST) if nodeid.startswith(start)), len(LONGEST_FIRST)
    )
