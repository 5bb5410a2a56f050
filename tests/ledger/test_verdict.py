"""The rules of a verdict: ten answers, four checks, and which answer comes first."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ledger.errors import Finding, Severity
from ledger.facts import Address, Anchor, AsOf, Entry, Evidence, Issuer, Key, LedgerName, Reason, Role
from ledger.presented import Examination
from ledger.terms import Scheme, Terms, certificate_id
from ledger.verdict import (
    EXIT_CODES,
    NEXT_STEPS,
    TITLES,
    Facts,
    VerdictCode,
    judge,
    unknown_reference,
    with_warnings,
)

LEDGER = LedgerName(1337, Address("0x5FbDB2315678afecb367f032d93F642f64180aa3"))
ISSUED = datetime(2026, 11, 2, 8, tzinfo=UTC)
NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)
SECOND = timedelta(seconds=1)
TERMS = Terms(
    document_hash=b"\1" * 32,
    reference_key=b"\2" * 32,
    exporting="VN",
    importing="TH",
    issued_on=date(2026, 11, 2),
    valid_until=date(2027, 11, 1),
    scheme=Scheme.ATIGA_FORM_D,
)
LAST = datetime(2027, 11, 1, 23, 59, 59, tzinfo=UTC)
KEY = Key(
    id=1,
    account=Address("0x70997970C51812dc3A010C7d01b50e0d17dc79C8"),
    authority=1,
    member="VN",
    roles=Role.ISSUING,
    suspended=False,
    since=ISSUED - timedelta(days=30),
    revoked_at=None,
    compromised_from=None,
)
ISSUER = Issuer("Ministry of Industry and Trade", "VN")
ENTRY = Entry(1, "VN", "TH", 1, ISSUED, LAST, None, None)
ANCHOR = Anchor(1, "VN", 500, ISSUED, LAST)
OTHER = b"\7" * 32
COPY = Examination(
    altered=(),
    removed=0,
    located=True,
    hidden=0,
    fields={},
    terms=TERMS,
    certificate=certificate_id(TERMS),
    root=certificate_id(TERMS),
    ledger=LEDGER,
)

entered: dict[str, Any] = {"entry": ENTRY}
anchored: dict[str, Any] = {"entry": None, "anchor": ANCHOR}
cancelled: dict[str, Any] = {"entry": replace(ENTRY, ended_at=NOW, reason=Reason.OBTAINED_BY_FRAUD)}
replaced: dict[str, Any] = {
    "entry": replace(ENTRY, ended_at=NOW, reason=Reason.REPLACED),
    "replacement": OTHER,
}
compromised: dict[str, Any] = {"key": replace(KEY, compromised_from=ISSUED)}
conflicting: dict[str, Any] = {"holder": OTHER}
not_final: dict[str, Any] = {"final": False}
nothing: dict[str, Any] = {"entry": None, "key": None}
altered: dict[str, Any] = {"examination": replace(COPY, altered=("validUntil",))}
foreign: dict[str, Any] = {"examination": replace(COPY, ledger=LedgerName(1, LEDGER.address))}
expired: dict[str, Any] = {"now": LAST + SECOND}
silent: dict[str, Any] = {"evidence": None, "issuer": None}
accepted: dict[str, Any] = {"accepted": True}
looked_up: dict[str, Any] = {"shown": False}

OF_EVIDENCE = {"as_of", "entry", "anchor", "holder", "replacement", "key", "final"}


def facts(*parts: dict[str, Any]) -> Facts:
    """Return the facts of a recorded certificate, changed by the parts in turn."""
    evidence: dict[str, Any] = {
        "as_of": AsOf(41, NOW),
        "entry": ENTRY,
        "anchor": None,
        "holder": None,
        "replacement": None,
        "key": KEY,
    }
    given: dict[str, Any] = {
        "examination": COPY,
        "ledger": LEDGER,
        "issuer": ISSUER,
        "accepted": False,
        "now": NOW,
    }
    for part in parts:
        for name, value in part.items():
            (evidence if name in OF_EVIDENCE else given)[name] = value
    return Facts(**{"evidence": Evidence(**evidence)} | given)


def checks(*parts: dict[str, Any]) -> str:
    """Return how content, record, issuer and status ended: + passed, - failed, o not checked."""
    letters = {"passed": "+", "failed": "-", "not-checked": "o"}
    return "".join(letters[check.outcome] for check in judge(facts(*parts)).checks)


TABLE: list[tuple[str, tuple[dict[str, Any], ...], str, str]] = [
    ("entered", (entered,), "VALID", "++++"),
    ("anchored", (anchored,), "VALID", "++++"),
    ("looked up by reference", (looked_up,), "VALID", "o+++"),
    ("replaced", (replaced,), "REPLACED", "+++-"),
    ("cancelled", (cancelled,), "CANCELLED", "+++-"),
    ("expired", (expired,), "EXPIRED", "+++-"),
    ("anchored and expired", (anchored, expired), "EXPIRED", "+++-"),
    ("altered", (altered,), "ALTERED", "-+++"),
    ("compromised", (compromised,), "ISSUER_NOT_AUTHORISED", "++-+"),
    ("conflicting", (anchored, conflicting), "CONFLICTING", "+-++"),
    ("nothing recorded", (nothing,), "NOT_FOUND", "+-oo"),
    ("another ledger", (foreign, silent), "NOT_FOUND", "+ooo"),
    ("accepted", (nothing, accepted), "PENDING", "+-oo"),
    ("not final", (not_final,), "PENDING", "+++o"),
    ("silent", (silent,), "CANNOT_CHECK", "+ooo"),
    # Two at once: the graver one is the verdict.
    ("altered, cancelled", (altered, cancelled), "ALTERED", "-++-"),
    ("altered, nothing recorded", (altered, nothing), "ALTERED", "--oo"),
    ("altered, silent", (altered, silent), "ALTERED", "-ooo"),
    ("altered, another ledger", (foreign, altered, silent), "ALTERED", "-ooo"),
    ("altered, expired", (altered, expired), "ALTERED", "-++-"),
    ("altered, compromised", (altered, compromised), "ALTERED", "-+-+"),
    ("another ledger, accepted here", (foreign, silent, accepted), "NOT_FOUND", "+ooo"),
    ("silent, accepted", (silent, accepted), "CANNOT_CHECK", "+ooo"),
    ("silent, expired", (silent, expired), "CANNOT_CHECK", "+ooo"),
    ("compromised, cancelled", (compromised, cancelled), "ISSUER_NOT_AUTHORISED", "++--"),
    ("compromised, replaced", (compromised, replaced), "ISSUER_NOT_AUTHORISED", "++--"),
    ("compromised, expired", (compromised, expired), "ISSUER_NOT_AUTHORISED", "++--"),
    ("compromised, conflicting", (anchored, compromised, conflicting), "ISSUER_NOT_AUTHORISED", "+--+"),
    ("compromised, not final", (compromised, not_final), "ISSUER_NOT_AUTHORISED", "++-o"),
    ("conflicting, expired", (anchored, conflicting, expired), "CONFLICTING", "+-+-"),
    ("conflicting, not final", (anchored, conflicting, not_final), "CONFLICTING", "+-+o"),
    ("replaced, expired", (replaced, expired), "REPLACED", "+++-"),
    ("cancelled, expired", (cancelled, expired), "CANCELLED", "+++-"),
    ("cancelled, not final", (cancelled, not_final), "CANCELLED", "+++-"),
    ("expired, not final", (expired, not_final), "EXPIRED", "+++-"),
    ("expired, accepted", (nothing, expired, accepted), "PENDING", "+-oo"),
    ("recorded, still marked accepted here", (accepted,), "VALID", "++++"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("parts", "code", "letters"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE]
)
def test_each_state_has_its_verdict_and_its_checks(
    parts: tuple[dict[str, Any], ...], code: str, letters: str
) -> None:
    """Checks in the order content, record, issuer, status."""
    corrected = _with_seen(parts)
    assert judge(facts(*corrected)).code == code
    assert checks(*corrected) == letters


def _with_seen(parts: tuple[dict[str, Any], ...]) -> tuple[dict[str, Any], ...]:
    """Let an alteration of a copy that names another ledger keep that name."""
    seen = COPY
    for part in parts:
        if part is altered:
            seen = replace(seen, altered=("validUntil",))
        if part is foreign:
            seen = replace(seen, ledger=LedgerName(1, LEDGER.address))
    return (*parts, {"examination": seen})


def test_the_table_has_every_verdict() -> None:
    """Ten of them."""
    assert {row[2] for row in TABLE} == {code.value for code in VerdictCode}
    assert len(VerdictCode) == 10


@pytest.mark.parametrize("code", VerdictCode)
def test_every_verdict_has_a_title_a_next_step_and_an_exit_code_of_its_own(code: VerdictCode) -> None:
    """For people and for scripts."""
    assert TITLES[code]
    assert NEXT_STEPS[code].endswith(".")
    assert EXIT_CODES[code] not in {1, 2}
    assert len(set(EXIT_CODES.values())) == len(VerdictCode)


@pytest.mark.parametrize(
    ("since", "code"),
    [
        (ISSUED - SECOND, "ISSUER_NOT_AUTHORISED"),
        (ISSUED, "ISSUER_NOT_AUTHORISED"),
        (ISSUED + SECOND, "VALID"),
    ],
)
def test_a_stolen_key_taints_what_it_signed_from_that_second_on(since: datetime, code: str) -> None:
    """What it signed before stays good."""
    assert judge(facts({"key": replace(KEY, compromised_from=since)})).code == code
    assert judge(facts(anchored, {"key": replace(KEY, compromised_from=since)})).code == code


@pytest.mark.parametrize(
    "changes",
    [{"revoked_at": ISSUED + SECOND}, {"suspended": True}, {"roles": Role.CUSTOMS}],
    ids=["revoked", "suspended", "of another role"],
)
def test_what_became_of_the_key_later_does_not_taint_what_it_signed(changes: dict[str, Any]) -> None:
    """The contract asked for its rights when it signed."""
    assert judge(facts({"key": replace(KEY, **changes)})).code is VerdictCode.VALID


@pytest.mark.parametrize("record", [entered, anchored], ids=["entered", "anchored"])
def test_a_key_of_another_member_speaks_for_nobody_else(record: dict[str, Any]) -> None:
    """TH can anchor any root it likes; that makes no certificate of VN."""
    verdict = judge(facts(record, {"key": replace(KEY, member="TH")}))
    assert verdict.code is VerdictCode.ISSUER_NOT_AUTHORISED
    assert "for another member" in verdict.checks[2].evidence


def test_a_record_without_a_key_is_not_authorised() -> None:
    """It cannot happen on a sound ledger; if it does, nobody vouches."""
    assert judge(facts({"key": None, "issuer": None})).code is VerdictCode.ISSUER_NOT_AUTHORISED


@pytest.mark.parametrize(
    ("anchor", "code"),
    [
        ({"anchored_at": datetime(2026, 10, 31, 23, 59, 59, tzinfo=UTC)}, "NOT_FOUND"),
        ({"anchored_at": datetime(2026, 11, 1, tzinfo=UTC)}, "VALID"),
        ({"anchored_at": LAST, "valid_until": LAST}, "VALID"),
        ({"anchored_at": LAST + SECOND, "valid_until": LAST + timedelta(days=9)}, "NOT_FOUND"),
        ({"valid_until": LAST - SECOND}, "NOT_FOUND"),
        ({"valid_until": LAST + SECOND}, "VALID"),
    ],
    ids=["dated two days ahead", "dated a day ahead", "on the last day", "too late", "too short", "longer"],
)
def test_a_batch_speaks_only_for_what_could_be_entered_from_it(anchor: dict[str, Any], code: str) -> None:
    """The contract's rules for entering, by the second; otherwise it is as if nothing were recorded."""
    parts = (
        {"entry": None, "anchor": replace(ANCHOR, **anchor)},
        {"now": max(NOW, anchor.get("anchored_at", NOW))},
    )
    if code == "NOT_FOUND":
        assert checks(*parts) == "+-oo"
    now = {"now": LAST} if anchor.get("anchored_at") == LAST else {}
    assert judge(facts(*parts, now)).code == code


def test_the_last_second_of_the_last_day_is_in_time() -> None:
    """The next one is not."""
    assert judge(facts({"now": LAST})).code is VerdictCode.VALID
    assert judge(facts({"now": LAST + SECOND})).code is VerdictCode.EXPIRED


def test_a_clock_that_is_behind_does_not_revive_an_expired_certificate() -> None:
    """The newest block says that it is later, and the verdict is told to be true as of that block."""
    verdict = judge(facts({"now": NOW - timedelta(days=2000), "as_of": AsOf(41, LAST + SECOND)}))
    assert verdict.code is VerdictCode.EXPIRED


def test_a_certificate_that_holds_its_own_reference_is_in_no_conflict() -> None:
    """That is how every entered one is found."""
    assert judge(facts({"holder": COPY.certificate})).code is VerdictCode.VALID


@pytest.mark.parametrize("reason", [reason for reason in Reason if reason is not Reason.REPLACED])
def test_a_cancellation_gives_its_day_and_reason_in_words(reason: Reason) -> None:
    """As a sentence."""
    verdict = judge(facts({"entry": replace(ENTRY, ended_at=NOW, reason=reason)}))
    words = reason.name.lower().replace("_", " ")
    assert verdict.sentence == f"The issuing member cancelled it on 1 December 2026: {words}."


@pytest.mark.parametrize(
    ("seen", "sentence"),
    [
        ({"altered": ("a.b", "c")}, "Not as issued: a.b, c."),
        ({"removed": 1}, "1 issued field is missing."),
        ({"altered": ("a",), "removed": 2}, "Not as issued: a; 2 issued fields are missing."),
        ({"located": False}, "The content is not what was issued, and this copy no longer tells where."),
    ],
)
def test_an_alteration_is_described_as_far_as_it_is_proved(seen: dict[str, Any], sentence: str) -> None:
    """Names of fields, never their values."""
    verdict = judge(facts({"examination": replace(COPY, **seen)}))
    assert (verdict.code, verdict.sentence) == (VerdictCode.ALTERED, sentence)


def test_an_altered_copy_does_not_point_at_a_replacement() -> None:
    """Nothing is handed on that the copy in hand is not entitled to."""
    assert judge(facts(replaced)).replacement == OTHER
    assert judge(facts(altered, replaced)).replacement is None


def test_an_altered_copy_without_readable_terms_is_not_blamed_on_the_ledger() -> None:
    """It was not asked, because there was nothing to ask for."""
    seen = replace(COPY, altered=("terms.referenceKey",), terms=None, ledger=None, certificate=bytes(32))
    verdict = judge(facts(silent, {"examination": seen}))
    assert (verdict.code, verdict.certificate) == (VerdictCode.ALTERED, None)
    assert verdict.checks[1].evidence == "This copy no longer says what to ask the ledger for."


def test_a_verdict_says_as_of_when_unless_the_ledger_was_silent() -> None:
    """Block and time."""
    assert judge(facts()).as_of == AsOf(41, NOW)
    assert judge(facts(silent)).as_of is None


def test_an_unknown_reference_is_not_found_and_has_no_checks() -> None:
    """There is nothing to check."""
    verdict = unknown_reference()
    assert (verdict.code, verdict.checks, verdict.certificate) == (VerdictCode.NOT_FOUND, (), None)


def test_warnings_do_not_change_the_verdict() -> None:
    """They stand beside it."""
    finding = Finding("R", Severity.WARNING, "/items/1/fob", "is missing", "Rule 1")
    verdict = judge(facts())
    assert with_warnings(verdict, (finding,)).warnings == (finding,)
    assert replace(with_warnings(verdict, (finding,)), warnings=()) == verdict


PARTS = [
    entered,
    anchored,
    cancelled,
    replaced,
    compromised,
    conflicting,
    not_final,
    nothing,
    altered,
    foreign,
]
PARTS += [expired, silent, accepted, looked_up]


@given(st.lists(st.sampled_from(PARTS), max_size=6))
def test_any_mixture_of_facts_has_a_verdict_that_its_checks_bear_out(parts: list[dict[str, Any]]) -> None:
    """VALID with nothing failed, anything else with something failed or unchecked; and never an exception."""
    verdict = judge(facts(*_with_seen(tuple(parts))))
    ended = [str(check.outcome) for check in verdict.checks]
    assert [check.name for check in verdict.checks] == ["content", "record", "issuer", "status"]
    if verdict.code is VerdictCode.VALID:
        assert ended[1:] == ["passed"] * 3
        assert ended[0] != "failed"
    else:
        assert {"failed", "not-checked"} & set(ended)
    if verdict.code is VerdictCode.CANNOT_CHECK:
        assert "failed" not in ended
