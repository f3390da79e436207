"""A report as a file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from trainer.core.error import BadInput
from trainer.core.storage import check_target, write_atomically
from trainer.records.report.document import pdf_of
from trainer.records.report.page import html_of
from trainer.records.report.value import Report

_FORMS: Final[dict[str, Callable[[Report], bytes]]] = {".pdf": pdf_of, ".html": html_of}


def check_report_target(path: Path) -> None:
    """Raise `BadInput` if it is plain already that no report can be written here."""
    if path.suffix.lower() not in _FORMS:
        raise BadInput(f"{path}: a report is a .pdf or a .html file; name it so")
    check_target(path)


def write_report(path: Path, report: Report) -> None:
    """Write a report, as PDF or HTML by the name of the file, whole or not at all.

    Raises
    ------
    BadInput
        If the name is of another kind, or it cannot be written.
    """
    check_report_target(path)
    write_atomically(path, _FORMS[path.suffix.lower()](report))
