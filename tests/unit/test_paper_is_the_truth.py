"""Contract §2.3: the hub's record follows the paper, and no ghost stands in line after an outage."""

from datetime import timedelta

from rig.points import PointAtWork, clerk
from rig.sending_dispenser import NO_CLOCK, Dispenser
from vuoro_hub.domain.turns import TurnState


def line(lobby: PointAtWork) -> list[str]:
    return [turn.number for turn in lobby.see(lambda t: t.records.waiting(t.day))]


def test_the_same_message_again_has_its_effect_once_and_gets_the_same_answer(lahti: PointAtWork) -> None:
    unit = Dispenser(lahti)
    request = unit.request()
    first, again = unit.send(request), unit.send(request)
    assert first.type == "ticket.issued"
    assert again.body == first.body
    assert line(lahti) == ["001"]


def test_two_units_may_use_the_same_id(lahti: PointAtWork) -> None:
    one, other = Dispenser(lahti), Dispenser(lahti, "dispenser-2")
    request = one.request()
    assert one.send(request).body != other.send(request).body
    assert line(lahti) == ["001", "002"]


def test_a_late_request_stands_in_line_only_with_its_paper_and_at_its_own_time(lahti: PointAtWork) -> None:
    unit = Dispenser(lahti)
    asked_at = lahti.clock()
    lahti.clock.pass_by(minutes=30)
    lahti.arrives()
    late = unit.request(at=asked_at, late=True)
    assert unit.send(late).type == "ticket.issued"
    assert line(lahti) == ["001"]
    unit.send(unit.printed(late, "900", offline=True))
    assert line(lahti) == ["900", "001"]


def test_a_late_request_that_nobody_printed_leaves_nobody_in_line(lahti: PointAtWork) -> None:
    unit = Dispenser(lahti)
    late = unit.request(late=True)
    unit.send(late)
    unit.send(unit.abandoned(late))
    assert line(lahti) == []


def test_an_answer_that_came_too_late_gives_way_to_the_printed_number(lahti: PointAtWork) -> None:
    unit = Dispenser(lahti)
    request = unit.request()
    unit.send(request)
    unit.send(unit.printed(request, "900", offline=True))
    assert line(lahti) == ["900"]
    assert lahti.arrives().number == "002"


def test_a_number_on_a_paper_whose_request_never_came_is_given_to_nobody_else(lahti: PointAtWork) -> None:
    unit = Dispenser(lahti)
    unit.send(unit.printed(unit.request(), "002"))
    assert [lahti.arrives().number for _ in range(2)] == ["001", "003"]
    assert [event.body["number"] for event in lahti.events() if event.type == "paper.kept"] == ["002"]


def test_a_paper_of_yesterday_keeps_no_number_from_today(lahti: PointAtWork) -> None:
    unit = Dispenser(lahti)
    unit.send(unit.printed(unit.request(), "001"))
    lahti.clock.pass_by(days=1)
    assert lahti.arrives().number == "001"


def test_a_paper_with_the_lower_seq_is_joined_to_its_request_too(lahti: PointAtWork) -> None:
    unit = Dispenser(lahti)
    request = unit.request(late=True)
    paper = unit.printed(request, "970", offline=True)
    seqs = request.seq, paper.seq
    unit.send(paper.model_copy(update={"seq": seqs[0]}))
    unit.send(request.model_copy(update={"seq": seqs[1]}))
    assert line(lahti) == ["970"]


def test_paper_that_comes_before_its_request_is_kept_for_it(lahti: PointAtWork) -> None:
    unit = Dispenser(lahti)
    request = unit.request(late=True)
    assert unit.send(unit.printed(request, "900", offline=True)).type == "ack"
    unit.send(request)
    assert line(lahti) == ["900"]


def test_a_ticket_refused_and_printed_all_the_same_gets_its_place(lahti: PointAtWork) -> None:
    lahti.clock.pass_by(hours=9)
    unit = Dispenser(lahti)
    request = unit.request()
    assert unit.send(request).type == "refused"
    unit.send(unit.printed(request, "900", offline=True))
    assert line(lahti) == ["900"]


def test_a_late_ticket_for_a_service_that_is_gone_leads_to_advice(lahti: PointAtWork) -> None:
    unit = Dispenser(lahti)
    late = unit.request("gone", late=True)
    unit.send(late)
    unit.send(unit.printed(late, "900", offline=True))
    assert lahti.see(lambda t: t.records.waiting(t.day))[0].service == "neuvonta"


def test_two_papers_with_one_number_keep_two_places_and_are_told(lahti: PointAtWork) -> None:
    one, other = Dispenser(lahti), Dispenser(lahti, "dispenser-2")
    for unit in (one, other):
        request = unit.request(late=True)
        unit.send(request)
        unit.send(unit.printed(request, "900", offline=True))
    assert len(line(lahti)) == 2
    assert "number.clashed" in [event.type for event in lahti.events()]


def test_the_series_passes_over_a_number_a_paper_has_taken(lahti: PointAtWork) -> None:
    unit = Dispenser(lahti)
    request = unit.request()
    unit.send(request)
    unit.send(unit.printed(request, "003"))
    assert [lahti.arrives().number for _ in range(2)] == ["002", "004"]


def test_an_outage_over_the_change_of_day_leaves_nobody_in_todays_line(lahti: PointAtWork) -> None:
    unit = Dispenser(lahti)
    late = unit.request(at=lahti.clock() - timedelta(days=1), late=True)
    unit.send(late)
    unit.send(unit.printed(late, "900", offline=True))
    assert line(lahti) == []
    visit = lahti.see(lambda t: t.records.visit_of_request(f"dispenser-1/{late.id}"))
    assert lahti.see(lambda t: t.records.turns_of_visit(visit.id))[0].state == TurnState.LEFT


def test_a_time_from_a_clock_that_knows_nothing_or_from_the_future_is_not_believed(lahti: PointAtWork) -> None:
    unit = Dispenser(lahti)
    for request in (
        unit.request(at=lahti.clock() + timedelta(hours=2), late=True),
        unit.request(at=lahti.clock() - timedelta(days=400), late=True, clock=NO_CLOCK),
    ):
        unit.send(request)
        visit = lahti.see(lambda t, one=request: t.records.visit_of_request(f"dispenser-1/{one.id}"))
        assert visit.arrived_at == lahti.clock()


def test_a_late_request_of_an_unset_clock_stands_where_its_age_puts_it(lahti: PointAtWork) -> None:
    """Its clock is half an hour slow and says that it knows nothing; it still knows how long ago it was asked."""
    unit = Dispenser(lahti)
    by_the_unit = lahti.clock() - timedelta(minutes=30)
    lahti.clock.pass_by(minutes=10)
    offline = unit.request(at=by_the_unit + timedelta(minutes=4), late=True, clock=NO_CLOCK)
    offline = offline.model_copy(update={"sent_at": by_the_unit + timedelta(minutes=10)})
    unit.send(offline)
    visit = lahti.see(lambda t: t.records.visit_of_request(f"dispenser-1/{offline.id}"))
    assert visit.arrived_at == lahti.clock() - timedelta(minutes=6)


def test_without_a_time_of_sending_an_unset_clock_is_believed_within_the_day(lahti: PointAtWork) -> None:
    unit = Dispenser(lahti)
    asked_at = lahti.clock()
    lahti.clock.pass_by(minutes=1)
    lahti.arrives()
    offline = unit.request(at=asked_at, late=True, clock=NO_CLOCK)
    unit.send(offline)
    unit.send(unit.printed(offline, "900", offline=True))
    assert line(lahti) == ["900", "001"]


def test_a_called_number_follows_the_paper_too(lahti: PointAtWork) -> None:
    unit = Dispenser(lahti)
    request = unit.request()
    unit.send(request)
    vero = clerk("vero")
    lahti.opens("1", vero)
    called = lahti.called("1", vero)
    unit.send(unit.printed(request, "900", offline=True))
    assert lahti.turn(called.id).number == "900"
    assert lahti.turn(called.id).state is TurnState.CALLED


def test_a_gap_in_a_journal_is_known_and_closed(lahti: PointAtWork) -> None:
    unit = Dispenser(lahti)
    first, second, third = unit.request(), unit.request(), unit.request()
    unit.send(first)
    unit.send(third)
    assert lahti.see(lambda t: t.records.journal("dispenser-1", first.journal)).contiguous == 1
    unit.send(second)
    assert lahti.see(lambda t: t.records.journal("dispenser-1", first.journal)).contiguous == 3
