"""Between payload models and bytes: UTF-8 JSON objects of at most 16 KiB (contract §1)."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from vuoro_mqtt.payloads import DownMessage, UpMessage
from vuoro_mqtt.values import MessageId, Payload

MAX_BYTES = 16 * 1024

MAX_LOOKED_INTO_BYTES = 16 * MAX_BYTES
"""A message that is too large is not taken, but up to here its sender is told so."""

P = TypeVar("P", bound=Payload)


@functools.cache
def _up() -> TypeAdapter[UpMessage]:
    """Made when first needed: a unit reads no upward messages, and has no memory to spare for them."""
    return TypeAdapter(UpMessage)


@functools.cache
def _down() -> TypeAdapter[DownMessage]:
    return TypeAdapter(DownMessage)


class Undecodable(ValueError):
    """Bytes that are not what the topic carries; ``id`` is the sender's message id where it could be read."""

    def __init__(self, reason: str, id: str | None = None) -> None:
        super().__init__(reason)
        self.reason = reason
        self.id = id


class _IdOnly(Payload):
    id: MessageId


def encode(payload: Payload) -> bytes:
    """A payload as bytes. Raises ValueError when it would be larger than the contract allows."""
    return _sized(payload.model_dump_json(by_alias=True).encode(), type(payload).__name__)


def encode_kept(fields: Mapping[str, Any]) -> bytes:
    """The fields of a payload that were dumped before, as a journal keeps them. Raises ValueError as ``encode``."""
    return _sized(json.dumps(fields, ensure_ascii=False, separators=(",", ":")).encode(), "the message")


def _sized(data: bytes, what: str) -> bytes:
    if len(data) > MAX_BYTES:
        raise ValueError(f"{what} would take {len(data)} bytes; at most {MAX_BYTES} may travel")
    return data


def decode(model: type[P], data: bytes) -> P:
    """Bytes as the given payload. Raises Undecodable with a reason for people."""
    _check_size(data)
    try:
        return model.model_validate_json(data)
    except ValidationError as error:
        raise Undecodable(_reason(error), _id_of(data)) from None


def decode_up(data: bytes) -> UpMessage:
    """An upward message, its body checked by its type. Raises Undecodable."""
    _check_size(data)
    try:
        return _up().validate_json(data)
    except ValidationError as error:
        raise Undecodable(_reason(error), _id_of(data)) from None


def decode_down(data: bytes) -> DownMessage:
    """A downward message, its body checked by its type. Raises Undecodable."""
    _check_size(data)
    try:
        return _down().validate_json(data)
    except ValidationError as error:
        raise Undecodable(_reason(error), _id_of(data)) from None


def _check_size(data: bytes) -> None:
    if len(data) > MAX_BYTES:
        raise Undecodable(f"{len(data)} bytes; at most {MAX_BYTES} may travel", _id_of(data))


def _id_of(data: bytes) -> str | None:
    """The sender's id, so that it can be told; also beside what is no text, such as half of a surrogate pair."""
    if len(data) > MAX_LOOKED_INTO_BYTES:
        return None
    try:
        return _IdOnly.model_validate(json.loads(data)).id
    except (ValueError, RecursionError):
        return None


def _reason(error: ValidationError) -> str:
    """The first few faults, each with its place."""
    faults = error.errors(include_url=False, include_context=False, include_input=False)
    told = [
        "{}: {}".format(".".join(str(part) for part in fault["loc"]) or "payload", fault["msg"]) for fault in faults
    ]
    return "; ".join(told[:3])
