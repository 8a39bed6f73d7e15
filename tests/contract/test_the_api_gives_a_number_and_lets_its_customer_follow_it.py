"""Arriving over the API: services, a number, and the customer's own view (contract §3; Q1, Q11, Q14)."""

from __future__ import annotations

from rig.served_points import ServedPoint


def test_anybody_sees_what_is_served_today(served: ServedPoint) -> None:
    served.number("vero")
    answer = served.caller().get("/services")
    assert answer.status == 200
    services = {one["service"]: one for one in answer.json["services"]}
    assert answer.json["today"] == "2026-03-03"
    assert answer.json["point"] == {"opens": "09:00", "closes": "16:00", "open": True}
    assert services["vero"]["waiting"] == 1
    assert services["tyo"]["waiting"] == 0
    assert services["vero"]["name"]["fi"] == "Verotus"


def test_a_number_is_given_with_its_place_and_the_customers_address(served: ServedPoint) -> None:
    first = served.caller("advisor").post("/visits", {"service": "vero", "language": "sv", "needs": ["more-time"]})
    assert first.status == 201
    issued = first.json
    assert (issued["number"], issued["service"], issued["position"]) == ("001", "vero", 1)
    assert issued["follow_url"].endswith(f"/v/{issued['token']}")
    assert issued["at"] == "2026-03-03T08:00:00.000000Z"
    assert len(issued["token"]) >= 22, "at least 128 random bits"
    assert served.number("vero")["position"] == 2


def test_the_numbers_are_one_series_for_the_whole_point(served: ServedPoint) -> None:
    assert [served.number(service)["number"] for service in ("vero", "tyo", "vero")] == ["001", "002", "003"]


def test_a_closed_service_gives_no_number_and_says_when_it_opens(served: ServedPoint) -> None:
    served.clock.pass_by(hours=3)  # 13:00 on a Tuesday: property and maps closed at noon
    answer = served.caller("advisor").post("/visits", {"service": "kiinteisto"})
    assert (answer.status, answer.code) == (409, "service-closed")
    assert answer.json["next_open"] == "2026-03-05T10:00:00.000000Z"


def test_an_unknown_service_in_a_body_is_refused_with_its_code(served: ServedPoint) -> None:
    answer = served.caller("advisor").post("/visits", {"service": "kirjasto"})
    assert (answer.status, answer.code) == (422, "service-unknown")
    assert answer.json["service"] == "kirjasto"


def test_the_customer_sees_the_place_and_then_where_to_go(served: ServedPoint) -> None:
    served.number("vero")
    issued = served.number("vero")
    page = f"/visits/{issued['token']}"
    waiting = served.caller().get(page)
    assert waiting.status == 200
    assert waiting.json["number"] == "002"
    turn = waiting.json["turns"][0]
    assert (turn["service"], turn["state"], turn["position"], turn["counter_name"]) == ("vero", "waiting", 2, {})

    clerk = served.caller("clerk-vero")
    clerk.post("/counters/1/open")
    clerk.post("/counters/1/call", {"turn": issued["turn"]})
    called = served.caller().get(page).json["turns"][0]
    assert (called["state"], called["position"]) == ("called", None)
    assert called["counter_name"]["fi"] == served.point.site.counter_by_id["1"].name["fi"]


def test_the_customers_view_is_told_only_when_it_changed(served: ServedPoint) -> None:
    issued = served.number("vero")
    page = f"/visits/{issued['token']}"
    customer = served.caller()
    tag = customer.get(page).headers["ETag"]
    again = customer.get(page, If_None_Match=tag)
    assert (again.status, again.text) == (304, "")
    served.caller("advisor").post(f"/turns/{issued['turn']}/cancel")
    assert customer.get(page, If_None_Match=tag).json["turns"][0]["state"] == "cancelled"


def test_an_unknown_address_and_one_of_yesterday_are_both_nobodys(served: ServedPoint) -> None:
    customer = served.caller()
    assert (customer.get("/visits/nobodys").status, customer.get("/visits/nobodys").code) == (404, "invalid")
    page = f"/visits/{served.number('vero')['token']}"
    served.clock.pass_by(days=1)
    assert (customer.get(page).status, customer.get(page).code) == (404, "invalid")
