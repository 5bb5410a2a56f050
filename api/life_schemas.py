"""What becomes of a certificate, over HTTP: receipts, timelines, trees, balances, true copies."""

from datetime import date, datetime
from typing import Any, Self

from pydantic import Field

from api.schemas import AsOfOut, EnvelopeBody, Id, Schema, hexed, hexed_or_none
from ledger.facts import Issuer
from ledger.receiving import Received
from ledger.reexporting import LineBalance
from ledger.statements import statement_hash
from ledger.timeline import Row, Timeline
from ledger.tree import LineUse, Node, Tree
from ledger.true_copies import TrueCopy


class ReceivedOut(Schema):
    """A copy that was received."""

    certificate: Id
    verdict: str = Field(description="How it stood when it was received.", examples=["VALID"])
    sentence: str
    addressed: bool = Field(
        description="Whether it is addressed to the caller's member and the caller is its customs; only then "
        "the receipt goes on the ledger, and otherwise the copy is kept."
    )
    received_at: datetime | None = Field(None, description="When the ledger had the receipt first.")

    @classmethod
    def from_domain(cls, received: Received) -> Self:
        """Show what came of receiving."""
        return cls(
            certificate=hexed(received.kept.id),
            verdict=received.verdict.code.value,
            sentence=received.verdict.sentence,
            addressed=received.addressed,
            received_at=received.received_at,
        )


class SignerOut(Schema):
    """Who did something."""

    member: str
    authority: str

    @classmethod
    def from_domain(cls, issuer: Issuer) -> Self:
        """Show an authority."""
        return cls(member=issuer.member, authority=issuer.name)


class TimelineRowOut(Schema):
    """One thing that happened to a certificate."""

    what: str = Field(examples=["decided"])
    sentence: str
    recorded_at: datetime
    block: int
    who: SignerOut | None = None
    effective: datetime | None = Field(
        None, description="From when it counts, where that is not when it was recorded."
    )
    lines: dict[str, list[int]] = Field(
        description="Goods lines by what became of them.", examples=[{"granted": [1, 2], "refused": [3]}]
    )
    case: int | None = Field(None, description="The verification case.")
    due: datetime | None = Field(None, description="When the next step of the case is due.")
    other: Id | None = Field(None, description="The other certificate it is about.")
    statement: Id | None = Field(None, description="Hash of what was said with it.")
    said: dict[str, Any] | None = Field(
        None, description="What was said, for the members concerned, where this service keeps it."
    )

    @classmethod
    def from_domain(cls, row: Row) -> Self:
        """Show a row."""
        return cls(
            what=row.what,
            sentence=row.sentence,
            recorded_at=row.at,
            block=row.block,
            who=SignerOut.from_domain(row.who) if row.who else None,
            effective=row.effective,
            lines={name: list(lines) for name, lines in row.lines.items()},
            case=row.case,
            due=row.due,
            other=hexed_or_none(row.other),
            statement=hexed_or_none(row.statement),
            said=dict(row.said) if row.said else None,
        )


class TimelineOut(Schema):
    """All that happened to a certificate, in the order in which the ledger recorded it."""

    certificate: Id
    rows: list[TimelineRowOut]
    as_of: AsOfOut
    final: bool = Field(description="False while a block that holds one of these could still be undone.")

    @classmethod
    def from_domain(cls, timeline: Timeline) -> Self:
        """Show a timeline."""
        return cls(
            certificate=hexed(timeline.certificate),
            rows=[TimelineRowOut.from_domain(row) for row in timeline.rows],
            as_of=AsOfOut.from_domain(timeline.as_of),
            final=timeline.final,
        )


class ReexportedLineOut(Schema):
    """What is known of the re-export of one goods line."""

    line: int
    unit: str
    certified: str = Field(examples=["1200.50"])
    reexported: str
    exceeded: bool

    @classmethod
    def from_domain(cls, use: LineUse) -> Self:
        """Show a line."""
        return cls(
            line=use.line,
            unit=use.unit,
            certified=f"{use.certified:f}",
            reexported=f"{use.reexported:f}",
            exceeded=use.exceeded,
        )


class NodeOut(Schema):
    """One certificate in a chain of origin."""

    certificate: Id
    exporting: str
    importing: str
    standing: str = Field(examples=["valid"])
    reference: str | None = Field(None, description="Where a copy is kept here, for the members concerned.")
    parents: list[Id]
    children: list[Id]
    lines: list[ReexportedLineOut] = Field(
        description="Where a copy is kept here, for the members concerned."
    )
    unseen: int = Field(description="Children of which no copy is kept here.")
    exceeded: bool = Field(description="Whether more was re-exported of a line than it certifies.")

    @classmethod
    def from_domain(cls, node: Node, *, whole: bool) -> Self:
        """Show a certificate; what is read from its copy only to whom it concerns."""
        return cls(
            certificate=hexed(node.certificate),
            exporting=node.exporting,
            importing=node.importing,
            standing=node.standing.name.lower(),
            reference=node.reference if whole else None,
            parents=[hexed(one) for one in node.parents],
            children=[hexed(one) for one in node.children],
            lines=[ReexportedLineOut.from_domain(line) for line in node.lines] if whole else [],
            unseen=node.unseen,
            exceeded=node.exceeded,
        )


class TreeOut(Schema):
    """The chain of origin of a certificate."""

    certificate: Id
    nodes: list[NodeOut]
    cut: bool = Field(description="Whether there are more than are told.")
    as_of: AsOfOut

    @classmethod
    def from_domain(cls, tree: Tree, member: str) -> Self:
        """Show a tree to a member: whole where it is one of the two, elsewhere what the ledger shows all."""
        return cls(
            certificate=hexed(tree.root),
            nodes=[
                NodeOut.from_domain(node, whole=member in {node.exporting, node.importing})
                for node in tree.nodes.values()
            ],
            cut=tree.cut,
            as_of=AsOfOut.from_domain(tree.as_of),
        )


class BalanceLineOut(Schema):
    """What a goods line still holds for re-export."""

    line: int
    unit: str
    certified: str
    drawn: str = Field(description="Re-exported under certificates issued here.")
    imported: str = Field(description="Imported with preference by decisions filed here.")
    left: str

    @classmethod
    def from_domain(cls, balance: LineBalance) -> Self:
        """Show a line."""
        return cls(
            line=balance.line,
            unit=balance.certified.unit,
            certified=f"{balance.certified.value:f}",
            drawn=f"{balance.drawn:f}",
            imported=f"{balance.imported:f}",
            left=f"{balance.left:f}",
        )


class BalanceOut(Schema):
    """What a certificate still holds for re-export under certificates issued here."""

    certificate: Id
    lines: list[BalanceLineOut]


class TrueCopyBody(Schema):
    """Why a certified true copy is wanted."""

    reason: str = Field(min_length=1, max_length=500, examples=["The original was lost in the post."])


class TrueCopyOut(Schema):
    """A certified true copy: the same certificate, with the date on which the copy was given out."""

    certificate: Id
    number: int = Field(description="Counts the copies of this certificate from 1.")
    on: date
    statement: Id
    endorsement: str = Field(examples=["CERTIFIED TRUE COPY, 2 November 2026"])
    envelope: EnvelopeBody

    @classmethod
    def from_domain(cls, copy: TrueCopy) -> Self:
        """Show a true copy."""
        return cls(
            certificate=hexed(copy.statement.certificate),
            number=copy.number,
            on=date.fromisoformat(copy.statement.body["on"]),
            statement=hexed(statement_hash(copy.statement)),
            endorsement=copy.endorsement,
            envelope=copy.envelope,
        )
