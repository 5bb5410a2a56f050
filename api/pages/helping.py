"""What a verdict means to those who meet it: the trader, customs, and the issuing authority."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from ledger.said import said
from ledger.verdict import VerdictCode


@dataclass(frozen=True, slots=True)
class VerdictHelp:
    """One verdict, explained."""

    meaning: str
    trader: str
    customs: str
    issuer: str


VERDICTS: Final[Mapping[VerdictCode, VerdictHelp]] = {
    VerdictCode.VALID: VerdictHelp(
        meaning=said(
            "The content is what was issued, the ledger holds it, the authority was entitled to issue it "
            "when it signed, and it was neither cancelled nor replaced since."
        ),
        trader=said(
            "Hand the file on with the goods. The verdict is about the document, not about the goods."
        ),
        customs=said(
            "Compare the particulars with the declaration and the goods. A valid certificate does not bind "
            "you where you doubt the origin: you may open a check."
        ),
        issuer=said("Nothing is to be done. You will hear when customs receives it and what is decided."),
    ),
    VerdictCode.REPLACED: VerdictHelp(
        meaning=said("The issuing authority issued another certificate in place of this one."),
        trader=said("Ask the exporter for the certificate that took its place, and use that one."),
        customs=said(
            "Do not decide on this one any more. Ask for the certificate that took its place and verify it."
        ),
        issuer=said("Make sure that the exporter has handed the new certificate on."),
    ),
    VerdictCode.CANCELLED: VerdictHelp(
        meaning=said("The issuing authority has ended this certificate. It gives no right to preference."),
        trader=said("Ask the exporter or the issuing authority why, and whether a new one can be issued."),
        customs=said(
            "Do not grant preference on it. What was granted before the day on which it ended stays granted, "
            "unless a check finds otherwise."
        ),
        issuer=said(
            "If it was cancelled by mistake, issue a new certificate; a cancelled one never revives."
        ),
    ),
    VerdictCode.EXPIRED: VerdictHelp(
        meaning=said("It is genuine, and its last day of validity is past."),
        trader=said(
            "If the goods arrived while it was valid, or something beyond your control kept you from "
            "presenting it, tell customs so and show proof."
        ),
        customs=said(
            "It may be accepted late on the grounds of ATIGA OCP Rule 14(b) and (c). Ask for them, and name "
            "the ground when you decide."
        ),
        issuer=said("A certificate cannot be prolonged. A new shipment needs a new one."),
    ),
    VerdictCode.ALTERED: VerdictHelp(
        meaning=said(
            "Something in this copy is not what was issued. The page names each field where that can be "
            "told. A changed character is enough, and so is a program that saved the file in its own way."
        ),
        trader=said(
            "Do not use this copy. Ask the exporter for the file as the issuing authority gave it out."
        ),
        customs=said(
            "Do not rely on this copy. Ask for the file as issued; where you suspect forgery, ask the "
            "issuing authority with a check."
        ),
        issuer=said("Send the certificate as issued once more; it is the same to the byte each time."),
    ),
    VerdictCode.ISSUER_NOT_AUTHORISED: VerdictHelp(
        meaning=said(
            "The ledger holds it, but the key that signed it was not entitled to at that moment: it belongs "
            "to another member, was not an issuing authority's, or counts as compromised from before."
        ),
        trader=said("Do not use it. Ask the exporter to have it issued anew by the competent authority."),
        customs=said("Do not grant preference on it. Ask the member's administrator about the key."),
        issuer=said("Ask your administrator which keys are in force, and issue the certificate anew."),
    ),
    VerdictCode.CONFLICTING: VerdictHelp(
        meaning=said(
            "Another certificate was entered on the ledger under the same reference number before this one."
        ),
        trader=said("Ask the exporter which of the two certificates covers your goods."),
        customs=said("Do not rely on it before the issuing authority has answered: open a check."),
        issuer=said("Find out how the number was given out twice, and cancel the one that is wrong."),
    ),
    VerdictCode.NOT_FOUND: VerdictHelp(
        meaning=said(
            "The ledger holds no certificate with these particulars. That is no proof of forgery: the number "
            "may be mistyped, or the certificate issued on paper alone or on another ledger."
        ),
        trader=said(
            "Check the number, the member and the date of issue. Then ask the exporter for the file."
        ),
        customs=said(
            "Check what was entered. If it stays unknown, treat the paper as you would without this ledger, "
            "and ask the issuing authority."
        ),
        issuer=said("If you issued it, look at your desk: it may still be a draft or on its way."),
    ),
    VerdictCode.PENDING: VerdictHelp(
        meaning=said("The issuing authority has accepted it, and the ledger is about to record it."),
        trader=said("Wait a minute and verify again."),
        customs=said("Wait until it is valid before you decide; that takes a minute as a rule."),
        issuer=said("If it lasts longer than some minutes, look at the state of the service."),
    ),
    VerdictCode.CANNOT_CHECK: VerdictHelp(
        meaning=said(
            "The ledger gave no answer. This is a fault of ours and says nothing about the certificate."
        ),
        trader=said("Try again in a few minutes. The certificate is not worse for it."),
        customs=said("Try again. If it lasts, go by your rules for a system that is down."),
        issuer=said("Look at the state of the service, and tell its operator."),
    ),
}
"""By verdict; a test holds them complete."""
