"""A client that goes away, or never reads, costs the hub a stream for seconds at most; others are not kept waiting."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from rig.pages_running import RunningPages
from rig.waiting import until

pytestmark = pytest.mark.slow

MOST = 40


@pytest.fixture
def pages(tmp_path: Path) -> Iterator[RunningPages]:
    running = RunningPages(tmp_path, most_streams=MOST)
    running.start()
    yield running
    running.close()


def ask_for_a_stream(pages: RunningPages) -> socket.socket:
    one = socket.create_connection(("127.0.0.1", pages.port))
    one.sendall(b"GET /display/stream HTTP/1.1\r\nHost: hub\r\n\r\n")
    return one


def test_forty_streams_hear_of_a_call_and_other_requests_are_answered(pages: RunningPages) -> None:
    streams = [requests.get(f"{pages.url}/display/stream", stream=True, timeout=10) for _ in range(MOST)]
    until(lambda: pages.streams.count() == MOST, "forty streams")

    number = pages.work.arrives("vero").number

    for stream in streams:
        states = (json.loads(line[6:]) for line in stream.iter_lines(decode_unicode=True) if "coming" in line)
        assert next(state for state in states if state["coming"])["coming"] == [number]
    assert requests.get(f"{pages.url}/healthz", timeout=1).status_code == 200
    assert requests.get(f"{pages.url}/display/stream", timeout=1).status_code == 503
    for stream in streams:
        stream.close()
    until(lambda: pages.streams.count() == 0, "the end of forty streams")


def test_clients_that_leave_at_once_leave_nothing_behind(pages: RunningPages) -> None:
    for _ in range(3):
        for _ in range(MOST // 2):
            ask_for_a_stream(pages).close()
        until(lambda: pages.streams.count() == 0, "the end of streams nobody reads")


def test_a_client_that_never_reads_keeps_nobody_waiting(pages: RunningPages) -> None:
    silent = ask_for_a_stream(pages)
    until(lambda: pages.streams.count() == 1, "the silent client's stream")
    for _ in range(50):
        pages.work.arrives("vero")

    heard = requests.get(f"{pages.url}/display/stream", stream=True, timeout=5)

    line = next(line for line in heard.iter_lines(decode_unicode=True) if "waiting" in line)
    assert json.loads(line[6:])["waiting"] == 50
    heard.close()
    silent.close()
