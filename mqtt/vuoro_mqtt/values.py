"""The values of contract §1: ids, instants, message ids, numbers, text in several languages."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

import uuid6
from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    PlainSerializer,
    StringConstraints,
    WithJsonSchema,
)

Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,31}$")]
"""Id of a site, device, service, authority or counter."""

MessageId = Annotated[
    str, StringConstraints(pattern=r"^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$")
]
"""A UUID made by the sender (UUIDv7 in everything Vuoro sends): the same id has the same effect once."""

Number = Annotated[str, StringConstraints(pattern=r"^[A-Z]?[0-9]{3,6}$")]
"""What the ticket shows: at least three digits, perhaps behind a letter."""

Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")]
"""A BCP 47 language tag such as ``fi`` or ``ar``."""

Texts = dict[Language, str]
"""Text for customers: language tag to string."""


def instant_text(moment: datetime) -> str:
    """An instant as the contract writes it: RFC 3339, UTC, microseconds, ``Z``."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)
"""A clock that was never set says 1970; what lies outside is no time of any clock, and cannot be reckoned with."""


def _reckonable(moment: datetime) -> datetime:
    if not EARLIEST <= moment <= LATEST:
        raise ValueError(f"a time between {EARLIEST.year} and {LATEST.year} is wanted")
    return moment.astimezone(UTC)


_InstantText = Annotated[str, WithJsonSchema({"type": "string", "format": "date-time"})]

Instant = Annotated[
    AwareDatetime,
    AfterValidator(_reckonable),
    PlainSerializer(instant_text, return_type=_InstantText, when_used="json"),
]
"""A point in time. A naive time is refused; every offset is read and turned to UTC."""


class Payload(BaseModel):
    """Base of all that travels: frozen, and blind to fields it does not know."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True, defer_build=True)


def new_message_id() -> str:
    """A fresh UUIDv7."""
    return str(uuid6.uuid7())


def text_in(texts: Texts, language: str, fallback: str = "") -> str:
    """The text in the language asked for, else in English, Finnish, or whichever there is."""
    for tag in (language, "en", "fi"):
        if texts.get(tag):
            return texts[tag]
    return next((text for text in texts.values() if text), fallback)
