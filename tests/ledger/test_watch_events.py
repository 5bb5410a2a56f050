"""What is told of a change to others is what was recorded with consent, and nothing that was not."""

from dataclasses import replace
from datetime import timedelta

from ledger.events import AuthorityAdded
from ledger.facts import Role
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


def test_other_authorities_of_its_member_are_told_what_all_others_are() -> None:
    """A chamber that issues certificates has no part in what an operator keeps from partners."""
    chronicle = Chronicle(MemoryReplica(), MemoryWatches())
    chronicle.tell()
    chronicle.block(
        AuthorityAdded(11, "MY", Role.ISSUING.value, "chamber", "chamber.example"),
        AuthorityAdded(12, "MY", Role.CUSTOMS.value, "customs", "customs.example"),
    )
    for name, authority in (("chamber", 11), ("customs", 12)):
        made = chronicle.watch(name, "MY")
        chronicle.watches.remove(made.authority, name)
        chronicle.watches.add(replace(made, authority=authority))
    chronicle.block(chronicle.status())
    chronicle.block(chronicle.status(status=OperatorStatus.SUSPENDED, consent=Consent(0)))
    chronicle.tell()
    chamber, customs = (chronicle.told(name)[-1]["data"] for name in ("chamber", "customs"))
    assert customs["status"] == "suspended"
    assert (chamber["exchanged"], "status" in chamber, "ground" in chamber) == (False, False, False)
