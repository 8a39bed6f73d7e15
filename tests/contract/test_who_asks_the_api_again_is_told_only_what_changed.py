"""An answer has a tag made of what it tells: who asks again with it gets 304 while only the time has passed."""

from __future__ import annotations

import pytest
from rig.served_points import ServedPoint
from vuoro_hub.web.api import CALLS
from vuoro_hub.web.api.document import document

ASKED = [("/services", None), ("/turns?service=vero", "clerk-vero"), ("/counters", "viewer")]


@pytest.mark.parametrize(("path", "name"), ASKED)
def test_while_only_time_passes_the_answer_is_not_sent_again(served: ServedPoint, path: str, name: str | None) -> None:
    caller = served.caller(name)
    first = caller.get(path)
    assert first.headers["ETag"].startswith('W/"')
    served.clock.pass_by(seconds=30)

    again = caller.get(path, If_None_Match=first.headers["ETag"])

    assert (again.status, again.text) == (304, "")
    assert again.headers["ETag"] == first.headers["ETag"]
    assert caller.get(path).headers["ETag"] == first.headers["ETag"]


@pytest.mark.parametrize(("path", "name"), ASKED)
def test_what_changed_is_sent_whole_under_another_tag(served: ServedPoint, path: str, name: str | None) -> None:
    caller = served.caller(name)
    tag = caller.get(path).headers["ETag"]
    served.called_turn()
    served.number("vero")

    answer = caller.get(path, If_None_Match=f'"of-another-day", {tag}')

    assert answer.status == 200
    assert answer.json
    assert answer.headers["ETag"] != tag


def test_a_tag_written_strong_or_a_star_fits_too(served: ServedPoint) -> None:
    tag = served.caller().get("/services").headers["ETag"]
    for sent in (tag.removeprefix("W/"), "*", f'W/"another", {tag}'):
        assert served.caller().get("/services", If_None_Match=sent).status == 304


def test_a_visit_and_one_turn_have_tags_as_well(served: ServedPoint) -> None:
    issued = served.number("vero")
    for path, name in ((f"/visits/{issued['token']}", None), (f"/turns/{issued['turn']}", "advisor")):
        caller = served.caller(name)
        assert caller.get(path, If_None_Match=caller.get(path).headers["ETag"]).status == 304


def test_what_staff_sees_is_kept_for_nobody_else(served: ServedPoint) -> None:
    answer = served.caller("clerk-vero").get("/turns")
    assert answer.headers["Cache-Control"] == "private, no-cache"
    assert answer.headers["Vary"] == "Authorization"
    assert served.caller("clerk-te").get("/turns", If_None_Match='"x"').status == 200
    assert served.caller().get("/services").headers["Cache-Control"] == "no-cache"


def test_a_refusal_has_no_tag(served: ServedPoint) -> None:
    answer = served.caller("guard").get("/turns", If_None_Match="*")
    assert answer.status == 403
    assert answer.headers["ETag"] is None
    assert answer.headers["Cache-Control"] == "no-store"


def test_the_document_tells_of_it() -> None:
    paths = document(CALLS)["paths"]
    for path in ("/services", "/turns", "/counters", "/turns/{turn}", "/visits/{token}"):
        asked = paths[f"/api/v1{path}"]["get"]
        assert {"$ref": "#/components/parameters/IfNoneMatch"} in asked["parameters"]
        assert "304" in asked["responses"]
        assert "ETag" in asked["responses"]["200"]["headers"]
