from __future__ import annotations

import itertools
import tomllib
from pathlib import Path

import pytest
from vuoro_provisioning.demo.plan import (
    PointPlan,
    device_configuration,
    hub_configuration,
    plan_point,
    toml_text,
    write_configuration,
)
from vuoro_provisioning.demo.preset import preset_file, preset_names, read_preset
from vuoro_provisioning.demo.settings import read_settings


def planned(folder: Path, preset: str = "lahti") -> PointPlan:
    settings = read_settings({"VUORO_PRESET": preset, "VUORO_DATA": str(folder), "VUORO_HTTP_PORT": "18500"})
    return plan_point(settings, read_preset(preset_file(preset)), 18883, itertools.count(18501))


@pytest.mark.parametrize("preset", preset_names())
def test_every_unit_of_a_preset_gets_its_own_program_and_panel(tmp_path: Path, preset: str) -> None:
    plan = planned(tmp_path, preset)
    kinds = {unit.unit.kind.value for unit in plan.units}
    assert {"ticket-dispenser", "counter-display", "lobby-display"} <= kinds
    ports = [plan.http_port, plan.mqtt_port, plan.lobby_port, *(unit.panel_port for unit in plan.units)]
    assert len(set(ports)) == len(ports)
    assert all("vuoro-device" in " ".join(unit.command) for unit in plan.units)
    assert "vuoro-hub" in " ".join(plan.hub_command)


def test_data_of_two_points_in_one_folder_stays_apart(tmp_path: Path) -> None:
    assert planned(tmp_path, "lahti").folder != planned(tmp_path, "lappeenranta").folder


def test_the_files_written_say_what_was_planned(tmp_path: Path) -> None:
    plan = planned(tmp_path)
    write_configuration(plan)
    assert tomllib.loads(plan.hub_config.read_text()) == hub_configuration(plan)
    for unit in plan.units:
        assert tomllib.loads(unit.config.read_text()) == device_configuration(plan, unit)


def test_a_dispenser_gets_a_simulated_body_for_each_of_its_ports(tmp_path: Path) -> None:
    plan = planned(tmp_path)
    dispenser = next(unit for unit in plan.units if unit.unit.id == "dispenser-1")
    configuration = device_configuration(plan, dispenser)
    assert (configuration["site"], configuration["device"]) == ("lahti", "dispenser-1")
    assert configuration["broker"] == {"host": "127.0.0.1", "port": 18883}
    for part in ("printer", "controls", "lamps", "screen"):
        assert configuration[part]["type"] == "simulated"
    assert configuration["simulated"] == {"port": dispenser.panel_port}


def test_paths_with_quotes_and_letters_survive_the_file() -> None:
    table = {"data": 'a "folder" of Äänekoski\\x', "demo": True, "http": {"port": 1, "sizes": [1, 2]}}
    assert tomllib.loads(toml_text(table)) == table
