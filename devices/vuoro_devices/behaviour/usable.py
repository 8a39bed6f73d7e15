"""Whether what the hub sets can be lived by: settings of the right shape may still name what there is not."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from vuoro_mqtt.payloads import DeviceConfig

LARGEST_NUMBER = 999_999
LONGEST_WAIT_SECONDS = 60.0


def why_unusable(config: DeviceConfig) -> str:
    """What is wrong with the settings; empty where nothing is."""
    if not _is_timezone(config.timezone):
        return f"timezone: {config.timezone!r} is not known here; for example Europe/Helsinki"
    numbers = config.offline_numbers
    if numbers is not None and not numbers.from_ <= numbers.to <= LARGEST_NUMBER:
        return f"offline_numbers: {numbers.from_} to {numbers.to} is no range of numbers up to {LARGEST_NUMBER}"
    if not 0 <= config.answer_within_seconds <= LONGEST_WAIT_SECONDS:
        return f"answer_within_seconds: {config.answer_within_seconds} is not between 0 and {LONGEST_WAIT_SECONDS:.0f}"
    return ""


def _is_timezone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        return False
    return True
