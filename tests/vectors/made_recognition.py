"""Questions about recognition with the answers they must get, on the chain and in Python.

Each file is a history, in the order in which it is recorded, and questions on it.  What is expected is
written here by hand, from `docs/explanation/aeo.md`; no code computes it.
"""

from collections.abc import Iterator
from typing import Any, Final

from tests.vectors.recognition_words import (
    ALL,
    arrangement,
    ask,
    certified,
    compromised,
    ended,
    in_force,
    participation,
    programme,
    recognition,
    status,
)

FOUNDERS: Final = ("SG", "TH", "PH", "VN", "MY")
Vector = dict[str, Any]


def vectors() -> dict[str, Vector]:
    """Return the content of each file by its name."""
    made = (
        _reasons(),
        _edges(),
        _late_suspension(),
        _endings(),
        _participation(),
        _two_arrangements(),
        _several_rows(),
        _ended_recognitions(),
        _compromised_status(),
        _compromised_terms(),
        _nothing_declared(),
    )
    return {name: _vector(about, history, questions) for name, about, history, questions in made}


Made = tuple[str, str, list[Any], list[Any]]


def _vector(about: str, history: list[Any], questions: list[Any]) -> Vector:
    return {"description": about, "founders": list(FOUNDERS), "history": history, "questions": questions}


def _base() -> Iterator[Any]:
    """Yield the usual terms: programmes 1 to 6, arrangement 1, recognitions 1 to 4."""
    yield programme("2026-01-01", "SG", "STP-PLUS")
    yield programme("2026-01-01", "SG", "STP")
    yield programme("2026-01-01", "PH", "AEO", levels=3)
    yield programme("2026-01-01", "TH", "AEO")
    yield programme("2026-01-01", "VN", "PRIORITY")
    yield programme("2026-01-01", "MY", "AEO")
    yield arrangement("2026-01-02", "SG", "PLURI")
    yield in_force("2026-01-03", "SG", "2026-01-01")
    yield in_force("2026-01-03", "TH", "2026-02-01")
    yield in_force("2026-01-03", "PH", "2026-03-01")
    yield participation("2026-01-03", "VN", "signed", "2026-01-01")
    yield recognition(
        "2026-01-04", "TH", "SG", 1, "2026-02-01", roles="EXP MFR", directions="import", until="2026-12-31"
    )
    yield recognition("2026-01-04", "TH", "PH", 3, "2026-01-01", min_level=2)
    yield recognition("2026-01-04", "PH", "SG", 1, "2026-04-01")
    yield recognition("2026-01-04", "SG", "PH", 3, "2026-01-01", min_level=2)


_JUNE: Final = "2026-06-15T12:00:00Z"


def _reasons() -> Made:
    """Each reason at least once, asked about one moment."""
    history = [
        *_base(),
        certified("2026-01-05", "SGALPHA", 1, "2026-01-05", roles="IMP EXP", until="2026-11-30"),
        certified("2026-01-05", "SGOPEN", 1, "2026-01-05"),
        certified("2026-01-05", "SGBASIC", 2, "2026-01-05"),
        certified("2026-01-05", "SGLATER", 1, "2026-07-01"),
        certified("2026-01-05", "SGSHORT", 1, "2026-01-05", until="2026-05-31"),
        *(certified("2026-01-05", f"SG{ending.upper()}", 1, "2026-01-05") for ending in _ENDINGS),
        certified("2026-01-05", "SGQUIET", 1, "2026-01-05"),
        certified("2026-01-05", "PHONE", 3, "2026-01-05", level=1),
        certified("2026-01-05", "PHTWO", 3, "2026-01-05", level=2),
        certified("2026-01-05", "PHTHREE", 3, "2026-01-05", level=3),
        certified("2026-01-05", "VNONE", 5, "2026-01-05"),
        certified("2026-01-05", "MYONE", 6, "2026-01-05"),
        *(
            status("2026-02-10", f"SG{ending.upper()}", ending, 1, begins, until=until)
            for ending, (begins, until) in _ENDINGS.items()
        ),
        certified("2026-02-10", "SGQUIET", 1, "2026-02-10", consent="publication"),
        participation("2026-02-10", "TH", "suspended", "2026-08-01"),
    ]
    return (
        "reasons",
        "Every reason that one status and one arrangement can give, asked about one day",
        history,
        [
            ask("its exporter, into Thailand", "SGALPHA", "TH", at=_JUNE, recognition=1),
            ask("its manufacturer role is recognised, but not held", "SGALPHA", "TH", "MFR", at=_JUNE)
            | {"reason": "role-not-held", "recognition": None, "arrangement": None},
            ask("no such code", "SGNOBODY", "TH", at=_JUNE, reason="not-found"),
            ask("recorded for later", "SGLATER", "TH", at=_JUNE, reason="not-yet-effective"),
            ask("over since May", "SGSHORT", "TH", at=_JUNE, reason="expired"),
            *(
                ask(ending, f"SG{ending.upper()}", "TH", at=_JUNE, reason=ending, version=2)
                for ending in _ENDINGS
            ),
            ask("consent taken back", "SGQUIET", "TH", at=_JUNE, reason="no-consent", version=2),
            ask("at home nobody asks for it", "SGQUIET", "SG", at=_JUNE, version=2),
            ask("a role it does not hold", "SGALPHA", "TH", "BRK", at=_JUNE, reason="role-not-held"),
            ask("at home the same", "SGALPHA", "SG", "BRK", at=_JUNE, reason="role-not-held"),
            ask("neither takes part", "MYONE", "ZZ", at=_JUNE, reason="no-arrangement"),
            ask("the host takes no part", "SGALPHA", "MY", at=_JUNE, reason="host-not-participating"),
            ask("the host has only signed", "SGALPHA", "VN", at=_JUNE, reason="host-not-participating"),
            ask("the host is not on the ledger", "SGALPHA", "ZZ", at=_JUNE, reason="host-not-participating"),
            ask("the home has only signed", "VNONE", "TH", at=_JUNE, reason="home-not-participating"),
            ask("the home takes no part", "MYONE", "TH", at=_JUNE, reason="home-not-participating"),
            ask(
                "the host has suspended the arrangement",
                "SGALPHA",
                "TH",
                at="2026-08-01T00:00:00Z",
                reason="arrangement-suspended",
            ),
            ask("another programme", "SGBASIC", "TH", at=_JUNE, reason="programme-not-recognised"),
            ask("a member recognised by nobody there", "PHTWO", "PH", at=_JUNE),
            ask("level 1 of 3", "PHONE", "TH", at=_JUNE, reason="level-too-low", recognition=2),
            ask("level 2 of 3", "PHTWO", "TH", at=_JUNE, recognition=2),
            ask("level 3 of 3", "PHTHREE", "TH", at=_JUNE, recognition=2),
            ask(
                "a role it holds and the host does not recognise",
                "SGALPHA",
                "TH",
                "IMP",
                at=_JUNE,
                reason="role-not-covered",
                recognition=1,
            ),
            ask(
                "goods that leave the host",
                "SGALPHA",
                "TH",
                direction="export",
                at=_JUNE,
                reason="direction-not-covered",
                recognition=1,
            ),
            ask(
                "before the recognition begins",
                "SGALPHA",
                "PH",
                at="2026-03-15T00:00:00Z",
                reason="not-yet-recognised",
                recognition=3,
            ),
            ask(
                "after it is over",
                "SGOPEN",
                "TH",
                at="2027-01-01T00:00:00Z",
                reason="arrangement-suspended",
            ),
        ],
    )


_ENDINGS: Final = {
    "suspended": ("2026-03-01", None),
    "revoked": ("2026-03-01", "2029-03-01"),
    "surrendered": ("2026-03-01", None),
    "annulled": ("2026-01-05", None),
}


def _edges() -> Made:
    """First and last seconds, and questions that no form would ask."""
    history = [
        *_base(),
        certified("2026-01-05", "SGALPHA", 1, "2026-01-05", roles="IMP EXP", until="2026-11-30"),
        certified("2026-01-05", "SGOPEN", 1, "2026-01-05"),
        certified("2026-01-05", "SGABCDEFGHIJKLMNO", 1, "2026-01-05"),
        certified("2026-01-05", "SG1", 1, "2026-01-05"),
        certified("2026-01-05", "SG10", 1, "2026-01-05"),
    ]
    return (
        "edges",
        "Beginnings and ends to the second, each end included, and questions that hardly make sense",
        history,
        [
            ask("a second before it begins", "SGALPHA", "SG", at="2026-01-04T23:59:59Z")
            | {"reason": "not-yet-effective", "version": None},
            ask("in the second in which it begins", "SGALPHA", "SG", at="2026-01-05T00:00:00Z"),
            ask("in its last second", "SGALPHA", "PH", at="2026-11-30T23:59:59Z", recognition=3),
            ask("a second after", "SGALPHA", "PH", at="2026-12-01T00:00:00Z", reason="expired"),
            ask(
                "a second before the host begins",
                "SGALPHA",
                "TH",
                at="2026-01-31T23:59:59Z",
                reason="host-not-participating",
            ),
            ask("when the host begins", "SGALPHA", "TH", at="2026-02-01T00:00:00Z", recognition=1),
            ask(
                "a second before the recognition begins",
                "SGALPHA",
                "PH",
                at="2026-03-31T23:59:59Z",
                reason="not-yet-recognised",
                recognition=3,
            ),
            ask("when it begins", "SGALPHA", "PH", at="2026-04-01T00:00:00Z", recognition=3),
            ask(
                "the last second of the recognition", "SGOPEN", "TH", at="2026-12-31T23:59:59Z", recognition=1
            ),
            ask(
                "a second after it is over",
                "SGOPEN",
                "TH",
                at="2027-01-01T00:00:00Z",
                reason="no-longer-recognised",
                recognition=1,
            ),
            ask("without end, far ahead", "SGOPEN", "PH", at="2100-01-01T00:00:00Z", recognition=3),
            ask("the beginning of time", "SGOPEN", "PH", at="1970-01-01T00:00:00Z")
            | {"reason": "not-yet-effective", "version": None},
            ask(
                "known a second before it was recorded",
                "SGALPHA",
                "TH",
                at=_JUNE,
                known="2026-01-04T23:59:59Z",
                reason="not-found",
            ),
            ask(
                "known in the second in which it was recorded",
                "SGALPHA",
                "TH",
                at=_JUNE,
                known="2026-01-05T00:00:00Z",
                recognition=1,
            ),
            ask("the longest code there is", "SGABCDEFGHIJKLMNO", "TH", at=_JUNE, recognition=1),
            ask("the shortest code", "SG1", "TH", at=_JUNE, recognition=1),
            ask("a code that begins like another", "SG10", "TH", at=_JUNE, recognition=1),
            ask("a beginning of another's code", "SGALPH", "TH", at=_JUNE, reason="not-found"),
            ask("two roles, one of them covered", "SGALPHA", "TH", "IMP EXP", at=_JUNE)
            | {"reason": "role-not-covered", "recognition": 1, "arrangement": 1},
            ask("no role", "SGALPHA", "TH", "", at=_JUNE, reason="role-not-held"),
            ask("no role, at home", "SGALPHA", "SG", "", at=_JUNE, reason="role-not-held"),
            ask("both directions, one covered", "SGALPHA", "TH", direction="import export", at=_JUNE)
            | {"reason": "direction-not-covered", "recognition": 1, "arrangement": 1},
            ask("no direction", "SGALPHA", "TH", direction="", at=_JUNE)
            | {"reason": "direction-not-covered", "recognition": 1, "arrangement": 1},
            ask("no direction, at home", "SGALPHA", "SG", direction="", at=_JUNE),
        ],
    )


def _late_suspension() -> Made:
    """A suspension that is recorded ten days late, a planned one, and a renewal that was recorded before."""
    history = [
        *_base(),
        certified("2026-01-05", "SGLATE", 1, "2026-01-05"),
        certified("2026-01-05", "SGPLANNED", 1, "2026-01-05"),
        certified("2026-01-05", "SGRENEWED", 1, "2026-01-05", until="2026-11-30"),
        status("2026-05-20", "SGPLANNED", "suspended", 1, "2026-06-01", ground="conditions-unmet"),
        certified("2026-05-20", "SGPLANNED", 1, "2026-07-01", ground="cured"),
        certified("2026-10-01", "SGRENEWED", 1, "2026-12-01", until="2029-11-30"),
        status("2026-11-20", "SGLATE", "suspended", 1, "2026-11-10", ground="suspected-breach"),
        status("2026-11-22", "SGRENEWED", "suspended", 1, "2026-11-20", ground="suspected-breach"),
        certified("2026-12-10", "SGLATE", 1, "2026-12-05", ground="cured"),
    ]
    day = "2026-11-15T12:00:00Z"
    return (
        "late_suspension",
        "What was recorded last speaks for all times from its date on, and what was known before stays known",
        history,
        [
            ask("as known before", "SGLATE", "TH", at=day, known="2026-11-19T23:59:59Z", recognition=1),
            ask(
                "as known since",
                "SGLATE",
                "TH",
                at=day,
                known="2026-11-20T00:00:00Z",
                reason="suspended",
                version=2,
            ),
            ask("as known now", "SGLATE", "TH", at=day, reason="suspended", version=2),
            ask("the days before stay good", "SGLATE", "TH", at="2026-11-09T23:59:59Z", recognition=1),
            ask("its first second", "SGLATE", "TH", at="2026-11-10T00:00:00Z", version=2)
            | {"reason": "suspended"},
            ask("suspended at home too", "SGLATE", "SG", at=day, reason="suspended", version=2),
            ask(
                "until the reinstatement",
                "SGLATE",
                "TH",
                at="2026-12-04T23:59:59Z",
                reason="suspended",
                version=2,
            ),
            ask("reinstated", "SGLATE", "TH", at="2026-12-05T00:00:00Z", recognition=1, version=3),
            ask(
                "reinstated, before that was known",
                "SGLATE",
                "TH",
                at="2026-12-05T00:00:00Z",
                known="2026-12-09T23:59:59Z",
                reason="suspended",
                version=2,
            ),
            ask("before a planned suspension", "SGPLANNED", "TH", at="2026-05-31T23:59:59Z", recognition=1),
            ask("in it", "SGPLANNED", "TH", at=_JUNE, reason="suspended", version=2),
            ask("after it", "SGPLANNED", "TH", at="2026-07-01T00:00:00Z", recognition=1, version=3),
            ask(
                "a renewal recorded ahead",
                "SGRENEWED",
                "PH",
                at="2026-12-02T00:00:00Z",
                known="2026-11-21T00:00:00Z",
                recognition=3,
                version=2,
            ),
            ask(
                "does not undo a suspension recorded after it",
                "SGRENEWED",
                "PH",
                at="2026-12-02T00:00:00Z",
                reason="suspended",
                version=3,
            ),
        ],
    )


def _endings() -> Made:
    """Revocation and coming back, surrender and coming back, annulment from the start."""
    history = [
        *_base(),
        *(
            certified("2026-01-05", code, 1, "2026-01-05")
            for code in ("SGREVOKED", "SGAPPEAL", "SGSURRENDER", "SGVOID")
        ),
        status("2026-03-01", "SGREVOKED", "revoked", 1, "2026-03-01", until="2026-09-01", ground="not-cured"),
        status("2026-03-01", "SGAPPEAL", "revoked", 1, "2026-03-01", until="2029-03-01"),
        status("2026-03-01", "SGSURRENDER", "surrendered", 1, "2026-04-01", ground="at-request"),
        status("2026-05-01", "SGVOID", "annulled", 1, "2026-01-05", ground="false-information"),
        certified("2026-06-01", "SGAPPEAL", 1, "2026-03-01", ground="appeal-upheld"),
        certified("2026-08-01", "SGSURRENDER", 1, "2026-08-01"),
        certified("2026-10-01", "SGREVOKED", 1, "2026-10-01"),
    ]
    return (
        "endings",
        "What ends an authorisation, and what comes after it",
        history,
        [
            ask("before the revocation", "SGREVOKED", "TH", at="2026-02-28T23:59:59Z", recognition=1),
            ask("revoked", "SGREVOKED", "TH", at="2026-03-01T00:00:00Z", reason="revoked", version=2),
            ask(
                "when it may apply again it is still revoked",
                "SGREVOKED",
                "TH",
                at="2026-09-02T00:00:00Z",
                reason="revoked",
                version=2,
            ),
            ask("certified again", "SGREVOKED", "TH", at="2026-10-01T00:00:00Z", recognition=1, version=3),
            ask(
                "revoked, before the appeal",
                "SGAPPEAL",
                "TH",
                at="2026-04-01T00:00:00Z",
                known="2026-05-31T23:59:59Z",
                reason="revoked",
                version=2,
            ),
            ask(
                "the appeal takes the revocation back",
                "SGAPPEAL",
                "TH",
                at="2026-04-01T00:00:00Z",
                recognition=1,
                version=3,
            ),
            ask(
                "surrendered from a later day", "SGSURRENDER", "TH", at="2026-03-31T23:59:59Z", recognition=1
            ),
            ask(
                "surrendered", "SGSURRENDER", "TH", at="2026-04-01T00:00:00Z", reason="surrendered", version=2
            ),
            ask(
                "and certified anew", "SGSURRENDER", "TH", at="2026-08-01T00:00:00Z", recognition=1, version=3
            ),
            ask("annulled for all its time", "SGVOID", "TH", at="2026-02-15T00:00:00Z", reason="annulled")
            | {"version": 2},
            ask(
                "annulled for its first second",
                "SGVOID",
                "SG",
                at="2026-01-05T00:00:00Z",
                reason="annulled",
                version=2,
            ),
            ask(
                "which nobody knew before",
                "SGVOID",
                "TH",
                at="2026-02-15T00:00:00Z",
                known="2026-04-30T23:59:59Z",
                recognition=1,
            ),
            ask("nothing was there before", "SGVOID", "TH", at="2026-01-04T00:00:00Z")
            | {"reason": "not-yet-effective", "version": None},
        ],
    )


def _participation() -> Made:
    """Members that come, pause, return and leave."""
    history = [
        *_base(),
        recognition("2026-01-04", "TH", "VN", 5, "2026-01-01"),
        certified("2026-01-05", "SGALPHA", 1, "2026-01-05"),
        certified("2026-01-05", "THONE", 4, "2026-01-05"),
        certified("2026-01-05", "VNONE", 5, "2026-01-05"),
        participation("2026-02-01", "VN", "pilot", "2026-04-01"),
        in_force("2026-06-10", "VN", "2026-06-01"),
        participation("2026-07-05", "TH", "suspended", "2026-07-01"),
        in_force("2026-08-01", "TH", "2026-08-01"),
        participation("2026-09-01", "VN", "withdrawn", "2026-10-01"),
    ]
    return (
        "participation",
        "An arrangement is in force for each member by itself, and the later of two counts",
        history,
        [
            ask("signed only", "VNONE", "TH", at="2026-03-01T00:00:00Z", reason="home-not-participating"),
            ask("in its pilot", "VNONE", "TH", at="2026-05-01T00:00:00Z", reason="home-not-participating"),
            ask("in force", "VNONE", "TH", at="2026-06-01T00:00:00Z", recognition=5),
            ask(
                "in force, before that was known",
                "VNONE",
                "TH",
                at="2026-06-01T00:00:00Z",
                known="2026-06-09T23:59:59Z",
                reason="home-not-participating",
            ),
            ask("the host pauses", "SGALPHA", "TH", at="2026-07-01T00:00:00Z")
            | {"reason": "arrangement-suspended", "recognition": None, "arrangement": 1},
            ask(
                "which was recorded days later",
                "SGALPHA",
                "TH",
                at="2026-07-01T00:00:00Z",
                known="2026-07-04T23:59:59Z",
                recognition=1,
            ),
            ask(
                "in force, and without a recognition",
                "VNONE",
                "SG",
                at="2026-06-20T00:00:00Z",
                reason="programme-not-recognised",
            ),
            ask("a pause of the home", "THONE", "SG", at="2026-07-15T00:00:00Z")
            | {"reason": "arrangement-suspended", "arrangement": 1},
            ask("the host goes on", "SGALPHA", "TH", at="2026-08-01T00:00:00Z", recognition=1),
            ask("before the home leaves", "VNONE", "TH", at="2026-09-30T23:59:59Z", recognition=5),
            ask("after", "VNONE", "TH", at="2026-10-01T00:00:00Z", reason="home-not-participating"),
        ],
    )


def _two_arrangements() -> Made:
    """A plurilateral and a bilateral arrangement between the same members."""
    history = [
        *_base(),
        arrangement("2026-01-06", "VN", "BI", other="TH"),
        arrangement("2026-01-06", "TH", "BI-PH", other="PH"),
        in_force("2026-01-07", "VN", "2026-01-01", arrangement=2),
        in_force("2026-01-07", "TH", "2026-05-01", arrangement=2),
        in_force("2026-01-07", "TH", "2026-05-01", arrangement=3),
        in_force("2026-01-07", "PH", "2026-05-01", arrangement=3),
        recognition("2026-01-08", "TH", "VN", 5, "2026-05-01", arrangement=2, roles="EXP"),
        recognition("2026-01-08", "TH", "PH", 3, "2026-05-01", arrangement=3, min_level=3, roles="EXP"),
        recognition("2026-01-08", "TH", "PH", 3, "2026-05-01", arrangement=3, min_level=1, roles="CAR"),
        certified("2026-01-09", "VNONE", 5, "2026-01-05", roles="IMP EXP"),
        certified("2026-01-09", "PHONE", 3, "2026-01-05", level=1, roles="EXP CAR"),
        certified("2026-01-09", "PHTWO", 3, "2026-01-05", level=2, roles="EXP CAR"),
    ]
    return (
        "two_arrangements",
        "The first arrangement that recognises decides; if none does, the one that came nearest",
        history,
        [
            ask("recognised by the second alone", "VNONE", "TH", at=_JUNE, recognition=5, arrangement=2),
            ask(
                "neither in force for both: the reason that is further on",
                "VNONE",
                "TH",
                at="2026-04-01T00:00:00Z",
                reason="home-not-participating",
                arrangement=1,
            ),
            ask(
                "one has not begun, the other covers the role not",
                "VNONE",
                "TH",
                "IMP",
                at=_JUNE,
                reason="role-not-covered",
                recognition=5,
                arrangement=2,
            ),
            ask(
                "the host's arrangement with a third member says nothing",
                "PHTWO",
                "VN",
                at=_JUNE,
                reason="host-not-participating",
                arrangement=1,
            ),
            ask("no arrangement with both", "VNONE", "SG", at=_JUNE, reason="home-not-participating")
            | {"arrangement": 1},
            ask("both cover it: the first", "PHTWO", "TH", at=_JUNE, recognition=2, arrangement=1),
            ask(
                "too low in both: the first of equals",
                "PHONE",
                "TH",
                at="2026-04-15T00:00:00Z",
                reason="level-too-low",
                recognition=2,
                arrangement=1,
            ),
            ask(
                "too low in the first, another role in the second: what is nearer",
                "PHONE",
                "TH",
                at=_JUNE,
                reason="role-not-covered",
                recognition=7,
                arrangement=3,
            ),
            ask(
                "too low in the first, recognised in the second",
                "PHONE",
                "TH",
                "CAR",
                at=_JUNE,
                recognition=7,
                arrangement=3,
            ),
        ],
    )


def _several_rows() -> Made:
    """Recognitions of one grantor and partner beside each other."""
    history = [
        *_base(),
        recognition("2026-01-06", "TH", "SG", 2, "2026-02-01", roles="EXP", directions="export"),
        recognition("2026-01-06", "TH", "SG", 1, "2026-06-01", roles="IMP", directions="import"),
        recognition("2026-01-06", "TH", "SG", 1, "2026-02-01", directions="import", roles=ALL),
        certified("2026-01-07", "SGALPHA", 1, "2026-01-05", roles="IMP EXP MFR"),
        certified("2026-01-07", "SGBASIC", 2, "2026-01-05", roles="IMP EXP"),
    ]
    return (
        "several_rows",
        "Recognitions are alternatives: the first that covers it decides, else the first that comes nearest",
        history,
        [
            ask("two cover it: the first", "SGALPHA", "TH", at=_JUNE, recognition=1),
            ask("only the last covers it", "SGALPHA", "TH", "IMP", at="2026-03-01T00:00:00Z", recognition=7),
            ask("two cover it: the earlier recorded", "SGALPHA", "TH", "IMP", at=_JUNE, recognition=6),
            ask(
                "none covers the direction: the first that comes so far",
                "SGALPHA",
                "TH",
                direction="export",
                at=_JUNE,
                reason="direction-not-covered",
                recognition=1,
            ),
            ask(
                "the role is covered by none of its programme",
                "SGBASIC",
                "TH",
                "IMP",
                at=_JUNE,
                reason="role-not-covered",
                recognition=5,
            ),
            ask("the other programme, the other direction", "SGBASIC", "TH", direction="export", at=_JUNE)
            | {"recognition": 5, "arrangement": 1},
            ask(
                "recorded later, not known then",
                "SGALPHA",
                "TH",
                "IMP",
                at=_JUNE,
                known="2026-01-07T00:00:00Z",
                recognition=6,
            ),
        ],
    )


def _ended_recognitions() -> Made:
    """Recognitions that their grantor ends, and makes anew."""
    history = [
        *_base(),
        certified("2026-01-05", "SGALPHA", 1, "2026-01-05"),
        certified("2026-01-05", "PHTWO", 3, "2026-01-05", level=2),
        ended("2026-06-20", "TH", 1, "2026-06-10"),
        ended("2026-06-20", "TH", 2, "2026-12-01"),
        ended("2026-06-20", "PH", 3, "2026-01-01"),
        recognition(
            "2026-07-01",
            "TH",
            "SG",
            1,
            "2026-02-01",
            roles="EXP MFR",
            directions="import",
            until="2026-12-31",
        ),
    ]
    return (
        "ended_recognitions",
        "The grantor's word ends a recognition from the moment it names, in the past or ahead",
        history,
        [
            ask("before its end", "SGALPHA", "TH", at="2026-06-09T23:59:59Z", recognition=1),
            ask(
                "from its end on, until it is made anew",
                "SGALPHA",
                "TH",
                at="2026-06-10T00:00:00Z",
                known="2026-06-30T23:59:59Z",
                reason="no-longer-recognised",
                recognition=1,
            ),
            ask("which was not known at once", "SGALPHA", "TH", at=_JUNE, known="2026-06-19T23:59:59Z")
            | {"recognition": 1, "arrangement": 1},
            ask("made anew, for the past too", "SGALPHA", "TH", at=_JUNE, recognition=5),
            ask("ends later", "PHTWO", "TH", at="2026-11-30T23:59:59Z", recognition=2),
            ask(
                "has ended",
                "PHTWO",
                "TH",
                at="2026-12-01T00:00:00Z",
                reason="no-longer-recognised",
                recognition=2,
            ),
            ask(
                "ended before it began",
                "SGALPHA",
                "PH",
                at="2026-05-01T00:00:00Z",
                reason="no-longer-recognised",
                recognition=3,
            ),
            ask(
                "and not yet begun is what comes first",
                "SGALPHA",
                "PH",
                at="2026-03-15T00:00:00Z",
                reason="not-yet-recognised",
                recognition=3,
            ),
        ],
    )


def _compromised_status() -> Made:
    """Statuses that were signed with a key that is not to be relied on from a moment on."""
    history = [
        *_base(),
        certified("2026-02-01", "SGBEFORE", 1, "2026-01-05"),
        certified("2026-02-01", "SGCHANGED", 1, "2026-01-05"),
        certified("2026-02-01", "SGHEALED", 1, "2026-01-05"),
        certified("2026-02-02", "SGATONCE", 1, "2026-01-05"),
        status("2026-02-10", "SGCHANGED", "suspended", 1, "2026-02-10"),
        status("2026-02-10", "SGHEALED", "suspended", 1, "2026-02-10"),
        compromised("2026-03-01", "SG", "2026-02-02"),
        certified("2026-03-02", "SGHEALED", 1, "2026-02-10", by="SG second"),
    ]
    return (
        "compromised_status",
        "What a compromised key signed does not count, and does not let an older word speak",
        history,
        [
            ask("signed a day before", "SGBEFORE", "TH", at=_JUNE, recognition=1),
            ask("signed in that second", "SGATONCE", "TH", at=_JUNE, reason="signer-compromised"),
            ask("at home too", "SGATONCE", "SG", at=_JUNE, reason="signer-compromised"),
            ask("the last word is not to be relied on", "SGCHANGED", "TH", at=_JUNE, version=2)
            | {"reason": "signer-compromised"},
            ask("and for days before it the older one is", "SGCHANGED", "TH", at="2026-02-09T23:59:59Z")
            | {"recognition": 1, "arrangement": 1},
            ask("recorded anew with another key", "SGHEALED", "TH", at=_JUNE, recognition=1, version=3),
            ask(
                "as known before, it counts as little",
                "SGHEALED",
                "TH",
                at=_JUNE,
                known="2026-02-20T00:00:00Z",
                reason="signer-compromised",
                version=2,
            ),
        ],
    )


def _compromised_terms() -> Made:
    """Participations and recognitions that were signed with such a key."""
    history = [
        *_base(),
        certified("2026-01-05", "SGALPHA", 1, "2026-01-05"),
        certified("2026-01-05", "PHTWO", 3, "2026-01-05", level=2),
        recognition("2026-02-10", "TH", "SG", 1, "2026-02-01", roles="CAR"),
        ended("2026-02-10", "TH", 2, "2026-06-01"),
        in_force("2026-02-10", "PH", "2026-07-01"),
        compromised("2026-03-01", "TH", "2026-02-10"),
        compromised("2026-03-01", "PH", "2026-02-10"),
        certified("2026-03-02", "SGCARRIER", 1, "2026-01-05", roles="CAR"),
        recognition("2026-03-02", "TH", "PH", 3, "2026-06-15", min_level=3, by="TH second"),
    ]
    return (
        "compromised_terms",
        "Participations and recognitions of a compromised key count as if they had not been said",
        history,
        [
            ask("recognised before, by the same key", "SGALPHA", "TH", at=_JUNE, recognition=1),
            ask(
                "recognised by nothing else than what it signed then",
                "SGCARRIER",
                "TH",
                "CAR",
                at=_JUNE,
                reason="role-not-covered",
                recognition=1,
            ),
            ask("a participation that it signed", "SGALPHA", "PH", at="2026-07-02T00:00:00Z")
            | {"reason": "host-not-participating", "recognition": None, "arrangement": 1},
            ask("and the one before it", "SGALPHA", "PH", at="2026-06-30T23:59:59Z", recognition=3),
            ask(
                "an end that it signed stays: to recognise again, add another",
                "PHTWO",
                "TH",
                at=_JUNE,
                reason="no-longer-recognised",
                recognition=2,
            ),
        ],
    )


def _nothing_declared() -> Made:
    """Operators without any arrangement."""
    history = [
        programme("2026-01-01", "SG", "STP-PLUS"),
        certified("2026-01-05", "SGALPHA", 1, "2026-01-05"),
        arrangement("2026-02-01", "SG", "PLURI"),
        participation("2026-03-01", "TH", "comparing", "2026-03-01"),
    ]
    return (
        "nothing_declared",
        "An operator is good at home before anybody has an arrangement",
        history,
        [
            ask("at home", "SGALPHA", "SG", at=_JUNE),
            ask("nobody has spoken", "SGALPHA", "PH", at=_JUNE, reason="no-arrangement"),
            ask("one compares programmes", "SGALPHA", "TH", at=_JUNE, reason="host-not-participating"),
            ask("before there was a text", "SGALPHA", "TH", at=_JUNE, known="2026-01-31T00:00:00Z")
            | {"reason": "no-arrangement", "recognition": None, "arrangement": None},
            ask("not on the ledger", "THBETA", "SG", at=_JUNE, reason="not-found"),
            ask("a host that is no member", "SGALPHA", "ZZ", at=_JUNE, reason="no-arrangement"),
        ],
    )
