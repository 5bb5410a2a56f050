"""The AEO status of exporter and consignee beside the verdict, which it never changes."""

import copy
from collections.abc import Collection
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from ledger.aeo.parties import Party, claims_of
from ledger.errors import ChainUnreachable
from ledger.facts import Reason
from ledger.issuing import cancel, issue
from ledger.operators import Consent, Found, OperatorCode, OperatorRole, OperatorStatus, ProgrammeKind
from ledger.presented import redacted
from ledger.recognition_port import NoRecognitions
from ledger.verdict import VerdictCode
from ledger.verifying import verify, verify_at_once, verify_reference
from ledger.writes import DeclareProgramme
from tests.builders import a_certificate, altered
from tests.recognised import DAY, EXPORTER, Recognising, recognising

THAI = OperatorCode("TH0105536000315")


@pytest.fixture
def at() -> Recognising:
    """Return the world a day later, with a certified importer in TH."""
    made = recognising()
    made.clock.advance(DAY)
    programme = DeclareProgramme("TH-AEO", "AEO", ProgrammeKind.SAFE_AEO, 1)
    made.ledger.recognitions.write(programme, made.world.account("TH aeo"))
    made.record(THAI, "Siam Roasters", programme=2, roles=OperatorRole.IMP)
    return made


def envelope(at: Recognising, exporter: str | None = EXPORTER, consignee: str | None = THAI) -> Any:
    """Return the envelope of a certificate with these operator codes."""
    usual = a_certificate()
    assert usual.consignee
    certificate = replace(
        usual,
        exporter=replace(usual.exporter, operator=exporter),
        consignee=replace(usual.consignee, operator=consignee),
    )
    account = at.world.account("VN issuing")
    issued = issue(
        certificate, authority=at.world.authority("VN issuing"), account=account, ledger=at.ledger, wait=5
    )
    return issued.envelope


def parties(at: Recognising, document: Any) -> list[Party]:
    """Return the parties beside a verdict, which are the same for who may not wait."""
    found = verify(document, at.ledger)
    assert verify_at_once(document, at.ledger) == found
    return list(found.parties)


def test_exporter_and_consignee_are_looked_at_in_the_importing_member(at: Recognising) -> None:
    """The exporter as recognised there, the consignee by its own status at home."""
    exporter, consignee = parties(at, envelope(at))
    assert (exporter.role, exporter.operator, exporter.host) == ("exporter", EXPORTER, "TH")
    assert (exporter.recognised, exporter.status, exporter.programme) == (True, "certified", "DNUT")
    assert (consignee.role, consignee.operator, consignee.host) == ("consignee", THAI, "TH")
    assert (consignee.recognised, consignee.status, consignee.programme) == (True, "certified", "TH-AEO")
    assert "has authorised it as importer" in consignee.sentence


def test_a_code_is_shown_as_given_and_as_it_is_read(at: Recognising) -> None:
    """However it is written; without its country it is the one of the member the form places it in."""
    exporter, consignee = parties(at, envelope(at, "AEO-VN 0100 109 106", "0105536000315"))
    assert (exporter.given, exporter.operator) == ("AEO-VN 0100 109 106", EXPORTER)
    assert (consignee.given, consignee.operator) == ("0105536000315", THAI)


def test_a_code_that_cannot_be_read_is_said_to_be_that(at: Recognising) -> None:
    """It says nothing about anybody's status."""
    (only,) = parties(at, envelope(at, "AEO no. 7/2025 (renewed)!", None))
    assert (only.operator, only.recognised, only.status) == (None, None, None)
    assert (only.given, only.reason) == ("AEO no. 7/2025 (renewed)!", "code-malformed")


def test_the_day_is_that_of_the_verdict(at: Recognising) -> None:
    """A suspension since the certificate was issued is told; the certificate stays valid."""
    document = envelope(at)
    at.clock.advance(DAY)
    at.record(status=OperatorStatus.SUSPENDED, effective_from=at.clock())
    found = verify(document, at.ledger)
    assert found.code is VerdictCode.VALID
    assert (found.parties[0].recognised, found.parties[0].reason) == (False, "suspended")
    assert found.parties[0].at == at.clock()


def test_without_consent_nothing_but_the_code_is_told(at: Recognising) -> None:
    """The verdict is given to anybody."""
    document = envelope(at)
    at.record(consent=Consent.PUBLICATION, status=OperatorStatus.SUSPENDED)
    at.record(THAI, programme=2, roles=OperatorRole.IMP, consent=Consent(0))
    for party in parties(at, document):
        assert (party.recognised, party.reason) == (False, "no-consent")
        assert (party.status, party.programme) == (None, None)


def test_hidden_codes_are_not_shown(at: Recognising) -> None:
    """Neither one, nor both, nor a whole trader."""
    document = envelope(at)
    assert [one.role for one in parties(at, redacted(document, ["exporter.operator"]))] == ["consignee"]
    assert [one.role for one in parties(at, redacted(document, ["consignee"]))] == ["exporter"]
    assert parties(at, redacted(document, ["exporter.operator", "consignee.operator"])) == []


def test_without_codes_nobody_is_asked(at: Recognising, monkeypatch: pytest.MonkeyPatch) -> None:
    """And there is nothing beside the verdict."""
    document = envelope(at, None, None)
    monkeypatch.setattr(type(at.ledger.recognitions), "found", lambda *_: pytest.fail("it was asked"))
    monkeypatch.setattr(type(at.ledger.recognitions), "found_at_hand", lambda *_: pytest.fail("it was asked"))
    assert parties(at, document) == []


def test_of_a_copy_that_nobody_issued_no_code_is_looked_up(at: Recognising) -> None:
    """Altered, or of another ledger or none: who invents a certificate learns nothing of operators."""
    document = envelope(at)
    forged = altered(document, "/data/exporter/name", document["data"]["exporter"]["name"] + "x")
    assert (verify(forged, at.ledger).code, parties(at, forged)) == (VerdictCode.ALTERED, [])
    elsewhere = recognising()
    other = verify(document, elsewhere.ledger)
    assert (other.code, other.parties) == (VerdictCode.NOT_FOUND, ())


def test_an_ended_certificate_still_tells_of_its_traders(at: Recognising) -> None:
    """The content is what was issued."""
    document = envelope(at)
    found = verify(document, at.ledger)
    assert found.certificate
    cancel(
        found.certificate,
        Reason.OTHER,
        authority=at.world.authority("VN issuing"),
        account=at.world.account("VN issuing"),
        ledger=at.ledger,
        wait=5,
    )
    found = verify(document, at.ledger)
    assert (found.code, len(found.parties)) == (VerdictCode.CANCELLED, 2)


def test_by_a_reference_no_trader_is_told(at: Recognising) -> None:
    """Whoever knows number and date has not shown the document."""
    envelope(at)
    usual = a_certificate()
    found = verify_reference("VN", usual.reference, usual.issued_on, at.ledger)
    assert (found.code, found.parties) == (VerdictCode.VALID, ())


def _silent(*_: object) -> None:
    raise ChainUnreachable("silent")


def test_where_nobody_answers_parties_cannot_be_checked(
    at: Recognising, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Never "not certified"; and who may not wait is not told so without having waited."""
    document = envelope(at)
    monkeypatch.setattr(type(at.ledger.recognitions), "found", _silent)
    monkeypatch.setattr(type(at.ledger.recognitions), "found_at_hand", _silent)
    found = verify(document, at.ledger)
    assert found.code is VerdictCode.VALID
    for party in found.parties:
        assert (party.recognised, party.reason, party.status) == (None, "cannot-check", None)
        assert party.operator
    assert verify_at_once(document, at.ledger) is None


def test_a_silent_ledger_leaves_both_unchecked(at: Recognising, monkeypatch: pytest.MonkeyPatch) -> None:
    """The verdict cannot be given, and neither can the status; unreadable codes are still that."""
    document = envelope(at, EXPORTER, "???")
    monkeypatch.setattr(at.ledger.registry, "evidence", _silent)
    found = verify(document, at.ledger)
    assert found.code is VerdictCode.CANNOT_CHECK
    assert [party.reason for party in found.parties] == ["cannot-check", "code-malformed"]


def test_a_ledger_without_operators_says_so(at: Recognising) -> None:
    """At once: there is nobody to wait for."""
    document = envelope(at)
    without = replace(at.ledger, recognitions=NoRecognitions())
    found = verify(document, without)
    assert found.code is VerdictCode.VALID
    assert {(party.reason, party.recognised) for party in found.parties} == {("cannot-check", None)}
    assert "no registry of operators" in found.parties[0].sentence
    assert verify_at_once(document, without) == found


class _OnlyAsked:
    """Operators that a node has to be asked for."""

    def __init__(self, recognitions: Any) -> None:
        self._recognitions = recognitions

    def found(self, operators: Collection[OperatorCode]) -> Found:
        """Ask."""
        found: Found = self._recognitions.found(operators)
        return found


class _NotFresh(_OnlyAsked):
    """A replica that has grown old since it was found fresh."""

    def found_at_hand(self, operators: Collection[OperatorCode]) -> None:
        """Return None."""


@pytest.mark.parametrize("kind", [_OnlyAsked, _NotFresh])
def test_who_may_not_wait_is_sent_to_wait_where_operators_are_not_at_hand(
    at: Recognising, kind: type[_OnlyAsked]
) -> None:
    """Only for certificates with codes that can be read."""
    both = envelope(at)
    asking: Any = replace(at.ledger, recognitions=kind(at.ledger.recognitions))  # type: ignore[arg-type]
    assert verify_at_once(both, asking) is None
    assert len(verify(both, asking).parties) == 2
    none = redacted(both, ["exporter.operator", "consignee.operator"])
    found = verify_at_once(none, asking)
    assert found is not None
    assert found.parties == ()


def test_claims_are_read_from_whatever_a_copy_has_there() -> None:
    """A trader that is no object, or a code that is no text, is no claim."""
    for fields in ({}, {"exporter": "x"}, {"exporter": {"operator": 7}}, {"exporter": {"operator": ""}}):
        assert claims_of(fields, "VN", "TH") == ()
    (claim,) = claims_of({"consignee": {"operator": "TH1"}}, "VN", "TH")
    assert (claim.role, claim.host) == ("consignee", "TH")


def test_a_certificate_keeps_its_verdict_whatever_is_said_of_its_traders(at: Recognising) -> None:
    """Word for word, but for the parties."""
    document = envelope(at)
    first = replace(verify(document, at.ledger), parties=())
    at.clock.advance(timedelta(seconds=1))
    at.record(status=OperatorStatus.REVOKED)
    second = verify(copy.deepcopy(document), at.ledger)
    assert (second.code, second.sentence, second.checks) == (first.code, first.sentence, first.checks)
    assert second.parties[0].reason == "revoked"
