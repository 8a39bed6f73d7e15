"""A unit's configuration file: all faults at once, each with its key and what would be right."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from vuoro_devices.__main__ import run
from vuoro_devices.config import UnitConfig, read_config
from vuoro_mqtt.payloads import DeviceKind
from vuoro_mqtt.settings_file import SettingsFileError

GOOD = """
site = "lahti"
device = "dispenser-1"
state = "STATE"
[broker]
port = 1884
[printer]
type = "simulated"
[controls]
type = "simulated"
[screen]
type = "simulated"
shows = "pygame"
size = [1280, 720]
[simulated]
port = 18101
"""

DISPLAY = """
site = "lahti"
device = "counter-1"
state = "STATE"
[screen]
type = "simulated"
shows = "lcd"
[simulated]
port = 18101
"""


def read(folder: Path, text: str, kind: DeviceKind = DeviceKind.TICKET_DISPENSER) -> UnitConfig:
    file = folder / "unit.toml"
    file.write_text(text.replace("STATE", str(folder)), encoding="utf-8")
    return read_config(file, kind)


def faults(folder: Path, text: str, kind: DeviceKind = DeviceKind.TICKET_DISPENSER) -> dict[str, str]:
    with pytest.raises(SettingsFileError) as wrong:
        read(folder, text, kind)
    return {fault.key: fault.text for fault in wrong.value.faults}


def test_a_good_file_is_taken(tmp_path: Path) -> None:
    config = read(tmp_path, GOOD)
    assert (config.site, config.broker.port, config.printer.type) == ("lahti", 1884, "simulated")


def test_all_faults_come_at_once_with_the_files_name(tmp_path: Path) -> None:
    text = GOOD.replace('"lahti"', '"Lahti Point"').replace("port = 1884", "port = 99999\nhots = 'x'")
    text = text.replace('type = "simulated"\n[controls]', 'type = "usbb"\n[controls]')
    with pytest.raises(SettingsFileError) as wrong:
        read(tmp_path, text)
    told = str(wrong.value)
    assert told.startswith(f"{tmp_path / 'unit.toml'}: 4 faults")
    for key in ("site:", "broker.port:", "broker.hots:", "printer.type:"):
        assert key in told


def test_a_slip_of_the_pen_is_answered_with_what_was_meant(tmp_path: Path) -> None:
    assert (
        "did you mean 'usb'"
        in faults(tmp_path, GOOD.replace('[printer]\ntype = "simulated"', '[printer]\ntype = "ubs"'))["printer.type"]
    )
    assert "did you mean 'device'" in faults(tmp_path, GOOD.replace("device =", "devise ="))["devise"]
    assert "did you mean 'printer'" in faults(tmp_path, GOOD.replace("[printer]", "[pinter]"))["pinter"]
    assert "did you mean 'pygame'" in faults(tmp_path, GOOD.replace('"pygame"', '"pygames"'))["screen.shows"]


def test_what_is_missing_is_told_with_an_example(tmp_path: Path) -> None:
    assert "site = 'lahti'" in faults(tmp_path, GOOD.replace('site = "lahti"', ""))["site"]
    assert "panel" in faults(tmp_path, GOOD.replace("[simulated]\nport = 18101", ""))["simulated"]


@pytest.mark.parametrize(
    ("replace", "by", "key"),
    [
        ('[printer]\ntype = "simulated"', "", "printer"),
        ('[printer]\ntype = "simulated"', '[printer]\ntype = "network"', "printer.host"),
        ('[controls]\ntype = "simulated"', '[controls]\ntype = "buttons"', "controls.pins"),
        ('[controls]\ntype = "simulated"', '[controls]\ntype = "keypad"', "controls.device"),
        ('[controls]\ntype = "simulated"', '[controls]\ntype = "simulated"\n[lamps]\ntype = "gpio"', "controls.lamps"),
        ('type = "simulated"\nshows = "pygame"', 'type = "simulated"', "screen.shows"),
        ("port = 1884", "port = 1884\nusername = 'x'", "broker"),
        ("[simulated]\nport = 18101", "[simulated]\nport = 0", "simulated.port"),
    ],
)
def test_parts_that_do_not_go_together_are_told(tmp_path: Path, replace: str, by: str, key: str) -> None:
    assert key in faults(tmp_path, GOOD.replace(replace, by))


def test_a_printer_is_told_all_that_is_wrong_with_it_at_once(tmp_path: Path) -> None:
    text = GOOD.replace('[printer]\ntype = "simulated"', '[printer]\ntype = "serial"\nbaud = 5\ncolour = 1')
    told = faults(tmp_path, text)
    assert {"printer.device", "printer.baud", "printer.colour"} == set(told)
    assert "type = 'serial' needs it" in told["printer.device"]


def test_what_the_printer_cannot_do_is_told_before_anything_is_made(tmp_path: Path) -> None:
    wishes = 'profile = "TM-T88V"\ncodepage = "CP999"\nwidth_dots = 576'
    state = tmp_path / "new"
    text = GOOD.replace('[printer]\ntype = "simulated"', f'[printer]\ntype = "simulated"\n{wishes}')
    told = faults(tmp_path, text.replace("STATE", str(state)).replace("port = 1884", "port = 0"))
    assert {"printer.codepage", "printer.width_dots", "broker.port"} == set(told)
    assert "512" in told["printer.width_dots"]
    text = GOOD.replace('[printer]\ntype = "simulated"', '[printer]\ntype = "simulated"\nprofile = "TM-T88X"')
    assert "did you mean 'TM-T88V'" in faults(tmp_path, text)["printer.profile"]
    assert not state.exists()


@pytest.mark.parametrize("profile", ['"TM-T8"', "8"])
def test_what_no_printer_can_do_is_told_though_the_printer_is_not_known(tmp_path: Path, profile: str) -> None:
    wishes = f'profile = {profile}\ncodepage = "CP9999"\nwidth_dots = 1000'
    told = faults(tmp_path, GOOD.replace('[printer]\ntype = "simulated"', f'[printer]\ntype = "simulated"\n{wishes}'))
    assert {"printer.profile", "printer.codepage", "printer.width_dots"} == set(told)
    assert "CP858" in told["printer.codepage"]
    assert "640" in told["printer.width_dots"]


def test_what_some_printer_can_do_is_no_fault_beside_an_unknown_one(tmp_path: Path) -> None:
    wishes = 'profile = "TM-T8"\ncodepage = "CP858"\nwidth_dots = 576'
    told = faults(tmp_path, GOOD.replace('[printer]\ntype = "simulated"', f'[printer]\ntype = "simulated"\n{wishes}'))
    assert {"printer.profile"} == set(told)


@pytest.mark.parametrize(
    ("kind", "right", "wrong"),
    [
        (DeviceKind.TICKET_DISPENSER, "guard_seconds", ("highlight_seconds", "flash_seconds")),
        (DeviceKind.COUNTER_DISPLAY, "flash_seconds", ("highlight_seconds", "guard_seconds")),
        (DeviceKind.LOBBY_DISPLAY, "highlight_seconds", ("flash_seconds", "choices_per_page")),
    ],
)
def test_what_only_other_kinds_have_is_not_known(
    tmp_path: Path, kind: DeviceKind, right: str, wrong: tuple[str, str]
) -> None:
    text = GOOD if kind is DeviceKind.TICKET_DISPENSER else DISPLAY
    told = faults(tmp_path, f"{text}[behaviour]\n{right} = 3\n" + "".join(f"{key} = 3\n" for key in wrong), kind)
    assert {f"behaviour.{key}" for key in wrong} == set(told)
    assert right in told[f"behaviour.{wrong[0]}"]


def test_a_slip_among_the_behaviours_keys_is_told_once(tmp_path: Path) -> None:
    assert set(faults(tmp_path, f"{GOOD}[behaviour]\ngard_seconds = 3\n")) == {"behaviour.gard_seconds"}


@pytest.mark.parametrize(
    ("kind", "part"),
    [
        (DeviceKind.COUNTER_DISPLAY, "lamps"),
        (DeviceKind.LOBBY_DISPLAY, "lamps"),
        (DeviceKind.LOBBY_DISPLAY, "controls"),
    ],
)
def test_a_part_that_a_kind_does_not_have_is_told(tmp_path: Path, kind: DeviceKind, part: str) -> None:
    assert {part} == set(faults(tmp_path, f'{DISPLAY}[{part}]\ntype = "simulated"\n', kind))


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ('pins = [1, 2, 3, 4]\nlamps = [10, 11]\n[lamps]\ntype = "gpio"', "2 lamps for 4 buttons"),
        ('pins = [1]\nlamps = [10, 11]\n[lamps]\ntype = "gpio"', "2 lamps for 1 button;"),
        ('pins = [1, 2]\nlamps = [10, 11]\n[lamps]\ntype = "none"', "nothing lights them"),
        ("pins = [1, 2]\nlamps = [10, 11]", "nothing lights them"),
    ],
)
def test_lamps_that_would_stay_dark_and_buttons_without_one_are_told(tmp_path: Path, lines: str, said: str) -> None:
    text = GOOD.replace('[controls]\ntype = "simulated"', f'[controls]\ntype = "buttons"\n{lines}')
    assert said in faults(tmp_path, text)["controls.lamps"]


def test_a_lamp_for_each_button_is_right(tmp_path: Path) -> None:
    lines = 'pins = [1, 2]\nlamps = [10, 11]\n[lamps]\ntype = "gpio"'
    text = GOOD.replace('[controls]\ntype = "simulated"', f'[controls]\ntype = "buttons"\n{lines}')
    assert read(tmp_path, text).lamp_pins() == {"1": 10, "2": 11}


@pytest.mark.parametrize(
    ("screen", "said"),
    [
        ('type = "lcd"\nsize = [16, 9]', "2 or 4 lines"),
        ('type = "lcd"\nsize = [16, 3]', "2 or 4 lines"),
        ('type = "lcd"\nsize = [40, 4]', "8 to 20 letters"),
        ('type = "lcd"\nsize = [1280, 2]', "8 to 40 letters"),
        ('type = "lcd"\nsize = [4, 2]', "8 to 40 letters"),
        ('type = "simulated"\nshows = "lcd"\nsize = [16, 9]', "2 or 4 lines"),
        ('type = "led-matrix"\nsize = [30, 8]', "such as [32, 8]"),
        ('type = "led-matrix"\nsize = [32, 16]', "such as [32, 8]"),
        ('type = "led-matrix"\nsize = [64, 8]', "blocks = 4 makes [32, 8]"),
        ('type = "simulated"\nshows = "led-matrix"\nsize = [64, 8]\nblocks = 6', "blocks = 6 makes [48, 8]"),
        ('type = "pygame"\nsize = [16, 9]', "320 by 240"),
        ('type = "pygame"\nsize = [1280, 200]', "320 by 240"),
        ('type = "pygame"\nsize = [1, 2, 3]', "has too many; at most 2 wanted"),
    ],
)
def test_a_size_that_no_such_screen_has_is_told(tmp_path: Path, screen: str, said: str) -> None:
    text = DISPLAY.replace('type = "simulated"\nshows = "lcd"', screen)
    assert said in faults(tmp_path, text, DeviceKind.COUNTER_DISPLAY)["screen.size"]


@pytest.mark.parametrize(
    "screen",
    [
        'type = "lcd"\nsize = [16, 2]',
        'type = "lcd"\nsize = [8, 2]',
        'type = "lcd"\nsize = [20, 4]',
        'type = "lcd"\nsize = [40, 2]',
        'type = "led-matrix"\nsize = [64, 8]\nblocks = 8',
        'type = "simulated"\nshows = "led-matrix"\nsize = [64, 8]',
        'type = "pygame"\nsize = [480, 800]',
        'type = "pygame"\nsize = [320, 240]',
    ],
)
def test_a_size_that_there_is_is_taken(tmp_path: Path, screen: str) -> None:
    text = DISPLAY.replace('type = "simulated"\nshows = "lcd"', screen)
    assert read(tmp_path, text, DeviceKind.COUNTER_DISPLAY).screen


@pytest.mark.parametrize(
    ("lines", "key", "said"),
    [
        ('[broker]\nport = "x"\n', "broker.port", "a whole number"),
        ("[behaviour]\nflash_seconds = []\n", "behaviour.flash_seconds", "wanted: a number"),
        ("[behaviour]\nflash_seconds = 2026-03-02\n", "behaviour.flash_seconds", "2026-03-02 is not right"),
        (f"[broker]\nport = '{'9' * 500}'\n", "broker.port", "999…"),
    ],
)
def test_faults_are_told_in_a_keepers_words(tmp_path: Path, lines: str, key: str, said: str) -> None:
    told = faults(tmp_path, DISPLAY + lines, DeviceKind.COUNTER_DISPLAY)[key]
    assert said in told
    assert len(told) < 120


def test_an_empty_text_is_told_as_empty(tmp_path: Path) -> None:
    text = GOOD.replace('[printer]\ntype = "simulated"', '[printer]\ntype = "network"\nhost = ""')
    assert faults(tmp_path, text)["printer.host"] == "is empty"


@pytest.mark.parametrize(
    ("lines", "key"),
    [
        ("pins = [5, 5]", "controls.pins"),
        ("pins = [5, 6]\nhelp_pin = 6", "controls.help_pin"),
        ("pins = [5]\nlanguage_pin = 7\nhelp_pin = 7", "controls.help_pin"),
        ("pins = [5]\nlanguage_pin = 7\nmore_pin = 7", "controls.more_pin"),
        ("pins = [5]\nlamps = [8, 8]", "controls.lamps"),
        ("pins = [5]\nhelp_pin = 7\nlamps = [7]", "controls.lamps"),
    ],
)
def test_a_line_stands_in_one_place_alone(tmp_path: Path, lines: str, key: str) -> None:
    text = GOOD.replace('[controls]\ntype = "simulated"', f'[controls]\ntype = "buttons"\n{lines}')
    assert "each needs its own" in faults(tmp_path, text)[key]


def test_a_type_that_is_no_text_is_told_with_the_rest(tmp_path: Path) -> None:
    told = faults(tmp_path, GOOD.replace('type = "simulated"', "type = []"))
    assert {"printer.type", "controls.type", "screen.type"} <= set(told)


def test_a_line_cannot_be_a_buttons_and_a_lamps(tmp_path: Path) -> None:
    text = GOOD.replace('[controls]\ntype = "simulated"', '[controls]\ntype = "buttons"\npins = [5, 6]\nlamps = [6]')
    assert "line 6" in faults(tmp_path, text)["controls.lamps"]


def test_a_display_needs_a_screen_and_a_lobby_display_a_large_one(tmp_path: Path) -> None:
    text = 'site = "lahti"\ndevice = "lobby-1"\nstate = "STATE"\n'
    assert "screen" in faults(tmp_path, text, DeviceKind.LOBBY_DISPLAY)
    small = text + '[screen]\ntype = "lcd"\n'
    assert "10 m" in faults(tmp_path, small, DeviceKind.LOBBY_DISPLAY)["screen.type"]


@pytest.mark.parametrize("text", ["site = ", "\x00", "[a]\n[a]\n"])
def test_what_is_not_toml_is_told_with_its_place(tmp_path: Path, text: str) -> None:
    assert "is not TOML" in faults(tmp_path, text)[""]


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsFileError, match="cannot be read"):
        read_config(tmp_path / "no.toml", DeviceKind.LOBBY_DISPLAY)


# --- the command line


def ended(*arguments: str) -> int:
    """The exit code of a unit's program with these arguments."""
    try:
        return run(arguments)
    except SystemExit as end:
        return int(end.code or 0)


@pytest.mark.parametrize("kind", ["return-box", "feedback-panel", "info-display"])
def test_a_kind_that_is_not_built_yet_is_refused_plainly(
    kind: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ended(kind, "--config", str(tmp_path / "x.toml")) == 2
    assert f"a {kind} cannot be run yet; this version runs ticket-dispenser" in capsys.readouterr().err


def test_a_kind_that_there_is_not_is_answered_with_what_runs(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert ended("toaster", "--config", str(tmp_path / "x.toml")) == 2
    told = capsys.readouterr().err
    assert "there is no 'toaster'" in told
    assert "lobby-display" in told
    assert "return-box" not in told


def test_a_wrong_file_ends_the_program_with_its_faults(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "unit.toml"
    file.write_text("sight = 'lahti'")
    assert ended("lobby-display", "--config", str(file)) == 2
    told = capsys.readouterr().err
    assert "did you mean 'site'" in told
    assert "Traceback" not in told


def test_a_file_can_be_checked_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "unit.toml"
    file.write_text(GOOD.replace("STATE", str(tmp_path)))
    assert ended("ticket-dispenser", "--config", str(file), "--check") == 0
    assert "all right" in capsys.readouterr().out


@contextmanager
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_panels_port_that_is_taken_is_told_with_file_and_key(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "unit.toml"
    with taken_port() as port:
        text = 'site = "lahti"\ndevice = "counter-1"\nstate = "STATE"\n[screen]\ntype = "simulated"\nshows = "lcd"\n'
        file.write_text(text.replace("STATE", str(tmp_path / "state")) + f"[simulated]\nport = {port}\n")
        assert ended("counter-display", "--config", str(file)) == 1
    told = capsys.readouterr().err
    assert str(file) in told
    assert f"simulated.port: 127.0.0.1:{port} cannot be used" in told


def test_a_state_folder_that_is_a_file_is_told_with_its_key(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "unit.toml"
    file.write_text(GOOD.replace("STATE", str(file)))
    assert ended("ticket-dispenser", "--config", str(file)) == 1
    assert f"state: {file} cannot be used" in capsys.readouterr().err
