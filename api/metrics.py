"""What the service counts for the operator's monitoring, in the words of Prometheus.

One registry for each app, so that several in one process do not mix.  Labels are codes from fixed lists,
never values: route templates instead of paths, rules instead of what broke them.  `docs/reference/metrics.md`
lists every metric.
"""

import platform
from collections.abc import Callable
from importlib.metadata import PackageNotFoundError, version
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from ledger.errors import (
    CertificateMalformed,
    CertificateRefused,
    EnvelopeMalformed,
    InputMalformed,
    LedgerError,
    Refused,
    Severity,
)
from ledger.outbox import AlarmName, Dispatch, DispatchKind
from ledger.refusals import ContractRefusal
from ledger.verdict import VerdictCode
from ledger.watch_port import DeliveryState

_ANSWERS: Final = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60)
"""Seconds of an answer; 10 and 60 are what it waits for the chain by default, and at most."""
_RECORDING: Final = (0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 20, 30, 60, 120, 300, 600, 900)
"""Seconds from accepted to recorded; 60 (99 of 100) and 900 (all) are the usual promises."""
_BATCHES: Final = (2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10_000, 100_000)
METHODS: Final = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
"""Methods that are named; anybody can make up others."""
_ATTEMPTS: Final = {
    DeliveryState.PENDING: "retried",
    DeliveryState.DELIVERED: "delivered",
    DeliveryState.FAILED: "failed",
}
NO_ROUTE: Final = "none"
"""What stands for the address of a request that no route takes; the address itself may hold anything."""

_Observe = Callable[[float], None]


class Metrics:
    """The counters of one app; also what `ledger.telemetry` reports to.  Safe to share between threads."""

    def __init__(self) -> None:
        """Start counting from nothing."""
        self.registry = CollectorRegistry()
        self._answered: dict[tuple[str, str, int], tuple[Callable[[], None], _Observe]] = {}
        self._of_answers()
        self._of_writes()
        info = Gauge(
            "asal_build_info", "Which version runs; always 1.", ("version", "python"), registry=self.registry
        )
        info.labels(_version(), platform.python_version()).set(1)

    def _of_answers(self) -> None:
        """Make what is counted at the door."""
        labels = ("route", "method", "status")
        self._requests = Counter(
            "asal_requests", "Answers by route template.", labels, registry=self.registry
        )
        text = "Seconds to answer, by route template."
        self._seconds = Histogram(
            "asal_request_seconds", text, ("route",), buckets=_ANSWERS, registry=self.registry
        )
        text = "What was answered with a refusal, by the rule."
        self._refusals = Counter("asal_refusals", text, ("rule",), registry=self.registry)
        self._verdicts = Counter(
            "asal_verdicts", "Verdicts given, by code.", ("code",), registry=self.registry
        )
        for code in VerdictCode:
            self._verdicts.labels(code.value)

    def _of_writes(self) -> None:
        """Make what is counted on the way to the chain."""
        text = "Writes that the chain holds for good."
        self._writes = Counter("asal_writes_recorded", text, ("function",), registry=self.registry)
        text = "Certificates that the chain holds for good, singly or in batches."
        self._certificates = Counter("asal_certificates_recorded", text, registry=self.registry)
        text = "Seconds from accepted to recorded, one for each write: its certificate that waited longest."
        self._waited = Histogram(
            "asal_accept_to_record_seconds", text, buckets=_RECORDING, registry=self.registry
        )
        self._anchors = Counter("asal_anchors", "Batches recorded.", registry=self.registry)
        text = "Certificates in a recorded batch."
        self._batches = Histogram("asal_batch_certificates", text, buckets=_BATCHES, registry=self.registry)
        text = "Gas that recorded writes used."
        self._gas = Counter("asal_gas_used", text, ("function",), registry=self.registry)
        text = "Writes that the contract refused for good, by its error."
        self._refused = Counter("asal_writes_refused", text, ("refusal",), registry=self.registry)
        text = "How often an alarm was raised, also while it was in force."
        self._alarms = Counter("asal_alarms_raised", text, ("name",), registry=self.registry)
        text = "Attempts to send a message to a watcher, by what came of them."
        self._sent = Counter("asal_webhook_attempts", text, ("outcome",), registry=self.registry)
        for state in DeliveryState:
            self._sent.labels(_ATTEMPTS[state])
        text = "Seconds from a message's making to its being taken, of those taken at the first attempt."
        self._taken = Histogram("asal_webhook_seconds", text, buckets=_ANSWERS, registry=self.registry)
        for name in AlarmName:
            self._alarms.labels(name.value)
        for kind in set(DispatchKind) - {DispatchKind.FOREIGN}:
            self._writes.labels(kind.value)
            self._gas.labels(kind.value)

    # ------------------------------------------------------------------------------------ at the door

    def answered(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count one answer; `route` is a template or `NO_ROUTE`, `method` one of `METHODS` or `other`."""
        key = (route, method, status)
        known = self._answered.get(key)
        if known is None:  # looking labels up takes longer than counting
            counter = self._requests.labels(route, method, str(status))
            known = self._answered[key] = (counter.inc, self._seconds.labels(route).observe)
        known[0]()
        known[1](seconds)

    def verdict(self, code: VerdictCode) -> None:
        """Count one verdict."""
        self._verdicts.labels(code.value).inc()

    def refusal(self, error: LedgerError) -> None:
        """Count an answer that says no, once for each rule broken; what could not be found out is none."""
        for rule in rules_of(error):
            self._refusals.labels(rule).inc()

    # ------------------------------------------------------------------------- what the steps report

    def recorded(self, dispatch: Dispatch, waited: float) -> None:
        """Count a write that the chain holds, `waited` seconds after it was queued."""
        function = dispatch.kind.value
        self._writes.labels(function).inc()
        self._gas.labels(function).inc(dispatch.written.gas_used if dispatch.written else 0)
        self._waited.observe(max(0.0, waited))
        self._certificates.inc(dispatch.size)
        if dispatch.kind is DispatchKind.ANCHOR:
            self._anchors.inc()
            self._batches.observe(dispatch.size)

    def refused(self, dispatch: Dispatch, refusal: ContractRefusal) -> None:  # noqa: ARG002 - of the port
        """Count a write that the contract refused."""
        self._refused.labels(type(refusal).__name__).inc()

    def sent(self, state: DeliveryState, waited: float | None) -> None:
        """Count an attempt to send a message; `waited` seconds when it was taken at the first."""
        self._sent.labels(_ATTEMPTS[state]).inc()
        if waited is not None:
            self._taken.observe(max(0.0, waited))

    def alarmed(self, name: AlarmName, subject: str) -> None:  # noqa: ARG002 - of the port
        """Count an alarm."""
        self._alarms.labels(name.value).inc()


def rules_of(error: LedgerError) -> frozenset[str]:
    """Return the codes of the rules that an error is about; empty unless it is a refusal."""
    match error:
        case CertificateMalformed(problems=problems) | EnvelopeMalformed(problems=problems):
            return frozenset(problem.rule for problem in problems)
        case CertificateRefused(findings=findings):
            return frozenset(each.rule for each in findings if each.severity is Severity.REFUSAL)
        case InputMalformed(rule=rule):
            return frozenset({rule})
        case Refused():
            return frozenset({type(error).__name__})
    return frozenset()


def _version() -> str:
    """Return the version that is installed."""
    try:
        return version("asal")
    except PackageNotFoundError:
        return "unknown"
