"""What the README shows of the demonstration is what the demonstration tells."""

import json
import re

from ledger.verdict import VerdictCode
from tests.docs.pages import ROOT, blocks

README = ROOT / "README.md"
_ANSWER = re.compile(r"^([a-z-]+) +([A-Z0-9]{3,17}) +in [A-Z]{2}  (.+) \((.+)\)$", re.MULTILINE)
_LINE = re.compile(r"^([A-Z_]+) +[A-Z]{2}→[A-Z]{2}  (.+)$", re.MULTILINE)


def test_the_readme_shows_lines_of_the_demonstration() -> None:
    """Each verdict shown is one there is, on a sample that the demonstration hands out."""
    vectors = (ROOT / "tests/vectors/certificates").glob("*.json")
    described = {json.loads(vector.read_text(encoding="utf-8"))["description"] for vector in vectors}
    story = (ROOT / "scripts/_story.py").read_text(encoding="utf-8")
    shown = next(block for block in blocks(README) if block.language == "text")
    lines = _LINE.findall(shown.text)
    assert len(lines) >= len(set(VerdictCode)) - 3
    for verdict, about in lines:
        assert verdict in set(VerdictCode)
        assert about in described or about in story


def test_the_answers_about_operators_in_the_readme_are_those_of_the_demonstration() -> None:
    """Each is a question that the demonstration asks, with the reason that it expects."""
    shown = next(block for block in blocks(README) if block.language == "text")
    answers = _ANSWER.findall(shown.text)
    asked = (ROOT / "scripts/_questions.py").read_text(encoding="utf-8")
    operators = (ROOT / "ganache-config/operators.json").read_text(encoding="utf-8")
    assert len(answers) >= 5
    for reason, operator, about, name in answers:
        assert f'"{operator}"' in operators
        assert all(f'"{text}"' in asked for text in (reason, about))
        assert json.dumps(name, ensure_ascii=False) in operators
