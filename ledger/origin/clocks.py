"""The clocks of the procedures, in days, as policy data by scheme and date of issue.

Sources: ATIGA Annex 8 (OCP) Rules 13, 18, 19 and 30; RCEP Article 3.24.  Where RCEP gives a range (a reply
in 30 to 90 days, a determination in 90 to 180), the longest is taken, for nobody may be called late before.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from ledger.origin.facts import Step


@dataclass(frozen=True, slots=True, kw_only=True)
class Clocks:
    """Days from one step to what is due next."""

    reply: int = 90
    """Rule 18(b): a reply, from receipt of the request."""
    conclude: int = 180
    """Rule 18(d): the whole retroactive check, from receipt of the request."""
    consent: int = 30
    """Rule 19.5: the exporter's written consent, from receipt of the notice."""
    postponed: int = 60
    """Rule 19.6: a postponed visit, from receipt of the notice."""
    comments: int = 30
    """Rule 19.9: comments on the determination."""
    final: int = 30
    """Rule 19.9: the final determination, from the comments."""
    visit: int = 180
    """Rule 19.10: the whole visit, from its notice."""
    refusal: int = 60
    """Rules 13.2, 13.3, 30.3: grounds of a refusal to the issuer, from receipt of the proof."""


ATIGA: Final = Clocks()
RCEP: Final = Clocks()


def clocks_for(scheme: int, issued_on: date) -> Clocks:  # noqa: ARG001 - the texts in force so far agree
    """Return the clocks for proofs of a scheme (`ledger.terms.Scheme`) issued on a day."""
    return RCEP if scheme in {3, 4} else ATIGA


def due_after(
    step: Step, at: datetime, clocks: Clocks, *, notified_at: datetime | None = None
) -> tuple[datetime | None, datetime | None]:
    """Return when the next step is due after a step taken at a moment, and when the whole case is.

    None for the first: with the whole case; for the second: as before.  `notified_at` is when notice of a
    visit was given, from which a postponed one counts.
    """

    def after(days: int) -> datetime:
        return at + timedelta(days=days)

    ahead: dict[Step, tuple[datetime | None, datetime | None]] = {
        Step.OPENED: (after(clocks.reply), after(clocks.conclude)),
        Step.ACKNOWLEDGED: (after(clocks.reply), after(clocks.conclude)),
        Step.ASKED_AGAIN: (after(clocks.reply), None),
        Step.VISIT_NOTIFIED: (after(clocks.consent), after(clocks.visit)),
        Step.VISIT_POSTPONED: ((notified_at or at) + timedelta(days=clocks.postponed), None),
        Step.DETERMINED: (after(clocks.comments), None),
        Step.COMMENTED: (after(clocks.final), None),
    }
    return ahead.get(step, (None, None))
