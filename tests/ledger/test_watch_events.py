"""What is told of a change to others is what was recorded with consent, and nothing that was not."""

from datetime import timedelta

from ledger.memory_replica import MemoryReplica
from ledger.memory_watches import MemoryWatches
from ledger.operators import Consent, OperatorStatus
from tests.watched import START, Chronicle

DAY = timedelta(days=1)


def test_what_was_recorded_without_consent_is_not_told_later_as_the_status_before() -> None:
    """Though the newest change before agreed: that one begins later than the day which is compared."""
    chronicle = Chronicle(MemoryReplica(), MemoryWatches())
    chronicle.tell()
    chronicle.watch("theirs", "TH")
    chronicle.watch("own", "MY")
    chronicle.block(chronicle.status(effective_from=START - 9 * DAY))
    chronicle.block(
        chronicle.status(effective_from=START - 8 * DAY, status=OperatorStatus.SUSPENDED, consent=Consent(0))
    )
    chronicle.block(chronicle.status(effective_from=START + 5 * DAY))
    chronicle.block(chronicle.status(effective_from=START, status=OperatorStatus.REVOKED))
    chronicle.tell()
    theirs, own = (chronicle.told(name)[-1]["data"] for name in ("theirs", "own"))
    assert (theirs["status"], theirs["statusBefore"]) == ("revoked", None)
    assert own["statusBefore"] == "suspended"
