"""The port `KeptCertificates` in this process."""

from collections.abc import Mapping, Sequence
from threading import Lock

from ledger.kept_port import Kept


class MemoryKept:
    """Presented copies in memory; see `ledger.kept_port.KeptCertificates` for what is promised."""

    def __init__(self) -> None:
        """Start with none."""
        self._lock = Lock()
        self._kept: dict[bytes, Kept] = {}

    def keep(self, kept: Kept) -> Kept:
        """Keep a copy, or return the one kept before under the same id, unless that hides more."""
        with self._lock:
            before = self._kept.setdefault(kept.id, kept)
            if kept.hidden < before.hidden:
                self._kept[kept.id] = kept
            return self._kept[kept.id]

    def kept(self, certificates: Sequence[bytes]) -> Mapping[bytes, Kept]:
        """Return the copies of these certificates, as far as they are kept, by id."""
        with self._lock:
            return {one: self._kept[one] for one in certificates if one in self._kept}
