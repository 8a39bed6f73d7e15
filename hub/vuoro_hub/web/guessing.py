"""Guessing at passwords is stopped, and never whoever knows the right one.

An office comes to the hub from one address, so wrong passwords are counted for each name and address together. Who
spreads them over many names or many addresses meets a second and a third limit, far above what people mistype; somebody
who has signed in from an address before does not meet those two there.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from flask import Flask, Response, request
from flask_limiter import Limiter, RequestLimit
from flask_limiter.util import get_remote_address

MOST_FOR_NAME_AND_ADDRESS = "10 per 5 minutes"
"""Somebody who has forgotten tries less often. With 12 characters or more, ten tries find nothing."""

MOST_FOR_NAME = "60 per 5 minutes"
"""One name, guessed at from many addresses."""

MOST_FOR_ADDRESS = "120 per 5 minutes"
"""Many names, guessed at from one address: an office of a hundred mistypes less on a Monday morning."""

MOST_FAMILIAR = 5000
"""So many pairs of name and address are remembered; the ones longest unused are forgotten first."""

WRONG = 401


class Guessing:
    """Counts failed sign-ins, in memory: after a restart everybody begins afresh."""

    def __init__(self, app: Flask) -> None:
        self._limiter = Limiter(get_remote_address, app=app, storage_uri="memory://")
        self._lock = threading.Lock()
        self._familiar: OrderedDict[str, None] = OrderedDict()

    def limited(self, view: Callable[[], Any], too_many: Callable[[RequestLimit], Response]) -> Callable[[], Any]:
        """The sign-in, answered by ``too_many`` where too many have failed."""
        for limit, key, unless in (
            (MOST_FOR_ADDRESS, _address, self._is_familiar),
            (MOST_FOR_NAME, _name, self._is_familiar),
            (MOST_FOR_NAME_AND_ADDRESS, _both, None),
        ):
            view = self._limiter.limit(
                limit, key_func=key, deduct_when=_failed, exempt_when=unless, on_breach=too_many
            )(view)
        return view

    def was_right(self) -> None:
        """The name of this request begins afresh, and is familiar at its address from now on."""
        for one in self._limiter.current_limits:
            if one.request_args[0] != _address():
                one.limiter.clear(one.limit, *one.request_args)
        with self._lock:
            self._familiar[_both()] = None
            self._familiar.move_to_end(_both())
            while len(self._familiar) > MOST_FAMILIAR:
                self._familiar.popitem(last=False)

    def _is_familiar(self) -> bool:
        with self._lock:
            return _both() in self._familiar


def name_asked() -> str:
    """The name that somebody signs in with, as it is kept."""
    return request.form.get("name", "").strip().lower()


def _failed(response: Response) -> bool:
    return response.status_code == WRONG


def _address() -> str:
    return f"address:{get_remote_address()}"


def _name() -> str:
    return f"name:{name_asked()[:64]}"


def _both() -> str:
    return f"{_name()} {_address()}"
