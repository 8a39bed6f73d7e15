"""Random days in the lobby: whatever people do in whatever order, these things hold."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from rig.points import PointAtWork, clerk, staff
from vuoro_hub.acts import arriving, calling, moving
from vuoro_hub.acts.arriving import Wish
from vuoro_hub.acts.transaction import Actor
from vuoro_hub.domain.roles import Role
from vuoro_hub.domain.turns import AT_COUNTER, TurnState
from vuoro_hub.ticking import Ticker

pytestmark = pytest.mark.slow

SERVICES = ["vero", "kela", "tyo"]
CLERKS = {"1": clerk("vero"), "2": clerk("kela"), "3": clerk("te", "vero")}
ADVISOR = staff(Role.ADVISOR)


class DaysInTheLobby(RuleBasedStateMachine):
    @initialize()
    def begin(self) -> None:
        self.folder = tempfile.TemporaryDirectory()
        self.lobby = PointAtWork(Path(self.folder.name))
        self.ticker = Ticker(self.lobby.point)

    def teardown(self) -> None:
        if hasattr(self, "lobby"):
            self.lobby.database.close()
            self.folder.cleanup()

    def _turns(self) -> list[str]:
        rows = self.lobby.see(lambda t: t.records.open_turns(t.day, list(TurnState)))
        return [row.id for row in rows]

    @rule(service=st.sampled_from(SERVICES), late=st.booleans())
    def arrive(self, service: str, late: bool) -> None:
        self.lobby.do(Actor.device("d"), lambda t: arriving.give_number(t, Wish(service, late=late)))

    @rule(counter=st.sampled_from(sorted(CLERKS)))
    def open_or_close(self, counter: str) -> None:
        by = CLERKS[counter]
        is_open = self.lobby.see(lambda t: t.records.counter(counter)).open
        act = calling.close_counter if is_open else (lambda t, c: calling.open_counter(t, c, None))
        self.lobby.do(by, lambda t: act(t, counter))

    @rule(counter=st.sampled_from(sorted(CLERKS)))
    def call(self, counter: str) -> None:
        self.lobby.do(CLERKS[counter], lambda t: calling.call_next(t, counter))

    @rule(
        data=st.data(),
        counter=st.sampled_from(sorted(CLERKS)),
        act=st.sampled_from(
            [calling.serve, calling.finish, calling.miss, calling.recall, calling.park, calling.resume, moving.cancel]
        ),
    )
    def act_on_a_turn(self, data: st.DataObject, counter: str, act) -> None:  # type: ignore[no-untyped-def]
        if turns := self._turns():
            turn = data.draw(st.sampled_from(turns))
            self.lobby.do(CLERKS[counter], lambda t: act(t, turn))

    @rule(data=st.data(), counter=st.sampled_from(sorted(CLERKS)), service=st.sampled_from(SERVICES))
    def name_chain_or_move(self, data: st.DataObject, counter: str, service: str) -> None:
        if turns := self._turns():
            turn = data.draw(st.sampled_from(turns))
            by = CLERKS[counter]
            match data.draw(st.sampled_from(["name", "chain", "move"])):
                case "name":
                    self.lobby.do(by, lambda t: calling.call_next(t, counter, turn))
                case "chain":
                    self.lobby.do(by, lambda t: moving.add_next(t, turn, service))
                case _:
                    self.lobby.do(ADVISOR, lambda t: moving.transfer(t, turn, service))

    @rule(seconds=st.sampled_from([1, 80, 200, 3600]))
    def time_passes(self, seconds: int) -> None:
        self.lobby.clock.pass_by(seconds=seconds)
        self.ticker.tick()

    @rule()
    def a_night_passes(self) -> None:
        self.lobby.clock.pass_by(hours=24)
        self.ticker.tick()
        assert self.lobby.see(lambda t: t.records.open_before(t.day)) == [], "an open turn of an earlier day"

    @invariant()
    def hold(self) -> None:
        if not hasattr(self, "lobby"):
            return
        rows = self.lobby.see(lambda t: t.records.open_turns(t.day, list(TurnState)))
        numbers: dict[str, set[str]] = {}
        for row in rows:
            numbers.setdefault(row.number, set()).add(row.visit)
        assert all(len(visits) == 1 for visits in numbers.values()), "a number was given twice"
        here = [row for row in rows if row.state in {state.value for state in AT_COUNTER}]
        assert len({row.counter for row in here}) == len(here), "two turns at one counter"
        assert len({row.visit for row in here}) == len(here), "one visit called twice"
        sequence = [event.seq for event in self.lobby.events()]
        assert sequence == list(range(1, len(sequence) + 1)), "a gap in the event log"


DaysInTheLobby.TestCase.settings = settings(max_examples=25, stateful_step_count=30, deadline=None)
TestDaysInTheLobby = DaysInTheLobby.TestCase
