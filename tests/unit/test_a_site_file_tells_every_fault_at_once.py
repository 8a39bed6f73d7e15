"""Wrong configuration: all errors at once, with file, key and what would be right."""

from pathlib import Path

import pytest
from rig.points import PRESETS
from vuoro_hub.site_file import read_site_file
from vuoro_mqtt.settings_file import SettingsFileError


def faults_of(tmp_path: Path, *changes: tuple[str, str], preset: str = "lahti") -> list[str]:
    text = (PRESETS / f"{preset}.toml").read_text(encoding="utf-8")
    for before, after in changes:
        assert before in text
        text = text.replace(before, after, 1)
    path = tmp_path / "site.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsFileError) as caught:
        read_site_file(path)
    assert caught.value.path == path
    return [str(fault) for fault in caught.value.faults]


@pytest.mark.parametrize("name", ["lahti", "lappeenranta"])
def test_the_presets_are_right(name: str) -> None:
    site = read_site_file(PRESETS / f"{name}.toml")
    assert site.id == name


def test_several_faults_of_several_kinds_come_together(tmp_path: Path) -> None:
    faults = faults_of(
        tmp_path,
        ("wait_seconds = 150", "wait_secnds = 150"),
        ('authority = "kela"', 'authority = "kelaa"'),
        ('mon = ["09:00-16:00"]', 'mon = ["9-16"]'),
        ('kind = "lobby-display"', 'kind = "lobby-dispaly"'),
    )
    told = "\n".join(faults)
    assert len(faults) == 4
    assert "queue.wait_secnds: is not known here; did you mean 'wait_seconds'?" in told
    assert "services[4] 'kela'.authority: 'kelaa' is not among authorities; did you mean 'kela'?" in told
    assert "hours.mon[1]: '9-16' is not right; wanted: a span such as 09:00-16:00" in told
    assert "devices[5] 'lobby-1'.kind: 'lobby-dispaly' is not one of ticket-dispenser," in told
    assert "did you mean 'lobby-display'?" in told


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ('id = "2"', 'id = "1"', "counters: id '1' is used 2 times"),
        ("from = 900, to = 949", "from = 949, to = 900", "is after"),
        ('tue = ["09:00-12:00"]', 'tue = ["12:00-09:00"]', "closes before it opens"),
        ('timezone = "Europe/Helsinki"', 'timezone = "Europe/Lahti"', "no time zone is called"),
        ('counter = "1"', 'counter = "99"', "'99' is not among counters"),
        ('advice_service = "neuvonta"', 'advice_service = "neuvnta"', "did you mean 'neuvonta'?"),
        ("letters = false", "letters = true", "letter: is missing"),
        ('sv = "Beskattning", ', "", "name: is missing in sv"),
        ("[queue]", "[queue", "is not TOML"),
    ],
)
def test_each_fault_says_where_and_what(tmp_path: Path, before: str, after: str, told: str) -> None:
    assert any(told in fault for fault in faults_of(tmp_path, (before, after)))


def test_overlapping_offline_ranges_are_named(tmp_path: Path) -> None:
    faults = faults_of(tmp_path, ("from = 950, to = 999", "from = 940, to = 999"), preset="lappeenranta")
    assert faults == [
        "devices[2] 'dispenser-2'.offline_numbers: overlap those of 'dispenser-1'; each dispenser needs its own"
    ]


def test_a_file_that_is_not_there_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(SettingsFileError, match="cannot be read"):
        read_site_file(tmp_path / "none.toml")


def test_a_fault_of_shape_hides_no_other(tmp_path: Path) -> None:
    faults = faults_of(
        tmp_path,
        ("wait_seconds = 150", "wait_seconds = -5"),
        ('authority = "vero"', 'authority = "verot"'),
        ('advice_service = "neuvonta"', 'advice_service = "nope"'),
        ('tue = ["09:00-12:00"]', 'tue = ["25:00-12:00", "16:00-09:00"]'),
    )
    told = "\n".join(map(str, faults))
    for part in ("wait_seconds", "'verot'", "'nope'", "25:00-12:00", "16:00-09:00 closes before it opens"):
        assert part in told


def test_a_fault_of_shape_hides_none_of_languages_units_and_ranges(tmp_path: Path) -> None:
    faults = faults_of(
        tmp_path,
        ("wait_seconds = 150", "wait_secnds = 150"),
        ('timezone = "Europe/Helsinki"', "timezone = 5"),
        ('sv = "Beskattning", ', ""),
        ("from = 900, to = 949", "from = 949, to = 900"),
        ('counter = "1"\n', ""),
        ("letters = false", "letters = true"),
    )
    told = "\n".join(faults)
    for part in (
        "queue.wait_secnds: is not known here",
        "timezone: 5 is not right",
        "'vero'.name: is missing in sv",
        "offline_numbers: from 949 is after to 900",
        "counter: is missing; a counter display stands at one",
        "letter: is missing; queue.letters is on",
    ):
        assert part in told


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("from = 900, to = 949", "from = 1, to = 999999", "begin at 1; 001 to 899 are the point's own series"),
        ("from = 900, to = 949", "from = 1, to = 999999", "are 999999 numbers; 500 or less wanted"),
        ("from = 900, to = 949", "from = 890, to = 949", "begin at 890; 001 to 899 are the point's own series"),
        ("from = 900, to = 949", "from = 1000, to = 1500", "are 501 numbers; 500 or less wanted"),
        ('languages = ["fi", "sv", "en"', "languages = []\nother = [", "languages: has too few; at least 1 needed"),
        ('languages = ["fi", "sv", "en"', 'languages = ["fi", "sv", "fi"', "languages: 'fi' stands there 2 times"),
        ('name = { fi = "Verotus"', 'name = {}\nx = { fi = "Verotus"', "'vero'.name: is missing in fi, sv, en"),
        ('name = { fi = "Verotus"', 'name = { fi = "  "', "'vero'.name: is missing in fi"),
    ],
)
def test_what_the_hub_could_not_work_with_is_a_fault(tmp_path: Path, before: str, after: str, told: str) -> None:
    assert told in "\n".join(faults_of(tmp_path, (before, after)))


@pytest.mark.parametrize("table", ["areas", "authorities", "services", "counters"])
def test_whatever_is_shown_has_a_name(tmp_path: Path, table: str) -> None:
    text = (PRESETS / "lahti.toml").read_text(encoding="utf-8")
    before, head, row = text.partition(f"[[{table}]]\n")
    lines = row.split("\n")
    first_name = next(place for place, line in enumerate(lines) if line.startswith("name = "))
    lines[first_name] = "name = {}"
    path = tmp_path / "site.toml"
    path.write_text(before + head + "\n".join(lines), encoding="utf-8")
    with pytest.raises(SettingsFileError, match=rf"{table}\[1\] '[a-z0-9-]+'.name: is missing in fi"):
        read_site_file(path)


def test_a_range_of_offline_numbers_may_stand_beyond_the_reserved_ones(tmp_path: Path) -> None:
    text = (PRESETS / "lahti.toml").read_text(encoding="utf-8")
    path = tmp_path / "site.toml"
    path.write_text(text.replace("from = 900, to = 949", "from = 1000, to = 1499"), encoding="utf-8")
    assert read_site_file(path).offline_ranges[0].first == 1000


def test_a_language_that_is_none_hides_no_other_fault_of_the_languages(tmp_path: Path) -> None:
    faults = faults_of(tmp_path, ('languages = ["fi", "sv", "en"', 'languages = ["fi", "sv", "fi", "klingon!"'))
    assert len(faults) == 2
    assert "languages[4]: 'klingon!' is not right; wanted: a language's tag, such as fi" in faults
    assert "languages: 'fi' stands there 2 times" in faults


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("Vero\\u0007tus", "has signs that cannot be shown: U+0007"),
        ("Vero\\u202Etus\\u2066", "has signs that cannot be shown: U+202E, U+2066"),
        ("Vero\\ntus", "has signs that cannot be shown: U+000A"),
        ("V" * 121, "has 121 letters; 120 or less wanted"),
        ("V" * 5000, "has 5000 letters; 120 or less wanted"),
    ],
)
def test_a_name_that_cannot_be_shown_is_refused(tmp_path: Path, name: str, told: str) -> None:
    faults = faults_of(tmp_path, ('fi = "Verotus"', f'fi = "{name}"'))
    assert [fault.partition(";")[0] for fault in faults] == [f"services[2] 'vero'.name.fi: {told.partition(';')[0]}"]
    assert told in faults[0]


def test_what_some_languages_are_written_with_is_no_fault(tmp_path: Path) -> None:
    text = (PRESETS / "lahti.toml").read_text(encoding="utf-8")
    path = tmp_path / "site.toml"
    path.write_text(
        text.replace('fi = "Verotus"', f'fi = "{"V" * 110}ero\\u00ADtus\\u200D\\u200F"', 1), encoding="utf-8"
    )
    assert read_site_file(path).service_by_id["vero"].name["fi"].endswith("tus\u200d\u200f")
