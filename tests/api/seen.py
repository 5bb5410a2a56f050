"""A page as a browser and a screen reader find it: elements, text, and what is wrong with its structure."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TypeAlias

Attributes: TypeAlias = dict[str, str]
_VOID = {"meta", "link", "input", "br"}
_INLINE = {"a", "b", "bdi", "code", "em", "span", "strong"}
_ANYWHERE = {"path", "circle"}
"""Drawn parts, which close themselves."""


@dataclass
class Seen:
    """What a page holds."""

    elements: list[tuple[str, Attributes]] = field(default_factory=list)
    text: str = ""
    faults: list[str] = field(default_factory=list)

    def all(self, *tags: str) -> list[Attributes]:
        """Return the attributes of all elements of these kinds."""
        return [attributes for tag, attributes in self.elements if tag in tags]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen = Seen()
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        if len(set(names)) < len(names):
            self.seen.faults.append(f"<{tag}> names an attribute twice")
        kind = "svg title" if tag == "title" and "svg" in self.open else tag  # a picture has one of its own
        self.seen.elements.append((kind, {name: value or "" for name, value in attrs}))
        self.seen.text += "" if tag in _INLINE else " "
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag not in _ANYWHERE:
            self.seen.faults.append(f"<{tag}/> closes itself")
        self.seen.elements.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.seen.faults.append(f"</{tag}> closes nothing")

    def handle_data(self, data: str) -> None:
        self.seen.text += data


def seen(page: str) -> Seen:
    """Read a page; `text` has its white space drawn together."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    found = reader.seen
    found.text = " ".join(found.text.split())
    found.faults += [f"<{tag}> stays open" for tag in reader.open]
    found.faults += list(_faults(found))
    return found


def _faults(page: Seen) -> list[str]:
    ids = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    labelled = {attributes.get("for") for attributes in page.all("label")}
    faults = [] if len(set(ids)) == len(ids) else ["an id is given twice"]
    faults += ["not one h1"] * (len(page.all("h1")) != 1)
    faults += ["not one title"] * (len(page.all("title")) != 1)
    faults += ["no language"] * ([html.get("lang", "") for html in page.all("html")] == [""])
    for tag, attributes in page.elements:
        if tag == "script" and not {"src", "integrity", "defer"} <= attributes.keys():
            faults.append("a script that is not a file of ours")
        if tag in {"style", "iframe", "object", "base", "img"}:
            faults.append(f"<{tag}> has no place here")
        faults += [f"{tag} {name}" for name in attributes if name == "style" or name.startswith("on")]
        shown = tag in {"input", "select", "textarea"} and attributes.get("type") != "hidden"
        if shown and attributes.get("id") not in labelled:
            faults.append(f"<{tag}> has no label")
        for name in ("aria-labelledby", "aria-describedby", "for"):
            faults += [f"{name} {one}" for one in attributes.get(name, "").split() if one not in ids]
        for name in ("href", "action", "src"):
            target = attributes.get(name, "/")
            local = target[1:] in ids if target.startswith("#") else target[:1] == "/" != target[1:2]
            kept = "download" in attributes and target.startswith("data:application/json;base64,")
            faults += [] if local or kept else [f"{name} {target}"]
    return faults
