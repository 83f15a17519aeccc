"""The numbers in the form that Prometheus reads. No ids, no offices, no content."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.registry import Collector

from ministry_server.counts import Counted
from ministry_server.health import Health

MEDIA_TYPE = CONTENT_TYPE_LATEST


def exposition(counted: Counted, state: Health) -> bytes:
    """What this process counted, and the state of the database."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Numbers(counted, state))
    return generate_latest(registry)


class _Numbers(Collector):
    def __init__(self, counted: Counted, state: Health) -> None:
        self._counted = counted
        self._state = state

    def collect(self) -> Iterable[Metric]:
        counted, state = self._counted, self._state
        requests = CounterMetricFamily(
            "receiver117_requests", "Requests answered", labels=("endpoint", "status")
        )
        for (endpoint, status), number in sorted(counted.requests.items()):
            requests.add_metric((endpoint, str(status)), number)
        yield requests
        yield _counter("requests_seconds", "Time spent on answers", "endpoint", counted.seconds)
        yield _counter("refusals", "Requests refused", "code", counted.refusals)
        yield _counter("items", "Items of pushes", "outcome", counted.items)
        yield CounterMetricFamily(
            "receiver117_receipts", "Receipts signed in this epoch", state.server_seq
        )
        yield _gauge("durable_through", "Receipts in a verified backup", state.durable_through)
        yield _gauge("opener_backlog", "Revisions stored and not opened yet", state.backlog)
        yield _gauge("devices", "Devices let in", state.devices)
        yield _gauge("devices_revoked", "Devices refused", state.revoked)
        yield _gauge("devices_waiting", "Revisions that devices said are waiting", state.waiting)
        yield _by("set_aside", "Revisions not applied", "stage", state.set_aside)
        yield _by("alarms", "Things that should not happen", "kind", state.alarms)
        ages = {f"{quantile:g}": age for quantile, age in state.contact_ages.items()}
        yield _by("last_contact_age_seconds", "Since devices were heard of", "quantile", ages)


def _counter(name: str, text: str, label: str, values: Mapping[str, float]) -> CounterMetricFamily:
    family = CounterMetricFamily(f"receiver117_{name}", text, labels=(label,))
    for key, value in sorted(values.items()):
        family.add_metric((key,), value)
    return family


def _by(name: str, text: str, label: str, values: Mapping[str, float]) -> GaugeMetricFamily:
    family = GaugeMetricFamily(f"receiver117_{name}", text, labels=(label,))
    for key, value in sorted(values.items()):
        family.add_metric((key,), value)
    return family


def _gauge(name: str, text: str, value: float) -> GaugeMetricFamily:
    return GaugeMetricFamily(f"receiver117_{name}", text, value)
