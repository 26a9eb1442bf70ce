"""Health and Prometheus metrics for operators, on loopback; no content, no identities."""

from collections.abc import Iterable

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_LATEST
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from core.app import App
from core.generation.load import ServiceLoad, service_load
from core.privacy.desk.alarms import DeskLoad, desk_load
from core.privacy.erasure.queries import oldest_erasure_s
from core.privacy.retention.queries import LastSweep, last_sweep
from core.web.serving import bound, serve_app

STUCK_S = 600.0
"""Nothing is delivered for so long: the health check fails."""


class _LoadCollector(Collector):
    """One reading of the load, as gauges."""

    def __init__(self, load: ServiceLoad) -> None:
        self._load = load

    def collect(self) -> Iterable[Metric]:
        load = self._load
        requests = GaugeMetricFamily(
            "limner_requests", "Requests by what they are doing", labels=["state"]
        )
        for state, count in (
            ("queued", load.queued),
            ("running", load.running),
            ("undelivered", load.undelivered),
        ):
            requests.add_metric([state], count)
        yield requests
        ended = GaugeMetricFamily(
            "limner_ended_requests", "Stored requests by outcome", labels=["outcome"]
        )
        for outcome, count in load.ended_by_outcome.items():
            ended.add_metric([outcome], count)
        yield ended
        yield GaugeMetricFamily(
            "limner_oldest_queued_seconds",
            "Age of the oldest waiting request",
            value=load.oldest_queued_s,
        )
        yield GaugeMetricFamily(
            "limner_oldest_undelivered_seconds",
            "Age of the oldest undelivered outcome",
            value=load.oldest_undelivered_s,
        )


class _SweepCollector(Collector):
    """Whether data leaves on time, as gauges."""

    def __init__(self, last: LastSweep, oldest_erasure_s: int) -> None:
        self._last = last
        self._oldest_erasure_s = oldest_erasure_s

    def collect(self) -> Iterable[Metric]:
        last = self._last
        yield GaugeMetricFamily(
            "limner_oldest_overdue_seconds",
            "How long the oldest live thing was past its promised end, by the newest sweep",
            value=last.oldest_overdue_s,
        )
        yield GaugeMetricFamily(
            "limner_last_sweep_timestamp_seconds",
            "When a sweep last came to its end (Unix time; 0 for never)",
            value=0.0 if last.finished_at is None else last.finished_at.timestamp(),
        )
        yield GaugeMetricFamily(
            "limner_oldest_erasure_seconds",
            "For how long the oldest erasure that has begun is not done yet",
            value=self._oldest_erasure_s,
        )


class _DeskCollector(Collector):
    """Whether people's requests are answered in time, as gauges."""

    def __init__(self, load: DeskLoad) -> None:
        self._load = load

    def collect(self) -> Iterable[Metric]:
        load = self._load
        requests = GaugeMetricFamily(
            "limner_rights_requests",
            "Requests about rights without an answer, by how much of their time has gone",
            labels=["percent"],
        )
        for percent, count in load.by_alarm.items():
            requests.add_metric([str(percent)], count)
        yield requests
        yield GaugeMetricFamily(
            "limner_rights_overdue_seconds",
            "How long the oldest request about a right is past its day; 0 for none",
            value=load.overdue_s,
        )
        yield GaugeMetricFamily(
            "limner_talks_open", "Messages of people that wait for an answer", value=load.talks
        )
        yield GaugeMetricFamily(
            "limner_oldest_talk_seconds",
            "Age of the oldest message that waits for an answer",
            value=load.oldest_talk_s,
        )


def metrics_app(app: App) -> Starlette:
    """Make the two pages: ``/metrics`` and ``/healthz``."""

    async def metrics(_request: Request) -> Response:
        registry = CollectorRegistry()
        registry.register(_LoadCollector(await service_load(app)))
        erasure_s = await oldest_erasure_s(app, app.clock.now())
        registry.register(_SweepCollector(await last_sweep(app), erasure_s))
        registry.register(_DeskCollector(await desk_load(app)))
        ProcessCollector(registry=registry)
        return Response(generate_latest(registry), media_type=CONTENT_TYPE_LATEST)

    async def health(_request: Request) -> Response:
        load = await service_load(app)
        is_stuck = load.oldest_undelivered_s > STUCK_S
        facts = {"status": "stuck" if is_stuck else "ok", "queued": load.queued}
        return JSONResponse(facts, status_code=503 if is_stuck else 200)

    return Starlette(routes=[Route("/metrics", metrics), Route("/healthz", health)])


async def serve_metrics(app: App, port: int) -> None:
    """Serve until cancelled, on 127.0.0.1 only.

    Raises:
        OSError: the port is taken; nothing was started.
    """
    await serve_app(metrics_app(app), bound("127.0.0.1", port))
