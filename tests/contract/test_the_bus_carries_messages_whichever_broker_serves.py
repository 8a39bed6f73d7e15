"""One body of tests for the bus port, over each of its bodies."""

from __future__ import annotations

import queue
from collections.abc import Iterator

import pytest
from rig.bus_bodies import BusBody, Client, MemoryBody, PahoBody
from rig.waiting import until
from vuoro_mqtt.bus import Connected, Disconnected, Message, Will

BODIES = [
    pytest.param("memory", id="memory"),
    pytest.param("mosquitto_broker", id="paho-mosquitto", marks=pytest.mark.slow),
    pytest.param("amqtt_broker", id="paho-amqtt", marks=pytest.mark.slow),
]
TOPIC = "vuoro/1/lahti/calls"
WILL = Will("vuoro/1/lahti/devices/d-1/status", b'{"state":"offline"}')


@pytest.fixture(params=BODIES)
def body(request: pytest.FixtureRequest) -> Iterator[BusBody]:
    made: BusBody
    made = MemoryBody() if request.param == "memory" else PahoBody(request.getfixturevalue(request.param))
    yield made
    made.close()


def test_a_message_reaches_the_one_who_subscribed(body: BusBody) -> None:
    hub = body.client("vuoro/1/lahti/devices/+/up")
    hub.bus.start()
    hub.wait_connected()
    device = body.client()
    device.bus.start()
    device.wait_connected()

    assert device.bus.publish("vuoro/1/lahti/devices/d-1/up", b"{}")

    assert hub.next_message() == Message("vuoro/1/lahti/devices/d-1/up", b"{}", retained=False)


def test_connected_is_said_before_any_message(body: BusBody) -> None:
    body_keeps(body, TOPIC, b"kept")
    display = body.client(TOPIC)
    display.bus.start()
    assert isinstance(display.next_event(), Connected)
    assert display.next_message() == Message(TOPIC, b"kept", retained=True)


def test_a_newcomer_gets_what_is_retained_and_only_under_its_own_subscriptions(body: BusBody) -> None:
    body_keeps(body, TOPIC, b"kept")
    other = body.client("vuoro/1/lahti/services")
    other.bus.start()
    other.wait_connected()
    newcomer = body.client("vuoro/1/lahti/services")
    newcomer.bus.start()
    newcomer.wait_connected()

    assert other.bus.publish("vuoro/1/lahti/services", b"now")

    assert newcomer.next_message() == Message("vuoro/1/lahti/services", b"now", retained=False)
    display = body.client("vuoro/1/lahti/#")
    display.bus.start()
    assert display.next_message() == Message(TOPIC, b"kept", retained=True)


def test_an_empty_retained_message_clears_what_was_kept(body: BusBody) -> None:
    sender = body_keeps(body, TOPIC, b"kept")
    assert sender.bus.publish(TOPIC, b"", retain=True)
    sender.bus.publish("vuoro/1/lahti/services", b"mark", retain=True)
    wait_kept(body, "vuoro/1/lahti/services")

    newcomer = body.client("vuoro/1/lahti/#")
    newcomer.bus.start()

    assert newcomer.next_message().topic == "vuoro/1/lahti/services"
    with pytest.raises(queue.Empty):
        newcomer.next_message(within_seconds=0.3)


def test_the_will_is_said_and_retained_when_the_plug_is_pulled(body: BusBody) -> None:
    hub = body.client("vuoro/1/lahti/devices/+/status")
    hub.bus.start()
    hub.wait_connected()
    device = body.client(will=WILL)
    device.bus.start()
    device.wait_connected()

    body.cut(device)

    assert hub.next_message() == Message(WILL.topic, WILL.payload, retained=False)
    later = body.client("vuoro/1/lahti/devices/+/status")
    later.bus.start()
    assert later.next_message() == Message(WILL.topic, WILL.payload, retained=True)


def test_a_clean_close_says_no_will(body: BusBody) -> None:
    hub = body.client("vuoro/1/lahti/devices/+/status")
    hub.bus.start()
    hub.wait_connected()
    device = body.client(will=WILL)
    device.bus.start()
    device.wait_connected()

    assert device.bus.publish(WILL.topic, b"bye", retain=True)
    device.bus.close()
    device.bus.close()

    assert hub.next_message().payload == b"bye"
    with pytest.raises(queue.Empty):
        hub.next_message(within_seconds=0.3)


def test_nothing_is_sent_or_queued_while_not_connected(body: BusBody) -> None:
    body.stop_broker()
    device = body.client()
    device.bus.start()
    assert device.bus.publish(TOPIC, b"lost", retain=True) is False

    body.start_broker()
    device.wait_connected()
    assert device.bus.publish(TOPIC, b"first", retain=False)
    display = body.client(TOPIC)
    display.bus.start()
    display.wait_connected()
    assert device.bus.publish(TOPIC, b"second")

    assert [display.next_message().payload] == [b"second"]


def test_publishing_after_close_is_refused(body: BusBody) -> None:
    device = body.client()
    device.bus.start()
    device.wait_connected()
    device.bus.close()
    assert device.bus.publish(TOPIC, b"late") is False


def test_a_client_comes_back_by_itself_and_hears_again(body: BusBody) -> None:
    device, hub = body.client(), body.client(TOPIC)
    for client in (device, hub):
        client.bus.start()
        client.wait_connected()

    body.stop_broker()
    for client in (device, hub):
        client.wait_disconnected()
    until(lambda: not device.bus.publish(TOPIC, b"gone"), "publishing is refused once the broker is gone")
    body.start_broker()
    for client in (device, hub):
        client.wait_connected()

    assert device.bus.publish(TOPIC, b"again")
    assert hub.next_message().payload == b"again"


def test_a_cut_client_comes_back_by_itself(body: BusBody) -> None:
    device = body.client("vuoro/1/lahti/devices/d-1/down")
    device.bus.start()
    device.wait_connected()

    body.cut(device)
    device.wait_disconnected()
    device.wait_connected()

    assert device.bus.publish("vuoro/1/lahti/devices/d-1/down", b"{}")
    assert device.next_message().payload == b"{}"


def test_a_stumbling_receiver_goes_on_receiving(body: BusBody) -> None:
    hub = body.client(TOPIC)
    hub.fail_on = lambda event: isinstance(event, Connected) or (isinstance(event, Message) and event.payload == b"1")
    device = body.client()
    for client in (hub, device):
        client.bus.start()
        client.wait_connected()

    for payload in (b"1", b"2"):
        assert device.bus.publish(TOPIC, payload)

    assert [hub.next_message().payload for _ in range(2)] == [b"1", b"2"]
    assert not any(isinstance(event, Disconnected) for event in hub.seen)


def test_sixteen_kibibytes_arrive_whole(body: BusBody) -> None:
    payload = bytes(range(256)) * 64
    hub, device = body.client(TOPIC), body.client()
    for client in (hub, device):
        client.bus.start()
        client.wait_connected()

    assert device.bus.publish(TOPIC, payload)

    assert hub.next_message().payload == payload


def test_one_senders_messages_arrive_in_order(body: BusBody) -> None:
    sent = [str(count).encode() for count in range(300)]
    hub, device = body.client(TOPIC), body.client()
    for client in (hub, device):
        client.bus.start()
        client.wait_connected()

    for payload in sent:
        assert device.bus.publish(TOPIC, payload)

    assert [hub.next_message().payload for _ in sent] == sent


def test_a_broker_that_hangs_does_not_answer_and_goes_on_where_it_stopped(body: BusBody) -> None:
    display, device = body.client(TOPIC), body.client()
    for client in (display, device):
        client.bus.start()
        client.wait_connected()
    assert device.bus.answers("vuoro/1/lahti/hub/echo", b"{}", 5.0)

    body.freeze_broker()
    try:
        assert not device.bus.answers("vuoro/1/lahti/hub/echo", b"{}", 0.3)
        assert device.bus.publish(TOPIC, b"held"), "nobody has said yet that it is gone"
    finally:
        body.thaw_broker()

    assert display.next_message().payload == b"held"
    assert device.bus.answers("vuoro/1/lahti/hub/echo", b"{}", 5.0)


def test_a_broker_that_is_not_there_does_not_answer(body: BusBody) -> None:
    body.stop_broker()
    device = body.client()
    device.bus.start()
    assert not device.bus.answers("vuoro/1/lahti/hub/echo", b"{}", 0.3)
    device.bus.close()
    assert not device.bus.answers("vuoro/1/lahti/hub/echo", b"{}", 0.3)
    body.start_broker()


def body_keeps(body: BusBody, topic: str, payload: bytes) -> Client:
    """A sender that has had this message retained."""
    sender = body.client()
    sender.bus.start()
    sender.wait_connected()
    assert sender.bus.publish(topic, payload, retain=True)
    wait_kept(body, topic)
    return sender


def wait_kept(body: BusBody, topic: str) -> None:
    """Until a newcomer gets it as retained."""

    def kept() -> bool:
        probe = body.client(topic)
        probe.bus.start()
        try:
            return probe.next_message(within_seconds=0.5).retained
        except queue.Empty:
            return False
        finally:
            probe.bus.close()

    until(kept, f"{topic} is retained")
