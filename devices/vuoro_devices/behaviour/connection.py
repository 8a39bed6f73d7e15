"""Whether the queue can be reached: the broker, and behind it the hub."""

from __future__ import annotations

from dataclasses import dataclass, replace

from vuoro_mqtt.payloads import HubState

from vuoro_devices.behaviour.events import BrokerFound, BrokerLost, Event, Moment, Told


@dataclass(frozen=True)
class Connection:
    """``lost_at`` is since when there has been no way to the hub; None while there is one."""

    broker: bool = False
    hub: HubState | None = None
    """Its last word; a hub that has not spoken yet is taken to be there."""
    lost_at: float | None = 0.0

    @property
    def up(self) -> bool:
        return self.broker and (self.hub is None or self.hub.state == "online")

    def lost_for(self, moment: Moment) -> float:
        return moment.seconds - self.lost_at if self.lost_at is not None else 0.0

    def after(self, event: Event, moment: Moment) -> Connection:
        match event:
            case BrokerFound():
                return replace(self, broker=True)._at(moment)
            case BrokerLost():
                return replace(self, broker=False)._at(moment)
            case Told(state=HubState() as hub) if not is_of_an_earlier_start(hub, self.hub):
                return replace(self, hub=hub)._at(moment)
        return self

    def _at(self, moment: Moment) -> Connection:
        if self.up:
            return replace(self, lost_at=None)
        return self if self.lost_at is not None else replace(self, lost_at=moment.seconds)


def is_of_an_earlier_start(will: HubState, last: HubState | None) -> bool:
    """Whether this "offline" is the late will of a hub that has been started again since (contract §2.2)."""
    if will.state == "online" or last is None or last.state == "offline":
        return False
    return will.boot != last.boot and will.at < last.at
