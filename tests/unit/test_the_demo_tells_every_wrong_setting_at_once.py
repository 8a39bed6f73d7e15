from __future__ import annotations

import socket
from pathlib import Path

import pytest
from vuoro_provisioning.demo.program import usable_settings
from vuoro_provisioning.demo.settings import SettingFaults, read_settings, without_effect


def faults(**environment: str) -> list[str]:
    with pytest.raises(SettingFaults) as caught:
        read_settings(environment)
    return caught.value.faults


def test_without_any_setting_lahti_is_played_on_the_usual_ports(tmp_path: Path) -> None:
    settings = read_settings({"HOME": str(tmp_path)})
    assert (settings.preset, settings.http_port, settings.mqtt_port) == ("lahti", 8000, None)
    assert settings.demo_hours == "always"
    assert settings.data == tmp_path / ".local/share/vuoro/demo"


def test_settings_are_taken_from_the_environment(tmp_path: Path) -> None:
    settings = read_settings(
        {
            "VUORO_HTTP_PORT": " 18000 ",
            "VUORO_MQTT_PORT": "18883",
            "VUORO_PRESET": "lappeenranta",
            "VUORO_DATA": str(tmp_path / "new"),
            "VUORO_DEMO_HOURS": "real",
        }
    )
    assert (settings.http_port, settings.mqtt_port, settings.preset) == (18000, 18883, "lappeenranta")
    assert (settings.data, settings.demo_hours) == (tmp_path / "new", "real")


def test_an_empty_variable_counts_as_not_given(tmp_path: Path) -> None:
    assert read_settings({"VUORO_HTTP_PORT": "", "VUORO_DATA": str(tmp_path)}).http_port == 8000


def test_every_fault_is_told_with_what_would_be_right(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("")
    told = faults(
        VUORO_HTTP_PORT="eighty",
        VUORO_MQTT_PORT="70000",
        VUORO_PRESET="lathi",
        VUORO_DATA=str(blocked / "inside"),
        VUORO_DEMO_HOURS="never",
    )
    assert told == [
        "VUORO_HTTP_PORT is 'eighty': a port number from 1 to 65535 is needed, such as 8000",
        "VUORO_MQTT_PORT is '70000': a port number from 1 to 65535 is needed, such as 1883",
        "VUORO_PRESET is 'lathi': one of lahti, lappeenranta is needed; did you mean 'lahti'?",
        f"VUORO_DATA is '{blocked / 'inside'}': a folder that can be written or made is needed (Not a directory)",
        "VUORO_DEMO_HOURS is 'never': one of always, real is needed",
    ]


def test_pages_and_broker_need_different_ports(tmp_path: Path) -> None:
    told = faults(VUORO_HTTP_PORT="1900", VUORO_MQTT_PORT="1900", VUORO_DATA=str(tmp_path))
    assert told == ["VUORO_HTTP_PORT and VUORO_MQTT_PORT are both 1900: they must differ"]


def test_a_misspelt_variable_is_pointed_out() -> None:
    told = without_effect({"VUORO_PORT": "1", "VUORO_DATA": "x", "PATH": "/bin"})
    assert len(told) == 1
    assert told[0].startswith("VUORO_PORT has no effect on the demo, which looks at VUORO_HTTP_PORT,")


@pytest.mark.parametrize("folder", ["/proc/vuoro", "/proc/vuoro/inside", "{here}/dangling", "{here}/" + "x" * 300])
def test_a_folder_that_cannot_be_made_is_told_beside_the_rest(tmp_path: Path, folder: str) -> None:
    """Also to root, to whom permissions say nothing."""
    (tmp_path / "dangling").symlink_to(tmp_path / "nowhere" / "at all")
    told = faults(VUORO_DATA=folder.format(here=tmp_path), VUORO_PRESET="lathi")
    assert [line.split(" is ")[0] for line in told] == ["VUORO_PRESET", "VUORO_DATA"]
    assert "a folder that can be written or made is needed (" in told[1]


def test_looking_at_the_settings_makes_nothing(tmp_path: Path) -> None:
    read_settings({"VUORO_DATA": str(tmp_path / "new" / "inside")})
    assert list(tmp_path.iterdir()) == []


def test_a_port_in_use_is_told_beside_the_rest(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(SettingFaults) as caught:
            usable_settings({"VUORO_HTTP_PORT": str(port), "VUORO_DATA": "/proc/vuoro"})
    data, taken = caught.value.faults
    assert data.startswith("VUORO_DATA is '/proc/vuoro'")
    assert taken.startswith(f"port {port} is in use by another program: stop it, or set VUORO_HTTP_PORT to a free one")
