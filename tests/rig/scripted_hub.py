"""A hub played by hand over any bus: it says what a test wants said, and keeps all it hears."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime
from typing import Any, Literal

from vuoro_mqtt.bus import Bus, BusEvent, Message
from vuoro_mqtt.codec import decode, decode_up, encode
from vuoro_mqtt.payloads import (
    AckDown,
    CallsState,
    CounterState,
    DeviceConfig,
    DeviceStatus,
    Down,
    Estimate,
    HubState,
    OfflineNumbers,
    PointToday,
    Refused,
    RefusedDown,
    ServicesState,
    ServiceToday,
    TicketIssued,
    TicketIssuedDown,
    TicketRequestedUp,
    UpMessage,
)
from vuoro_mqtt.topics import Topics
from vuoro_mqtt.values import Payload, new_message_id

Manner = Literal["issue", "refuse", "silent"]

NOON = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)


def service(tag: str = "verotus", **wishes: Any) -> ServiceToday:
    """A service that is open until 16."""
    return ServiceToday.model_validate(
        {
            "service": tag,
            "authority": "vero",
            "name": {"fi": tag.capitalize(), "sv": f"{tag} (sv)", "en": f"{tag} (en)"},
            "authority_name": {"fi": "Vero"},
            "open": True,
            "opens": "09:00",
            "closes": "16:00",
            "next_open": None,
            "mode": "on-site",
            "waiting": 2,
            "estimate": {"low_minutes": 5, "high_minutes": 10},
            "other_channels": {"fi": "Soita 029 497 000."},
            "wait_at": {"fi": "Aula", "en": "Lobby"},
            **wishes,
        }
    )


def services(*offered: ServiceToday, at: datetime = NOON) -> ServicesState:
    return ServicesState(
        at=at,
        today=at.date(),
        point=PointToday(opens="09:00", closes="16:00", open=True),
        services=list(offered or (service("verotus"), service("kela"), service("muutto"))),
    )


def dispenser_config(**wishes: Any) -> DeviceConfig:
    return DeviceConfig.model_validate(
        {
            "version": 1,
            "kind": "ticket-dispenser",
            "site": "lahti",
            "site_name": {"fi": "Lahden palvelupiste", "en": "Lahti service point"},
            "timezone": "Europe/Helsinki",
            "languages": ["fi", "sv", "en"],
            "offline_numbers": OfflineNumbers(from_=900, to=949),
            **wishes,
        }
    )


def hub_state(state: Literal["online", "offline"] = "online", boot: str = "hub-1", at: datetime = NOON) -> HubState:
    return HubState(state=state, at=at, boot=boot, version="0")


class ScriptedHub:
    """Give its ``deliver`` to a bus subscribed to ``subscriptions``, then ``speak_through`` that bus."""

    def __init__(self, site: str = "lahti", device: str = "dispenser-1", manner: Manner = "issue") -> None:
        self.topics = Topics(site)
        self.device = device
        self.manner: Manner = manner
        self.heard: list[UpMessage] = []
        self.statuses: list[DeviceStatus] = []
        self._numbers = itertools.count(17)
        self._issued: dict[str, TicketIssued] = {}
        self._bus: Bus | None = None

    @property
    def subscriptions(self) -> list[str]:
        return [self.topics.up(self.device), self.topics.status(self.device)]

    def speak_through(self, bus: Bus) -> None:
        self._bus = bus

    def deliver(self, event: BusEvent) -> None:
        if not isinstance(event, Message) or not event.payload:
            return
        if event.topic == self.topics.status(self.device):
            self.statuses.append(decode(DeviceStatus, event.payload))
            return
        up = decode_up(event.payload)
        self.heard.append(up)
        self._answer(up)

    def types(self) -> list[str]:
        """What was heard, in order."""
        return [up.type for up in self.heard]

    def of_type(self, type: str) -> list[Any]:
        return [up for up in self.heard if up.type == type]

    # --- what it says

    def tell(self, state: HubState | ServicesState | CallsState | CounterState | DeviceConfig) -> None:
        """Publish retained state."""
        topics = self.topics
        match state:
            case HubState():
                topic = topics.hub
            case ServicesState():
                topic = topics.services
            case CallsState():
                topic = topics.calls
            case CounterState():
                topic = topics.counter(state.counter)
            case DeviceConfig():
                topic = topics.config(self.device)
        self._publish(topic, state, retain=True)

    def say(self, down: Down) -> None:
        self._publish(self.topics.down(self.device), down)

    def issue(self, request: UpMessage) -> None:
        """The same request gets the same number."""
        issued = self._issued.get(request.id) or TicketIssued(
            visit=f"visit-{request.id[:8]}",
            number=f"{next(self._numbers):03d}",
            service=request.body.service if isinstance(request, TicketRequestedUp) else "verotus",
            position=3,
            estimate=Estimate(low_minutes=5, high_minutes=10),
            follow_url="http://127.0.0.1:8000/v/abc",
            at=NOON,
        )
        self._issued[request.id] = issued
        self.say(TicketIssuedDown(id=new_message_id(), re=request.id, body=issued))

    def refuse(self, request: UpMessage, code: str = "service-closed") -> None:
        text = {"fi": "Palvelu on suljettu.", "sv": "Tjänsten är stängd.", "en": "The service is closed."}
        body = Refused.model_validate({"code": code, "text": text})
        self.say(RefusedDown(id=new_message_id(), re=request.id, body=body))

    def acknowledge(self, up: UpMessage) -> None:
        self.say(AckDown(id=new_message_id(), re=up.id))

    def _answer(self, up: UpMessage) -> None:
        if self.manner == "silent":
            return
        if up.type != "ticket.requested":
            self.acknowledge(up)
        elif self.manner == "issue":
            self.issue(up)
        else:
            self.refuse(up)

    def _publish(self, topic: str, payload: Payload, *, retain: bool = False) -> None:
        assert self._bus is not None
        self._bus.publish(topic, encode(payload), retain=retain)
