"""What Prometheus is told: counts and times, never a person, a number or a visit."""

from __future__ import annotations

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    ProcessCollector,
    disable_created_metrics,
)
from prometheus_client.exposition import generate_latest
from vuoro_mqtt import __version__

disable_created_metrics()  # type: ignore[no-untyped-call]  # when a series began, doubled for each: nobody asks

REGISTRY = CollectorRegistry()

ACTS = Counter("vuoro_acts", "Acts asked for, by how they ended", ["act", "outcome"], registry=REGISTRY)
"""``outcome``: ``done``, ``refused``, or ``replayed`` when the same key had been answered before."""

REFUSALS = Counter("vuoro_refusals", "Refusals given, by code", ["code"], registry=REGISTRY)

REQUEST_SECONDS = Histogram(
    "vuoro_http_request_seconds",
    "Time from a request's arrival until its answer begins",
    ["endpoint", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
    registry=REGISTRY,
)

OPEN_STREAMS = Gauge("vuoro_open_streams", "Event streams open now", registry=REGISTRY)

DEVICES_DOUBLED = Gauge("vuoro_devices_doubled", "Device ids that two units use now", registry=REGISTRY)

DROPPED = Counter(
    "vuoro_messages_dropped", "MQTT messages that could not be used and were dropped", ["reason"], registry=REGISTRY
)

Info("vuoro_build", "Which version runs", registry=REGISTRY).info({"version": __version__})
ProcessCollector(registry=REGISTRY)


def message_dropped(reason: str) -> None:
    """Count a dropped message by the kind of its reason: few kinds, so that no sender can make many series."""
    if "at most" in reason and "bytes" in reason:
        kind = "too-large"
    elif "no such device" in reason:
        kind = "unknown-device"
    else:
        kind = "unreadable"
    DROPPED.labels(kind).inc()


def act_ended(act: str, outcome: str, code: str | None = None) -> None:
    """Count an act, and the refusal's code where it was refused."""
    ACTS.labels(act, outcome).inc()
    if code is not None:
        REFUSALS.labels(code).inc()


def exposition(waiting: dict[str, int]) -> bytes:
    """The text that is scraped, with the turns waiting now by service."""
    now = CollectorRegistry()
    gauge = Gauge("vuoro_turns_waiting", "Turns waiting now, by service", ["service"], registry=now)
    for service, count in waiting.items():
        gauge.labels(service).set(count)
    return generate_latest(now) + generate_latest(REGISTRY)
