"""The words for what happens in verification cases, for both sides, in few words and as commands."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ledger.checking_turns import word
from ledger.origin.facts import CaseGround, Step
from ledger.said import Said, said

GROUND_NAMES: Final[Mapping[CaseGround, Said]] = {
    CaseGround.RANDOM: said("Random check"),
    CaseGround.DOUBT: said("Reasonable doubt"),
}
DONE: Final[Mapping[Step, Said]] = {
    Step.OPENED: said("Check opened"),
    Step.ACKNOWLEDGED: said("Request received"),
    Step.REPLIED: said("Reply given"),
    Step.ASKED_AGAIN: said("Asked for more"),
    Step.VISIT_NOTIFIED: said("Notice of a visit given"),
    Step.VISIT_CONSENTED: said("Exporter consents to the visit"),
    Step.VISIT_DECLINED: said("Exporter declines the visit"),
    Step.VISIT_POSTPONED: said("Visit postponed"),
    Step.VISITED: said("Exporter visited"),
    Step.DETERMINED: said("Determination sent for comments"),
    Step.COMMENTED: said("Comments given"),
    Step.CONCLUDED: said("Concluded"),
}
"""What was done last, in a few words."""
DUE_WORDS: Final[Mapping[Step, Said]] = {
    Step.ACKNOWLEDGED: said("acknowledge the request"),
    Step.REPLIED: said("reply"),
    Step.ASKED_AGAIN: said("ask again"),
    Step.VISIT_NOTIFIED: said("give notice of a visit"),
    Step.VISIT_CONSENTED: said("pass on the exporter's consent"),
    Step.VISIT_DECLINED: said("pass on that the exporter declines"),
    Step.VISIT_POSTPONED: said("postpone the visit"),
    Step.VISITED: said("visit the exporter"),
    Step.DETERMINED: said("send the determination"),
    Step.COMMENTED: said("comment on the determination"),
    Step.CONCLUDED: said("conclude"),
}
"""What is due, after "is to"."""


@dataclass(frozen=True, slots=True)
class StepShown:
    """A step that may be taken now."""

    word: str
    """As the API has it."""
    name: Said
    """On its button."""
    hint: Said
    needs_text: bool = True


STEP_FORMS: Final[Mapping[Step, StepShown]] = {
    step: StepShown(word(step), name, hint, needs_text)
    for step, name, hint, needs_text in (
        (
            Step.ACKNOWLEDGED,
            said("Acknowledge the request"),
            said("From the acknowledgement, 90 days run for the reply (OCP Rule 18(b))."),
            False,
        ),
        (Step.REPLIED, said("Reply"), said("Say what was found, line by line (OCP Rule 18(b))."), True),
        (
            Step.ASKED_AGAIN,
            said("Ask again"),
            said("Say what is still to be explained (OCP Rule 18(d))."),
            True,
        ),
        (
            Step.VISIT_NOTIFIED,
            said("Give notice of a visit"),
            said("Say whom, when and what is to be visited (OCP Rule 19.2)."),
            True,
        ),
        (
            Step.VISIT_CONSENTED,
            said("Pass on the exporter's consent"),
            said("The exporter has consented in writing (OCP Rule 19.5)."),
            False,
        ),
        (
            Step.VISIT_DECLINED,
            said("Pass on that the exporter declines"),
            said("Customs may then refuse preference (OCP Rule 19.5)."),
            False,
        ),
        (
            Step.VISIT_POSTPONED,
            said("Postpone the visit"),
            said("Once, by at most 60 days from the notice (OCP Rule 19.6)."),
            False,
        ),
        (Step.VISITED, said("Record the visit"), said("The visit has taken place (OCP Rule 19)."), False),
        (
            Step.DETERMINED,
            said("Send the determination"),
            said("Say whether the goods originate, and why; the other side has 30 days (OCP Rule 19.9)."),
            True,
        ),
        (
            Step.COMMENTED,
            said("Comment on the determination"),
            said("Customs then concludes within 30 days (OCP Rule 19.9)."),
            False,
        ),
    )
}
