"""Checking one partner: all that may be told in one look, and few candidates for a name."""

from dataclasses import replace
from datetime import timedelta

import pytest

from ledger.errors import QuestionMalformed
from ledger.operators import Consent, Direction, OperatorCode, OperatorRole, OperatorStatus
from ledger.partner_check import Candidate, candidates, dossier
from ledger.recognising import Asked
from tests.recognised import BOTH, DAY, EXPORTER, NAME, Recognising, recognising

ASKED = Asked(operator=EXPORTER, role="")


@pytest.fixture
def at() -> Recognising:
    """Return the small world."""
    return recognising()


def test_a_dossier_tells_home_elsewhere_and_roles_in_one_look(at: Recognising) -> None:
    """Recognised in TH for imports in both its roles; in MY not, with the arrangement that came nearest."""
    found = dossier(ASKED, at.ledger)
    assert (found.home.recognised, found.home.name, found.home.question.host) == (True, NAME, "VN")
    assert found.roles == (OperatorRole.EXP, OperatorRole.MFR)
    th, my = found.elsewhere
    assert (th.told.question.host, th.told.recognised) == ("TH", True)
    assert th.granted == ((OperatorRole.EXP, Direction.IMPORT), (OperatorRole.MFR, Direction.IMPORT))
    assert (my.told.code, my.granted) == ("programme-not-recognised", ())
    assert my.told.arrangement is not None
    assert {one.told.as_of for one in found.elsewhere} == {found.home.as_of}


def test_asked_in_one_role_only_that_one_counts(at: Recognising) -> None:
    """An importer that is none is not recognised as one."""
    found = dossier(replace(ASKED, role="importer"), at.ledger)
    assert found.home.code == "role-not-held"
    assert found.roles == (OperatorRole.EXP, OperatorRole.MFR)
    assert not any(one.told.recognised or one.granted for one in found.elsewhere)


def test_history_tells_the_newest_change_first(at: Recognising) -> None:
    """A suspension that was recorded late has both its days."""
    at.clock.advance(10 * DAY)
    at.record(status=OperatorStatus.SUSPENDED, effective_from=at.clock() - 5 * DAY)
    suspended, certified = dossier(ASKED, at.ledger).history
    assert (suspended.status, certified.status) == (OperatorStatus.SUSPENDED, OperatorStatus.CERTIFIED)
    assert suspended.recorded_at - suspended.effective_from == 5 * DAY
    assert suspended.until is None


@pytest.mark.parametrize("consent", [Consent(0), Consent.PUBLICATION])
def test_without_consent_to_exchange_a_dossier_tells_nothing(at: Recognising, consent: Consent) -> None:
    """Neither name, nor status, nor roles, nor what was before."""
    at.record(consent=consent, status=OperatorStatus.SUSPENDED)
    found = dossier(ASKED, at.ledger)
    assert (found.home.code, found.home.name, found.home.status) == ("no-consent", None, None)
    assert (found.roles, found.history) == ((), ())
    assert all(one.told.code == "no-consent" and not one.granted for one in found.elsewhere)
    assert candidates(NAME, "VN", at.ledger).found == ()


def test_a_change_made_without_consent_is_left_out_of_the_history(at: Recognising) -> None:
    """As it is for questions about its days."""
    at.record(consent=Consent.PUBLICATION)
    at.record(consent=BOTH, status=OperatorStatus.SUSPENDED)
    assert [one.status for one in dossier(ASKED, at.ledger).history] == [
        OperatorStatus.SUSPENDED,
        OperatorStatus.CERTIFIED,
    ]


def test_what_a_compromised_key_signed_is_left_out_of_the_history(at: Recognising) -> None:
    """Nobody vouches for it."""
    at.clock.advance(DAY)
    at.record(status=OperatorStatus.SUSPENDED)
    since = at.clock() - timedelta(hours=1)
    at.world.ledger.mark_compromised(at.world.account("VN aeo"), since, at.world.admin("VN"))
    assert [one.status for one in dossier(ASKED, at.ledger).history] == [OperatorStatus.CERTIFIED]


def test_a_name_leads_to_the_operators_that_it_fits(at: Recognising) -> None:
    """In one member alone; by the newest record, as far as they agree to be named."""
    at.record(OperatorCode("VN0200000003"), "Tay Nguyen Textile", consent=Consent.EXCHANGE)
    assert candidates("ca phe", "VN", at.ledger).found == (Candidate(EXPORTER, NAME),)
    assert candidates("tay nguyen", "VN", at.ledger).found == (Candidate(EXPORTER, NAME),)
    assert candidates("ca phe", "TH", at.ledger).found == ()
    at.record(EXPORTER, "Highland Coffee")
    assert candidates("ca phe", "VN", at.ledger).found == ()


def test_a_name_never_leads_to_a_list(at: Recognising) -> None:
    """Where more than five fit none is told, and a few letters find nothing."""
    for number in range(5):
        at.record(OperatorCode(f"VN020000000{number}"), f"Cà phê {number}")
    found = candidates("ca phe", "VN", at.ledger)
    assert (found.found, found.too_many) == ((), True)
    assert len(candidates("ca phe 1", "VN", at.ledger).found) == 1
    for short in ("", "ca", "c a", "....", "*" * 20):
        with pytest.raises(QuestionMalformed):
            candidates(short, "VN", at.ledger)
