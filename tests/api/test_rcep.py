"""An RCEP certificate goes the way of a Form D: issued, handed out, verified, shown."""

from tests.api.desk import Desk, problem
from tests.builders import a_vector, altered

SEATS = "vn-sg-seats-rcep"


def test_an_rcep_certificate_is_issued_and_verified(desk: Desk) -> None:
    """Its envelope is as any other, and the verdict rests on the same checks."""
    issued = desk.issue(a_vector(SEATS))
    assert issued.status_code == 201
    verdict = desk.ask("POST", "/v1/verifications", by=None, json=issued.json()["envelope"]).json()
    assert (verdict["code"], verdict["warnings"]) == ("VALID", [])


def test_its_number_is_taken_within_its_scheme_only(desk: Desk) -> None:
    """Another RCEP certificate of the number is refused; numbers of Form D are others."""
    document = a_vector(SEATS)
    assert desk.issue(document).status_code == 201
    problem(desk.issue(altered(document, "/remarks", "Another")), 409, "reference-already-filed")


def test_a_refusal_names_the_rule_of_rcep(desk: Desk) -> None:
    """With the article it stands in, not ATIGA's."""
    answer = desk.issue(altered(a_vector(SEATS), "/items/1/criterion", "CTH"))
    told = problem(answer, 422, "certificate-refused")
    assert [(one["rule"], one["source"]) for one in told["errors"]] == [
        ("RCEP-3B-CRITERION", "RCEP Annex 3B, 1(f) and 2(g); form, box 10")
    ]


def test_what_the_scheme_must_have_is_named(desk: Desk) -> None:
    """A certificate without its certification is malformed, as a Form D would be."""
    document = a_vector(SEATS)
    del document["certification"]
    told = problem(desk.issue(document), 422, "certificate-malformed")
    assert [(one["pointer"], one["rule"]) for one in told["errors"]] == [("/certification", "field.missing")]
