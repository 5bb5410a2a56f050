"""The form of a draft as its page shows it: controls with what was typed, and beside them what is wrong."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from markupsafe import Markup, escape

from api.desks.issuing_fields import (
    CONTROLS,
    SECTIONS,
    Control,
    Group,
    Kind,
    Section,
    foreign,
    starred,
)
from api.desks.issuing_typed import scheme_of, value_at
from ledger.errors import Severity
from ledger.examining import Foreseen
from ledger.rules import rule_set_for
from ledger.said import Said
from ledger.scheme_shapes import outside_name

_MISSING = "field.missing"


@dataclass(frozen=True, slots=True)
class Told:
    """What the check says about one place."""

    tone: str
    """stop, care, or missing for what is only not written yet."""
    place: str
    """Id on the page of the control, or of the part, it is about."""
    label: Said
    line: str
    """Number of its goods line, or nothing."""
    message: str
    rule: str
    source: str


@dataclass(frozen=True, slots=True)
class ControlShown:
    """A control with what stands in it."""

    id: str
    label: Said
    kind: Kind
    hint: Said
    value: Markup
    """As it was typed: a character that nobody sees must come back as it is, and the check tells of it."""
    ticked: bool
    choices: tuple[str, ...]
    told: tuple[Told, ...]
    """What stops the certificate or is warned of, not what is only missing."""


@dataclass(frozen=True, slots=True)
class EntryShown:
    """A goods line, an invoice or an original."""

    id: str
    number: int
    group: Group
    controls: tuple[ControlShown, ...]
    groups: tuple["GroupShown", ...]


@dataclass(frozen=True, slots=True)
class GroupShown:
    """Entries that repeat."""

    id: str
    group: Group
    entries: tuple[EntryShown, ...]
    full: bool


@dataclass(frozen=True, slots=True)
class SectionShown:
    """A box of the form."""

    id: str
    section: Section
    controls: tuple[ControlShown, ...]
    groups: tuple[GroupShown, ...]
    open: bool


@dataclass(frozen=True, slots=True)
class Apart:
    """A field that two officers have written differently."""

    place: str
    label: Said
    line: str
    yours: str
    theirs: str


def told_of(foreseen: Foreseen, document: Mapping[str, Any]) -> tuple[Told, ...]:
    """Return what the check says, in the order of the form; what stops the certificate first."""
    places = _places(document)
    found = [
        _told("missing" if one.rule == _MISSING else "stop", places, (one.pointer, one.message, one.rule, ""))
        for one in foreseen.problems
    ]
    found += [
        _told(
            "stop" if one.severity is Severity.REFUSAL else "care",
            places,
            (one.pointer, one.message, one.rule, one.source),
        )
        for one in foreseen.findings
    ]
    order = {place: number for number, place in enumerate(places)}
    tones = ("stop", "missing", "care")
    return tuple(sorted(found, key=lambda one: (tones.index(one.tone), order.get(one.place, 0))))


def form_of(document: Mapping[str, Any], told: Sequence[Told] = ()) -> tuple[SectionShown, ...]:
    """Return the form of a document's scheme with what stands in it."""
    scheme = scheme_of(document)
    ticks = ticks_of(document)
    return tuple(
        _section(section, document, told, ticks) for section in SECTIONS if not foreign(section.key, scheme)
    )


def ticks_of(document: Mapping[str, Any]) -> frozenset[str]:
    """Return the names of the ticks that the form has on the day of issue, or all where none is known."""
    scheme = scheme_of(document)
    try:
        day = date.fromisoformat(document.get("issuedOn", ""))
    except ValueError:
        day = date.max
    chosen = rule_set_for(scheme, day) or rule_set_for(scheme, date.max)
    return frozenset(map(outside_name, chosen.edition.ticks if chosen else ()))


def apart(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> tuple[Apart, ...]:
    """Return where two documents of a draft differ, in the order of the form."""
    places = {**_places(theirs), **_places(ours)}
    found = ((place, *told, _text(ours, place), _text(theirs, place)) for place, told in places.items())
    return tuple(Apart(*one) for one in found if one[-1] != one[-2])


def _text(document: Mapping[str, Any], place: str) -> str:
    value = value_at(document, place)
    if isinstance(value, bool):
        return "☑" if value else "☐"
    return value if isinstance(value, str) else ""


def _section(
    section: Section, document: Mapping[str, Any], told: Sequence[Told], ticks: frozenset[str]
) -> SectionShown:
    controls = tuple(
        _control(control, control.path, document, told)
        for control in section.controls
        if control.kind is not Kind.TICK or control.path.rpartition(".")[2] in ticks
    )
    groups = tuple(_group(group, "", document, told) for group in section.groups)
    wanted = {one.place for one in told}
    used = any(one.value or one.ticked or one.id in wanted for one in controls)
    full = any(group.entries for group in groups) or section.key in wanted
    return SectionShown(
        f"box-{section.key}", section, controls, groups, open=not section.folded or used or full
    )


def _group(group: Group, within: str, document: Mapping[str, Any], told: Sequence[Told]) -> GroupShown:
    """Return a group; `within` is the entry that it is a part of."""
    container = f"{within}.{group.path.split('.')[-2]}" if within else group.path.partition(".")[0]
    entries = value_at(document, container) or {}
    shown = tuple(
        _entry(group, f"{container}.{key}", int(key), document, told) for key in sorted(entries, key=int)
    )
    return GroupShown(container, group, shown, full=len(shown) >= group.most)


def _entry(
    group: Group, path: str, number: int, document: Mapping[str, Any], told: Sequence[Told]
) -> EntryShown:
    scheme = scheme_of(document)
    controls = tuple(
        _control(control, f"{path}{control.path[len(group.path) :]}", document, told)
        for control in group.controls
        if not foreign(control.path, scheme)
    )
    groups = tuple(_group(inner, path, document, told) for inner in group.groups)
    return EntryShown(path, number, group, controls, groups)


def _control(control: Control, path: str, document: Mapping[str, Any], told: Sequence[Told]) -> ControlShown:
    value = value_at(document, path)
    text = value if isinstance(value, str) else ""
    return ControlShown(
        path,
        control.label,
        control.kind,
        control.hint,
        Markup(escape(text)),  # noqa: S704 - escaped in this line
        value is True,
        control.choices,
        tuple(one for one in told if one.place == path and one.tone != "missing"),
    )


def _places(document: Mapping[str, Any]) -> Mapping[str, tuple[Said, str]]:
    """Return every id on the form with its label and goods line, in the order of the page."""
    found: dict[str, tuple[Said, str]] = {}
    for section in form_of(document):
        found[section.id] = (section.section.title, "")
        found.update((one.id, (CONTROLS[one.id].called or one.label, "")) for one in section.controls)
        for group in section.groups:
            found.update(_places_in(group, section.section.title, ""))
    return found


def _places_in(group: GroupShown, title: Said, line: str) -> Iterator[tuple[str, tuple[Said, str]]]:
    yield group.id, (title, line)
    for entry in group.entries:
        here = line or (str(entry.number) if starred(entry.id) == "items.*" else "")
        yield entry.id, (entry.group.name, here)
        yield from ((control.id, (control.label, here)) for control in entry.controls)
        for inner in entry.groups:
            yield from _places_in(inner, inner.group.name, here)


def _told(tone: str, places: Mapping[str, tuple[Said, str]], one: tuple[str, str, str, str]) -> Told:
    pointer, message, rule, source = one
    place = _place(pointer.strip("/").replace("/", "."), places)
    label, line = places[place]
    return Told(tone, place, label, line, message, rule, source)


def _place(path: str, places: Mapping[str, object]) -> str:
    """Return the id that is nearest to a path: itself, its first part, or what it is a part of."""
    if path in places:
        return path
    first = next((place for place in places if place.startswith(f"{path}.")), None)
    while first is None and path:
        path = path.rpartition(".")[0]
        first = next((one for one in (path, f"box-{path}") if one in places), None)
    return first or "box-about"
