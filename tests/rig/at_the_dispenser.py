"""Standing at a dispenser that is all behaviour: what happens goes in, what it does is kept; time is the test's own."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from rig.scripted_hub import NOON, dispenser_config, hub_state, services
from vuoro_devices.behaviour.dispenser_view import DispenserSettings
from vuoro_devices.behaviour.effects import Clear, Effect, Keep, Light, Print, Raise, Send, Show
from vuoro_devices.behaviour.events import (
    Answered,
    BrokerFound,
    BrokerLost,
    Event,
    Moment,
    NotPrinted,
    PaperOut,
    Pressed,
    PrinterCondition,
    Tick,
    Told,
)
from vuoro_devices.behaviour.ticket_dispenser import TicketDispenser
from vuoro_devices.behaviour.views import Action, DispenserView
from vuoro_devices.words import words
from vuoro_mqtt.payloads import DeviceConfig, Estimate, Refused, ServicesState, TicketIssued


def issued(number: str = "017", **wishes: Any) -> TicketIssued:
    return TicketIssued.model_validate(
        {
            "visit": "v",
            "number": number,
            "service": "verotus",
            "position": 3,
            "estimate": Estimate(low_minutes=5, high_minutes=10),
            "follow_url": "http://127.0.0.1:8000/v/abc",
            "at": NOON,
            **wishes,
        }
    )


class AtTheDispenser:
    """A dispenser that is connected and ready, unless the test wishes otherwise."""

    def __init__(
        self,
        *,
        config: DeviceConfig | None = None,
        offered: ServicesState | None = None,
        settings: DispenserSettings | None = None,
        kept: Mapping[str, Any] | None = None,
        connected: bool = True,
        told: bool = True,
        now: datetime = NOON,
    ) -> None:
        ids = itertools.count(1)
        self.now = now
        self.seconds = 1000.0
        self.kept: dict[str, Any] = dict(kept or {})
        self.sent: list[Send] = []
        self.prints: list[Print] = []
        self.lamps: dict[str, str] = {}
        self.faults: dict[str, str] = {}
        self.order: list[Effect] = []
        self.dispenser = TicketDispenser(
            "dispenser-1", words, lambda: f"00000000-0000-7000-8000-{next(ids):012d}", settings, kept
        )
        self._view: DispenserView | None = None
        self._take([*self.dispenser.start(self._moment()), *self.dispenser.appearance(self._moment())])
        if told:
            self.happens(Told(config or dispenser_config()))
            self.happens(Told(offered or services(at=now)))
        if connected:
            self.happens(BrokerFound())
            self.happens(Told(hub_state()))

    # --- what happens

    def happens(self, event: Event) -> list[Effect]:
        effects = self.dispenser.step(event, self._moment())
        effects += self.dispenser.appearance(self._moment())
        self._take(effects)
        return effects

    def press(self, value: str = "verotus") -> list[Effect]:
        return self.happens(Pressed(Action("choose", value)))

    def chooses(self, kind: Any, value: str = "") -> list[Effect]:
        return self.happens(Pressed(Action(kind, value)))

    def hub_issues(self, number: str = "017", **wishes: Any) -> list[Effect]:
        return self.happens(Answered(self.request, issued(number, **wishes)))

    def hub_refuses(self, **text: str) -> list[Effect]:
        return self.happens(Answered(self.request, Refused.model_validate({"code": "service-closed", "text": text})))

    def paper_comes(self) -> list[Effect]:
        return self.happens(PaperOut(self.prints[-1].job))

    def printer_fails(self, code: str = "paper-out", *, perhaps: bool = False) -> list[Effect]:
        return self.happens(NotPrinted(self.prints[-1].job, code, f"it says {code}", perhaps=perhaps))

    def printer_says(self, code: str | None) -> list[Effect]:
        return self.happens(PrinterCondition(code, f"it says {code}" if code else ""))

    def broker_goes(self) -> list[Effect]:
        return self.happens(BrokerLost())

    def broker_comes(self) -> list[Effect]:
        return self.happens(BrokerFound())

    def wait(self, seconds: float) -> list[Effect]:
        """Time goes by in ticks, as it does in the unit's loop."""
        effects: list[Effect] = []
        end = self.seconds + seconds
        while self.seconds < end:
            step = min(0.5, end - self.seconds)
            self.seconds += step
            self.now += timedelta(seconds=step)
            effects += self.happens(Tick())
        return effects

    def ticket(self, number: str = "017") -> None:
        """One whole ticket."""
        self.press()
        self.hub_issues(number)
        self.paper_comes()

    # --- what is seen

    @property
    def view(self) -> DispenserView:
        assert self._view is not None
        return self._view

    @property
    def request(self) -> str:
        """The newest request's id."""
        return next(send.id for send in reversed(self.sent) if send.type == "ticket.requested")

    def types(self) -> list[str]:
        return [send.type for send in self.sent]

    def body_of(self, type: str) -> Any:
        return next(send.body for send in reversed(self.sent) if send.type == type)

    def _moment(self) -> Moment:
        return Moment(self.now, self.seconds)

    def _take(self, effects: list[Effect]) -> None:
        self.order += effects
        for effect in effects:
            match effect:
                case Send():
                    self.sent.append(effect)
                case Print():
                    self.prints.append(effect)
                case Keep(key=key, value=None):
                    self.kept.pop(key, None)
                case Keep(key=key, value=value):
                    self.kept[key] = value
                case Light():
                    self.lamps[effect.lamp] = effect.state
                case Show(view=DispenserView() as view):
                    self._view = view
                case Raise():
                    self.faults[effect.code] = effect.text
                case Clear():
                    self.faults.pop(effect.code, None)
