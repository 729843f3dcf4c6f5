"""Counters in Prometheus' text form. No label holds a stranger's text."""

from __future__ import annotations

from collections.abc import Callable

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

MEDIA_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_BUCKETS = (0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)


class Metrics:
    """What one server has done."""

    def __init__(self, sessions: Callable[[], float], taken: Callable[[], float]) -> None:
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "squeezesam_requests", "Requests answered.", ["route", "status"],
            registry=self._registry,
        )  # fmt: skip
        self._seconds = Histogram(
            "squeezesam_request_seconds", "Time from a request's headers to its answer.", ["route"],
            buckets=_BUCKETS, registry=self._registry,
        )  # fmt: skip
        for name, text, value in (
            ("squeezesam_sessions", "Photos kept for taps.", sessions),
            ("squeezesam_places_taken", "Requests waiting or worked on.", taken),
        ):
            Gauge(name, text, registry=self._registry).set_function(value)

    def count(self, route: str, status: int, seconds: float) -> None:
        """One more request. route: the name of our own function that answered it."""
        self._requests.labels(route, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def text(self) -> bytes:
        """The page that Prometheus reads."""
        return generate_latest(self._registry)
