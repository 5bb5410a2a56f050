"""What officers did, in words: acts are kept under codes, since words change and what was kept does not."""

from collections.abc import Mapping
from typing import Final

from ledger.said import Said, said

_DONE: Final[Mapping[str, Said]] = {
    "login": said("Came in"),
    "login_back": said("Came back from the login"),
    "login_chosen": said("Chose for whom to work"),
    "leave": said("Logged out"),
    "draft.begin": said("Began a draft"),
    "draft.write": said("Wrote a draft"),
    "draft.scheme": said("Made a draft one of another kind"),
    "draft.delete": said("Deleted a draft"),
    "draft.issue": said("Issued a certificate"),
    "issue_draft": said("Tried to issue a certificate"),
    "certificate.cancel": said("Cancelled a certificate"),
    "certificate.copy": said("Gave out a certified true copy"),
    "bulk.begin": said("Issued from a file"),
    "bulk.go-on": said("Took a file up again"),
    "send_file": said("Tried to issue from a file"),
    "refusal.answer": said("Answered a refusal"),
    "case.step": said("Answered in a check"),
    "receive_one": said("Received a certificate"),
    "decide_on_lines": said("Decided on goods lines"),
    "open_check": said("Asked for verification"),
    "step_in_case": said("Took a step in a check"),
    "change_settings": said("Changed the practice"),
    "look_up_one": said("Looked up a certificate or an exporter"),
    "take_statement": said("Took a statement"),
    "apply": said("Took an operator's application"),
    "act_on": said("Acted on an operator"),
    "list.record": said("Recorded a national list"),
    "look_at_list": said("Looked at a national list"),
    "check_partners": said("Had a partner list answered"),
    "make_watch": said("Began to watch"),
    "add_to_watch": said("Added to a watch"),
    "remove_watch": said("Ended a watch"),
    "administer": said("Acted for the member"),
    "member propose": said("Put a question to the vote"),
    "member vote": said("Voted"),
    "member enact": said("Carried out what was voted"),
    "member authority-add": said("Named an authority"),
    "member authority-withdraw": said("Withdrew an authority"),
    "member key-add": said("Added a key"),
    "member key-rotate": said("Replaced a key"),
    "member key-revoke": said("Revoked a key"),
    "member key-compromised": said("Marked a key as compromised"),
    "member officer-enrol": said("Enrolled an officer"),
    "member officer-end": said("Ended an officer's work"),
}
_READ: Final[Mapping[str, Said]] = {
    "desk_certificate": said("Read a certificate"),
    "desk_certificate_envelope": said("Took the file of a certificate"),
    "desk_certificate_paper": said("Took the PDF of a certificate"),
    "desk_certificate_timeline": said("Took the timeline of a certificate"),
    "certificate_on_desk": said("Read a certificate to decide on"),
    "check_form": said("Read a certificate to have it verified"),
    "issued": said("Read a certificate just issued"),
    "change": said("Read a certificate to change it"),
    "ask_for_answer": said("Read a refusal"),
    "read": said("Read a draft"),
    "ask_before_issuing": said("Read a draft before issuing it"),
    "ask_before_moving": said("Read a draft to change its kind"),
    "case": said("Read a check"),
    "statement_to_keep": said("Took the statement on a decision as a file"),
    "statement_file": said("Took a statement as a file"),
    "watch": said("Read what came of a file"),
    "hand_out_envelopes": said("Took the envelopes of a file"),
    "hand_out_refused": said("Took the refused rows of a file"),
    "operator": said("Read an operator"),
    "own_authority": said("Read an authority"),
    "own_key": said("Read a key"),
}


def in_words(act: str) -> Said | None:
    """Return an act in words; None where it has only its code, such as a page that was refused."""
    read = act.removeprefix("read ")
    return _READ.get(read) if read != act else _DONE.get(act)
