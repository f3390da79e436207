"""The report as one HTML file that loads nothing."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from trainer.records.report.value import Report
from trainer.records.report.view import view_of


def html_of(report: Report) -> bytes:
    """Return the report as well-formed HTML; every text is escaped, the pictures are in it."""
    folder = FileSystemLoader(Path(__file__).parent, encoding="utf-8")
    surroundings = Environment(loader=folder, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    surroundings.filters["data"] = lambda png: f"data:image/png;base64,{b64encode(png).decode('ascii')}"
    return surroundings.get_template("page.html").render(view_of(report)).encode("utf-8")
