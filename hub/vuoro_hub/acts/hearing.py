"""What units tell and the queue does not change by: kept in the event log, so that nothing is lost."""

from __future__ import annotations

from typing import Any

from vuoro_mqtt.payloads import DeviceStatus
from vuoro_mqtt.values import instant_text

from vuoro_hub.acts.transaction import Transaction
from vuoro_hub.store.prepared import AnyRow


def heard(t: Transaction, type_: str, body: dict[str, Any]) -> str:
    """Keep a message in the event log."""
    t.record(type_, told=body)
    return type_


DOUBLED = "device-doubled"
"""Code of the fault that the hub itself finds: two units use one id."""

DOUBLED_TEXT = "Two units use this name and push each other out. Take one of them out of use."


def device_status(t: Transaction, device: str, status: DeviceStatus, *, doubled: bool = False) -> str | None:
    """Keep what a unit says of itself. A will with an older boot than the one last seen online is ignored.

    ``doubled``: two units speak in turn in this name, so that another boot is no news.
    """
    row = t.records.device(device)
    stale_will = row is not None and row.state == "online" and status.state == "offline" and row.boot != status.boot
    if stale_will:
        return None
    faults = [fault.model_dump(mode="json") for fault in status.faults]
    if doubled:
        faults.append(_doubled_since(t, row))
    boot = row.boot if row is not None and doubled else status.boot
    news = row is None or (row.state, row.boot, _codes(row.faults)) != (status.state, boot, _codes(faults))
    t.records.put_device(
        device,
        kind=status.kind.value,
        state=status.state,
        boot=status.boot,
        version=status.version,
        at=status.at,
        clock=status.clock.model_dump(mode="json"),
        faults=faults,
    )
    if news:
        t.record("device.status", device=device, state=status.state, boot=status.boot, faults=_codes(faults))
    return device


def device_doubled(t: Transaction, device: str) -> str:
    """Two units use one id: what one says now, the other one replaced before."""
    t.record("device.doubled", device=device)
    row = t.records.device(device)
    if row is not None and DOUBLED not in _codes(row.faults):
        t.records.put_device(device, faults=[*row.faults, _doubled_since(t, row)])
    return device


def device_single(t: Transaction, device: str) -> str:
    """For a while only one unit has used the id."""
    row = t.records.device(device)
    if row is not None and DOUBLED in _codes(row.faults):
        t.records.put_device(device, faults=[fault for fault in row.faults if fault["code"] != DOUBLED])
        t.record("device.single", device=device)
    return device


def _doubled_since(t: Transaction, row: AnyRow | None) -> dict[str, Any]:
    before = next((fault for fault in (row.faults if row else ()) if fault["code"] == DOUBLED), None)
    return before or {"code": DOUBLED, "since": instant_text(t.now), "text": DOUBLED_TEXT}


def _codes(faults: list[dict[str, Any]]) -> list[str]:
    return sorted(str(fault["code"]) for fault in faults)
