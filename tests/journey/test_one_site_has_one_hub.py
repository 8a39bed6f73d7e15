"""A second hub for the same site says who is there, ends with exit code 3, and has answered nobody meanwhile."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from rig.holding_proxy import HoldingProxy
from rig.raw_mqtt import RawClient, RawDispenser, now_text
from rig.running_point import Hub, Point, point_at
from rig.waiting import until

pytestmark = pytest.mark.slow

OTHER_HUB = 3
BASE = "vuoro/1/lahti"


@pytest.fixture(scope="module")
def point(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Point]:
    with point_at(tmp_path_factory.mktemp("point")) as point:
        yield point


@pytest.fixture
def second(point: Point, tmp_path: Path) -> Iterator[Hub]:
    """Another hub with data and pages of its own, at the same broker; not started yet."""
    hub = Hub(tmp_path, point.site_file, point.broker.port, name="second-hub")
    yield hub
    hub.kill()


def test_in_the_same_data_folder_it_names_the_process_that_has_it(point: Point, tmp_path: Path) -> None:
    second = Hub(tmp_path, point.site_file, point.broker.port, name="second-hub")
    settings = second.config.read_text().replace(str(second.data), str(point.hub.data))
    second.config.write_text(settings)
    second.start()
    assert second.wait_ended() == OTHER_HUB
    assert f"Another hub (process {point.hub.pid}) works on {point.hub.data}. This one does not start." in second.said()
    assert "Traceback" not in second.said()
    assert point.hub.is_well()


def test_at_the_same_broker_it_names_the_hub_that_answers_for_the_site(point: Point, second: Hub) -> None:
    heard = point.listener("hub")
    boot = until(lambda: heard.latest(f"{BASE}/hub"), "the hub's word")["boot"]
    second.start()
    assert second.wait_ended() == OTHER_HUB
    assert f"Another hub answers for site lahti: boot {boot}, " in second.said()
    assert "Traceback" not in second.said()
    assert point.hub.is_well()
    assert {seen.body["state"] for seen in heard.seen()} == {"online"}
    assert {seen.body["boot"] for seen in heard.seen()} == {boot}


def test_while_it_finds_out_only_the_hub_at_work_answers(point: Point, second: Hub) -> None:
    """Customers go on pressing while the second hub starts: each press has one answer and one number."""
    dispenser = RawDispenser(point.broker.port, "dispenser-8")
    dispenser.client.wait_connected()
    over = threading.Event()

    def press() -> None:
        while not over.is_set():
            dispenser.give_ticket("vero")

    pressing = threading.Thread(target=press)
    pressing.start()
    second.start()
    assert second.wait_ended() == OTHER_HUB
    over.set()
    pressing.join(30)
    numbers = [ticket.number for ticket in dispenser.tickets]
    assert len(numbers) > 5
    answers = [len(dispenser.answers(ticket.request)) for ticket in dispenser.tickets]
    assert set(answers) == {1}, "a press was answered twice"
    assert len(set(numbers)) == len(numbers)
    assert second.rows("SELECT number FROM visit") == []
    assert set(numbers) <= set(point.hub.line())
    dispenser.close()


def test_the_will_of_another_hub_does_not_stand(point: Point) -> None:
    """Of a second one that died, or of an earlier start and late: "offline" over the word of who is at work."""
    heard = point.listener("hub")
    boot = until(lambda: heard.latest(f"{BASE}/hub"), "the hub's word")["boot"]
    cable = HoldingProxy(point.broker.port)
    point.proxies.append(cable)
    dead = {"state": "offline", "at": now_text(), "boot": "0-an-earlier-start", "version": "0"}
    other = RawClient(cable.port, will=(f"{BASE}/hub", dead))
    point.clients.append(other)
    other.wait_connected()
    cable.close()
    until(lambda: any(seen.body["state"] == "offline" for seen in heard.seen()), "its will is said")
    until(lambda: heard.latest(f"{BASE}/hub")["state"] == "online", "the hub at work has the last word")
    newcomer = point.listener("hub")
    kept = until(lambda: newcomer.latest(f"{BASE}/hub"), "the word that is kept")
    assert (kept["state"], kept["boot"]) == ("online", boot)
    assert point.hub.is_well()
