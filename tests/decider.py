"""A process that decides on one line again and again, under another declaration each time."""

import sys
from dataclasses import replace
from decimal import Decimal

from ledger.archive import open_archive
from ledger.decision_port import DecisionsMovedOn, LineDecided, live_of
from tests.ports.test_decision_port import CERTIFICATE, a_draft

SHARE = Decimal("0.5")
CERTIFIED = Decimal(12)


def main(url: str, number: int) -> None:
    """Draw shares of the line until nothing is left; says so for each on standard output."""
    rooms = open_archive(url, migrate=False)
    for turn in range(1000):
        held = rooms.decisions.decisions(CERTIFICATE)
        drawn = sum((line.quantity for one in held if one.live for line in one.lines), Decimal(0))
        if drawn + SHARE > CERTIFIED:
            return
        line = LineDecided(1, granted=True, quantity=SHARE, unit="KGM")
        draft = a_draft(number, seen=live_of(held), lines=(line,))
        key = bytes([number]) + turn.to_bytes(31, "big")
        statement = replace(draft.statement, body={"declaration": f"A{number}/{turn}"}, salt=key)
        decision = replace(draft.decision, declaration=key, request=key)
        draft = replace(
            draft, decision=decision, statement=statement, write=replace(draft.write, declaration=key)
        )
        try:
            rooms.decisions.file(draft)
        except DecisionsMovedOn:
            continue
        sys.stdout.write(f"{turn}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
