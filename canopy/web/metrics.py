"""What a monitoring system may ask: Prometheus metrics, read from the worker's state at scrape time."""

from __future__ import annotations

from typing import TYPE_CHECKING

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

if TYPE_CHECKING:
    from collections.abc import Iterator

    from prometheus_client.metrics_core import Metric

    from canopy.sync import Sync
    from canopy.web.live import Hub


class SyncCollector(Collector):
    """Reads the state of worker and hub; no metric has a label that content or readers can choose."""

    def __init__(self, sync: Sync, hub: Hub) -> None:
        self._sync = sync
        self._hub = hub

    def collect(self) -> Iterator[Metric]:
        """Yield the metrics of this moment."""
        state, edition = self._sync.state, self._sync.edition
        yield CounterMetricFamily("canopy_syncs", "Synchronisations begun.", value=state.syncs)
        yield _gauge("canopy_sync_failures", "Failures in a row.", state.failures)
        yield _gauge("canopy_ready", "Whether an edition is served.", edition is not None)
        yield _gauge("canopy_readers", "Tabs that follow live.", self._hub.readers)
        yield CounterMetricFamily(
            "canopy_readers_dropped", "Tabs that were too slow.", value=self._hub.dropped
        )
        if edition is not None:
            yield _gauge("canopy_pages", "Pages of the edition.", len(edition.site.pages))
            yield _gauge("canopy_rendered", "Representations in memory.", len(edition.ready))
            yield _gauge("canopy_problems", "Problems of the edition.", len(edition.problems))
        if state.published is not None:
            yield _gauge(
                "canopy_published_timestamp_seconds", "When it was published.", state.published.timestamp()
            )
        if state.checked is not None:
            yield _gauge(
                "canopy_checked_timestamp_seconds", "When the remote answered.", state.checked.timestamp()
            )
        durations = GaugeMetricFamily(
            "canopy_sync_duration_seconds", "Of the last publication, by step.", labels=["step"]
        )
        for step, seconds in state.durations.items():
            durations.add_metric([step], seconds)
        yield durations


def _gauge(name: str, text: str, value: float) -> Metric:
    return GaugeMetricFamily(name, text, value=value)
