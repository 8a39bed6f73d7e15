"""A choice, a number, a ticket (Q1, Q3)."""

from __future__ import annotations

from rig.at_the_dispenser import AtTheDispenser
from rig.scripted_hub import dispenser_config, service, services
from vuoro_devices.behaviour.dispenser_view import DispenserSettings
from vuoro_devices.behaviour.effects import Keep, Print, Send
from vuoro_mqtt.payloads import TicketPrinted, TicketRequested


def test_the_hub_is_asked_for_a_number_of_the_chosen_service_in_the_customers_language() -> None:
    lobby = AtTheDispenser()
    lobby.chooses("language", "sv")
    lobby.press("kela")
    assert lobby.body_of("ticket.requested") == TicketRequested(service="kela", language="sv")


def test_the_number_is_printed_with_all_the_hub_told() -> None:
    lobby = AtTheDispenser()
    lobby.chooses("language", "en")
    lobby.press()
    lobby.hub_issues("017")
    ticket = lobby.prints[-1].ticket
    assert (ticket.number, ticket.position, ticket.estimate_minutes) == ("017", 3, (5, 10))
    assert (ticket.language, ticket.site_name, ticket.wait_at) == ("en", "Lahti service point", "Lobby")
    assert ticket.follow_url == "http://127.0.0.1:8000/v/abc"
    assert not ticket.offline
    assert ticket.local_time.isoformat() == "2026-03-02T12:00:00+02:00"


def test_nothing_on_the_ticket_tells_the_service() -> None:
    lobby = AtTheDispenser(offered=services(service("rikosseuraamus")))
    lobby.press("rikosseuraamus")
    lobby.hub_issues(service="rikosseuraamus")
    assert "rikos" not in repr(lobby.prints[-1].ticket).lower()


def test_what_is_being_printed_is_kept_before_the_first_byte() -> None:
    lobby = AtTheDispenser()
    lobby.press()
    effects = lobby.hub_issues("017")
    kept = next(place for place, effect in enumerate(effects) if isinstance(effect, Keep))
    printed = next(place for place, effect in enumerate(effects) if isinstance(effect, Print))
    assert kept < printed
    assert lobby.kept[f"ticket:{lobby.request}"] == {"stage": "printing", "number": "017", "offline": False}


def test_the_hub_hears_what_stands_on_the_paper() -> None:
    lobby = AtTheDispenser()
    lobby.ticket("017")
    printed = lobby.body_of("ticket.printed")
    assert printed == TicketPrinted(request=lobby.request, number="017", offline=False, medium="paper")
    assert f"ticket:{lobby.request}" not in lobby.kept


def test_the_screen_tells_to_take_the_ticket_and_where_to_wait() -> None:
    lobby = AtTheDispenser()
    lobby.ticket("017")
    assert (lobby.view.step, lobby.view.number) == ("take", "017")
    assert lobby.view.title == "Ota vuoronumerosi"
    assert "Aula" in " ".join(lobby.view.lines)


def test_the_screen_stays_still_when_the_answer_comes_at_once() -> None:
    lobby = AtTheDispenser()
    lobby.press()
    assert lobby.view.step == "choose"
    lobby.wait(0.5)
    assert lobby.view.step == "working"


def test_a_refusal_is_told_in_the_customers_language_and_nothing_is_printed() -> None:
    lobby = AtTheDispenser()
    lobby.chooses("language", "sv")
    lobby.press()
    lobby.hub_refuses(fi="Palvelu on suljettu.", sv="Tjänsten är stängd.")
    assert lobby.view.step == "refused"
    assert lobby.view.lines == ("Tjänsten är stängd.",)
    assert lobby.prints == []
    assert f"ticket:{lobby.request}" not in lobby.kept


def test_a_key_beside_the_list_chooses_the_service_that_stands_beside_it_on_this_page() -> None:
    many = services(*(service(f"palvelu-{place}") for place in range(1, 6)))
    lobby = AtTheDispenser(offered=many, settings=DispenserSettings(keys_per_page=2))
    lobby.chooses("page", "+1")
    assert [(choice.key, choice.service) for choice in lobby.view.choices] == [("1", "palvelu-3"), ("2", "palvelu-4")]
    lobby.press("2")
    assert lobby.body_of("ticket.requested").service == "palvelu-4"


def test_a_typed_number_chooses_the_service_also_from_another_page() -> None:
    many = services(*(service(f"palvelu-{place}") for place in range(1, 12)))
    lobby = AtTheDispenser(offered=many)
    assert lobby.view.pages == 2
    lobby.press("11")
    assert lobby.body_of("ticket.requested").service == "palvelu-11"


def test_a_key_without_a_service_does_nothing() -> None:
    lobby = AtTheDispenser()
    lobby.press("9")
    lobby.press("no-such-service")
    assert [effect for effect in lobby.order if isinstance(effect, Send)] == []


def test_the_hubs_list_of_this_units_services_gives_their_order() -> None:
    lobby = AtTheDispenser(config=dispenser_config(services=["kela", "gone", "verotus"]))
    assert [choice.service for choice in lobby.view.choices] == ["kela", "verotus"]
    assert [choice.key for choice in lobby.view.choices] == ["1", "2"]


def test_lamps_are_lit_beside_keys_that_can_be_pressed() -> None:
    offered = services(service("verotus"), service("kela", open=False), service("muutto"))
    lobby = AtTheDispenser(offered=offered)
    assert lobby.lamps.get("2", "off") == "off"
    assert (lobby.lamps["1"], lobby.lamps["3"]) == ("on", "on")
    lobby.press("1")
    assert (lobby.lamps["1"], lobby.lamps["3"]) == ("blink", "off")


def test_a_call_for_help_reaches_the_advisors_once() -> None:
    lobby = AtTheDispenser()
    lobby.chooses("help")
    lobby.wait(2)
    lobby.chooses("help")
    assert lobby.types() == ["help.wanted"]
    assert lobby.view.title == "Palveluneuvoja on saanut kutsusi"


def test_a_call_for_help_that_nobody_can_hear_says_so() -> None:
    lobby = AtTheDispenser(connected=False)
    lobby.chooses("help")
    assert lobby.types() == []
    assert lobby.view.lines == ("Mene palveluneuvojan luo aulaan.",)
