"""The machine's clock and its bound (D9)."""

from __future__ import annotations

from datetime import UTC

from vuoro_devices.hardware.clock import SystemClock, clock_reading


def test_the_kernels_bound_is_what_counts() -> None:
    assert clock_reading(0.0123456789).uncertainty_seconds == 0.012346
    assert clock_reading(0.01).synced


def test_a_bound_at_its_end_means_not_known() -> None:
    for bound in (16.0, 500.0, None):
        reading = clock_reading(bound)
        assert (reading.synced, reading.uncertainty_seconds) == (False, None)


def test_this_machines_clock_can_be_asked() -> None:
    clock = SystemClock()
    reading = clock.reading()
    assert reading.source == "kernel"
    assert reading.uncertainty_seconds is None or reading.uncertainty_seconds >= 0
    assert clock.now().tzinfo is UTC
    assert clock.monotonic() <= clock.monotonic()
