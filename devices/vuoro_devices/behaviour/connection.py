"""Whether the queue can be reached: the broker, and behind it the hub."""

from __future__ import annotations

from dataclasses import dataclass, replace

from vuoro_mqtt.payloads import HubState

from vuoro_devices.behaviour.events import BrokerFound, BrokerLost, Event, Moment, Told


@dataclass(frozen=True)
class Connection:
    """``lost_at`` is since when there has been no way to the hub; None while there is one."""

    broker: bool = False
    hub_online: bool = True
    """A hub that has not spoken yet is taken to be there."""
    hub_boot: str | None = None
    lost_at: float | None = 0.0

    @property
    def up(self) -> bool:
        return self.broker and self.hub_online

    def lost_for(self, moment: Moment) -> float:
        return moment.seconds - self.lost_at if self.lost_at is not None else 0.0

    def after(self, event: Event, moment: Moment) -> Connection:
        match event:
            case BrokerFound():
                return replace(self, broker=True)._at(moment)
            case BrokerLost():
                return replace(self, broker=False)._at(moment)
            case Told(state=HubState() as hub) if hub.state == "online":
                return replace(self, hub_online=True, hub_boot=hub.boot)._at(moment)
            case Told(state=HubState() as hub) if self.hub_boot in (None, hub.boot):
                return replace(self, hub_online=False, hub_boot=hub.boot)._at(moment)
        return self

    def _at(self, moment: Moment) -> Connection:
        if self.up:
            return replace(self, lost_at=None)
        return self if self.lost_at is not None else replace(self, lost_at=moment.seconds)
