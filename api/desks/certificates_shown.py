"""The life and the origin of a certificate, made ready for a page: rows, and a tree as nested lists."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from api.schemas import hexed
from ledger.envelope import leaves
from ledger.facts import Standing
from ledger.said import said
from ledger.timeline import Row, Timeline
from ledger.tree import LineUse, Node, Tree

STANDINGS: Final[Mapping[Standing, tuple[str, str]]] = {
    Standing.UNKNOWN: ("not-checked", said("Not on the ledger")),
    Standing.VALID: ("passed", said("Live")),
    Standing.EXPIRED: ("not-checked", said("Past its last day")),
    Standing.CANCELLED: ("failed", said("Cancelled")),
    Standing.REPLACED: ("not-checked", said("Replaced")),
}
"""Tone and word by standing."""
TIMELINE_HEADER: Final = (
    "recorded at",
    "block",
    "what",
    "sentence",
    "authority",
    "member",
    "effective",
    "due",
    "case",
    "lines",
    "other certificate",
    "statement",
)
_MOST_SAID: Final = 60
"""Parts of one statement that a page shows."""


@dataclass(frozen=True, slots=True)
class Branch:
    """A certificate in a tree, with what hangs on it in one direction."""

    id: str
    reference: str
    """Nothing where the copy is not this member's to see, or is not here."""
    exporting: str
    importing: str
    tone: str
    standing: str
    ours: bool
    """Whether the officer's member is one of its two, so that its page can be opened."""
    exceeded: bool
    again: bool
    """Whether it stands elsewhere in the tree already."""
    branches: tuple["Branch", ...]


@dataclass(frozen=True, slots=True)
class Origin:
    """The tree of a certificate: what it rests on, and what rests on it."""

    parents: tuple[Branch, ...]
    children: tuple[Branch, ...]
    lines: tuple[LineUse, ...]
    unseen: int
    """Certificates that rest on it and of which no copy is here."""
    cut: bool


def origin_shown(tree: Tree, member: str) -> Origin:
    """Return a tree for a member; of others' certificates only what the ledger tells everybody."""
    root = tree.nodes[tree.root]
    seen = {tree.root}
    return Origin(
        parents=tuple(_branches(root.parents, tree, member, seen, up=True)),
        children=tuple(_branches(root.children, tree, member, seen, up=False)),
        lines=root.lines,
        unseen=root.unseen,
        cut=tree.cut,
    )


def _branches(
    certificates: Sequence[bytes], tree: Tree, member: str, seen: set[bytes], *, up: bool
) -> Iterator[Branch]:
    for one in certificates:
        node = tree.nodes.get(one)
        if node is not None:
            yield _branch(node, tree, member, seen, up=up)


def _branch(node: Node, tree: Tree, member: str, seen: set[bytes], *, up: bool) -> Branch:
    again = node.certificate in seen
    seen.add(node.certificate)
    ours = member in {node.exporting, node.importing}
    tone, standing = STANDINGS[node.standing]
    further = () if again else node.parents if up else node.children
    return Branch(
        id=hexed(node.certificate),
        reference=(node.reference or "") if ours else "",
        exporting=node.exporting,
        importing=node.importing,
        tone=tone,
        standing=standing,
        ours=ours,
        exceeded=node.exceeded,
        again=again,
        branches=tuple(_branches(further, tree, member, seen, up=up)),
    )


def told_with(row: Row) -> tuple[tuple[str, str], ...]:
    """Return what was said with a row, part by part."""
    if not row.said:
        return ()
    return tuple((path, str(value)) for path, value in list(_parts(row.said))[:_MOST_SAID])


def _parts(statement: Mapping[str, object]) -> Iterator[tuple[str, object]]:
    body = statement.get("body", statement)
    return iter(leaves(body) if isinstance(body, Mapping) else ())


def timeline_rows(timeline: Timeline) -> Iterator[tuple[object, ...]]:
    """Yield a timeline as rows of a table, without what was said."""
    for row in timeline.rows:
        yield (
            _iso(row.at),
            row.block,
            row.what,
            row.sentence,
            row.who.name if row.who else None,
            row.who.member if row.who else None,
            _iso(row.effective),
            _iso(row.due),
            row.case,
            "; ".join(f"{name} {' '.join(map(str, lines))}" for name, lines in row.lines.items()),
            hexed(row.other) if row.other else None,
            hexed(row.statement) if row.statement else None,
        )


def _iso(at: datetime | None) -> str | None:
    return f"{at:%Y-%m-%dT%H:%M:%SZ}" if at else None
