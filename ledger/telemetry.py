"""What the steps report for the operator's monitoring, without knowing what becomes of it.

A `Ledger` carries one `Reports`; whoever watches (`api.metrics`) asks it to be told.  Nobody needs to.
What is told holds no particulars of certificates: kinds of writes, numbers, times, names of refusals.
"""

from typing import Protocol

from ledger.outbox import AlarmName, Dispatch
from ledger.refusals import ContractRefusal


class Telemetry(Protocol):
    """Whoever watches; a call returns at once and raises nothing."""

    def recorded(self, dispatch: Dispatch, waited: float) -> None:
        """Hear of a write that the chain holds for good, and the seconds since it was queued.

        Of a batch these are the seconds of the certificate in it that waited longest.
        """

    def refused(self, dispatch: Dispatch, refusal: ContractRefusal) -> None:
        """Hear of a write that the contract refused for good."""

    def alarmed(self, name: AlarmName, subject: str) -> None:
        """Hear that an alarm was raised, or raised again."""


class Reports:
    """Passes on to whoever watches; reaches nobody at first."""

    def __init__(self) -> None:
        """Start with nobody to tell."""
        self._told: tuple[Telemetry, ...] = ()

    def to(self, telemetry: Telemetry) -> None:
        """Tell this one too, from now on."""
        self._told = (*self._told, telemetry)

    def recorded(self, dispatch: Dispatch, waited: float) -> None:
        """Tell of a write that the chain holds for good, `waited` seconds after it was queued."""
        for each in self._told:
            each.recorded(dispatch, waited)

    def refused(self, dispatch: Dispatch, refusal: ContractRefusal) -> None:
        """Tell of a write that the contract refused for good."""
        for each in self._told:
            each.refused(dispatch, refusal)

    def alarmed(self, name: AlarmName, subject: str) -> None:
        """Tell of an alarm."""
        for each in self._told:
            each.alarmed(name, subject)
