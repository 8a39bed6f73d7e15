"""Contract §1, 16 KiB: a file is refused whose services, calls or unit's settings could not travel on some day."""

from __future__ import annotations

import json
import logging
import queue
from pathlib import Path

import pytest
from rig.points import PRESETS, PointAtWork, preset
from rig.waiting import until
from typer.testing import CliRunner
from vuoro_hub.__main__ import cli
from vuoro_hub.acts import showing
from vuoro_hub.acts.fitting import fit_faults, longest_calls, longest_config, longest_services
from vuoro_hub.gateway.gateway import Gateway
from vuoro_hub.site_file import Site, read_site_file
from vuoro_mqtt.codec import MAX_BYTES, encode
from vuoro_mqtt.memory_bus import MemoryBroker, MemoryBus

MORE_SERVICES = 43


def with_many_services(text: str) -> str:
    """Fifty-three services in three languages: 18 KiB."""
    more = "\n".join(
        f'[[services]]\nid = "palvelu-{number}"\nauthority = "vero"\n'
        f'name = {{ fi = "Palvelu numero {number}", sv = "Tjänst nummer {number}", en = "Service number {number}" }}'
        for number in range(MORE_SERVICES)
    )
    return text.replace("[[counters]]", f"{more}\n\n[[counters]]", 1)


@pytest.fixture
def large(tmp_path: Path) -> Path:
    path = tmp_path / "site.toml"
    path.write_text(with_many_services((PRESETS / "lahti.toml").read_text("utf-8")), "utf-8")
    return path


def changed(site: Site, **parts: object) -> Site:
    return Site.model_validate(site.model_dump(by_alias=True) | parts)


@pytest.mark.parametrize("name", ["lahti", "lappeenranta"])
def test_the_presets_fit_on_every_day(name: str) -> None:
    assert list(fit_faults(preset(name))) == []


def test_check_says_how_large_it_would_be_and_what_to_shorten(large: Path) -> None:
    checked = CliRunner().invoke(cli, ["check", str(large)])
    assert checked.exit_code == 2
    assert "services: all of them together take up to " in checked.stderr
    assert "more than the 16384 that may travel; shorten these, the largest first: " in checked.stderr
    assert all(part in checked.stderr for part in ("name ", "authority_name ", "wait_at "))


def test_check_tells_it_beside_other_faults(large: Path) -> None:
    large.write_text(large.read_text("utf-8").replace('sv = "Beskattning", ', "", 1), "utf-8")
    told = CliRunner().invoke(cli, ["check", str(large)]).stderr
    assert "2 faults" in told
    assert "name: is missing in sv" in told
    assert "may travel" in told


def test_calls_to_every_counter_must_fit() -> None:
    site = preset("lahti")
    rows = [one.model_dump() for one in site.counters]
    many = changed(site, counters=[rows[0] | {"id": f"{number}"} for number in range(1, 121)])
    (fault,) = fit_faults(many)
    assert fault.key == "counters"
    assert "with somebody called to each, all of them together take up to" in fault.text


def test_a_units_settings_must_fit() -> None:
    long = changed(preset("lahti"), first_screen_note={"fi": "Kokousvieraat ilmoittautuvat muualla. " * 500})
    (fault,) = fit_faults(long)
    assert fault.key == "devices[1] 'dispenser-1'"
    assert "shorten these, the largest first: first_screen_note 19" in fault.text


def test_nothing_is_ever_larger_than_what_was_checked(lahti: PointAtWork) -> None:
    site = lahti.point.site
    lahti.clock.pass_by(hours=12)  # closed
    for _ in range(30):
        lahti.arrives("neuvonta", late=True)
    services = lahti.see(showing.services_state)
    assert not any(one.open for one in services.services)
    assert len(encode(services)) <= len(encode(longest_services(site))) <= MAX_BYTES
    assert len(encode(lahti.see(showing.calls_state))) <= len(encode(longest_calls(site)))
    for device in site.devices:
        now = lahti.see(lambda t, device=device: showing.device_config(t, device))
        assert len(encode(now)) <= len(encode(longest_config(site, device)))


def test_what_does_not_fit_keeps_nothing_else_from_being_shown(
    tmp_path: Path, large: Path, caplog: pytest.LogCaptureFixture
) -> None:
    lobby = PointAtWork(tmp_path, read_site_file(large))
    broker, heard = MemoryBroker(), queue.SimpleQueue[str]()
    display = MemoryBus(broker, lambda event: heard.put(getattr(event, "topic", "")), ["vuoro/1/lahti/#"])
    display.start()
    gateway = Gateway(lobby.point, lambda *made: MemoryBus(broker, *made), "boot-1", lambda _other: None, 0.01)
    lobby.point.announcer = gateway
    with caplog.at_level(logging.ERROR, "vuoro_hub.gateway"):
        gateway.start()
        until(gateway.broker_answers, "everything that fits is published")
        lobby.arrives("vero")
        lobby.arrives("vero")
        topics: set[str] = set()
        until(lambda: topics.add(heard.get(timeout=5)) or "vuoro/1/lahti/calls" in topics, "calls are published")
    gateway.close()

    while not heard.empty():
        topics.add(heard.get())
    assert {"vuoro/1/lahti/calls", "vuoro/1/lahti/notices", "vuoro/1/lahti/devices/dispenser-1/config"} <= topics
    assert "vuoro/1/lahti/services" not in topics
    assert [record.getMessage() for record in caplog.records] == [
        "event=gateway.cannot_publish topic=vuoro/1/lahti/services"
    ]
    assert list(gateway.unpublished()) == ["services"]
    assert "may travel" in json.dumps(gateway.unpublished())
    lobby.database.close()
