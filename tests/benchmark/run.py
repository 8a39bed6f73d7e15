"""Measures what a person waits for, each figure beside a floor measured in the same run. ``make bench``.

Usage: ``run.py [press|call|load|size …]``; without a name, all of them. Prints text for ``docs/benchmarks.md``.
"""

from __future__ import annotations

import contextlib
import platform
import queue
import sqlite3
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from lobby import BenchLobby, Clerk, Program, a_lobby, wait_for
from old_turns import fill
from vuoro_hub.store.database import Database, sqlite_url
from vuoro_mqtt.bus import BusEvent, Connected, Message
from vuoro_mqtt.paho_bus import PahoBus

PRESSES = 300
CALLS = 12
LOBBY_DISPLAYS = 20
CLIENTS = 8
OLD_TURNS = 1_000_000
LOAD_SECONDS = 6.0
LOAD_ROUNDS = 2


def percentile(values: list[float], share: float) -> float:
    """The value that ``share`` of all are at most."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, round(share * len(ordered) + 0.5) - 1)]


def line(name: str, seconds: list[float]) -> str:
    p50, p99 = percentile(seconds, 0.5) * 1e3, percentile(seconds, 0.99) * 1e3
    return f"| {name} | {len(seconds)} | {p50:.2f} ms | {p99:.2f} ms | {max(seconds) * 1e3:.2f} ms |"


HEAD = "| what | n | p50 | p99 | worst |\n|---|---|---|---|---|"


# --- press to paper


class Floor:
    """One QoS 1 echo through the broker and two durable SQLite commits: what no design can go below."""

    def __init__(self, folder: Path, port: int) -> None:
        self._databases = [self._database(folder / f"floor-{number}.db") for number in (1, 2)]
        self._heard: queue.Queue[BusEvent] = queue.Queue()
        self._bus = PahoBus("127.0.0.1", port, "bench-floor", self._heard.put, ["bench/echo"])
        self._bus.start()
        while not isinstance(self._heard.get(timeout=10), Connected):
            pass

    @staticmethod
    def _database(path: Path) -> sqlite3.Connection:
        database = sqlite3.connect(path, isolation_level=None)
        database.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; CREATE TABLE kept (body TEXT);")
        return database

    def once(self) -> float:
        """Seconds from the first commit to the second."""
        body = b"x" * 300
        began = time.perf_counter()
        self._commit(0, body)
        self._bus.publish("bench/echo", body)
        while not isinstance(self._heard.get(timeout=10), Message):
            pass
        self._commit(1, body)
        return time.perf_counter() - began

    def _commit(self, number: int, body: bytes) -> None:
        database = self._databases[number]
        database.execute("BEGIN IMMEDIATE")
        database.execute("INSERT INTO kept VALUES (?)", (body,))
        database.execute("COMMIT")

    def close(self) -> None:
        self._bus.close()
        for database in self._databases:
            database.close()


def press_to_paper(folder: Path) -> None:
    """From a press on the dispenser to the first byte at its printer, the floor measured between the presses."""
    print(f"\n## Press to paper\n\nReal Mosquitto, hub and dispenser; {PRESSES} presses, one floor run before each.\n")
    with a_lobby(folder) as lobby, contextlib.closing(_floor_of(lobby)) as floor:
        lobby.hub()
        lobby.unit("ticket-dispenser", "dispenser-1", **DISPENSER, controls={"type": "simulated"}, behaviour=IMPATIENT)
        presses, floors = [], []
        for _ in range(PRESSES + 20):
            floors.append(floor.once())
            presses.append(_one_press(lobby))
        print(HEAD)
        print(line("floor: echo and two commits", floors[20:]))
        print(line("press → first byte at the printer", presses[20:]))
        ratio = percentile(presses[20:], 0.99) / percentile(floors[20:], 0.99)
        print(f"\np99 is {ratio:.1f} × the floor's p99 (aim: at most 3).")


def _floor_of(lobby: BenchLobby) -> Floor:
    lobby.broker()
    return Floor(lobby.folder, lobby.mqtt_port)


DISPENSER = {
    "printer": {"type": "simulated"},
    "lamps": {"type": "simulated"},
    "screen": {"type": "none"},
}


IMPATIENT = {"take_seconds": 0.2, "guard_seconds": 0.05}
"""So that the next press need not wait until the last customer has gone."""


def _one_press(lobby: BenchLobby) -> float:
    wait_for(lambda: lobby.state("dispenser-1")["step"] == "choose", "the first screen")
    before = lobby.state("dispenser-1")["printer"]["tickets"]
    wait_for(lambda: lobby.press("dispenser-1", "2"), "a press taken")
    time.sleep(0.15)  # asking the unit how far it is would take its time from the press
    state = wait_for(lambda: _printed(lobby, before), "a ticket")
    return float(state["printer"]["first_byte_at"]) - float(state["pressed_at"])


def _printed(lobby: BenchLobby, before: int) -> dict[str, object] | None:
    state = lobby.state("dispenser-1")
    return state if state["printer"]["tickets"] > before and state["printer"]["first_byte_at"] else None


# --- call to displays


def call_to_displays(folder: Path) -> None:
    """From a clerk's call to the frames of one counter display and twenty lobby displays."""
    programs = f"One counter display and {LOBBY_DISPLAYS} lobby displays (1280 × 720), real programs."
    print(f"\n## Call to displays\n\n{programs}\n")
    with a_lobby(folder) as lobby, contextlib.closing(_floor_of(lobby)) as floor:
        _program, url, _seconds = lobby.hub()
        screen = {"screen": {"type": "simulated", "shows": "pygame", "size": [1280, 720]}}
        quick = {"behaviour": {"highlight_seconds": 0.5, "hurried_seconds": 0.5}}
        flash = {"behaviour": {"flash_seconds": 0.5}}
        lobby.unit("counter-display", "counter-1", **screen, **flash, controls={"type": "simulated"})
        for number in range(LOBBY_DISPLAYS):
            lobby.unit("lobby-display", f"lobby-{number + 1}", **screen, **quick)
        clerk, advisor = Clerk(url, "clerk-vero"), Clerk(url, "advisor")
        clerk.post("/counters/1/open")
        counters, lobbies, floors = [], [], []
        for _ in range(CALLS):
            floors.append(floor.once())
            advisor.post("/visits", {"service": "vero"})
            drawn = _one_call(lobby, clerk)
            counters.append(drawn.pop("counter-1"))
            lobbies += drawn.values()
        print(HEAD)
        print(line("floor: echo and two commits", floors))
        print(line("call → counter display drawn", counters))
        print(line(f"call → each of {LOBBY_DISPLAYS} lobby displays drawn", lobbies))


def _one_call(lobby: BenchLobby, clerk: Clerk) -> dict[str, float]:
    names = [name for name in lobby.panels if name.startswith(("counter", "lobby"))]
    _still(lobby, names)
    frames = {name: lobby.state(name)["screen"]["frame"] for name in names}
    began = time.monotonic()
    called = clerk.post("/counters/1/call")
    drawn: dict[str, float] = {}
    until = time.monotonic() + 10
    while len(drawn) < len(names) and time.monotonic() < until:
        time.sleep(0.3)
        for name in names:
            later = [at for frame, at in lobby.state(name)["screen"]["drawn_at"] if frame > frames[name]]
            if later:
                drawn[name] = min(later) - began
    clerk.post(f"/turns/{called['turn']}/serve")
    clerk.post(f"/turns/{called['turn']}/finish")
    return drawn


def _still(lobby: BenchLobby, names: list[str]) -> None:
    """Wait until no display draws any more: what is measured next is this call's frame."""
    kept: dict[str, int] = {}
    since = time.monotonic()
    while time.monotonic() - since < 0.8:
        frames = {name: lobby.state(name)["screen"]["frame"] for name in names}
        if frames != kept:
            kept, since = frames, time.monotonic()


# --- load


def load(folder: Path) -> None:
    """Numbers given and calls made per second, with an empty database and with a million old turns."""
    print(
        f"\n## Load\n\n{CLIENTS} clients over HTTP, rounds of {LOAD_SECONDS:.0f} s in turn on two hubs: "
        f"one with an empty database, one with {OLD_TURNS:,} old turns.\n"
    )
    full = folder / "full"
    full.mkdir(parents=True)
    database = Database(sqlite_url(full / "vuoro.db"))
    database.migrate()
    database.close()
    began = time.monotonic()
    fill(full / "vuoro.db", OLD_TURNS)
    print(f"Filled in {time.monotonic() - began:.0f} s; {(full / 'vuoro.db').stat().st_size / 1e6:.0f} MB.\n")
    with a_lobby(folder) as lobby:
        lobby.broker()
        other = BenchLobby(folder / "other")
        other.folder.mkdir()
        other.broker()
        try:
            urls = {"empty": lobby.hub()[1], "full": other.hub(data=full)[1]}
            rates: dict[str, list[tuple[float, float]]] = {"empty": [], "full": []}
            for url in urls.values():
                _load_round(url, 2.0)
            for _ in range(LOAD_ROUNDS):
                for name, url in urls.items():
                    rates[name].append(_load_round(url, LOAD_SECONDS))
            memory = {"empty": lobby.programs[-1].rss_mb(), "full": other.programs[-1].rss_mb()}
        finally:
            other.close()
    print(
        "| database | numbers given per second | calls made per second | hub's memory afterwards |\n|---|---|---|---|"
    )
    medians = {}
    for name, pairs in rates.items():
        medians[name] = [statistics.median(pair[column] for pair in pairs) for column in (0, 1)]
        print(f"| {name} | {medians[name][0]:.0f} | {medians[name][1]:.0f} | {memory[name]:.0f} MB |")
    ratios = [medians["full"][column] / medians["empty"][column] for column in (0, 1)]
    told = f"numbers {ratios[0]:.2f}, calls {ratios[1]:.2f} (aim: within 10 %)"
    print(f"\nFull to empty: {told}. Medians of {LOAD_ROUNDS} rounds.")


def _load_round(url: str, seconds: float) -> tuple[float, float]:
    """Numbers per second, then calls per second (each called, served and finished)."""
    clerk = Clerk(url, "clerk-vero")
    for number in range(1, CLIENTS + 1):
        clerk.post(f"/counters/{number}/open")

    def give(client: Clerk, _number: int) -> None:
        client.post("/visits", {"service": "vero"})

    def call(client: Clerk, number: int) -> None:
        turn = client.post(f"/counters/{number}/call")["turn"]
        client.post(f"/turns/{turn}/serve")
        client.post(f"/turns/{turn}/finish")

    given = _all_at_once(url, "advisor", give, seconds, None)
    called = _all_at_once(url, "clerk-vero", call, seconds, given)
    return given / seconds, called / seconds


def _all_at_once(url: str, name: str, act: Callable[[Clerk, int], None], seconds: float, most: int | None) -> int:
    done = [0] * CLIENTS
    until = time.monotonic() + seconds

    def work(number: int) -> None:
        client = Clerk(url, name)
        while time.monotonic() < until and (most is None or sum(done) < most - CLIENTS):
            act(client, number + 1)
            done[number] += 1

    threads = [threading.Thread(target=work, args=(number,)) for number in range(CLIENTS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(done)


# --- memory and start-up


def size(folder: Path) -> None:
    """Resident memory and start-up time of each program."""
    print("\n## Memory and start-up\n\nEach program alone with its broker and hub, after a ticket or a call.\n")
    with a_lobby(folder) as lobby:
        floor_rss, floor_start = _bare_python(folder)
        lobby.broker()
        hub, url, hub_start = lobby.hub()
        pygame = {"screen": {"type": "simulated", "shows": "pygame", "size": [1280, 720]}}
        led = {"screen": {"type": "simulated", "shows": "led-matrix"}}
        lcd = {"screen": {"type": "simulated", "shows": "lcd"}}
        simulated = {"controls": {"type": "simulated"}}
        units = {
            "ticket dispenser, keys and no screen": lobby.unit(
                "ticket-dispenser", "dispenser-1", **DISPENSER, **simulated
            ),
            "counter display, LED matrix": lobby.unit("counter-display", "counter-1", **led, **simulated),
            "counter display, character LCD": lobby.unit("counter-display", "counter-2", **lcd, **simulated),
            "ticket dispenser, touch screen": lobby.unit(
                "ticket-dispenser", "dispenser-2", **{**DISPENSER, **pygame}, controls={"type": "simulated"}
            ),
            "counter display, full screen": lobby.unit("counter-display", "counter-3", **pygame, **simulated),
            "lobby display": lobby.unit("lobby-display", "lobby-1", **pygame),
        }
        _one_press(lobby)
        clerk = Clerk(url, "clerk-vero")
        clerk.post("/counters/1/open")
        clerk.post("/counters/1/call")
        time.sleep(2)
        print("| program | resident memory | start-up |\n|---|---|---|")
        print(f"| floor: Python with nothing | {floor_rss:.0f} MB | {floor_start:.2f} s |")
        print(f"| hub (aim: at most 110 MB) | {hub.rss_mb():.0f} MB | {hub_start:.2f} s |")
        for name, (program, seconds) in units.items():
            print(f"| {name} | {program.rss_mb():.0f} MB | {seconds:.2f} s |")


def _bare_python(folder: Path) -> tuple[float, float]:
    program = Program([sys.executable, "-c", "import time; print(flush=True); time.sleep(60)"], folder / "bare.log")
    wait_for(lambda: (folder / "bare.log").stat().st_size, "python")
    seconds = time.monotonic() - program.began
    rss = program.rss_mb()
    program.stop()
    return rss, seconds


PARTS: dict[str, Callable[[Path], None]] = {
    "press": press_to_paper,
    "call": call_to_displays,
    "load": load,
    "size": size,
}


def _processor() -> str:
    for row in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
        if row.startswith("model name"):
            return row.partition(":")[2].strip()
    return platform.processor() or platform.machine()


@contextlib.contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="vuoro-bench-") as folder:
        yield Path(folder)


def main(names: list[str]) -> int:
    unknown = [name for name in names if name not in PARTS]
    if unknown:
        print(f"No such part: {', '.join(unknown)}. There are: {', '.join(PARTS)}.", file=sys.stderr)
        return 2
    print(f"Measured {datetime.now(UTC):%Y-%m-%d %H:%M} UTC, Python {platform.python_version()}, {_processor()}.")
    for name in names or list(PARTS):
        with _folder() as folder:
            PARTS[name](folder)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
