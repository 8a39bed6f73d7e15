"""Who serves today, when, and what: the plain info page (Q12, Q13)."""

from __future__ import annotations

from datetime import datetime
from itertools import groupby

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from vuoro_hub.acts.showing import services_state
from vuoro_hub.web.here import reading

blueprint = Blueprint("today", __name__)


@blueprint.get("/today")
def today() -> ResponseReturnValue:
    with reading() as t:
        state = services_state(t)
        authorities = [
            (t.site.authority_by_id[authority], list(services))
            for authority, services in groupby(state.services, key=lambda one: one.authority)
        ]
        return render_template(
            "today.html", state=state, authorities=authorities, at=t.now, parse_local=datetime.fromisoformat
        )
