"""Certificates as PDF over HTTP."""

import pytest

from ledger.envelope import canonical
from ledger.paper import envelope_in
from tests.api.desk import Desk, a_new_document, problem

TRUE_COPY = {"reason": "lost in the post"}


def test_the_paper_of_a_certificate_has_its_envelope_inside(desk: Desk) -> None:
    """To the byte, under the name of its reference, and the same file each time."""
    issued = desk.issued()
    answer = desk.ask("GET", f"/v1/certificates/{issued['id']}/paper")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    assert answer.headers["content-disposition"].endswith('.pdf"')
    assert envelope_in(answer.content) == canonical(issued["envelope"])
    assert desk.ask("GET", f"/v1/certificates/{issued['id']}/paper").content == answer.content


def test_who_has_the_file_already_is_not_sent_it_again(desk: Desk) -> None:
    """Its ETag is that of this paper alone, and needs nothing to be drawn."""
    issued = desk.issued()
    path = f"/v1/certificates/{issued['id']}/paper"
    tag = desk.ask("GET", path).headers["etag"]
    again = desk.ask("GET", path, headers={"If-None-Match": f'"other", W/{tag}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert desk.ask("GET", path, headers={"If-None-Match": '"other"'}).status_code == 200
    other = desk.issue(a_new_document()).json()
    unlike = desk.ask("GET", f"/v1/certificates/{other['id']}/paper", headers={"If-None-Match": tag})
    assert unlike.status_code == 200


def test_the_name_of_the_file_breaks_out_of_no_header(desk: Desk) -> None:
    """A reference may have quotes and slashes."""
    document = a_new_document()
    document["reference"] = f'{document["reference"]}"; x=1'
    issued = desk.issue(document).json()
    name = desk.ask("GET", f"/v1/certificates/{issued['id']}/paper").headers["content-disposition"]
    assert name.isascii()
    assert name.count('"') == 2


@pytest.mark.parametrize("who", ["VN issuing", "TH customs"])
def test_both_sides_get_the_paper(desk: Desk, who: str) -> None:
    """As they get the envelope, once it is known here."""
    issued = desk.issued()
    assert desk.ask("GET", f"/v1/certificates/{issued['id']}/paper", by=who).status_code == 200


def test_nobody_else_gets_the_paper(desk: Desk) -> None:
    """To a third member it does not exist, and without a key nothing is said."""
    path = f"/v1/certificates/{desk.issued()['id']}/paper"
    assert problem(desk.ask("GET", path, by="MY issuing"), 404, "certificate-not-found")
    assert problem(desk.ask("GET", path, by=None), 401, "unauthenticated")


def test_a_certificate_that_waits_for_the_chain_has_no_paper_yet(desk: Desk) -> None:
    """Its envelope may still change."""
    desk.hold()
    issued = desk.issue(prefer="wait=0").json()
    path = f"/v1/certificates/{issued['id']}/paper"
    assert problem(desk.ask("GET", path), 409, "certificate-pending")
    desk.release()


def test_a_true_copy_is_printed_once_it_was_given_out(desk: Desk) -> None:
    """By its number, and only for the side that gave it out."""
    there = f"/v1/certificates/{desk.issued()['id']}"
    assert problem(desk.ask("GET", f"{there}/paper?copy=1"), 404, "true-copy-not-found")
    desk.ask("POST", f"{there}/true-copies", json=TRUE_COPY)
    plain, copy = desk.ask("GET", f"{there}/paper"), desk.ask("GET", f"{there}/paper?copy=1")
    assert (copy.status_code, envelope_in(copy.content)) == (200, envelope_in(plain.content))
    assert copy.content != plain.content
    assert problem(desk.ask("GET", f"{there}/paper?copy=1", by="TH customs"), 404, "true-copy-not-found")
