"""Problems as answers to a Flask request, in the caller's language."""

from __future__ import annotations

from flask import Response, request
from vuoro_mqtt.codec import MAX_BYTES
from vuoro_mqtt.values import Texts, new_message_id, text_in
from werkzeug.exceptions import HTTPException

from vuoro_hub.web.api import problems
from vuoro_hub.web.api.problems import TITLES, HubFault, Problem


class Stopped(Exception):
    """The request cannot go on; carries the problem that answers it."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.detail)
        self.problem = problem


def problem_response(problem: Problem) -> Response:
    response = Response(problem.body(), problem.status, dict(problem.headers), content_type=problems.CONTENT_TYPE)
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Language"] = language()
    response.vary.add("Accept-Language")
    return response


def language() -> str:
    """The caller's, among those the API speaks."""
    wanted = (tag.split("-")[0].lower() for tag, quality in request.accept_languages if quality > 0)
    return next((tag for tag in wanted if tag in problems.LANGUAGES), problems.LANGUAGES[0])


def of_http(error: HTTPException) -> Problem:
    """What Flask refuses by itself, as a problem."""
    status = error.code or 500
    if status in (301, 302, 307, 308):
        status = 404
    en, fi, sv = _HTTP_TEXTS.get(status, _HTTP_TEXTS[400])
    problem = problems.invalid(status, language(), en=en, fi=fi, sv=sv)
    allow = getattr(error, "valid_methods", None)
    return Problem(
        problem.status,
        problem.title,
        problem.detail,
        problem.code,
        headers={"Allow": ", ".join(sorted(allow))} if allow else {},
    )


_HTTP_TEXTS = {
    400: ("The request cannot be read.", "Pyyntöä ei voi lukea.", "Begäran kan inte läsas."),
    404: ("There is nothing at this address.", "Tässä osoitteessa ei ole mitään.", "Det finns inget på adressen."),
    405: (
        "This address does not take this method; Allow says which it takes.",
        "Tämä osoite ei ota tätä metodia; Allow kertoo, minkä se ottaa.",
        "Adressen tar inte den här metoden; Allow berättar vilken den tar.",
    ),
    413: (
        f"A request is at most {MAX_BYTES} bytes.",
        f"Pyyntö on enintään {MAX_BYTES} tavua.",
        f"En begäran är högst {MAX_BYTES} byte.",
    ),
    415: (
        "Send JSON, with Content-Type: application/json.",
        "Lähetä JSONia ja Content-Type: application/json.",
        "Sänd JSON med Content-Type: application/json.",
    ),
}


_AWAY: Texts = {
    "fi": "Yritä kohta uudelleen. Mitä ehdittiin tehdä, on tallessa.",
    "sv": "Försök igen om en stund. Det som hann göras är sparat.",
    "en": "Try again in a moment. What was done is kept.",
}
_FAULT: Texts = {
    "fi": "Ei tiedetä, ehdittiinkö pyyntö tehdä. Viasta on merkintä lokissa.",
    "sv": "Det är inte känt om begäran hann utföras. Felet står i loggen.",
    "en": "It is not known whether the request was carried out. The log tells of the fault.",
}


def database_away() -> Problem:
    code = HubFault.DATABASE_AWAY
    return Problem(
        503, text_in(TITLES[code], language()), text_in(_AWAY, language()), code, headers={"Retry-After": "2"}
    )


def failed(instance: str) -> Problem:
    """Something unexpected; the log has its traceback beside the same ``instance``."""
    code = HubFault.INTERNAL_ERROR
    return Problem(500, text_in(TITLES[code], language()), text_in(_FAULT, language()), code, instance=instance)


def new_instance() -> str:
    """Names one time that something went wrong, for the caller and in the log."""
    return f"urn:uuid:{new_message_id()}"
