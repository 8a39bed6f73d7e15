"""Signing in and out, and the language of the pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, TypeVar, cast
from urllib.parse import urlsplit

from flask import (
    Blueprint,
    Flask,
    Response,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_limiter import RequestLimit
from flask_login import LoginManager, current_user, login_required, login_user, logout_user

from vuoro_hub.acts.people import Account, check_password, demo_people, find_person
from vuoro_hub.acts.sessions import end_sessions, keep_language
from vuoro_hub.domain.roles import Person
from vuoro_hub.web.guessing import WRONG, Guessing, name_asked
from vuoro_hub.web.here import pages
from vuoro_hub.web.languages import LANGUAGES

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class SignedIn:
    """Somebody signed in, as Flask-Login wants to see them."""

    account: Account
    is_authenticated: bool = True
    is_active: bool = True
    is_anonymous: bool = False

    @property
    def name(self) -> str:
        return self.account.name

    @property
    def person(self) -> Person:
        return self.account.person

    @property
    def language(self) -> str | None:
        return self.account.language

    def get_id(self) -> str:
        """Name and session key: a new key in the database ends this session."""
        return f"{self.account.name}\n{self.account.session_key}"


def for_staff(view: View) -> View:
    """A page for people who have signed in."""
    return cast(View, login_required(view))


def init_sign_in(app: Flask) -> None:
    logins = LoginManager(app)
    logins.session_protection = None
    logins.user_loader(_load)
    logins.unauthorized_handler(ask_to_sign_in)
    app.jinja_env.globals.update(page_path=page_path)
    app.register_blueprint(_blueprint(Guessing(app)))


def _blueprint(guessing: Guessing) -> Blueprint:
    """Only failed sign-ins count against the limits, so that a whole office behind one address can come to work."""

    def signed_in() -> ResponseReturnValue:
        return _signed_in(guessing)

    found = Blueprint("sign_in", __name__)
    found.add_url_rule("/sign-in", "sign_in", sign_in, methods=["GET"])
    found.add_url_rule("/sign-in", "signed_in", guessing.limited(signed_in, _too_many), methods=["POST"])
    found.add_url_rule("/sign-out", "sign_out", sign_out, methods=["POST"])
    found.add_url_rule("/language", "language", language, methods=["POST"])
    return found


def _load(kept: str) -> SignedIn | None:
    name, _, session_key = kept.partition("\n")
    account = find_person(pages().point.database, name)
    return SignedIn(account) if account and account.session_key == session_key else None


def ask_to_sign_in() -> ResponseReturnValue:
    """To the sign-in page, and back here afterwards. A page's own request makes the whole page go there."""
    if request.headers.get("HX-Request"):
        return Response(status=WRONG, headers={"HX-Redirect": url_for("sign_in.sign_in", ended=1)})
    if request.method not in ("GET", "HEAD") or request.path.endswith("/stream"):
        return Response(status=WRONG)
    wanted = request.full_path.rstrip("?") if request.path != "/" else None
    return redirect(url_for("sign_in.sign_in", next=wanted), 303)


def _too_many(_limit: RequestLimit) -> Response:
    text = _("Too many failed sign-ins. Wait five minutes and try again.")
    answer = make_response(_sign_in_page(trouble=text), 429)
    answer.headers["Retry-After"] = "300"
    return answer


def sign_in() -> ResponseReturnValue:
    if current_user.is_authenticated:
        return redirect(_next(), 303)
    told = _("You have been signed out. Sign in to go on.") if request.args.get("ended") else ""
    return _sign_in_page(told=told)


def _signed_in(guessing: Guessing) -> ResponseReturnValue:
    name = name_asked()
    account = check_password(pages().point.database, name, request.form.get("password", ""))
    if account is None:
        text = _("The name or the password is wrong. Check both and try again.")
        return _sign_in_page(trouble=text, name=name), WRONG
    guessing.was_right()
    language = session.get("language")
    session.clear()
    session.permanent = True
    login_user(SignedIn(account))
    if language in LANGUAGES and account.language is None:
        keep_language(pages().point.database, account.name, language)
    return redirect(_next(), 303)


def sign_out() -> ResponseReturnValue:
    """Ends the session in the database too: a copied cookie opens nothing."""
    language = session.get("language") or getattr(current_user, "language", None)
    if current_user.is_authenticated:
        end_sessions(pages().point.database, current_user.name)
        logout_user()
    session.clear()
    if language in LANGUAGES:
        session["language"] = language
    return redirect(url_for("sign_in.sign_in"), 303)


def language() -> ResponseReturnValue:
    """Remember the language: in this browser, and for the person who is signed in."""
    chosen = request.form.get("language")
    if chosen in LANGUAGES:
        session["language"] = chosen
        session.permanent = True
        if current_user.is_authenticated:
            keep_language(pages().point.database, current_user.name, str(chosen))
    return redirect(_next(), 303)


def _next() -> str:
    """Where to go on: a path of this hub, never another site."""
    wanted = request.values.get("next", "")
    parts = urlsplit(wanted)
    own = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and not parts.netloc and not parts.scheme
    return wanted if own and wanted.isprintable() else "/"


def _sign_in_page(*, trouble: str = "", told: str = "", name: str = "") -> str:
    here = pages()
    people: list[Any] = demo_people(here.point.site) if here.demo else []
    return render_template(
        "sign_in.html", trouble=trouble, told=told, name=name, demo_people=people, next=request.values.get("next", "")
    )


def page_path() -> str:
    """This page's own path, to come back to after a change of language."""
    return request.full_path.rstrip("?") if request.method == "GET" else "/"
