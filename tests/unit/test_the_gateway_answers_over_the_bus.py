"""Contract §2 from the hub's side, over the bus in memory: answers, republishing, bad input, a second hub."""

import json
import queue
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from rig.points import PointAtWork, clerk
from rig.waiting import until
from vuoro_hub import metrics
from vuoro_hub.acts import hearing
from vuoro_hub.acts.transaction import SYSTEM, Changes
from vuoro_hub.gateway.gateway import Gateway
from vuoro_mqtt.bus import BusEvent, Deliver, Message, Will
from vuoro_mqtt.memory_bus import MemoryBroker, MemoryBus
from vuoro_mqtt.payloads import DeviceStatus
from vuoro_mqtt.values import new_message_id

VERO = clerk("vero")
BASE = "vuoro/1/lahti"


class Listener:
    """An ordinary MQTT client that may wait for what it wants to see."""

    def __init__(self, broker: MemoryBroker) -> None:
        self._events: queue.Queue[BusEvent] = queue.Queue()
        self.seen: list[str] = []
        self.bus = MemoryBus(broker, self._events.put, [f"{BASE}/#"])
        self.bus.start()

    def next(self) -> Message:
        """The next message, whatever it is."""
        while True:
            event = self._events.get(timeout=5)
            if isinstance(event, Message):
                return event

    def kept(self) -> list[Message]:
        """What the broker kept and gave at once."""
        events = [self._events.get_nowait() for _ in range(self._events.qsize())]
        return [event for event in events if isinstance(event, Message) and event.retained]

    def until(self, topic: str, wanted: Callable[[Any], bool] = lambda _payload: True) -> Any:
        while True:
            event = self._events.get(timeout=5)
            self.seen += [event.topic] if isinstance(event, Message) else []
            if isinstance(event, Message) and event.topic == f"{BASE}/{topic}":
                payload = json.loads(event.payload) if event.payload else None
                if wanted(payload):
                    return payload

    def say(self, topic: str, payload: Any) -> None:
        data = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
        assert self.bus.publish(f"{BASE}/{topic}", data)


class HubOnBus:
    def __init__(self, lobby: PointAtWork) -> None:
        self.broker = MemoryBroker()
        self.lobby = lobby
        self.others: queue.Queue[str] = queue.Queue()
        self.buses: list[MemoryBus] = []
        self.client = Listener(self.broker)

    def gateway(self, boot: str = "boot-1", ask_seconds: float = 0.05, **more: float) -> Gateway:
        def make(deliver: Deliver, subscriptions: list[str], will: Will) -> MemoryBus:
            self.buses.append(MemoryBus(self.broker, deliver, subscriptions, will))
            return self.buses[-1]

        return Gateway(self.lobby.point, make, boot, self.others.put, ask_seconds=ask_seconds, **more)


@pytest.fixture
def on_bus(lahti: PointAtWork) -> HubOnBus:
    return HubOnBus(lahti)


@pytest.fixture
def gateway(on_bus: HubOnBus, lahti: PointAtWork) -> Iterator[Gateway]:
    gateway = on_bus.gateway()
    lahti.point.announcer = gateway
    gateway.start()
    on_bus.client.until("hub", lambda state: state["state"] == "online")
    yield gateway
    gateway.close()


def up(type_: str, body: Any, seq: int = 1, **more: Any) -> dict[str, Any]:
    clock = {"synced": True, "uncertainty_seconds": 0.01, "source": "test"}
    return {
        "id": new_message_id(),
        "journal": "j1",
        "seq": seq,
        "type": type_,
        "at": "2026-03-03T08:00:00.000000Z",
        "clock": clock,
        "body": body,
        **more,
    }


def test_at_start_everything_retained_is_published(on_bus: HubOnBus, gateway: Gateway) -> None:
    client = on_bus.client
    for counter in on_bus.lobby.point.site.counters:
        assert client.until(f"counters/{counter.id}")["state"] == "closed"
    assert client.until("calls") | {"at": None, "seq": None} == {"at": None, "seq": None, "calls": [], "coming": []}
    services = client.until("services")
    assert [one["service"] for one in services["services"]] == [one.id for one in on_bus.lobby.point.site.services]
    assert client.until("notices")["notices"] == []
    assert client.until("devices/dispenser-1/config")["offline_numbers"] == {"from": 900, "to": 949}


def test_a_press_is_answered_with_a_number(on_bus: HubOnBus, gateway: Gateway) -> None:
    message = up("ticket.requested", {"service": "vero", "language": "fi", "needs": []})
    on_bus.client.say("devices/dispenser-1/up", message)
    answer = on_bus.client.until("devices/dispenser-1/down", lambda down: down["re"] == message["id"])
    assert (answer["type"], answer["body"]["number"], answer["body"]["position"]) == ("ticket.issued", "001", 1)
    assert (
        next(
            one
            for one in on_bus.client.until("services", lambda s: any(x["waiting"] for x in s["services"]))["services"]
            if one["waiting"]
        )["service"]
        == "vero"
    )


def test_a_call_lights_up_counter_and_lobby(on_bus: HubOnBus, gateway: Gateway) -> None:
    on_bus.lobby.arrives()
    on_bus.lobby.opens("3", VERO)
    on_bus.lobby.called("3", VERO)
    counter = on_bus.client.until("counters/3", lambda state: state["state"] == "calling")
    assert counter["number"] == "001"
    calls = on_bus.client.until("calls", lambda state: bool(state["calls"]))
    assert (calls["calls"][0]["number"], calls["calls"][0]["counter"], calls["coming"]) == ("001", "3", [])


@pytest.mark.parametrize(
    "payload",
    [b"", b"not json", b"[]", b"\xff\xfe", b'{"id": 1}', b"{" * 5000, b'{"id":"' + b"x" * 20_000 + b'"}'],
)
def test_rubbish_is_dropped_and_the_next_message_answered(on_bus: HubOnBus, gateway: Gateway, payload: bytes) -> None:
    on_bus.client.say("devices/dispenser-1/up", payload)
    on_bus.client.say("devices/dispenser-1/status", payload)
    on_bus.client.say("hub/who", payload)
    message = up("help.wanted", {"service": None})
    on_bus.client.say("devices/dispenser-1/up", message)
    assert on_bus.client.until("devices/dispenser-1/down", lambda down: down["re"] == message["id"])["type"] == "ack"


@pytest.mark.parametrize(
    ("type_", "body", "code"),
    [
        ("ticket.requested", {"service": "nothing-such"}, "service-unknown"),
        ("ticket.requested", {"service": "UPPER CASE"}, "invalid"),
        ("ticket.requested", {}, "invalid"),
        ("no.such.type", {}, "invalid"),
        ("button.pressed", {"button": "next"}, "not-allowed"),
        ("appointment.arrived", {"code": "12345"}, "code-unknown"),
        ("feedback.given", {"ces": 9}, "invalid"),
    ],
)
def test_what_cannot_be_done_is_refused_with_code_and_text(
    on_bus: HubOnBus, gateway: Gateway, type_: str, body: Any, code: str
) -> None:
    message = up(type_, body)
    on_bus.client.say("devices/dispenser-1/up", message)
    answer = on_bus.client.until("devices/dispenser-1/down", lambda down: down["re"] == message["id"])
    assert (answer["type"], answer["body"]["code"]) == ("refused", code)
    assert answer["body"]["text"]["fi"]


@pytest.mark.parametrize(
    "odd",
    [
        {"body": {"service": "vero", "language": "\ud800"}},
        {"body": {"service": "vero"}, "padding": "x" * 20_000},
        {"body": {"service": "vero"}, "seq": "1"},
        {"body": {"service": "vero"}, "seq": True},
        {"body": {"service": "vero"}, "late": "yes"},
        {"body": {"service": "vero"}, "journal": "a\x00b"},
    ],
    ids=["half-a-letter", "too-large", "seq-as-text", "seq-as-truth", "late-as-text", "unprintable-journal"],
)
def test_whoever_gives_an_id_is_told_what_is_wrong_with_the_rest(
    on_bus: HubOnBus, gateway: Gateway, odd: dict[str, Any]
) -> None:
    message = {**up("ticket.requested", {}), **odd}
    on_bus.client.say("devices/dispenser-1/up", message)
    answer = on_bus.client.until("devices/dispenser-1/down", lambda down: down["re"] == message["id"])
    assert (answer["type"], answer["body"]["code"]) == ("refused", "invalid")


def test_a_unit_the_site_does_not_have_is_not_answered(on_bus: HubOnBus, gateway: Gateway) -> None:
    on_bus.client.say("devices/stranger/up", up("ticket.requested", {"service": "vero"}))
    on_bus.client.say("devices/dispenser-1/up", up("ticket.requested", {"service": "vero"}))
    assert on_bus.client.until("devices/dispenser-1/down")["body"]["number"] == "001"


def test_a_gap_in_a_journal_is_asked_for(on_bus: HubOnBus, gateway: Gateway) -> None:
    on_bus.client.say("devices/dispenser-1/up", up("help.wanted", {"service": None}, seq=3))
    command = on_bus.client.until("devices/dispenser-1/down", lambda down: down["type"] == "resend")
    assert command["body"] == {"from": 1}
    assert command["expires_at"]


def test_after_the_broker_was_away_everything_is_published_anew(on_bus: HubOnBus, gateway: Gateway) -> None:
    on_bus.buses[0].cut()
    assert on_bus.client.until("hub", lambda state: state["state"] == "offline")
    on_bus.buses[0].start()
    assert on_bus.client.until("hub", lambda state: state["state"] == "online")
    assert on_bus.client.until("calls") is not None


def test_a_second_hub_gives_way_and_says_to_which(on_bus: HubOnBus, gateway: Gateway) -> None:
    second = on_bus.gateway("boot-2")
    second.start()
    assert "boot boot-1" in on_bus.others.get(timeout=5)
    second.close()


def test_a_second_hub_answers_nobody_while_it_asks(on_bus: HubOnBus) -> None:
    """What comes meanwhile waits: it is answered once it is settled that there is no other hub."""
    starting = on_bus.gateway("boot-2", ask_seconds=0.5)
    starting.start()
    on_bus.client.until("hub/who")
    message = up("ticket.requested", {"service": "vero", "language": "fi", "needs": []})
    on_bus.client.say("devices/dispenser-1/up", message)
    seen = [on_bus.client.next().topic.removeprefix(f"{BASE}/") for _ in range(2)]
    assert seen == ["devices/dispenser-1/up", "hub"]
    answer = on_bus.client.until("devices/dispenser-1/down", lambda down: down["re"] == message["id"])
    assert answer["body"]["number"] == "001"
    starting.close()


def test_of_two_hubs_that_start_at_once_the_later_gives_way(on_bus: HubOnBus) -> None:
    first, second = on_bus.gateway("boot-1", ask_seconds=0.5), on_bus.gateway("boot-2", ask_seconds=0.5)
    second.start()
    first.start()
    assert "boot boot-1" in on_bus.others.get(timeout=5)
    second.close()
    assert on_bus.client.until("hub", lambda state: state["state"] == "online")["boot"] == "boot-1"
    first.close()
    assert on_bus.others.empty()


@pytest.mark.parametrize("state", ["online", "offline"])
def test_the_hub_at_work_has_the_last_word(on_bus: HubOnBus, gateway: Gateway, state: str) -> None:
    """The late will of an earlier start, or a second hub's, does not stand as the retained word."""
    other = {"state": state, "at": "2026-03-03T07:00:00.000000Z", "boot": "boot-0", "version": "0"}
    on_bus.client.bus.publish(f"{BASE}/hub", json.dumps(other).encode(), retain=True)
    on_bus.client.until("hub", lambda said: said["boot"] == "boot-0")
    assert on_bus.client.until("hub")["boot"] == "boot-1"
    assert on_bus.others.empty()


def test_two_hubs_at_work_do_not_answer_each_other_without_end(on_bus: HubOnBus, gateway: Gateway) -> None:
    other = {"state": "online", "at": "2026-03-03T07:00:00.000000Z", "boot": "boot-0", "version": "0"}
    for _ in range(3):
        on_bus.client.say("hub", other)
    message = up("help.wanted", {"service": None})
    on_bus.client.say("devices/dispenser-1/up", message)
    own = 0
    while (event := on_bus.client.next()).topic != f"{BASE}/devices/dispenser-1/down":
        own += event.topic == f"{BASE}/hub" and json.loads(event.payload)["boot"] == "boot-1"
    assert own == 1


def test_a_retained_word_of_a_dead_hub_stops_nobody(on_bus: HubOnBus) -> None:
    dead = {"state": "online", "at": "2026-03-03T07:00:00.000000Z", "boot": "dead", "version": "0"}
    on_bus.client.bus.publish(f"{BASE}/hub", json.dumps(dead).encode(), retain=True)
    gateway = on_bus.gateway("boot-2")
    gateway.start()
    assert on_bus.client.until("hub", lambda state: state["boot"] == "boot-2")["state"] == "online"
    gateway.close()
    assert on_bus.others.empty()


def test_a_clean_stop_says_offline(on_bus: HubOnBus, gateway: Gateway) -> None:
    gateway.close()
    gateway.close()
    assert on_bus.client.until("hub", lambda state: state["state"] == "offline")["boot"] == "boot-1"


def status(state: str, boot: str) -> dict[str, Any]:
    return {
        "state": state,
        "kind": "ticket-dispenser",
        "at": "2026-03-03T08:00:00.000000Z",
        "boot": boot,
        "version": "1",
        "clock": {"synced": True, "uncertainty_seconds": 0.01, "source": "test"},
        "faults": [],
    }


def test_a_will_of_an_older_boot_is_ignored(on_bus: HubOnBus, gateway: Gateway) -> None:
    for state, boot in (("online", "old"), ("online", "new"), ("offline", "old")):
        on_bus.client.say("devices/dispenser-1/status", status(state, boot))
    message = up("help.wanted", {"service": None})
    on_bus.client.say("devices/dispenser-1/up", message)
    on_bus.client.until("devices/dispenser-1/down", lambda down: down["re"] == message["id"])
    row = on_bus.lobby.see(lambda t: t.records.device("dispenser-1"))
    assert (row.state, row.boot) == ("online", "new")


def test_a_message_refused_as_unreadable_leaves_no_gap(on_bus: HubOnBus, gateway: Gateway) -> None:
    bad = up("ticket.requested", {"service": "vero", "needs": ["no such need"]}, seq=1)
    on_bus.client.say("devices/dispenser-1/up", bad)
    refused = on_bus.client.until("devices/dispenser-1/down", lambda down: down["re"] == bad["id"])["body"]
    assert (refused["code"], "needs" in refused["reason"]) == ("invalid", True)
    assert refused["text"]["fi"] != refused["text"]["en"]
    on_bus.client.say("devices/dispenser-1/up", up("help.wanted", {"service": None}, seq=2))
    on_bus.client.until("devices/dispenser-1/down", lambda down: down["type"] == "ack")
    assert on_bus.lobby.see(lambda t: t.records.journal("dispenser-1", "j1")).contiguous == 2


@pytest.mark.parametrize(
    "odd",
    [
        {"seq": 10**30},
        {"at": "0001-01-01T00:00:00.000000Z", "late": True},
        {"at": "9999-12-31T23:59:59.999999Z"},
        {"at": "2026-03-03T10:00:00"},
    ],
)
def test_numbers_and_times_nobody_can_reckon_with_are_refused(
    on_bus: HubOnBus, gateway: Gateway, odd: dict[str, Any]
) -> None:
    message = up("ticket.requested", {"service": "vero"}) | odd
    on_bus.client.say("devices/dispenser-1/up", message)
    answer = on_bus.client.until("devices/dispenser-1/down", lambda down: down["re"] == message["id"])
    assert (answer["type"], answer["body"]["code"]) == ("refused", "invalid")


def heard_out(on_bus: HubOnBus, seq: int, journal: str = "j1") -> None:
    """Everything said before has been acted on."""
    message = up("help.wanted", {"service": None}, seq=seq) | {"journal": journal}
    on_bus.client.say("devices/dispenser-1/up", message)
    on_bus.client.until("devices/dispenser-1/down", lambda down: down["re"] == message["id"])


def test_two_units_with_one_id_are_told_of_once(
    on_bus: HubOnBus, gateway: Gateway, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(3):
        for boot in ("first", "second"):
            on_bus.client.say("devices/dispenser-1/status", status("online", boot))
            on_bus.client.say("devices/dispenser-1/status", status("offline", boot))
    heard_out(on_bus, 1)

    told = [event for event in on_bus.lobby.events() if event.type == "device.doubled"]
    assert [event.body for event in told] == [{"device": "dispenser-1"}]
    (fault,) = on_bus.lobby.see(lambda t: t.records.device("dispenser-1")).faults
    assert fault["code"] == "device-doubled"
    assert [r.getMessage() for r in caplog.records if "device_doubled" in r.getMessage()] == [
        "event=gateway.device_doubled device=dispenser-1 seen_by=boot note='two units use this id; take one away'"
    ]
    assert b"vuoro_devices_doubled 1.0" in metrics.exposition({})


def test_two_cards_that_take_turns_are_told_of_too(on_bus: HubOnBus, gateway: Gateway) -> None:
    for seq, journal in ((1, "card-1"), (1, "card-2"), (2, "card-1"), (2, "card-2")):
        heard_out(on_bus, seq, journal)
    assert [event.type for event in on_bus.lobby.events()].count("device.doubled") == 1


def test_a_unit_that_starts_anew_again_and_again_is_one(on_bus: HubOnBus, gateway: Gateway) -> None:
    """Each start has a boot of its own, and the late wills of earlier starts count for nothing."""
    for boot in range(5):
        on_bus.client.say("devices/dispenser-1/status", status("online", f"boot-{boot}"))
        on_bus.client.say("devices/dispenser-1/status", status("online", f"boot-{boot}"))
        on_bus.client.say("devices/dispenser-1/status", status("offline", f"boot-{boot - 1}"))
    heard_out(on_bus, 1)
    assert "device.doubled" not in [event.type for event in on_bus.lobby.events()]
    assert on_bus.lobby.see(lambda t: t.records.device("dispenser-1")).faults == []


def test_a_broker_that_hangs_is_noticed_when_health_is_asked_for(on_bus: HubOnBus) -> None:
    gateway = on_bus.gateway(echo_good_seconds=0.0)
    gateway.start()
    until(gateway.ask_broker, "everything is published")
    on_bus.broker.freeze()
    assert not gateway.ask_broker()
    assert not gateway.broker_answers(), "pages know it from then on"
    on_bus.broker.thaw()
    gateway.changed(Changes(services=True))  # whatever happens next in the lobby
    until(gateway.broker_answers, "the hub itself finds that it goes on")
    gateway.close()


def test_a_broker_that_answers_is_not_asked_at_every_look(on_bus: HubOnBus, gateway: Gateway) -> None:
    until(gateway.ask_broker, "everything is published")
    for _ in range(20):
        assert gateway.ask_broker()
    heard_out(on_bus, 1)
    assert on_bus.client.seen.count(f"{BASE}/hub/echo") == 1


def test_what_the_broker_keeps_of_a_unit_that_was_removed_is_cleared(on_bus: HubOnBus, lahti: PointAtWork) -> None:
    topics = [f"{BASE}/devices/dispenser-9/{leaf}" for leaf in ("status", "config")]
    for topic in topics:
        on_bus.client.bus.publish(topic, b'{"old": true}', retain=True)
    gone = DeviceStatus.model_validate(status("online", "boot-9"))
    lahti.must(SYSTEM, lambda t: hearing.device_status(t, "dispenser-9", gone))
    lahti.point.any_device = False
    gateway = on_bus.gateway()
    gateway.start()
    until(gateway.ask_broker, "everything is published")
    newcomer = Listener(on_bus.broker)
    kept = {event.topic for event in newcomer.kept()}
    assert f"{BASE}/devices/dispenser-1/config" in kept
    assert not kept & set(topics)
    gateway.close()
