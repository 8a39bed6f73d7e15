"""What the page shows, asked from every unit's panel at once; several viewers share one look."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from vuoro_provisioning.demo.panels import Panel, hub_ready
from vuoro_provisioning.demo.point import Point

FRESH_SECONDS = 0.2
UNIT_WITHIN_SECONDS = 1.0
SEEN_OF_A_UNIT = ("connected", "screen", "lamps", "keys", "printer", "step")


class LobbyView:
    """Looks at the running point, at most a few times a second."""

    def __init__(self, point: Point) -> None:
        self._point = point
        self._panels = {
            unit.unit.id: Panel(unit.panel_port, within_seconds=UNIT_WITHIN_SECONDS) for unit in point.plan.units
        }
        self._pool = ThreadPoolExecutor(max_workers=len(self._panels) + 1, thread_name_prefix="look")
        self._lock = threading.Lock()
        self._seen: dict[str, Any] = {}
        self._seen_at = -FRESH_SECONDS

    def panel(self, unit: str) -> Panel | None:
        return self._panels.get(unit)

    def look(self) -> dict[str, Any]:
        """Plugs of broker, hub and units, and what each unit's panel tells."""
        with self._lock:
            if time.monotonic() - self._seen_at >= FRESH_SECONDS:
                self._seen = self._ask_all()
                self._seen_at = time.monotonic()
            return self._seen

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    def _ask_all(self) -> dict[str, Any]:
        answers_hub = self._pool.submit(hub_ready, self._point.plan.http_port)
        told = {unit: self._pool.submit(panel.state) for unit, panel in self._panels.items()}
        return {
            "ready": self._point.ready.is_set(),
            "broker": {"plug": self._point.broker.plug},
            "hub": {"plug": self._point.hub.plug, "answers": answers_hub.result()},
            "units": {unit: self._unit(unit, future.result()) for unit, future in told.items()},
        }

    def _unit(self, unit: str, panel: dict[str, Any] | None) -> dict[str, Any]:
        child = self._point.units[unit]
        seen = {name: panel.get(name) for name in SEEN_OF_A_UNIT} if panel else {}
        return {"plug": child.plug, "runs": child.runs, "answers": panel is not None, **seen}
