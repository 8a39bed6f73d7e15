"""A hub that is asked to stop ends its event streams itself, and does not wait for those who listen to them."""

from __future__ import annotations

import itertools
import threading
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from rig.brokers import free_port
from rig.points import PRESETS, preset
from vuoro_hub.running import Hub
from vuoro_hub.settings import HubSettings

pytestmark = pytest.mark.slow

STREAMS = 5
WITHIN_SECONDS = 1.5
"""Less than the server would wait for threads that hold streams."""


@pytest.fixture
def hub(tmp_path: Path) -> Iterator[Hub]:
    """A whole hub whose broker is away."""
    settings = HubSettings.model_validate(
        {
            "site_file": str(PRESETS / "lahti.toml"),
            "data": str(tmp_path),
            "demo": True,
            "http": {"port": free_port()},
            "mqtt": {"port": free_port()},
        }
    )
    hub = Hub(settings, preset("lahti"), bytes(32), boot="a-start", stop=threading.Event())
    with warnings.catch_warnings():
        warnings.simplefilter("error", DeprecationWarning)
        hub.start()
    yield hub
    hub.close()


def test_open_event_streams_do_not_hold_up_the_end(hub: Hub) -> None:
    address = f"{hub.url}/display/stream"
    heard = [requests.get(address, stream=True, timeout=10).iter_lines(decode_unicode=True) for _ in range(STREAMS)]
    assert {next(lines) for lines in heard} == {"event: hello"}

    began = time.monotonic()
    hub.close()

    assert time.monotonic() - began < WITHIN_SECONDS
    for lines in heard:  # the rest of the greeting and the first state; then nothing comes any more
        assert len(list(itertools.islice(lines, 6))) == 5
