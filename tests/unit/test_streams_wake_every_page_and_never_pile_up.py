"""Event streams: one pending change per client, a sign of life, a cap, and an end when the hub stops."""

from __future__ import annotations

import json

from vuoro_hub.acts.transaction import Changes
from vuoro_hub.web.live import DisplayFeed, Streams

NEWS = Changes(calls=True)


def test_a_slow_client_has_one_change_pending_however_many_there_were() -> None:
    streams = Streams()
    stream = streams.join()
    assert stream is not None

    for _ in range(1000):
        streams.announce(NEWS)

    assert stream.changed(within_seconds=0.01)
    assert not stream.changed(within_seconds=0.01)


def test_there_are_never_more_streams_than_the_server_can_carry() -> None:
    streams = Streams(most=2)
    first, second = streams.join(), streams.join()
    assert first is not None
    assert second is not None
    assert streams.join() is None

    streams.leave(first)
    streams.leave(first)

    assert streams.count() == 1
    assert streams.join() is not None


def test_a_stream_greets_tells_beats_and_ends() -> None:
    streams = Streams(beat_seconds=0.01)
    stream = streams.join()
    assert stream is not None
    events = streams.events(stream, {"version": "1"}, tell=lambda: "state", beat=lambda: "now")

    assert next(events) == 'event: hello\ndata: {"version": "1"}\n\n'
    assert next(events) == "event: changed\ndata: state\n\n"
    assert next(events) == "event: beat\ndata: now\n\n"
    streams.announce(NEWS)
    assert next(events) == "event: changed\ndata: state\n\n"
    streams.close()
    assert list(events) == []
    assert streams.join() is None


def test_what_displays_show_is_built_once_for_a_change() -> None:
    built: list[str] = []

    def build() -> str:
        built.append("built")
        return json.dumps({"state": len(built)})

    feed = DisplayFeed(build)

    assert feed.text() == feed.text() == '{"state": 1}'
    feed.announce(NEWS)
    assert feed.text() == '{"state": 2}'
    assert len(built) == 2
