"""Pages for what goes wrong: what happened, and what to do now."""

from __future__ import annotations

from flask import Flask, Response, make_response, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from vuoro_mqtt.facts_log import FactsLog
from werkzeug.exceptions import HTTPException

from vuoro_hub.web.api.answering import failed, new_instance, problem_response

log = FactsLog(__name__)

API = "/api/"


def init_errors(app: Flask) -> None:
    """Designed pages for people; programs under ``/api/`` get their own."""
    app.register_error_handler(CSRFError, _page_too_old)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _bug)


def _page_too_old(_error: CSRFError) -> ResponseReturnValue:
    title = _("This page was too old")
    text = _("Nothing was done. Load the page again and repeat what you did.")
    answer = error_page(400, title, text)
    if request.headers.get("HX-Request"):
        answer.headers["HX-Refresh"] = "true"
    return answer


def _http_error(error: HTTPException) -> ResponseReturnValue:
    made_already = error.response is not None
    if made_already or request.path.startswith(API) or error.code is None or error.code < 400:
        return error
    title, text = _texts(error.code)
    return error_page(error.code, title, text)


def _bug(error: Exception) -> ResponseReturnValue:
    """Logged once, here."""
    if request.path.startswith(API):
        instance = new_instance()
        log.exception("api.failed", call=request.endpoint, instance=instance)
        return problem_response(failed(instance))
    log.exception("page.failed", path=request.path, method=request.method)
    return error_page(500, *_texts(500))


def error_page(status: int, title: str, text: str, lines: tuple[tuple[str, str], ...] = ()) -> Response:
    """``lines``: addresses and names of pages to go to instead."""
    return make_response(render_template("error.html", status=status, title=title, text=text, lines=lines), status)


def _texts(status: int) -> tuple[str, str]:
    known = {
        403: (_("Not with your role"), _("Your role does not include this page.")),
        404: (_("There is no such page"), _("Check the address, or go on from the start page.")),
        405: (_("This cannot be done here"), _("Go back and use the buttons of the page.")),
        413: (_("That was too large"), _("Send less at a time.")),
        429: (_("Too many tries"), _("Wait a few minutes and try again.")),
        500: (
            _("Something went wrong in the hub"),
            _("It is not known whether the last act was done. Load the page again: it shows how things are."),
        ),
        503: (_("Very busy just now"), _("Try again in a moment. What was done is kept.")),
    }
    return known.get(status, (_("This cannot be done"), _("Go back and try again.")))
