"""A broker in Python (amqtt, MQTT 3.1.1) for machines without Mosquitto: loopback alone, anonymous, keeps nothing.

Run as ``python -m vuoro_provisioning.demo.embedded_broker --port PORT``.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import signal
from collections.abc import Sequence
from typing import Any

from amqtt.broker import Broker
from amqtt.session import Session

LOOPBACK = "127.0.0.1"


class EmbeddedBroker(Broker):  # type: ignore[misc]
    """Amqtt's broker, with one fault mended.

    On connecting, it sends the new client whatever is retained under anybody's subscriptions; a client must get
    only what it has subscribed to itself.
    """

    async def _publish_retained_messages_for_subscription(
        self, subscription: tuple[str, int], session: Session
    ) -> None:
        subscribers = self.subscriptions.get(subscription[0], [])
        if any(subscriber.client_id == session.client_id for subscriber, _qos in subscribers):
            await super()._publish_retained_messages_for_subscription(subscription, session)


def configuration(port: int) -> dict[str, Any]:
    """TCP on loopback; anybody on this machine may connect."""
    return {
        "listeners": {"default": {"type": "tcp", "bind": f"{LOOPBACK}:{port}"}},
        "plugins": {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}},
    }


async def serve(port: int) -> None:
    """Serve until SIGTERM or SIGINT."""
    asked_to_stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, asked_to_stop.set)
    broker = EmbeddedBroker(configuration(port))
    await broker.start()
    await asked_to_stop.wait()
    await broker.shutdown()


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description="An MQTT broker for one machine, on loopback alone.")
    parser.add_argument("--port", type=int, default=1883)
    port: int = parser.parse_args(arguments).port
    logging.basicConfig(level=logging.ERROR, format="%(levelname)s %(name)s: %(message)s")
    asyncio.run(serve(port))


if __name__ == "__main__":
    main()
