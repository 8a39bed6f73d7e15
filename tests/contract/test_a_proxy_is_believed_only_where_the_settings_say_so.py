"""TLS belongs before the hub: whose word counts about where a request comes from, and what that changes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests
from pydantic import ValidationError
from rig.pages_running import RunningPages
from vuoro_hub.settings import HttpSettings

pytestmark = pytest.mark.slow  # hashing in earnest


@pytest.fixture
def directly(tmp_path: Path) -> Iterator[RunningPages]:
    pages = RunningPages(tmp_path)
    pages.start()
    yield pages
    pages.close()


@pytest.fixture
def behind_tls(tmp_path: Path) -> Iterator[RunningPages]:
    pages = RunningPages(tmp_path, proxy="127.0.0.1")
    pages.start()
    yield pages
    pages.close()


def sign_in(pages: RunningPages, password: str, address: str, name: str = "clerk-te") -> requests.Response:
    """As a proxy hands it on that speaks TLS with a browser of that address."""
    told = {"X-Forwarded-For": address, "X-Forwarded-Proto": "https", "X-Forwarded-Host": "vuoro.example"}
    page = requests.get(f"{pages.url}/sign-in", headers=told, timeout=10)
    found = re.search(r'name="csrf_token" value="([^"]+)"', page.text)
    assert found is not None
    form = {"csrf_token": found[1], "name": name, "password": password}
    kept = {"Cookie": page.headers["Set-Cookie"].split(";")[0]}
    return requests.post(f"{pages.url}/sign-in", data=form, headers=told | kept, timeout=10, allow_redirects=False)


def test_behind_a_trusted_proxy_each_address_counts_for_itself(behind_tls: RunningPages) -> None:
    for guess in range(10):
        assert sign_in(behind_tls, f"guess-{guess}", "192.0.2.1").status_code == 401
    assert sign_in(behind_tls, "demo", "192.0.2.1").status_code == 429
    assert sign_in(behind_tls, "demo", "192.0.2.2").status_code == 303


def test_an_address_that_a_browser_makes_up_before_the_proxys_own_word_counts_for_nothing(
    behind_tls: RunningPages,
) -> None:
    for guess in range(10):
        assert sign_in(behind_tls, f"guess-{guess}", f"203.0.113.{guess}, 192.0.2.1").status_code == 401
    assert sign_in(behind_tls, "demo", "203.0.113.77, 192.0.2.1").status_code == 429


def test_a_session_that_began_over_tls_is_for_tls_alone(behind_tls: RunningPages) -> None:
    answer = sign_in(behind_tls, "demo", "192.0.2.1")
    assert answer.status_code == 303
    assert "; Secure" in answer.headers["Set-Cookie"]


def test_without_the_setting_nobody_is_believed(directly: RunningPages) -> None:
    assert "; Secure" not in sign_in(directly, "demo", "192.0.2.1", "clerk-vero").headers["Set-Cookie"]
    for guess in range(10):
        assert sign_in(directly, f"guess-{guess}", f"192.0.2.{guess}").status_code == 401
    assert sign_in(directly, "demo", "192.0.2.99").status_code == 429


def test_a_proxy_is_named_by_its_address() -> None:
    with pytest.raises(ValidationError, match=r"'proxy.example' is not an address; for example 127.0.0.1"):
        HttpSettings(trusted_proxy="proxy.example")
