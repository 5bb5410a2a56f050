"""Opening a verification case: customs of the importing member asks the issuer (OCP Rule 18(a))."""

from datetime import datetime

from ledger.arranging import Actor
from ledger.checking_again import cases_before, opened_before
from ledger.checking_carrying import Checked, carried_out, kept_statement
from ledger.checking_opening import clocks_for_certificate, entered, known_lines, rules_for, see_about
from ledger.checking_said import Opening, check_opening
from ledger.facts import Role
from ledger.issuing import WAIT, entitled
from ledger.origin.clocks import due_after
from ledger.origin.facts import Step
from ledger.ports import Ledger
from ledger.writes import OpenCase


def open_check(opening: Opening, actor: Actor, ledger: Ledger, wait: float = WAIT) -> Checked:
    """Open a retroactive check for customs of the importing member (Rule 18(a)).

    1. See that the check says what it must, and that it is for the actor's member to ask.
    2. See whether a case that is open asks the same: then this is a repetition.
    3. Keep the statement, enter what the ledger holds only in a batch, queue the opening and wait for it.

    Raises `CheckMalformed`, `NotAnOriginalOf`, `NotKept`, what `entitled` raises of keys, a twin of the
    contract's error, or `Unavailable`.  What is not recorded in time comes back as accepted.
    """
    check_opening(opening, known_lines(opening.certificate, ledger))
    authority = entitled(actor.authority, actor.account, ledger, Role.CUSTOMS)
    life = ledger.procedures.life(opening.certificate)
    see_about(opening, authority.member, life, ledger)
    body = opening.body(cases_before(life))
    before = opened_before(life, body, authority.member, ledger)
    if before is not None:
        case, told = before
        return Checked(case.id, case, told, None, repeated=True)
    clocks = clocks_for_certificate(opening.asked_about, ledger)
    rules = rules_for(opening.asked_about, ledger)
    statement = kept_statement(opening.certificate, actor, body, ledger)

    def write(named: bytes, at: datetime) -> OpenCase:
        due, whole = due_after(Step.OPENED, at, clocks)
        assert due is not None  # noqa: S101 - of an opening both are known
        assert whole is not None  # noqa: S101
        return OpenCase(
            certificate=opening.certificate,
            about=opening.asked_about,
            lines=tuple(sorted(opening.lines)),
            suspended=tuple(sorted(opening.suspended)),
            ground=opening.ground,
            due=due,
            conclude_due=whole,
            rules=rules,
            statement=named,
        )

    entered(opening, actor.account, ledger)
    written = carried_out(write, statement, actor, ledger, wait)
    now_open = opened_before(ledger.procedures.life(opening.certificate), body, authority.member, ledger)
    found = now_open[0] if now_open else None
    return Checked(found.id if found else None, found, statement, written, repeated=False)
