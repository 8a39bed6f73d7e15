"""Examples of the OpenAPI document; a test holds them against the models."""

from __future__ import annotations

from typing import Any

TURN_ID = "018a4c2e-5b1f-7c3a-9d6e-2f8b1a7c4e90"
VISIT_ID = "018a4c2e-5b1e-7d11-8a52-6f0c3b9d2e14"
NEXT_ID = "018a4c2e-5b1d-70a4-b3c2-9e1d5f7a6b38"
TOKEN = "Zt3q0uYw8mB1xN5cR7vKfA"  # noqa: S105 - nobody's

WAITING_TURN: dict[str, Any] = {
    "turn": TURN_ID,
    "visit": VISIT_ID,
    "number": "042",
    "service": "vero",
    "state": "waiting",
    "needs": ["more-time"],
    "position": 3,
    "arrived_at": "2023-09-01T07:14:09.482113Z",
    "appointment_at": None,
    "counter": None,
    "elsewhere": None,
    "first_called_at": None,
    "called_at": None,
    "wait_until": None,
    "served_at": None,
    "ended_at": None,
    "told": None,
    "told_at": None,
}

CALLED_TURN: dict[str, Any] = {
    **WAITING_TURN,
    "state": "called",
    "position": None,
    "counter": "2",
    "first_called_at": "2023-09-01T07:26:30.010204Z",
    "called_at": "2023-09-01T07:26:30.010204Z",
    "wait_until": "2023-09-01T07:31:30.010204Z",
}

SERVED_TURN: dict[str, Any] = {**CALLED_TURN, "state": "serving", "served_at": "2023-09-01T07:27:02.771005Z"}

COUNTER: dict[str, Any] = {
    "at": "2023-09-01T07:26:30.010204Z",
    "counter": "2",
    "state": "calling",
    "number": "042",
    "called_at": "2023-09-01T07:26:30.010204Z",
    "wait_until": "2023-09-01T07:31:30.010204Z",
    "counter_name": {"fi": "Palvelupiste 2", "sv": "Serviceställe 2", "en": "Counter 2"},
    "showing": 1,
    "recalls": 0,
    "opened_by": "clerk-vero",
    "services": ["vero"],
    "turn": TURN_ID,
}

ISSUED: dict[str, Any] = {
    "visit": VISIT_ID,
    "number": "042",
    "service": "vero",
    "position": 3,
    "estimate": {"low_minutes": 8, "high_minutes": 20},
    "follow_url": f"http://127.0.0.1:8000/v/{TOKEN}",
    "at": "2023-09-01T07:14:09.482113Z",
    "turn": TURN_ID,
    "token": TOKEN,
}

VISIT: dict[str, Any] = {
    "number": "042",
    "turns": [
        {
            "service": "vero",
            "service_name": {"fi": "Verotus", "sv": "Beskattning", "en": "Taxes"},
            "state": "waiting",
            "position": 3,
            "estimate": {"low_minutes": 8, "high_minutes": 20},
            "counter_name": {},
            "wait_at": {"fi": "Aula", "sv": "Lobbyn", "en": "Lobby"},
            "called_at": None,
            "wait_until": None,
        }
    ],
}

SERVICES: dict[str, Any] = {
    "at": "2023-09-01T07:14:09.482113Z",
    "today": "2023-09-01",
    "point": {"opens": "09:00", "closes": "16:00", "open": True},
    "services": [
        {
            "service": "vero",
            "authority": "vero",
            "name": {"fi": "Verotus", "sv": "Beskattning", "en": "Taxes"},
            "authority_name": {"fi": "Verohallinto", "sv": "Skatteförvaltningen", "en": "Tax Administration"},
            "open": True,
            "opens": "09:00",
            "closes": "16:00",
            "next_open": None,
            "mode": "on-site",
            "waiting": 2,
            "estimate": {"low_minutes": 8, "high_minutes": 20},
            "other_channels": {"en": "See the authority's web pages or ask a service advisor."},
            "symbol": "coins",
            "group": None,
            "wait_at": {"fi": "Aula", "sv": "Lobbyn", "en": "Lobby"},
        }
    ],
}

HELP_CALL: dict[str, Any] = {
    "call": "018a4c2e-9d02-7b1e-a6f4-0c5d8e2b7193",
    "device": "dispenser-1",
    "place": {"fi": "Aula", "sv": "Lobbyn", "en": "Lobby"},
    "service": None,
    "wanted_at": "2023-09-01T07:20:14.031877Z",
    "taken_by": None,
    "taken_at": None,
}

EVENT: dict[str, Any] = {
    "seq": 118,
    "at": "2023-09-01T07:26:30.010204Z",
    "type": "turn.called",
    "by": "person:clerk-vero",
    "visit": VISIT_ID,
    "turn": TURN_ID,
    "body": {"counter": "2", "service": "vero", "number": "042", "named": False},
}
