"""SQLite and PostgreSQL: the same bodies, the same outcomes (design §3)."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Any

import pytest
import vuoro_hub.store.rows
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from rig.points import CONSOLE, PointAtWork, clerk, staff
from rig.postgres import PostgresServer
from rig.sending_dispenser import Dispenser
from sqlalchemy import inspect
from sqlalchemy.exc import IntegrityError
from sqlmodel import SQLModel
from vuoro_hub.acts import calling, helping, moving, staffing
from vuoro_hub.acts.people import ensure_demo_people, find_person, remove_demo_people
from vuoro_hub.acts.seeing import visit_of_token
from vuoro_hub.acts.transaction import Actor, Answer, Transaction, perform
from vuoro_hub.domain.help_calls import HelpCall
from vuoro_hub.domain.refusals import Refusal, invalid
from vuoro_hub.domain.roles import Role
from vuoro_hub.domain.turns import Turn, TurnState
from vuoro_hub.store.database import Database
from vuoro_hub.store.records import Records
from vuoro_hub.ticking import Ticker
from vuoro_mqtt.payloads import Need

assert vuoro_hub.store.rows

VERO, KELA, ADVISOR = clerk("vero"), clerk("kela"), staff(Role.ADVISOR)
DISPENSER = Actor.device("dispenser-1")
PHRASE = next(iter(moving.Phrase))


def line(lobby: PointAtWork) -> list[str]:
    return [turn.number for turn in lobby.see(lambda t: t.records.waiting(t.day))]


def sequence(lobby: PointAtWork) -> list[int]:
    return [event.seq for event in lobby.events()]


def gapless(lobby: PointAtWork) -> bool:
    found = sequence(lobby)
    return found == list(range(1, len(found) + 1))


# --- the schema


def test_the_migrations_make_the_tables_that_the_rows_describe(lobby: PointAtWork) -> None:
    lobby.database.migrate()
    with lobby.database.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, SQLModel.metadata) == []
        found = {one["name"]: one for one in inspect(connection).get_indexes("turn")}
    assert found["one_turn_at_a_counter"]["unique"]
    assert found["one_call_of_a_visit"]["unique"]


@pytest.mark.slow
def test_an_address_without_a_driver_is_good_enough_and_a_new_database_is_filled(
    postgres_server: PostgresServer,
) -> None:
    address = postgres_server.empty_database()
    database = Database(address.replace("postgresql+psycopg:", "postgresql:"))
    database.migrate()
    database.migrate()
    assert database.answers()
    database.close()


def test_the_tables_refuse_two_turns_at_one_counter_and_two_calls_of_one_visit(lobby: PointAtWork) -> None:
    first, second = lobby.arrives(), lobby.arrives()
    lobby.opens("1", VERO)
    called = lobby.called("1", VERO)
    other = lobby.turn(second.turn)
    for refused in (
        replace(other, state=TurnState.CALLED, counter="1"),
        replace(other, state=TurnState.SERVING, counter="2", visit=called.visit),
    ):
        with pytest.raises(IntegrityError), lobby.database.acting() as connection:
            Records(connection).store_turn(refused)
    with lobby.database.acting() as connection:
        Records(connection).store_turn(replace(other, state=TurnState.FINISHED, counter="1"))
    assert lobby.turn(second.turn).counter == lobby.turn(first.turn).counter == "1"


def test_the_tables_refuse_a_number_given_twice_and_a_turn_of_nobody(lobby: PointAtWork) -> None:
    turn = lobby.turn(lobby.arrives().turn)
    row = {"language": "fi", "needs": [], "arrived_at": turn.arrived_at, "token": "t", "request": None}
    with pytest.raises(IntegrityError), lobby.database.acting() as connection:
        Records(connection).add_visit(id="another", day=date(2026, 3, 3), number="001", **row)
    with pytest.raises(IntegrityError), lobby.database.acting() as connection:
        Records(connection).add_turn(replace(turn, id="another", visit="nobody"), date(2026, 3, 3))
    assert line(lobby) == ["001"]


# --- what is kept comes back


def test_a_turn_comes_back_as_it_was_kept(lobby: PointAtWork) -> None:
    turn = lobby.turn(lobby.arrives(needs=(Need.MORE_TIME, Need.INTERPRETER)).turn)
    far = datetime(2026, 3, 29, 3, 30, 0, 123457, tzinfo=timezone(timedelta(hours=2)))
    full = replace(
        turn, appointment_at=far, for_counter="3", called_at=far, showing=2, recalls=1, counter="3", wait_until=far
    )
    with lobby.database.acting() as connection:
        Records(connection).store_turn(full)
    kept = lobby.turn(turn.id)
    assert kept == full, "an instant is the same instant in whichever zone it was given"
    assert (kept.appointment_at or far).isoformat() == "2026-03-29T01:30:00.123457+00:00"
    assert kept.needs == (Need.MORE_TIME, Need.INTERPRETER)


def test_lists_maps_and_nothing_come_back_as_they_were_kept(lobby: PointAtWork) -> None:
    body = {"none": None, "list": [1, "ä", None], "map": {"b": 1, "a": {"ö": True}}, "empty": [], "nul": "\0"}
    with lobby.database.acting() as connection:
        records = Records(connection)
        records.append_event(at=lobby.clock(), type="x", by="y", visit=None, turn=None, body=body)
        records.put_device("d", kind=None, state="online", boot=None, version=None, at=None, clock={}, faults=[])
        records.put_device(
            "d", kind="k", state="online", boot="b", version=None, at=lobby.clock(), clock=body, faults=[]
        )
    (event,) = lobby.events()
    assert (event.body, event.visit, event.at) == (body, None, lobby.clock())
    device = lobby.see(lambda t: t.records.device("d"))
    assert (device.clock, device.faults, device.version, device.at.tzinfo) == (body, [], None, UTC)


def test_a_sign_that_no_database_keeps_stops_nobody(lobby: PointAtWork) -> None:
    """NUL travels in JSON and in addresses; PostgreSQL's texts cannot hold it."""
    lobby.arrives()
    assert lobby.see(lambda t: t.records.turn("a\0b")) is None
    assert isinstance(lobby.see(lambda t: visit_of_token(t, "\0")), Refusal)
    assert find_person(lobby.database, "clerk\0") is None
    with lobby.database.acting() as connection:
        Records(connection).advance_journal("d", "j\0", 1, lobby.clock())
        Records(connection).advance_journal("d", "j\0", 2, lobby.clock())
    assert lobby.see(lambda t: t.records.journal("d", "j\0")).contiguous == 2


# --- a customer's way


def test_a_customer_goes_all_the_way(lobby: PointAtWork) -> None:
    ticker = Ticker(lobby.point)
    ticker.tick()
    first, second = lobby.arrives("vero"), lobby.arrives("vero")
    assert (first.number, first.position, second.number, second.position) == ("001", 1, "002", 2)
    lobby.opens("1", VERO)
    turn = lobby.called("1", VERO).id
    assert turn == first.turn
    lobby.must(VERO, lambda t: calling.recall(t, turn))
    lobby.clock.pass_by(seconds=200)
    ticker.tick()
    assert lobby.turn(turn).showing == 2
    assert lobby.must(VERO, lambda t: calling.miss(t, turn)).state is TurnState.MISSED
    lobby.must(ADVISOR, lambda t: moving.tell_clerk(t, turn, PHRASE))
    assert lobby.see(lambda t: t.records.turn_row(turn)).told == PHRASE.value
    assert lobby.called("1", VERO, turn).recalls == 0
    lobby.must(VERO, lambda t: calling.serve(t, turn))
    chained = lobby.must(VERO, lambda t: moving.add_next(t, turn, "kela"))
    assert lobby.must(VERO, lambda t: calling.finish(t, turn)).state is TurnState.FINISHED

    lobby.opens("2", KELA)
    lobby.transfers(second.turn, "kela", ADVISOR)
    assert lobby.see(lambda t: t.records.count_waiting(t.day)) == {"kela": 2}
    assert {lobby.called("2", KELA).number, *line(lobby)} == {"001", "002"}
    here = lobby.see(lambda t: t.records.at_counter("2"))
    lobby.serves_and_finishes(here.id, KELA)
    rest = lobby.called("2", KELA)
    lobby.must(KELA, lambda t: calling.park(t, rest.id))
    lobby.must(KELA, lambda t: calling.resume(t, rest.id))
    lobby.must(KELA, lambda t: moving.cancel(t, rest.id))
    assert {lobby.turn(one).state for one in (turn, chained.id, second.turn)} == {
        TurnState.FINISHED,
        TurnState.CANCELLED,
    }
    assert lobby.see(lambda t: t.records.service_seconds("vero"))
    assert lobby.see(lambda t: t.records.visit_of_token(first.token)).number == "001"
    assert gapless(lobby)

    lobby.arrives("vero")
    lobby.clock.pass_by(hours=24)
    ticker.tick()
    assert lobby.see(lambda t: t.records.open_before(t.day)) == []
    assert lobby.see(lambda t: t.records.visit_of_token(first.token)) is None
    assert lobby.see(lambda t: t.records.open_counters()) == []
    assert lobby.arrives("vero").number == "001"
    assert gapless(lobby)


def test_help_is_wanted_and_taken_by_one(lobby: PointAtWork) -> None:
    call = lobby.must(DISPENSER, lambda t: helping.want_help(t, "dispenser-1", None, t.now))
    assert isinstance(call, HelpCall)
    assert lobby.see(lambda t: t.records.open_help_calls()) == [call]
    lobby.must(ADVISOR, lambda t: helping.take_help_call(t, call.id))
    assert lobby.see(lambda t: t.records.open_help_calls()) == []
    assert [one.id for one in lobby.see(lambda t: t.records.help_calls_taken_since(lobby.clock()))] == [call.id]


def test_people_and_their_tokens_come_and_go(lobby: PointAtWork) -> None:
    lobby.takes_in("eeva", "clerk:vero", "advisor")
    lobby.token_of("eeva")
    account = find_person(lobby.database, "eeva")
    assert account is not None
    assert {(one.role.value, one.authority) for one in account.person.grants} == {("clerk", "vero"), ("advisor", None)}
    assert lobby.must(CONSOLE, lambda t: staffing.remove_person(t, "eeva")) == []
    assert find_person(lobby.database, "eeva") is None
    assert lobby.see(lambda t: t.records.api_tokens()) == []
    names = ensure_demo_people(lobby.database, lobby.point.site)
    assert ensure_demo_people(lobby.database, lobby.point.site) == names
    assert remove_demo_people(lobby.database) == sorted(names)


# --- once and no more


def test_the_same_message_again_has_its_effect_once(lobby: PointAtWork) -> None:
    unit = Dispenser(lobby)
    request = unit.request()
    first, again, third = (unit.send(request) for _ in range(3))
    assert (first.type, again.body, third.body) == ("ticket.issued", first.body, first.body)
    assert (first.again, again.again, third.again) == (False, True, True)
    assert line(lobby) == ["001"]
    assert unit.send(unit.request()).type == "ticket.issued", "the attempt that failed left nothing behind"
    assert line(lobby) == ["001", "002"]
    assert gapless(lobby)


def test_a_refusal_leaves_its_answer_and_nothing_else(lobby: PointAtWork) -> None:
    def act(t: Transaction) -> Refusal:
        t.record("never.happened")
        return invalid("no")

    def ask() -> Answer:
        return perform(lobby.point, VERO, act, lambda outcome: ("refused", type(outcome).__name__), key="k", asked="a")

    assert [ask().again, ask().again] == [False, True]
    assert lobby.events() == []


def test_a_number_that_a_paper_has_taken_is_passed_over(lobby: PointAtWork) -> None:
    unit = Dispenser(lobby)
    request = unit.request()
    unit.send(request)
    unit.send(unit.printed(request, "003"))
    assert [lobby.arrives().number for _ in range(3)] == ["002", "004", "005"]
    assert line(lobby) == ["003", "002", "004", "005"]
    assert gapless(lobby)


def test_an_act_that_breaks_leaves_nothing_and_the_next_one_is_done(lobby: PointAtWork) -> None:
    def breaks(t: Transaction) -> Any:
        t.record("never.happened")
        raise ZeroDivisionError

    for _ in range(3):
        with pytest.raises(ZeroDivisionError):
            lobby.do(VERO, breaks)
    assert lobby.events() == []
    assert lobby.arrives().number == "001"


def test_paper_before_its_request_is_kept_for_it(lobby: PointAtWork) -> None:
    unit = Dispenser(lobby)
    request = unit.request(late=True)
    assert unit.send(unit.printed(request, "900", offline=True)).type == "ack"
    assert line(lobby) == []
    answer = unit.send(request)
    assert (answer.type, json.loads(answer.body)["number"]) == ("ticket.issued", "900")
    assert line(lobby) == ["900"]
    assert gapless(lobby)


def test_a_gap_in_a_journal_is_known_and_closed(lobby: PointAtWork) -> None:
    unit = Dispenser(lobby)
    messages = [unit.request() for _ in range(5)]

    def received() -> tuple[int, int]:
        row = lobby.see(lambda t: t.records.journal("dispenser-1", messages[0].journal))
        return row.contiguous, row.furthest

    ways = []
    for place in (1, 3, 5, 4, 2):
        unit.send(messages[place - 1])
        ways.append(received())
    assert ways == [(1, 1), (1, 3), (1, 5), (1, 5), (5, 5)]


# --- readers and the writer


def test_a_reader_sees_one_state_however_much_is_written_meanwhile(lobby: PointAtWork) -> None:
    lobby.arrives()
    with lobby.database.reading() as session:
        records = Records(session)
        before = records.last_seq(), len(records.waiting(date(2026, 3, 3)))
        lobby.arrives()
        assert (records.last_seq(), len(records.waiting(date(2026, 3, 3)))) == before
    assert line(lobby) == ["001", "002"]


def test_readers_do_not_wait_for_the_writer_and_see_only_what_is_committed(lobby: PointAtWork) -> None:
    turn: Turn = lobby.turn(lobby.arrives().turn)
    with lobby.database.acting() as connection:
        records = Records(connection)
        records.store_turn(replace(turn, state=TurnState.PARKED))
        held = records.turn(turn.id)
        assert held is not None
        assert held.state is TurnState.PARKED
        assert lobby.turn(turn.id).state is TurnState.WAITING
    assert lobby.turn(turn.id).state is TurnState.PARKED
