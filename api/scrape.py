"""What is looked up when Prometheus asks: the outbox, the replica, the alarms.

A part that cannot be looked up is counted and left out; the others are answered all the same.
"""

from collections.abc import Callable, Iterator
from typing import Final

from prometheus_client import Counter, start_http_server
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from api.alarms import alarm_of_replica
from api.services import Services
from ledger.outbox import AlarmName

_LOOPBACK: Final = "127.0.0.1"
_HALTING: Final = (
    AlarmName.REORGANISATION_BEYOND_FINALITY,
    AlarmName.CHAIN_MISMATCH,
    AlarmName.NODE_DISAGREES,
)


class AtScrape(Collector):
    """Looks the gauges of one service up."""

    def __init__(self, services: Services) -> None:
        """Look them up in the archive of this service."""
        self._services = services
        registry = services.metrics.registry
        registry.register(self)
        text = "Looks at a part of the service that failed while metrics were asked for."
        self._failed = Counter("asal_scrape_errors", text, ("part",), registry=registry)

    def collect(self) -> Iterator[Metric]:
        """Yield what can be found out now."""
        parts: dict[str, Callable[[], list[Metric]]] = {
            "outbox": self._outbox,
            "replica": self._replica,
            "alarms": self._alarms,
            "webhooks": self._webhooks,
        }
        for name, look in parts.items():
            try:
                found = look()
            except Exception:  # noqa: BLE001 - whatever it is, the other figures are still wanted
                self._failed.labels(name).inc()
            else:
                yield from found

    def _outbox(self) -> list[Metric]:
        backlog = self._services.ledger.outbox.backlog()
        since = backlog.oldest
        age = (self._services.ledger.clock() - since).total_seconds() if since else 0.0
        return [
            _gauge(
                "asal_outbox_certificates",
                "Certificates accepted and not recorded yet.",
                backlog.certificates,
            ),
            _gauge("asal_outbox_writes", "Writes on their way to the chain.", backlog.writes),
            _gauge("asal_outbox_oldest_seconds", "Age of the oldest of them, 0 without any.", max(0.0, age)),
        ]

    def _replica(self) -> list[Metric]:
        """Return nothing where no replica is kept."""
        head = self._services.rooms.replica.head()
        if head is None:
            return []
        block = head.block.number if head.block else 0
        text = "Whether the replica has stopped answering, by the alarm."
        halted = GaugeMetricFamily("asal_replica_halted", text, labels=("why",))
        for name in _HALTING:
            halted.add_metric([name.value], float(alarm_of_replica(head) is name))
        found: list[Metric] = [
            _gauge("asal_replica_block", "The newest block in the replica.", block),
            _gauge(
                "asal_replica_lag_blocks",
                "Blocks that the node had and the replica has not.",
                max(0, head.node_block - block),
            ),
            halted,
        ]
        if head.seen_at is not None:
            silent = (self._services.ledger.clock() - head.seen_at).total_seconds()
            text = "Seconds since the node was last seen by whoever follows the chain."
            found.append(_gauge("asal_replica_silent_seconds", text, max(0.0, silent)))
        return found

    def _webhooks(self) -> list[Metric]:
        now = self._services.ledger.clock()
        pending = self._services.rooms.watches.pending(now)
        late = (now - pending.due).total_seconds() if pending.due else 0.0
        text = "Seconds for which the oldest message that is due waits, of receivers that do not fail."
        return [
            _gauge("asal_webhooks_pending", "Messages to watchers not taken yet.", pending.messages),
            _gauge("asal_webhooks_due_seconds", text, max(0.0, late)),
        ]

    def _alarms(self) -> list[Metric]:
        in_force = {alarm.name for alarm in self._services.alarms()}
        family = GaugeMetricFamily("asal_alarm", "Whether an alarm is in force.", labels=("name",))
        for name in AlarmName:
            family.add_metric([name.value], float(name in in_force))
        return [family]


class Listener:
    """Answers Prometheus on a port of its own, which only this machine reaches."""

    def __init__(self, services: Services, port: int) -> None:
        """Begin; `OSError` when the port is taken.  With port 0 any free one is."""
        registry = services.metrics.registry
        self._server, self._thread = start_http_server(port, addr=_LOOPBACK, registry=registry)
        self.port: int = self._server.server_port

    def stop(self) -> None:
        """End."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, value=value)
