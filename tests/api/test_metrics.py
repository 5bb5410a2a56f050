"""What the service counts, and how it is asked for."""

import json
import re
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from prometheus_client import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from api.app import create_app
from api.metrics import Metrics, rules_of
from api.monitoring import Monitoring
from api.scrape import Listener
from api.services import Services
from ledger.errors import ArchiveUnavailable, ChainUnreachable, NodesDisagree, SignerUnavailable
from ledger.events import Block
from ledger.facts import LedgerName
from ledger.outbox import AlarmName, Answer
from ledger.refusals import CertificateNotLive
from tests.api.desk import Desk, a_new_document

PAGE = (Path(__file__).parents[2] / "docs/reference/metrics.md").read_text(encoding="utf-8")


def test_answers_are_counted_by_the_template_of_their_route(desk: Desk) -> None:
    """Never by the address, which anybody may fill as they like."""
    for number in range(3):
        desk.ask("GET", f"/v1/certificates/0x{number:064x}")
    desk.ask("GET", "/nowhere/0x12")
    desk.ask("HUNTER", "/livez")
    template = "/v1/certificates/{certificate}"
    assert _value(desk, "asal_requests_total", route=template, method="GET", status="404") == 3
    assert _value(desk, "asal_requests_total", route="none", method="GET", status="404") == 1
    assert _value(desk, "asal_requests_total", route="/livez", method="other", status="405") == 1
    assert _value(desk, "asal_request_seconds_count", route=template) == 3
    assert "HUNTER" not in _text(desk)


def test_certificates_are_counted_from_accepted_to_recorded(desk: Desk) -> None:
    """What waits is seen, and what was recorded with its gas and its time."""
    desk.world.transactions.held = True  # type: ignore[attr-defined]  # no blocks are made
    desk.issue(prefer="wait=0")
    desk.clock.advance(timedelta(seconds=40))
    assert _value(desk, "asal_outbox_certificates") == 1
    assert _value(desk, "asal_outbox_writes") == 1
    assert _value(desk, "asal_outbox_oldest_seconds") == 40
    desk.world.transactions.held = False  # type: ignore[attr-defined]
    _drain(desk)
    desk.issue(prefer="wait=5")
    assert _value(desk, "asal_outbox_certificates") == 0
    assert _value(desk, "asal_outbox_oldest_seconds") == 0
    assert _value(desk, "asal_certificates_recorded_total") == 2
    assert _value(desk, "asal_writes_recorded_total", function="issue") == 2
    assert _value(desk, "asal_accept_to_record_seconds_count") == 2
    assert _value(desk, "asal_accept_to_record_seconds_bucket", le="30.0") == 1
    assert _value(desk, "asal_accept_to_record_seconds_bucket", le="60.0") == 2
    assert _value(desk, "asal_gas_used_total", function="issue") >= 0


def test_a_batch_counts_once_as_an_anchor_and_with_all_its_certificates(desk: Desk) -> None:
    """Its time is that of the certificate that waited longest."""
    desk.world.transactions.held = True  # type: ignore[attr-defined]  # the first four are under way
    for _ in range(10):
        desk.issue(prefer="wait=0")
    desk.world.transactions.held = False  # type: ignore[attr-defined]
    _drain(desk)
    assert _value(desk, "asal_certificates_recorded_total") == 10
    assert _value(desk, "asal_anchors_total") >= 1
    assert _value(desk, "asal_batch_certificates_count") == _value(desk, "asal_anchors_total")
    singly = _value(desk, "asal_writes_recorded_total", function="issue")
    assert _value(desk, "asal_batch_certificates_sum") == 10 - singly


def test_refusals_are_counted_by_their_rules_and_never_by_values(desk: Desk) -> None:
    """Rules of the form, of the scheme and of JSON, and what the ledger says no to."""
    desk.issue(a_new_document() | {"exporter": "not an object"})
    desk.issue(a_new_document(validUntil="2028-11-02"))
    desk.ask("POST", "/v1/verifications", content=b'{"a": 1, "a": 2}')
    document = a_new_document()
    desk.issue(document)
    desk.issue(document | {"exporter": document["exporter"] | {"name": "Another"}})
    found = _labels(desk, "asal_refusals_total", "rule")
    assert {"json.duplicate-key", "ReferenceAlreadyFiled"} <= found
    assert any(rule.startswith("ATIGA-") for rule in found)
    assert all(re.fullmatch(r"[A-Za-z0-9.-]+", rule) for rule in found)
    assert document["reference"] not in _text(desk)


def test_what_could_not_be_found_out_is_no_refusal() -> None:
    """A silent chain says neither yes nor no."""
    assert rules_of(ChainUnreachable("no answer")) == frozenset()


def test_verdicts_are_counted_by_code(desk: Desk) -> None:
    """Those of the API, of the question by reference and of the page alike; unseen codes stand at 0."""
    envelope = desk.issued()["envelope"]
    desk.ask("POST", "/v1/verifications", by=None, json=envelope)
    desk.client.post("/verify", files={"envelope": ("e.json", _json(envelope))})
    question = {"exportingMember": "VN", "reference": "VN-TH 0/0", "issuedOn": "2026-11-02"}
    desk.ask("POST", "/v1/verifications/by-reference", by=None, json=question)
    assert _value(desk, "asal_verdicts_total", code="VALID") == 2
    assert _value(desk, "asal_verdicts_total", code="NOT_FOUND") == 1
    assert _value(desk, "asal_verdicts_total", code="CONFLICTING") == 0


def test_a_write_that_the_contract_refuses_is_counted_by_its_error(desk: Desk) -> None:
    """Two cancellations for different reasons: the second finds it cancelled."""
    metrics = _services(desk).metrics
    issued = desk.issued()
    desk.world.transactions.held = True  # type: ignore[attr-defined]  # both are on their way
    for reason in ("other", "origin-not-met"):
        path = f"/v1/certificates/{issued['id']}/cancel"
        desk.ask("POST", path, json={"reason": reason}, headers={"Prefer": "wait=0"})
    desk.world.transactions.held = False  # type: ignore[attr-defined]
    _drain(desk)
    assert _value(desk, "asal_writes_refused_total", refusal=CertificateNotLive.__name__) == 1
    assert metrics is _services(desk).metrics


def test_every_alarm_is_a_gauge_that_falls_again(desk: Desk) -> None:
    """All names are there from the beginning, so that rules can be written about them."""
    assert _labels(desk, "asal_alarm", "name") == {name.value for name in AlarmName}
    outbox, name = desk.rooms.outbox, AlarmName.WRITE_FAILS
    outbox.raise_alarm(name, "0x", "", now=desk.clock())
    assert _value(desk, "asal_alarm", name=name.value) == 1
    outbox.clear_alarm(name, "0x")
    assert _value(desk, "asal_alarm", name=name.value) == 0


def test_the_replica_shows_its_block_its_lag_and_why_it_halted(desk: Desk) -> None:
    """Without a replica there is no such figure."""
    assert "asal_replica" not in _text(desk)
    replica = desk.rooms.replica
    replica.start(LedgerName(1337, desk.world.ledger.ledger.address))
    block = Block(5, b"\1" * 32, bytes(32), int(desk.clock().timestamp()))
    replica.apply([block], [], node_block=8, seen_at=desk.clock())
    desk.clock.advance(timedelta(seconds=9))
    assert _value(desk, "asal_replica_block") == 5
    assert _value(desk, "asal_replica_lag_blocks") == 3
    assert _value(desk, "asal_replica_silent_seconds") == 9
    replica.halt("node-disagrees: the witness has another block 5")
    assert _value(desk, "asal_replica_halted", why="node-disagrees") == 1
    assert _value(desk, "asal_replica_halted", why="chain-mismatch") == 0


def test_a_part_that_fails_is_counted_and_the_others_are_answered(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An archive that is away must not hide how many requests are refused."""
    desk.ask("GET", "/livez")

    def silent(*_: object) -> None:
        raise ArchiveUnavailable("no answer")

    monkeypatch.setattr(type(desk.rooms.outbox), "backlog", silent)
    assert _value(desk, "asal_scrape_errors_total", part="outbox") == 1
    assert _value(desk, "asal_requests_total", route="/livez", method="GET", status="200") == 1
    assert "asal_outbox_certificates" not in _text(desk)


def test_figures_are_on_a_port_of_their_own_and_not_on_the_public_one(desk: Desk) -> None:
    """They tell how busy an authority is, which is nobody's business."""
    assert desk.ask("GET", "/metrics", by=None).status_code == 404
    listener = Listener(_services(desk), 0)
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{listener.port}/metrics") as answer:
            assert b"asal_build_info" in answer.read()
    finally:
        listener.stop()
    with pytest.raises(urllib.error.URLError):
        urllib.request.urlopen(f"http://127.0.0.1:{listener.port}/metrics")


def test_the_port_is_open_as_long_as_the_app_runs(desk: Desk) -> None:
    """Two apps in one process count for themselves."""
    apps = [create_app(desk.ledger, desk.rooms, monitoring=Monitoring(port=0)) for _ in range(2)]
    with TestClient(apps[0]) as first, TestClient(apps[1]):
        first.get("/livez")
    counts = [generate_latest(app.state.services.metrics.registry).decode() for app in apps]
    assert ['route="/livez"' in text for text in counts] == [True, False]


def test_an_alarm_about_a_node_or_a_signer_is_over_once_the_key_moves_again(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody has to take back what was over by itself."""
    transactions = desk.world.transactions
    troubles = {
        "sign": (SignerUnavailable("here", "did not answer"), AlarmName.SIGNER_UNAVAILABLE),
        "outcome": (NodesDisagree(7), AlarmName.NODE_DISAGREES),
    }
    for method, (error, name) in troubles.items():

        def failing(*_: object, _error: Exception = error, **__: object) -> Answer:
            raise _error

        with monkeypatch.context() as trouble:
            trouble.setattr(transactions, method, failing)
            desk.issue(prefer="wait=0")
            for _ in range(2):
                list(desk.ledger.carrier.rounds())
            assert [alarm.name for alarm in desk.rooms.outbox.alarms()] == [name]
            assert _value(desk, "asal_alarms_raised_total", name=name.value) >= 1
        desk.issue(prefer="wait=5")
        assert desk.rooms.outbox.alarms() == ()


def test_the_reference_lists_every_metric_and_no_other(desk: Desk) -> None:
    """Names as Prometheus shows them."""
    desk.rooms.replica.start(LedgerName(1337, desk.world.ledger.ledger.address))
    desk.rooms.replica.touch(node_block=1, seen_at=desk.clock())
    families = text_string_to_metric_families(_text(desk))
    shown = {f"{each.name}_total" if each.type == "counter" else each.name for each in families}
    shown = {name for name in shown if not name.endswith("_created")}
    assert set(re.findall(r"^\| `(asal_[a-z_]+)", PAGE, re.MULTILINE)) == shown


def test_counting_an_unheard_of_route_and_status_needs_no_preparation() -> None:
    """The first answer of a kind is counted as the thousandth is."""
    metrics = Metrics()
    for _ in range(1000):
        metrics.answered("/v1/x", "GET", 418, 0.2)
    assert metrics.registry.get_sample_value(
        "asal_requests_total", {"route": "/v1/x", "method": "GET", "status": "418"}
    ) == pytest.approx(1000)


def _drain(desk: Desk) -> None:
    """Go rounds until nothing waits."""
    while desk.rooms.outbox.backlog().writes:
        list(desk.ledger.carrier.rounds())


def _services(desk: Desk) -> Services:
    services: Services = desk.app.state.services
    return services


def _text(desk: Desk) -> str:
    return generate_latest(_services(desk).metrics.registry).decode()


def _value(desk: Desk, name: str, /, **labels: str) -> float:
    found = _services(desk).metrics.registry.get_sample_value(name, labels)
    assert found is not None, f"{name} {labels} is not there"
    return found


def _labels(desk: Desk, name: str, label: str) -> set[str]:
    return {sample.labels[label] for sample in _samples(desk) if sample.name == name}


def _samples(desk: Desk) -> Iterator[Any]:
    for family in text_string_to_metric_families(_text(desk)):
        yield from family.samples


def _json(value: object) -> bytes:
    return json.dumps(value).encode()
