"""One hub answers for a site: a starting one asks first, and the one at work has the last word (contract §1)."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable
from datetime import datetime

from vuoro_mqtt import __version__
from vuoro_mqtt.codec import Undecodable, decode, encode
from vuoro_mqtt.facts_log import FactsLog
from vuoro_mqtt.payloads import HubState, Who
from vuoro_mqtt.topics import Topics

from vuoro_hub.gateway.dropping import Dropped

ASK_SECONDS = 0.4
"""How long a starting hub waits for another one to answer for its site."""

CONTRADICT_AGAIN_SECONDS = 5.0
"""Two hubs at work for one site, say after a cut cable, must not answer each other without end."""

log = FactsLog(__name__)

Publish = Callable[..., bool]


class OnlyHub:
    """``alone`` once nobody else has answered in time; from then on this hub contradicts whoever speaks for its site.

    ``settled`` is called when it becomes alone, on a thread of its own; ``other_found`` with a description of the
    other hub, to which this one gives way.
    """

    def __init__(
        self,
        topics: Topics,
        boot: str,
        now: Callable[[], datetime],
        publish: Publish,
        settled: Callable[[], None],
        other_found: Callable[[str], None],
        dropped: Dropped,
        ask_seconds: float = ASK_SECONDS,
    ) -> None:
        self.alone = False
        self._topics = topics
        self._boot = boot
        self._now = now
        self._publish = publish
        self._settled = settled
        self._other_found = other_found
        self._dropped = dropped
        self._ask_seconds = ask_seconds
        self._asking: threading.Timer | None = None
        self._gave_way = False
        self._contradicted_at = float("-inf")

    def state(self, state: str) -> HubState:
        """What this hub says of itself."""
        return HubState.model_validate(
            {
                "state": state,
                "at": self._now(),
                "boot": self._boot,
                "version": __version__,
                "host": socket.gethostname(),
            }
        )

    def ask(self) -> None:
        """Ask whether another hub answers for this site."""
        self.stop_asking()
        self._asking = threading.Timer(self._ask_seconds, self._settle)
        self._asking.daemon = True
        self._asking.start()
        self._publish(self._topics.hub_who, encode(Who(boot=self._boot)))

    def stop_asking(self) -> None:
        if self._asking is not None:
            self._asking.cancel()

    def say(self, state: str) -> None:
        """Publish ``online`` or ``offline``, retained."""
        self._publish(self._topics.hub, encode(self.state(state)), retain=True)

    def hear_who(self, payload: bytes) -> None:
        """A starting hub asks: the one at work answers; of two that start, the later gives way."""
        try:
            who = decode(Who, payload)
        except Undecodable as error:
            self._dropped.note("hub/who", error.reason)
            return
        if who.boot == self._boot:
            return
        if self.alone:
            self.say("online")
        elif who.boot < self._boot:
            self._give_way(f"boot {who.boot}, which started a moment earlier")

    def hear_hub(self, payload: bytes, *, retained: bool) -> None:
        """A hub's word for this site: a starting hub gives way to another one, one at work has the last word."""
        try:
            state = decode(HubState, payload)
        except Undecodable as error:
            self._dropped.note("hub", error.reason)
            return
        if state.boot == self._boot or retained:
            return
        other = f"boot {state.boot}, version {state.version}, on {state.host or 'an unnamed machine'}"
        if self.alone:
            self._contradict(state, other)
        elif state.state == "online":
            self._give_way(other)

    def _settle(self) -> None:
        if not self._gave_way:
            self.alone = True
            self._settled()

    def _give_way(self, other: str) -> None:
        self._gave_way = True
        self.stop_asking()
        self._other_found(other)

    def _contradict(self, state: HubState, other: str) -> None:
        """Also an "offline": the late will of an earlier start, or of a second hub that gave up, must not stand."""
        if state.state == "online":
            if time.monotonic() - self._contradicted_at < CONTRADICT_AGAIN_SECONDS:
                return
            self._contradicted_at = time.monotonic()
            log.error("gateway.other_hub", other=other)
        self.say("online")
