"""What units tell and the queue does not change by: kept in the event log, so that nothing is lost."""

from __future__ import annotations

from typing import Any

from vuoro_mqtt.payloads import DeviceStatus

from vuoro_hub.acts.transaction import Transaction


def heard(t: Transaction, type_: str, body: dict[str, Any]) -> str:
    """Keep a message in the event log."""
    t.record(type_, told=body)
    return type_


def device_status(t: Transaction, device: str, status: DeviceStatus) -> str | None:
    """Keep what a unit says of itself. A will with an older boot than the one last seen online is ignored."""
    row = t.records.device(device)
    stale_will = row is not None and row.state == "online" and status.state == "offline" and row.boot != status.boot
    if stale_will:
        return None
    faults = [fault.model_dump(mode="json") for fault in status.faults]
    news = row is None or (row.state, row.boot, _codes(row.faults)) != (status.state, status.boot, _codes(faults))
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


def _codes(faults: list[dict[str, Any]]) -> list[str]:
    return sorted(str(fault["code"]) for fault in faults)
