"""The AsyncAPI 3.0 document of the wire, made from topics and payload models: ``python -m vuoro_mqtt.asyncapi``."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, get_args

from pydantic.json_schema import models_json_schema

from vuoro_mqtt import payloads
from vuoro_mqtt.codec import MAX_BYTES
from vuoro_mqtt.meanings import describe, meanings_in
from vuoro_mqtt.topics import Topics
from vuoro_mqtt.values import Payload

Schema = dict[str, Any]

CONTRACT_VERSION = "1.0.0"
"""Fields may be added; renaming or removing one needs version 2."""

ABOUT = f"""What travels between the hub of a shared public-service point, its units and everybody who listens.

Payloads are UTF-8 JSON objects of at most {MAX_BYTES} bytes; anything else is counted, logged and dropped, and never
stops the receiver. Receivers ignore fields that they do not know. Times are RFC 3339 in UTC with microseconds and `Z`.

QoS is 1 everywhere, and nothing needs more than MQTT 3.1.1. Nothing relies on the broker to keep anything: a client
subscribes anew and republishes its retained state at every connect, and messages of units wait in their journals until
the hub has answered them. The same message id sent again has the same effect once, and gets the same answer.
"""

RETAINED = "Retained: each message is the whole state, so a newcomer needs no history."

SITE = "Id of the service point. One hub answers for it."
DEVICE = "Id of the unit; also its user name at the broker. A unit publishes only below its own id."
COUNTER = "Id of the counter."


@dataclass(frozen=True)
class Channel:
    """A topic, what travels there, and who sends it. Everything else stands in the payload models."""

    id: str
    address: str
    meaning: str
    sender: str
    receivers: tuple[str, ...]
    messages: tuple[type[Payload], ...]
    retained: bool = False
    answered_on: str | None = None


def _channels() -> tuple[Channel, ...]:
    topics = Topics("{site}")
    everyone = ("device", "listener")
    up = _members(payloads.UpMessage)
    down = _members(payloads.DownMessage)
    return (
        Channel(
            "hub",
            topics.hub,
            'Whether the hub answers. "offline" is its will.',
            "hub",
            everyone,
            (payloads.HubState,),
            retained=True,
        ),
        Channel(
            "hub-who",
            topics.hub_who,
            "A starting hub asks whether another one answers for its site; a hub that does says so on `hub`, and the "
            "starting one gives way.",
            "hub",
            ("hub",),
            (payloads.Who,),
        ),
        Channel(
            "hub-echo",
            topics.hub_echo,
            "When somebody asks the hub's `/healthz`, at most every few seconds: whether the broker takes a message in "
            "time. Nobody need listen.",
            "hub",
            ("listener",),
            (payloads.Echo,),
        ),
        Channel(
            "services",
            topics.services,
            "What is served today.",
            "hub",
            everyone,
            (payloads.ServicesState,),
            retained=True,
        ),
        Channel(
            "calls",
            topics.calls,
            "Called numbers, newest first, and the coming ones of all queues together, without saying whose.",
            "hub",
            everyone,
            (payloads.CallsState,),
            retained=True,
        ),
        Channel(
            "counter",
            topics.counter("{counter}"),
            "One counter, as its own display shows it.",
            "hub",
            everyone,
            (payloads.CounterState,),
            retained=True,
        ),
        Channel(
            "notices",
            topics.notices,
            "Notices for the arrival and waiting areas.",
            "hub",
            everyone,
            (payloads.NoticesState,),
            retained=True,
        ),
        Channel(
            "status",
            topics.status("{device}"),
            'What a unit says of itself, and as its will with state "offline". A will whose `boot` is older than the '
            "one last seen online is ignored.",
            "device",
            ("hub",),
            (payloads.DeviceStatus,),
            retained=True,
        ),
        Channel(
            "up",
            topics.up("{device}"),
            "From a unit's journal: kept on its disk before it is published, and sent again in the order of `seq` "
            "until the hub has answered it. A gap in `seq` makes the hub send `resend`.",
            "device",
            ("hub",),
            up,
            answered_on="down",
        ),
        Channel(
            "down",
            topics.down("{device}"),
            "Answers (`re` is the id being answered), sent after the hub's commit, and commands. A command is never "
            "retained, and is answered on `up` with `done` or `failed`.",
            "hub",
            ("device",),
            down,
        ),
        Channel(
            "config",
            topics.config("{device}"),
            "The unit's settings.",
            "hub",
            ("device",),
            (payloads.DeviceConfig,),
            retained=True,
        ),
    )


PARAMETERS = {"site": SITE, "device": DEVICE, "counter": COUNTER}


def document() -> Schema:
    """The whole document."""
    channels = _channels()
    models = list(dict.fromkeys(model for channel in channels for model in channel.messages))
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Vuoro",
            "version": CONTRACT_VERSION,
            "description": ABOUT,
            "license": {"name": "EUPL-1.2", "url": "https://eupl.eu/1.2/en/"},
        },
        "defaultContentType": "application/json",
        "servers": {
            "broker": {
                "host": "{host}:{port}",
                "protocol": "mqtt",
                "protocolVersion": "3.1.1",
                "description": "The point's own broker; MQTT 5 clients are welcome where it has it.",
                "variables": {
                    "host": {"default": "127.0.0.1", "description": "Usually the hub's machine."},
                    "port": {"default": "1883", "description": "8883 with TLS."},
                },
            }
        },
        "channels": {channel.id: _channel(channel) for channel in channels},
        "operations": {name: operation for channel in channels for name, operation in _operations(channel)},
        "components": {
            "messages": {model.__name__: _message(model) for model in models},
            "schemas": _schemas(models),
        },
    }


def as_yaml() -> str:
    """The document as the file in the repository holds it."""
    import yaml  # only who makes the file needs it

    class Dumper(yaml.SafeDumper):
        """Paragraphs stay paragraphs."""

    def paragraphs(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
        return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)

    Dumper.add_representer(str, paragraphs)
    text: str = yaml.dump(document(), Dumper=Dumper, sort_keys=False, allow_unicode=True, width=120)
    return (
        "# Made from the payload models by `python -m vuoro_mqtt.asyncapi`. Change the models, not this file.\n" + text
    )


def _members(union: Any) -> tuple[type[Payload], ...]:
    """The models of an annotated union."""
    return tuple(get_args(get_args(union)[0]))


def _channel(channel: Channel) -> Schema:
    meaning = f"{channel.meaning} {RETAINED}" if channel.retained else channel.meaning
    return {
        "address": channel.address,
        "description": meaning,
        "parameters": {
            name: {"description": text} for name, text in PARAMETERS.items() if f"{{{name}}}" in channel.address
        },
        "messages": {model.__name__: {"$ref": f"#/components/messages/{model.__name__}"} for model in channel.messages},
    }


def _operations(channel: Channel) -> Iterable[tuple[str, Schema]]:
    """Sending and receiving, each from the side that does it."""
    yield f"{channel.sender}-sends-{channel.id}", _operation(channel, "send", channel.sender)
    for receiver in channel.receivers:
        yield f"{receiver}-receives-{channel.id}", _operation(channel, "receive", receiver)


def _operation(channel: Channel, action: str, side: str) -> Schema:
    retained = {"retain": channel.retained} if action == "send" else {}
    operation: Schema = {
        "action": action,
        "channel": {"$ref": f"#/channels/{channel.id}"},
        "summary": f"The {side} {action}s {_listed(channel)}.",
        "tags": [{"name": side}],
        "bindings": {"mqtt": {"qos": 1, **retained, "bindingVersion": "0.2.0"}},
        "messages": [{"$ref": f"#/channels/{channel.id}/messages/{model.__name__}"} for model in channel.messages],
    }
    if channel.answered_on:
        answers = (payloads.AckDown, payloads.TicketIssuedDown, payloads.RefusedDown)
        operation["reply"] = {
            "channel": {"$ref": f"#/channels/{channel.answered_on}"},
            "messages": [{"$ref": f"#/channels/{channel.answered_on}/messages/{one.__name__}"} for one in answers],
        }
    return operation


def _listed(channel: Channel) -> str:
    names = [_wire_name(model) for model in channel.messages] if len(channel.messages) > 1 else [channel.id]
    return ", ".join(f"`{name}`" for name in names)


def _wire_name(model: type[Payload]) -> str:
    """The ``type`` that travels, where there is one."""
    kind = model.model_fields.get("type")
    return str(kind.default) if kind else model.__name__


def _message(model: type[Payload]) -> Schema:
    message: Schema = {"name": _wire_name(model), "title": _wire_name(model)}
    if meaning := _meaning(model):
        message["description"] = meaning
    if "re" in model.model_fields:
        message["correlationId"] = {"description": "The id being answered.", "location": "$message.payload#/re"}
    elif "id" in model.model_fields:
        message["correlationId"] = {"description": "The sender's own.", "location": "$message.payload#/id"}
    return {**message, "payload": {"$ref": f"#/components/schemas/{model.__name__}"}}


def _meaning(model: type[Payload]) -> str | None:
    """The model's own words, else its body's."""
    body = model.model_fields.get("body")
    own = model.__dict__.get("__doc__")
    inner = body.annotation.__dict__.get("__doc__") if body and isinstance(body.annotation, type) else None
    said = own or inner
    return inspect.cleandoc(said) if said else None


def _schemas(models: list[type[Payload]]) -> dict[str, Schema]:
    _references, found = models_json_schema(
        [(model, "validation") for model in models], by_alias=True, ref_template="#/components/schemas/{model}"
    )
    schemas: dict[str, Schema] = found["$defs"]
    describe(schemas, meanings_in([payloads]))
    return {name: schemas[name] for name in sorted(schemas)}


if __name__ == "__main__":
    sys.stdout.write(as_yaml())
