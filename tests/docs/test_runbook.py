"""The runbook has a section for each alarm, and what it tells people to type is there."""

import re

import pytest

from api.metrics import Metrics
from ledger.outbox import AlarmName
from tests.docs.pages import ROOT
from tests.docs.test_cli_reference import COMMANDS

RUNBOOK = (ROOT / "docs/how-to/runbook.md").read_text(encoding="utf-8")
WATCHING = (ROOT / "docs/how-to/watch-the-service.md").read_text(encoding="utf-8")
METRICS = (ROOT / "docs/reference/metrics.md").read_text(encoding="utf-8")
_SECTION = re.compile(r"^## (?P<alarm>[a-z-]+)\n(?P<text>.*?)(?=^## |\Z)", re.MULTILINE | re.DOTALL)
SECTIONS = {section["alarm"]: section["text"] for section in _SECTION.finditer(RUNBOOK)}
PARTS = ("What it means.", "What users notice.", "What is safe.", "Check.", "Do.", "Over when.")


def test_every_alarm_has_its_section_and_every_section_its_alarm() -> None:
    """The heading is the alarm's name, which is what links lead to."""
    assert set(SECTIONS) == {name.value for name in AlarmName}


@pytest.mark.parametrize("alarm", AlarmName)
def test_a_section_says_what_to_look_at_what_to_do_and_when_it_is_over(alarm: AlarmName) -> None:
    """In the same order everywhere, so that it is found at night."""
    text = SECTIONS[alarm.value]
    assert re.findall(r"^\*\*([^*]+)\*\*", text, re.MULTILINE) == list(PARTS)
    assert "```sh" in text.partition("**Check.**")[2].partition("**Do.**")[0], "names no command to look with"


def test_every_command_named_in_the_runbook_is_there() -> None:
    """Those in the running text; those in blocks are held by the test of the command line."""
    named = set(re.findall(r"`asal ([a-z-]+(?: [a-z-]+)?)`", RUNBOOK))
    assert named
    assert {f"asal {command}" for command in named} <= set(COMMANDS)


def test_every_metric_that_a_rule_asks_for_is_there() -> None:
    """A rule about a metric that is not there never fires."""
    asked = set(re.findall(r"\basal_[a-z_]+", WATCHING + RUNBOOK)) - {"asal_"}
    known = set(re.findall(r"^\| `(asal_[a-z_]+)", METRICS, re.MULTILINE))
    assert {re.sub(r"_(bucket|sum|count)$", "", name) for name in asked} <= known
    assert "asal_alarm" in known


def test_histograms_reach_as_far_as_the_promises() -> None:
    """A minute for 99 of 100 certificates, and a quarter of an hour for all, are bounds of buckets."""
    metrics = Metrics().registry
    for bound in ("60.0", "900.0"):
        assert metrics.get_sample_value("asal_accept_to_record_seconds_bucket", {"le": bound}) == 0
