"""Static files under names that change with their content: kept by browsers, and never stale after an update."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from flask import Flask, url_for


def init_assets(app: Flask) -> None:
    folder = Path(app.static_folder or "")

    @cache
    def mark(name: str) -> str:
        return hashlib.sha256((folder / name).read_bytes()).hexdigest()[:10]

    def asset(name: str) -> str:
        """Address of a static file."""
        return url_for("static", filename=name, v=mark(name))

    app.jinja_env.globals["asset"] = asset
