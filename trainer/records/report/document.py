"""The report as a tagged PDF of two pages, set by typst."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from trainer.core.error import AtollError
from trainer.records.report.value import Report
from trainer.records.report.view import view_of

_TEMPLATE = Path(__file__).parent / "document.typ"
_ATTEMPTS: tuple[dict[str, Any], ...] = (
    {"ignore_system_fonts": True, "pdf_standards": ["ua-1"]},
    {"ignore_system_fonts": False, "pdf_standards": ["ua-1"]},
    {"ignore_system_fonts": False, "pdf_standards": []},
)
"""From the fonts that typst brings along, so that the bytes are the same on any machine; a name in letters that these
do not have needs the system's; and letters that nobody has may cost the claim of PDF/UA, but never the report."""


def pdf_of(report: Report) -> bytes:
    """Return the report as PDF. All that it says goes to typst as data and is never read as markup."""
    from typst import TypstError
    from typst import compile as typeset

    values = view_of(report)
    for step in values["steps"]:
        for picture in step["pictures"]:
            picture["png"] = list(picture["png"])  # typst takes bytes as a list of numbers
    source = {"main": _TEMPLATE.read_bytes(), "values.json": json.dumps(values).encode()}
    told = ""
    for attempt in _ATTEMPTS:
        try:
            made = typeset(source, format="pdf", **attempt)
        except TypstError as error:
            told = error.message
        else:
            assert isinstance(made, bytes)
            return made
    raise AtollError(f"the report could not be set as PDF ({told}); save it as .html")
