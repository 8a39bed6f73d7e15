"""The staff's pages: a clerk's counter, an advisor's or guide's lobby, and the point today."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request, session
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from vuoro_hub.acts.transaction import Actor, Transaction, perform
from vuoro_hub.domain.roles import Permission, Person, Role
from vuoro_hub.domain.turns import AT_COUNTER, NOT_OVER, TurnState
from vuoro_hub.web import board
from vuoro_hub.web.acts_asked import ACTS, Asked, outcome_told
from vuoro_hub.web.here import pages, reading
from vuoro_hub.web.languages import words
from vuoro_hub.web.sign_in import for_staff
from vuoro_hub.web.texts import phrase_texts

blueprint = Blueprint("staff", __name__)

VIEWS = ("clerk", "lobby", "today")

MOST_KEY = 80


@dataclass(frozen=True)
class Told:
    """What an act led to, for people: said when done, refused when not."""

    said: str = ""
    refused: str = ""


NOTHING = Told()


@blueprint.get("/")
@for_staff
def start() -> ResponseReturnValue:
    """The page of the person's role; with several roles, the one chosen."""
    return _whole(_view())


@blueprint.get("/staff/<any(clerk, lobby, today):view>")
@for_staff
def chosen(view: str) -> ResponseReturnValue:
    """Another of the person's pages, remembered."""
    if view not in views(current_user.person):
        abort(403)
    session["view"] = view
    return redirect("/", 303)


@blueprint.get("/staff/work")
@for_staff
def work() -> ResponseReturnValue:
    """What may have changed, anew: the page puts in only what is different."""
    return _part(_view())


@blueprint.get("/staff/counters")
@for_staff
def choose_counter() -> ResponseReturnValue:
    """The choice of a counter, also while one is open."""
    if "counter" in session:
        session.pop("counter")
    return redirect("/", 303)


@blueprint.get("/staff/turn/<turn>")
@for_staff
def turn_sheet(turn: str) -> ResponseReturnValue:
    """Everything that may be done with one turn."""
    with reading() as t:
        return _sheet(t, turn, NOTHING)


@blueprint.get("/staff/find")
@for_staff
def find() -> ResponseReturnValue:
    """The turn whose number a customer shows."""
    number = request.args.get("number", "").strip().upper()[:8]
    wanted = number.zfill(3) if number.isdigit() else number
    with reading() as t:
        found = board.turns_numbered(t, wanted, current_user.person)
        if found:
            return _sheet(t, found[0].id, NOTHING)
    text = _("There is no number %(number)s today that you may see.", number=number or "–")
    return _page("sheet_empty.html", "sheet_page.html", text=text)


@blueprint.post("/staff/act")
@for_staff
def act() -> ResponseReturnValue:
    """One act of table R. The same form sent twice acts once."""
    asked = Asked.from_form(request.form)
    if asked is None:
        abort(400)
    person: Person = current_user.person
    key = request.form.get("key", "")[:MOST_KEY]
    answer = perform(
        pages().point,
        Actor.staff(person),
        lambda t: ACTS[asked.act](t, asked),
        outcome_told,
        key=f"page/{person.name}/{key}" if key else None,
        asked=json.dumps(asked.as_dict()),
    )
    outcome = json.loads(answer.body)
    _remember(asked, outcome, refused=answer.type == "refused")
    told = Told(refused=words(outcome["text"])) if answer.type == "refused" else Told(said=_said(asked, outcome))
    return _after_act(asked, outcome, told)


def _after_act(asked: Asked, outcome: dict[str, Any], told: Told) -> ResponseReturnValue:
    if not request.headers.get("HX-Request"):
        session["told"] = [told.said, told.refused]
        return redirect("/", 303)
    if told.refused and request.form.get("from") == "sheet":
        with reading() as t:
            answer = make_response(_sheet(t, asked.turn or "", told))
        answer.headers["HX-Retarget"] = "#sheet-content"
        answer.headers["HX-Reswap"] = "innerHTML"
        return answer
    return _part(_view(), told, issued=outcome if asked.act == "give" and not told.refused else None, after_act=True)


def _remember(asked: Asked, outcome: dict[str, Any], *, refused: bool) -> None:
    """What this browser keeps: its counter, and the turn it finished last."""
    if refused:
        return
    if asked.act in ("open", "use", "take-over"):
        session["counter"] = asked.counter
    if asked.act == "close" and session.get("counter") == asked.counter:
        session.pop("counter", None)
    if asked.act == "finish":
        session["finished"] = outcome.get("turn")
    elif asked.act in ("next", "call", "again") and session.get("finished"):
        session["finished"] = None


def _said(asked: Asked, outcome: dict[str, Any]) -> str:
    """What was done, in words, for those who hear the page."""
    number = outcome.get("number") or ""
    said: dict[str, str] = {
        "open": _("The counter is open."),
        "take-over": _("The counter is yours now."),
        "close": _("The counter is closed."),
        "next": _("Number %(number)s is called.", number=number),
        "call": _("Number %(number)s is called.", number=number),
        "again": _("Number %(number)s is called.", number=number),
        "recall": _("Number %(number)s is shown as newly called again.", number=number),
        "serve": _("Number %(number)s is being served.", number=number),
        "finish": _("Number %(number)s is finished.", number=number),
        "miss": _("Number %(number)s is marked missed.", number=number),
        "park": _("Number %(number)s is put aside.", number=number),
        "resume": _("Number %(number)s is back in line.", number=number),
        "transfer": _("Number %(number)s is moved.", number=number),
        "chain": _("Number %(number)s goes on to the next service.", number=number),
        "cancel": _("Number %(number)s is removed.", number=number),
        "tell": _("The clerk is told about number %(number)s.", number=number),
        "give": _("Number %(number)s is given.", number=number),
        "needs": _("What number %(number)s needs is marked.", number=number),
        "take-help": _("You are on the way. Nobody else is shown this call any more."),
    }
    return said.get(asked.act, "")


# --- Which page, and its parts


def views(person: Person) -> tuple[str, ...]:
    """The pages that this person's roles have."""
    found = []
    if person.holds(Role.CLERK):
        found.append("clerk")
    if person.holds(Role.ADVISOR) or person.holds(Role.GUIDE):
        found.append("lobby")
    return (*found, "today")


def _view() -> str:
    mine = views(current_user.person)
    kept = session.get("view")
    return str(kept) if kept in mine else mine[0]


def _context(view: str, told: Told, issued: dict[str, Any] | None = None) -> dict[str, Any]:
    person: Person = current_user.person
    with reading() as t:
        context: dict[str, Any] = {"view": view, "views": views(person), "told": told, "person": person}
        if view == "clerk":
            counter = _counter(t, person)
            context["desk"] = board.desk(t, person, counter, session.get("finished")) if counter else None
            context["counters"] = board.counters(t, person) if counter is None else []
            context["give"] = board.given(t, person, Permission.RUN_QUEUE)
        elif view == "lobby":
            context["lobby"] = board.lobby(t, person)
            context["give"] = board.given(t, person, Permission.GIVE_NUMBER)
        else:
            context["overview"] = board.overview(t, person)
        context["help_calls"] = board.help_calls(t, person)
        context["at"], context["seq"] = t.now, t.records.last_seq()
    context["issued"] = _issued(issued)
    context["phrases"] = phrase_texts()
    return context


def _counter(t: Transaction, person: Person) -> str | None:
    """The counter this browser works at, while it is this person's."""
    kept = session.get("counter")
    return str(kept) if kept in board.open_counters_of(t, person) else None


def _issued(outcome: dict[str, Any] | None) -> dict[str, Any] | None:
    """A number just given, with its page as a code for the customer's phone to read."""
    if outcome is None:
        return None
    import segno  # only those who give numbers need it

    code = segno.make(outcome["follow_url"], error="m", micro=False)
    return {**outcome, "code": code.svg_data_uri(scale=4, border=2, dark="#212121", light="#ffffff")}


def _whole(view: str) -> Response:
    said, refused = session.pop("told") if "told" in session else ("", "")
    return make_response(render_template("staff.html", **_context(view, Told(said, refused))))


def _part(
    view: str, told: Told = NOTHING, *, issued: dict[str, Any] | None = None, after_act: bool = False
) -> Response:
    context = {**_context(view, told, issued), "after_act": after_act}
    answer = make_response(render_template(f"work_{view}.html", **context))
    answer.headers["Vuoro-Seq"] = str(context["seq"])
    return answer


def _page(part: str, whole: str, **context: Any) -> str:
    return render_template(part if request.headers.get("HX-Request") else whole, part=part, **context)


def _sheet(t: Transaction, turn_id: str, told: Told) -> str:
    """A turn's acts, those that this person's roles have."""
    person: Person = current_user.person
    line = board.turn_line(t, turn_id, person)
    if line is None:
        text = told.refused or _("This turn is not to be seen with your role, or it is not from today.")
        return _page("sheet_empty.html", "sheet_page.html", text=text)
    authority = t.authority_of(line.service)
    runs = person.may(Permission.RUN_QUEUE, authority)
    may_move = person.may(Permission.MOVE_TURN, authority)
    counter = _counter(t, person) if runs else None
    here = t.records.at_counter(counter) if counter else None
    return _page(
        "sheet_turn.html",
        "sheet_page.html",
        line=line,
        told=told,
        open=request.args.get("open", ""),
        runs=runs,
        counter=counter,
        here=here.number if here and here.state is TurnState.SERVING else None,
        calling=bool(here and here.state is TurnState.CALLED),
        may_move=may_move and (runs or line.state not in AT_COUNTER),
        may_mark=may_move and line.state in NOT_OVER,
        may_tell=person.may(Permission.TELL_CLERK, authority),
        services=[one for one in t.site.services if one.id != line.service],
        phrases=phrase_texts(),
    )
