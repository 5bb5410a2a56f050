"""What an issuing authority does in a day, drawn by a seed, so that it can be repeated after any crash.

Run as a process: `workload PROFILE ARCHIVE JOURNAL SEED`.  Every step may be repeated; what it was told is
appended to the journal, so that the next process's answers can be compared with it.
"""

import json
import os
import random
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import count
from pathlib import Path
from typing import Any

from ledger.archive import open_archive
from ledger.batch import batch_of
from ledger.chain.connect import connect
from ledger.chain.profile import read_profile
from ledger.drawing import drawn_up
from ledger.errors import LedgerError
from ledger.facts import Reason
from ledger.issuing import cancel, filing_of, issue, replace_certificate
from ledger.opening import now
from ledger.ports import Filing, FilingState, Ledger
from ledger.rounds import Policy
from ledger.submitting import assembled
from tests.faults.station import ACCOUNT, KEY, a_certificate_of_today

AUTHORITY = 1
WAIT = 30.0


@dataclass(frozen=True, slots=True)
class Step:
    """One thing to do."""

    kind: str
    references: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """A day's work."""

    steps: tuple[Step, ...]
    policy: Policy

    @property
    def issued(self) -> list[str]:
        """Every reference that is asked for."""
        found: list[str] = []
        for step in self.steps:
            found += step.references[1:] if step.kind == "replace" else step.references
            if step.kind == "cancel":
                found.remove(step.references[0])
        return found

    def ended(self, kind: str) -> set[str]:
        """Return the references that are cancelled, or replaced."""
        return {step.references[0] for step in self.steps if step.kind == kind}


def plan_of(seed: str) -> Plan:
    """Draw a day's work."""
    drawn = random.Random(seed)  # noqa: S311 - a test's, repeatable
    numbers = count(1)

    def references(least: int, most: int) -> tuple[str, ...]:
        return tuple(f"VN-TH 26/02/{next(numbers):05}" for _ in range(drawn.randint(least, most)))

    steps = [
        Step("queued", references(2, 4)),
        Step("alone", references(1, 1)),
        Step("bulk", references(2, 4)),
        Step("together", references(2, 4)),
    ]
    drawn.shuffle(steps)
    old = [reference for step in steps for reference in step.references]
    drawn.shuffle(old)
    ends = [
        Step("cancel", (old.pop(),)),
        Step("cancel", (old.pop(),)),
        Step("replace", (old.pop(), *references(1, 1))),
        Step("replace", (old.pop(), *references(1, 1))),
    ]
    drawn.shuffle(ends)
    policy = Policy(batch=drawn.choice([3, 10, 1000]), under_way=drawn.choice([1, 2, 4]))
    return Plan((*steps, *ends), policy)


@dataclass(frozen=True, slots=True)
class Day:
    """A day's work being done."""

    ledger: Ledger
    journal: int

    def do(self, step: Step) -> None:
        """Do a step, or see that it was done."""
        match step.kind:
            case "queued":
                self._queued(step.references)
            case "alone":
                self._told(issue(self._certificate(step.references[0]), **self._who, wait=WAIT).filing)
            case "bulk":
                self._in_bulk(step.references)
            case "together":
                self._together(step.references)
            case "cancel":
                self._cancelled(step.references[0])
            case "replace":
                self._replaced(*step.references)

    def settle(self) -> None:
        """Go rounds, as a service does, until nothing is on its way: also what a crash has left half done."""
        while self.ledger.outbox.backlog().writes:
            for _, outcome in self.ledger.carrier.rounds():
                assert not isinstance(outcome, LedgerError), outcome

    @property
    def _who(self) -> dict[str, Any]:
        return {"authority": AUTHORITY, "account": ACCOUNT, "ledger": self.ledger}

    def _certificate(self, reference: str, **more: Any) -> Any:
        return a_certificate_of_today(reference, **more)

    def _queued(self, references: Sequence[str]) -> None:
        """Accept several without waiting, and go rounds until the chain has them."""
        filings = [issue(self._certificate(one), **self._who, wait=0).filing for one in references]
        for filing in filings:
            self._told(filing)
        for one in references:
            self._told(issue(self._certificate(one), **self._who, wait=WAIT).filing)

    def _together(self, references: Sequence[str]) -> None:
        """Issue several from as many threads, as requests come in."""
        failures: list[BaseException] = []

        def one(reference: str) -> None:
            try:
                self._told(issue(self._certificate(reference), **self._who, wait=WAIT).filing)
            except BaseException as error:  # noqa: BLE001 - told below
                failures.append(error)

        threads = [threading.Thread(target=one, args=(reference,)) for reference in references]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if failures:
            raise failures[0]

    def _in_bulk(self, references: Sequence[str]) -> None:
        """File several as one anchor, unless that was done; all of them or none are there."""
        held = [filing for filing in map(self._held, references) if filing is not None]
        assert len(held) in {0, len(references)}, "half a batch was stored"
        if not held:
            self._file(references)
        position = self._held_surely(references[0]).dispatch
        done = self.ledger.carrier.carried_out(lambda: self.ledger.outbox.find(position), WAIT)
        assert done.written is not None, done
        for one in references:
            self._told(self._held_surely(one))

    def _file(self, references: Sequence[str]) -> None:
        issuer = self.ledger.members.authority(AUTHORITY)
        assert issuer is not None
        whose = issuer.name, issuer.domain
        filings = []
        for certificate in map(self._certificate, references):
            drawn = drawn_up(certificate, whose, self.ledger.registry.ledger)
            filings.append(filing_of(drawn, certificate, AUTHORITY, ACCOUNT, self.ledger))
        batch = batch_of((filing.id for filing in filings), issuer.member)
        anchored = [replace(one, root=batch.root, siblings=batch.proof_of(one.id)) for one in filings]
        self.ledger.archive.file_batch(anchored, batch)

    def _cancelled(self, reference: str) -> None:
        certificate = self._held_surely(reference).id
        cancel(certificate, Reason.OTHER, **self._who, wait=WAIT)
        self._note(cancelled=reference)

    def _replaced(self, old: str, new: str) -> None:
        held = self._held_surely(old)
        names = {"replaces": {"reference": old, "issuedOn": held.terms.issued_on.isoformat()}}
        made = replace_certificate(held.id, self._certificate(new, **names), **self._who, wait=WAIT)
        self._told(made.filing)

    def _held(self, reference: str) -> Filing | None:
        certificate = self._certificate(reference)
        issuer = self.ledger.members.authority(AUTHORITY)
        assert issuer is not None
        drawn = drawn_up(certificate, (issuer.name, issuer.domain), self.ledger.registry.ledger)
        return self.ledger.archive.holders([drawn.terms.reference_key]).get(drawn.terms.reference_key)

    def _held_surely(self, reference: str) -> Filing:
        filing = self._held(reference)
        assert filing is not None, f"{reference} was lost"
        return filing

    def _told(self, filing: Filing) -> None:
        """Note what a caller was told."""
        recorded = filing.state is FilingState.RECORDED
        self._note(id=filing.id.hex(), seed=filing.seed.hex(), reference=filing.reference, recorded=recorded)

    def _note(self, **told: object) -> None:
        os.write(self.journal, json.dumps(told).encode() + b"\n")


def main() -> None:
    """Do the day's work of a seed to its end; status 3 when chain or archive did not let us."""
    profile, archive, journal, seed = sys.argv[1:5]
    plan = plan_of(seed)
    chain, rooms = connect(read_profile(Path(profile)), [KEY]), open_archive(archive, migrate=False)
    ledger = assembled(
        plan.policy,
        members=chain,
        registry=chain,
        transactions=chain.transactions,
        archive=rooms.certificates,
        outbox=rooms.outbox,
        clock=now,
    )
    day = Day(ledger, os.open(journal, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600))
    for step in plan.steps:
        day.do(step)
    day.settle()
    ledger.carrier.close()
    rooms.close()
    from tests.faults.killing import moments_passed  # noqa: PLC0415

    Path(f"{journal}.moments").write_text(str(moments_passed()), encoding="utf-8")
