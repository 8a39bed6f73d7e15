"""An expected "no": a code for machines and a text for people."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from vuoro_mqtt.payloads import RefusalCode
from vuoro_mqtt.values import Texts


@dataclass(frozen=True)
class Refusal:
    """Why an act was not done. ``details`` go to programs, such as the state a turn is in."""

    code: RefusalCode
    text: Texts
    details: dict[str, Any] = field(default_factory=dict)
    forbidden: bool = False
    """Refused because of who asked, not because of the state things are in."""
    missing: bool = False
    """Refused because what was named does not exist."""


def refuse(code: RefusalCode, *, fi: str, sv: str, en: str, **details: Any) -> Refusal:
    """A refusal in the three languages every site has."""
    return Refusal(code, {"fi": fi, "sv": sv, "en": en}, details)


def service_unknown(service: str) -> Refusal:
    return refuse(
        RefusalCode.SERVICE_UNKNOWN,
        fi="Tätä palvelua ei ole täällä. Kysy palveluneuvojalta.",
        sv="Den här tjänsten finns inte här. Fråga servicerådgivaren.",
        en="This service is not offered here. Please ask a service advisor.",
        service=service,
    )


def not_allowed(*, fi: str, sv: str, en: str, **details: Any) -> Refusal:
    return refuse(RefusalCode.NOT_ALLOWED, fi=fi, sv=sv, en=en, **details)


def role_may_not(act: str) -> Refusal:
    """Table R does not give this act to any role of this person."""
    text = {
        "fi": "Roolisi ei salli tätä.",
        "sv": "Din roll tillåter inte detta.",
        "en": "Your role does not allow this.",
    }
    return Refusal(RefusalCode.NOT_ALLOWED, text, {"act": act}, forbidden=True)


def invalid(en: str, *, fi: str | None = None, sv: str | None = None, **details: Any) -> Refusal:
    """Something sent makes no sense; the English text says what would be right."""
    return refuse(RefusalCode.INVALID, fi=fi or en, sv=sv or en, en=en, **details)
