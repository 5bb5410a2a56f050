"""What a page points to is there: relative links with their anchors, and paths in backticks."""

import re
from pathlib import Path

import pytest

from tests.docs.pages import ROOT, pages, prose

_LINK = re.compile(r"\]\((?!https?://|mailto:)([^)#\s]*)(?:#([^)\s]+))?\)")
_QUOTED = re.compile(r"`([^`\s]+)`")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
TOP = ("api/", "contracts/", "docs/", "ganache-config/", "ledger/", "scripts/", "tests/", ".ci/")
MADE_BY_RUNNING = ("node_modules", "contracts/out", "contracts/cache", "contracts/build")


def _anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, made as hosts of Markdown make them."""
    headings = _HEADING.findall(page.read_text(encoding="utf-8"))
    kept = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in headings)
    return {heading.replace(" ", "-") for heading in kept}


def _named(page: Path) -> str:
    return str(page.relative_to(ROOT))


@pytest.mark.parametrize("page", pages(), ids=_named)
def test_every_relative_link_leads_somewhere(page: Path) -> None:
    """A link names a file there is and, after #, a heading in it."""
    for target, anchor in _LINK.findall(prose(page)):
        found = (page.parent / target).resolve() if target else page
        assert found.exists(), f"{target} is not there"
        assert not anchor or anchor in _anchors(found), f"{target} has no heading #{anchor}"


@pytest.mark.parametrize("page", pages(), ids=_named)
def test_every_path_in_backticks_exists(page: Path) -> None:
    """Files are named by their path from the root, or from the page's own folder."""
    for quoted in _QUOTED.findall(prose(page)):
        path = quoted.rstrip(".,:")
        if not path.startswith(TOP) or any(made in path for made in MADE_BY_RUNNING):
            continue
        assert (ROOT / path).exists() or (page.parent / path).exists(), f"{path} is not there"


def test_every_page_is_reached_from_the_readme() -> None:
    """No page is an island: following links from the README finds them all."""
    seen: set[Path] = set()
    waiting = [ROOT / "README.md"]
    while waiting:
        page = waiting.pop()
        if page in seen or page.suffix != ".md" or not page.exists():
            continue
        seen.add(page)
        waiting += [(page.parent / target).resolve() for target, _ in _LINK.findall(prose(page)) if target]
    written = {page for page in pages() if page.is_relative_to(ROOT / "docs")}
    assert {_named(page) for page in written - seen} == set()
