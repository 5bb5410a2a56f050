"""The order of the steps in a verification case (OCP Rules 18 and 19), the same in the contract.

A step is taken by one side, from some of the steps before it.  From others only once the step that was due
then is overdue: customs need not wait for an answer that does not come.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Final

from ledger.origin.facts import Step


class Side(Enum):
    """Who takes a step."""

    ASKING = "asking"
    """Customs of the importing member."""
    ASKED = "asked"
    """An issuing authority of the member that is asked."""


@dataclass(frozen=True, slots=True)
class Order:
    """When a step can be taken, and by whom."""

    side: Side
    after: frozenset[Step]
    overdue: frozenset[Step] = frozenset()
    """Steps after which it can be taken once what was due is overdue."""


_AWAITING_REPLY: Final = frozenset({Step.OPENED, Step.ACKNOWLEDGED, Step.ASKED_AGAIN})
_AWAITING_EXPORTER: Final = frozenset({Step.VISIT_NOTIFIED, Step.VISIT_POSTPONED, Step.VISIT_CONSENTED})

ORDERS: Final[Mapping[Step, Order]] = {
    Step.ACKNOWLEDGED: Order(Side.ASKED, frozenset({Step.OPENED})),
    Step.REPLIED: Order(Side.ASKED, _AWAITING_REPLY),
    Step.ASKED_AGAIN: Order(Side.ASKING, frozenset({Step.REPLIED})),
    Step.VISIT_NOTIFIED: Order(Side.ASKING, frozenset({Step.REPLIED}), _AWAITING_REPLY),
    Step.VISIT_CONSENTED: Order(Side.ASKED, frozenset({Step.VISIT_NOTIFIED, Step.VISIT_POSTPONED})),
    Step.VISIT_DECLINED: Order(Side.ASKED, frozenset({Step.VISIT_NOTIFIED, Step.VISIT_POSTPONED})),
    Step.VISIT_POSTPONED: Order(Side.ASKED, frozenset({Step.VISIT_NOTIFIED})),
    Step.VISITED: Order(Side.ASKING, frozenset({Step.VISIT_CONSENTED})),
    Step.DETERMINED: Order(Side.ASKING, frozenset({Step.REPLIED, Step.VISITED})),
    Step.COMMENTED: Order(Side.ASKED, frozenset({Step.DETERMINED})),
}
"""Every step but the first and the last."""

CONCLUSIVE: Final = frozenset({Step.REPLIED, Step.VISIT_DECLINED, Step.VISITED, Step.COMMENTED})
"""After these a line may be denied at once; after any other once what was due is overdue.

A case in which no line is denied may be concluded at any time."""
