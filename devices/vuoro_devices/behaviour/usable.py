"""Whether what the hub sets can be lived by: settings of the right shape may still name what there is not."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from vuoro_mqtt.payloads import (
    FIRST_OFFLINE_NUMBER,
    LARGEST_NUMBER,
    MOST_OFFLINE_NUMBERS,
    DeviceConfig,
    OfflineNumbers,
)

LONGEST_WAIT_SECONDS = 60.0


def why_unusable(config: DeviceConfig, site: str) -> str:
    """What is wrong with the settings for a unit of this site; empty where nothing is.

    Services that are not known are no fault: they may come later.
    """
    if config.site != site:
        return f"site: {config.site!r} is not this unit's, which is {site!r}"
    if not config.languages:
        return "languages: has too few; at least 1 needed"
    if not _is_timezone(config.timezone):
        return f"timezone: {config.timezone!r} is not known here; for example Europe/Helsinki"
    if why := _why_no_range(config.offline_numbers):
        return f"offline_numbers: {why}"
    if not 0 <= config.answer_within_seconds <= LONGEST_WAIT_SECONDS:
        return f"answer_within_seconds: {config.answer_within_seconds} is not between 0 and {LONGEST_WAIT_SECONDS:.0f}"
    return ""


def _why_no_range(numbers: OfflineNumbers | None) -> str:
    if numbers is None:
        return ""
    if not numbers.from_ <= numbers.to <= LARGEST_NUMBER:
        return f"{numbers.from_} to {numbers.to} is no range of numbers up to {LARGEST_NUMBER}"
    if numbers.from_ < FIRST_OFFLINE_NUMBER:
        return f"begin at {numbers.from_}; 001 to {FIRST_OFFLINE_NUMBER - 1} are the point's own series"
    count = numbers.to - numbers.from_ + 1
    return f"are {count} numbers; at most {MOST_OFFLINE_NUMBERS}" if count > MOST_OFFLINE_NUMBERS else ""


def _is_timezone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (LookupError, ValueError, OSError):
        return False
    return True
