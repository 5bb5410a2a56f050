"""A verification case between Thai customs, which asks, and the Vietnamese issuer, which is asked."""

from collections.abc import Collection
from dataclasses import dataclass, field
from typing import Any

from ledger.arranging import Actor
from ledger.checking import conclude, open_check, set_suspension, take_step
from ledger.checking_carrying import Checked
from ledger.checking_said import NOTHING, Opening, Words
from ledger.origin.facts import CaseFacts, CaseGround, Step
from ledger.origin.life import told_in
from tests.trade import WAIT, Office, Trade, a_shipment, envelope_in

DOUBT = Words(text="The criterion of line 2 does not fit its materials.")
SAID = Words(text="See the file that is handed over.", evidence=(b"\7" * 32,))
PATHS: dict[Step, tuple[Step, ...]] = {
    Step.OPENED: (),
    Step.ACKNOWLEDGED: (Step.ACKNOWLEDGED,),
    Step.REPLIED: (Step.ACKNOWLEDGED, Step.REPLIED),
    Step.ASKED_AGAIN: (Step.REPLIED, Step.ASKED_AGAIN),
    Step.VISIT_NOTIFIED: (Step.REPLIED, Step.VISIT_NOTIFIED),
    Step.VISIT_CONSENTED: (Step.REPLIED, Step.VISIT_NOTIFIED, Step.VISIT_CONSENTED),
    Step.VISIT_DECLINED: (Step.REPLIED, Step.VISIT_NOTIFIED, Step.VISIT_DECLINED),
    Step.VISIT_POSTPONED: (Step.REPLIED, Step.VISIT_NOTIFIED, Step.VISIT_POSTPONED),
    Step.VISITED: (Step.REPLIED, Step.VISIT_NOTIFIED, Step.VISIT_CONSENTED, Step.VISITED),
    Step.DETERMINED: (Step.REPLIED, Step.DETERMINED),
    Step.COMMENTED: (Step.REPLIED, Step.DETERMINED, Step.COMMENTED),
}
"""A way from the opening to each step."""
ASKED = {
    Step.ACKNOWLEDGED,
    Step.REPLIED,
    Step.VISIT_CONSENTED,
    Step.VISIT_DECLINED,
    Step.VISIT_POSTPONED,
    Step.COMMENTED,
}
"""Steps of the member that is asked."""


@dataclass
class Checking:
    """One certificate of three lines that was presented, and the two members at its ends."""

    trade: Trade = field(default_factory=Trade)
    certificate: bytes = field(init=False)
    number: int = 0

    def __post_init__(self) -> None:
        """Issue the certificate, and let Thai customs receive it."""
        issued = self.trade["VN"].issue(a_shipment("VN", "TH", "VN-TH 26/02/00077", "100", "50", "7"))
        self.certificate = issued.filing.id
        self.trade["TH"].receive(envelope_in(issued))

    def opened(self, **more: Any) -> Checked:
        """Let Thai customs ask about lines 1 and 2, doubting, with preference for line 2 suspended."""
        given: dict[str, Any] = {
            "certificate": self.certificate,
            "lines": (1, 2),
            "suspended": (2,),
            "ground": CaseGround.DOUBT,
            "words": DOUBT,
        }
        done = open_check(Opening(**given | more), self.customs, self.trade["TH"].ledger, WAIT)
        self.number = done.number or self.number
        return done

    def at(self, step: Step) -> "Checking":
        """Open a case and lead it to a step."""
        self.opened()
        for one in PATHS[step]:
            self.takes(one)
        return self

    def takes(self, step: Step, words: Words = SAID, *, by: str = "", **more: Any) -> Checked:
        """Take a step as the side whose it is, or as a member named."""
        member = by or ("VN" if step in ASKED else "TH")
        office = self.trade[member]
        actor = issuer_of(office) if step in ASKED else customs_of(office)
        return take_step(self.number, step, words, actor, office.ledger, WAIT, **more)

    def suspends(self, *lines: int, by: str = "TH", words: Words = NOTHING) -> Checked:
        """Set of which lines preference is suspended."""
        office = self.trade[by]
        return set_suspension(self.number, lines, words, customs_of(office), office.ledger, WAIT)

    def concludes(
        self,
        confirmed: Collection[int] = (1, 2),
        denied: Collection[int] = (),
        *,
        by: str = "TH",
        words: Words = SAID,
    ) -> Checked:
        """Conclude the case."""
        office = self.trade[by]
        return conclude(
            self.number,
            confirmed,
            denied,
            words,
            actor=customs_of(office),
            ledger=office.ledger,
            wait=WAIT,
        )

    @property
    def customs(self) -> Actor:
        """Thai customs."""
        return customs_of(self.trade["TH"])

    @property
    def case(self) -> CaseFacts:
        """The case as the ledger has it."""
        found = self.trade.chain.case(self.number)
        assert found is not None
        assert told_in(self.trade.chain.life(self.certificate)).cases[self.number] == found
        return found


def customs_of(office: Office) -> Actor:
    """Return a member's customs."""
    return Actor(office.customs, office.customs_key)


def issuer_of(office: Office) -> Actor:
    """Return a member's issuing authority."""
    return Actor(office.issuing, office.issuing_key)
