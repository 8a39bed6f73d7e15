"""The demo's users and tokens (contract §3): there in the demo, gone outside it."""

from __future__ import annotations

from pathlib import Path

from rig.points import PointAtWork, preset
from sqlmodel import select
from vuoro_hub.acts.people import (
    KnownTokens,
    check_password,
    ensure_demo_people,
    find_person,
    remove_demo_people,
)
from vuoro_hub.domain.roles import Grant, Role
from vuoro_hub.store.rows import PersonRow, TokenRow


def known(point: PointAtWork, token: str) -> str | None:
    account = KnownTokens(point.database, lambda: 0.0).account(token)
    return account.name if account else None


def rows(point: PointAtWork) -> tuple[int, int]:
    with point.database.reading() as session:
        return len(session.exec(select(PersonRow)).all()), len(session.exec(select(TokenRow)).all())


def test_everybody_of_the_demo_has_the_demos_password_and_token(lahti: PointAtWork) -> None:
    names = ensure_demo_people(lahti.database, lahti.point.site)
    assert {"advisor", "guard", "coordinator", "viewer", "guide-te"} <= set(names)
    assert {f"clerk-{authority.id}" for authority in lahti.point.site.authorities} <= set(names)
    for name in names:
        assert known(lahti, f"demo-{name}") == name
    for name in ("advisor", "clerk-te"):
        assert check_password(lahti.database, name, "demo") is not None


def test_each_has_the_role_of_the_name(lahti: PointAtWork) -> None:
    ensure_demo_people(lahti.database, lahti.point.site)
    expected = {
        "advisor": Grant(Role.ADVISOR),
        "viewer": Grant(Role.VIEWER),
        "clerk-vero": Grant(Role.CLERK, "vero"),
        "guide-te": Grant(Role.GUIDE, "te"),
    }
    for name, grant in expected.items():
        account = find_person(lahti.database, name)
        assert account is not None
        assert account.person.grants == (grant,)


def test_an_authority_with_its_own_lobby_guide_has_one_in_the_demo(tmp_path: Path) -> None:
    point = PointAtWork(tmp_path, preset("lappeenranta"))
    names = ensure_demo_people(point.database, point.point.site)
    assert [name for name in names if name.startswith("guide")] == ["guide-te", "guide-hyvinvointi"]
    point.database.close()


def test_a_second_start_changes_nothing(lahti: PointAtWork) -> None:
    names = ensure_demo_people(lahti.database, lahti.point.site)
    before = find_person(lahti.database, "advisor")
    assert ensure_demo_people(lahti.database, lahti.point.site) == names
    assert find_person(lahti.database, "advisor") == before, "open sessions go on"


def test_outside_the_demo_nobody_of_it_is_left(lahti: PointAtWork) -> None:
    names = ensure_demo_people(lahti.database, lahti.point.site)
    assert remove_demo_people(lahti.database) == sorted(names)
    assert rows(lahti) == (0, 0)
    assert known(lahti, "demo-advisor") is None
    assert check_password(lahti.database, "advisor", "demo") is None
    assert remove_demo_people(lahti.database) == []


def test_real_people_stay_when_the_demo_goes_and_are_left_alone_when_it_comes(lahti: PointAtWork) -> None:
    lahti.takes_in("advisor", "advisor", "coordinator", password="a long and real password")
    token = lahti.token_of("advisor")
    assert "advisor" not in ensure_demo_people(lahti.database, lahti.point.site)
    assert known(lahti, "demo-advisor") is None
    remove_demo_people(lahti.database)
    assert known(lahti, token) == "advisor"
    assert check_password(lahti.database, "advisor", "demo") is None
    assert check_password(lahti.database, "advisor", "a long and real password") is not None


def test_people_of_a_site_that_this_is_not_any_more_go(lahti: PointAtWork) -> None:
    ensure_demo_people(lahti.database, preset("lappeenranta"))
    ensure_demo_people(lahti.database, lahti.point.site)
    assert find_person(lahti.database, "clerk-oikeusapu") is None
    assert known(lahti, "demo-clerk-oikeusapu") is None
    assert known(lahti, "demo-clerk-vero") == "clerk-vero"
