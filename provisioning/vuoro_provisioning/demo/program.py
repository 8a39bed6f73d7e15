"""The demo as one program: check the settings, start the point and the lobby page, look after them, stop them."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Callable, Mapping

from vuoro_mqtt.settings_file import SettingsFileError

from vuoro_provisioning.demo.broker import BrokerProgram, broker_program
from vuoro_provisioning.demo.data_folder import DataFolder, FolderTaken
from vuoro_provisioning.demo.parent import ParentMake
from vuoro_provisioning.demo.plan import SIMULATED, PointPlan, plan_point, write_configuration
from vuoro_provisioning.demo.point import Point
from vuoro_provisioning.demo.ports import free_ports, is_free
from vuoro_provisioning.demo.preset import Preset, preset_file, read_preset
from vuoro_provisioning.demo.settings import DemoSettings, SettingFaults, ports_asked, read_settings, without_effect

CANNOT_START = 2


def say(line: str) -> None:
    print(line, flush=True)  # noqa: T201 (what a person reads on the terminal is this program's output)


def run_demo() -> int:
    """Run until SIGINT, SIGTERM or SIGHUP. The exit code: 0, or 2 when it could not start."""
    asked_to_end = _end_on_signals()
    make = ParentMake(os.environ)
    for hint in without_effect(os.environ):
        say(hint)
    try:
        settings = usable_settings(os.environ)
        preset = usable_preset(settings.preset)
    except SettingFaults as error:
        return refuse(error.faults)
    folder = DataFolder(settings.data)
    try:
        folder.take(f"process {os.getpid()}, http://127.0.0.1:{settings.http_port}")
    except FolderTaken as taken:
        return refuse([f"VUORO_DATA: {taken}. Stop that one, or set VUORO_DATA to another folder."])
    except OSError as error:
        return refuse([f"VUORO_DATA: {settings.data} cannot be used ({error.strerror}); set it to a folder of yours"])
    try:
        return serve(settings, preset, lambda: asked_to_end.is_set() or make.wants_an_end())
    finally:
        folder.release()


def usable_preset(name: str) -> Preset:
    """Raises SettingFaults when its file cannot be used."""
    path = preset_file(name)
    try:
        return read_preset(path)
    except SettingsFileError as error:
        raise SettingFaults([str(error)]) from None


def refuse(faults: list[str]) -> int:
    """Say everything that is wrong."""
    for fault in faults:
        print(f"vuoro cannot start: {fault}", file=sys.stderr, flush=True)  # noqa: T201
    return CANNOT_START


def usable_settings(environment: Mapping[str, str]) -> DemoSettings:
    """Raises SettingFaults with all that is wrong, also with ports where somebody else listens."""
    taken = [
        f"port {port} is in use by another program: stop it, or set {variable} to a free one"
        f" (such as {next(free_ports(port), 'another')})"
        for variable, port in ports_asked(environment).items()
        if not is_free(port)
    ]
    try:
        settings = read_settings(environment)
    except SettingFaults as error:
        raise SettingFaults([*error.faults, *taken]) from None
    if taken:
        raise SettingFaults(taken)
    return settings


def serve(settings: DemoSettings, preset: Preset, wants_an_end: Callable[[], bool]) -> int:
    """The point and its lobby page, until asked to end."""
    plan = make_plan(settings, preset)
    broker = broker_program(plan.folder / "broker", plan.mqtt_port, embed=settings.broker == "embedded")
    announce(plan, broker)
    write_configuration(plan)
    point = Point(plan, broker, say)
    point.start()
    page = None
    try:
        # Loaded while the programs start: the page is needed only when they are ready.
        from vuoro_provisioning.demo.lobby.server import LobbyServer

        page = LobbyServer(point)
        page.start()
        point.run(wants_an_end)
    finally:
        say("Stopping.")
        if page is not None:
            page.close()
        point.stop()
    say("Everything is stopped.")
    return 0


def make_plan(settings: DemoSettings, preset: Preset) -> PointPlan:
    """With ports that are free now: the lobby page next to the hub's, the panels a hundred further."""
    mqtt_port = settings.mqtt_port or next(port for port in free_ports(1883) if port != settings.http_port)
    taken = {settings.http_port, mqtt_port}
    ports = (port for port in free_ports(settings.http_port + 1) if port not in taken)
    return plan_point(settings, preset, mqtt_port, ports)


def announce(plan: PointPlan, broker: BrokerProgram) -> None:
    """What is about to happen, and where to look."""
    say(f"Starting {plan.preset.called()}: {broker.name} on port {plan.mqtt_port}, the hub, {len(plan.units)} units.")
    say("This is a demo, on this machine alone (127.0.0.1): its users and passwords are known to everybody.")
    say(f"  The lobby to play with:   {plan.hub_url}/lobby")
    say(f"  Staff pages:              {plan.hub_url}/   sign in as clerk-te, clerk-vero, advisor, coordinator,")
    say("                            guide-te, guard or viewer; the password of each is: demo")
    say(f"  The lobby display:        {plan.hub_url}/display/lobby")
    say(f"  Data and logs:            {plan.folder}")
    left_out = [unit.id for unit in plan.preset.devices if unit.kind not in SIMULATED]
    if left_out:
        say(f"  Without a program yet:    {', '.join(left_out)}")


def _end_on_signals() -> threading.Event:
    asked = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, lambda _number, _frame: asked.set())
    return asked
